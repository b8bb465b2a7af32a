"""Does the verdict hold where the real Traefik reads an Ingress with the annotations of ingress-nginx?

The real provider reads the printed Ingress; the cluster that it watches is `KubernetesApi`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.dialects.untrusted import SAID_BY_TRAEFIK, UNTRUSTED
from tests.wire import lab_issuer
from tests.wire.backend_view import IDENTITY, assert_nothing_of
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.kubernetes_api import KubernetesApi, Object
from tests.wire.processes import free_port
from tests.wire.stand import Stand
from tests.wire.traefik import Traefik
from tests.wire.worlds import BROWSER, EVERYWHERE, ORIGIN, STILL, configuration

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("traefik_version")]

POLICY = {**EVERYWHERE, "routes": STILL["routes"]}
ROUTER = "apps-orders-rule-0-path-0@kubernetesingressnginx"


def cluster(ingress: Object, backend: int) -> list[Object]:
    """The Ingress, and what an operator has beside it."""
    inside = {"name": "backend", "namespace": "apps"}
    return [
        ingress,
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {"name": "nginx"},
            "spec": {"controller": "k8s.io/ingress-nginx"},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": inside,
            "spec": {"clusterIP": "10.96.0.9", "ports": [{"port": 80, "targetPort": backend}]},
        },
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "addressType": "IPv4",
            "metadata": {**inside, "labels": {"kubernetes.io/service-name": "backend"}},
            "endpoints": [{"addresses": ["127.0.0.1"], "conditions": {"ready": True, "serving": True}}],
            "ports": [{"name": "", "port": backend, "protocol": "TCP"}],
        },
    ]


@contextmanager
def opened(policy: dict[str, Any], directory: Path) -> Iterator[Stand]:
    keys, port = lab_issuer.write_keys(directory / "keys"), free_port()
    with (
        EchoBackend() as backend,
        GatewayProcess(configuration(policy, None, keys), directory / "gateway") as gateway,
    ):
        text = printed_snippet(
            "traefik-ingress-nginx",
            gateway.file,
            gateway=gateway.decision_port,
            backend=backend.port,
            listen=port,
        )
        static, ingress = yaml.safe_load_all(text)
        ingress["spec"].pop("tls")  # it redirects whoever comes in clear, as the tests do
        (entry_point,) = static.pop("entryPoints").values()
        providers = static.pop("providers")
        with KubernetesApi(cluster(ingress, backend.port)) as api:
            # Inside a cluster Traefik finds it by itself.
            providers["kubernetesIngressNGINX"] |= {"endpoint": api.url, "token": "none"}
            with Traefik(
                "{}",
                directory / "proxy",
                entry_point=entry_point,
                static=static,
                providers=providers,
                port=port,
            ) as traefik:
                traefik.wait_for_router(ROUTER)
                stand = Stand(
                    front=Front.TRAEFIK,
                    port=port,
                    proxy=traefik.program,
                    gateway=gateway,
                    backend=backend,
                    provider=None,
                )
                yield stand
                stand.assert_no_secret_is_written()


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with opened(POLICY, tmp_path_factory.mktemp("ingress")) as running:
        yield running


@pytest.fixture
def behind(_running: Stand) -> Stand:
    """Under a policy with tokens in every place, started once for the file."""
    _running.backend.requests.clear()
    return _running


def test_a_token_is_replaced_wherever_it_stands(behind: Stand) -> None:
    target = "/v1/orders?page=2&q=%2Fx"
    for name, value in [
        ("Authorization", "Bearer {}"),
        ("X-Api-Token", "{}"),
        ("Cookie", "a=1; api_token={}"),
    ]:
        token = behind.lab_token()
        assert behind.send(target, [(name, value.format(token))]).status == 200
        seen = behind.seen()
        assert seen.start_line == f"GET {target} HTTP/1.1"
        behind.assert_lab_token_is_replaced(token, seen)
        assert "".join(seen.values("cookie")) == ("a=1" if name == "Cookie" else "")


def test_the_method_that_is_judged_is_the_requests(behind: Stand) -> None:
    token = behind.lab_token(scope="orders:write")
    assert behind.send(method="POST", token=token, body=b"x" * 70_000).status == 200
    assert behind.seen().body == b"x" * 70_000
    answer = behind.send("/v1/orders", token=behind.lab_token(), method="DELETE")
    assert (answer.status, behind.reason) == (403, "method_not_allowed")
    behind.assert_unseen()


def test_refusals_are_relayed(behind: Stand) -> None:
    answer = behind.send()
    assert (answer.status, answer.values("WWW-Authenticate")) == (401, ['Bearer realm="orders"'])
    answer = behind.send(token=behind.lab_token(scope="other"))
    assert (answer.status, behind.reason) == (403, "scope_insufficient")
    answer = behind.send(f"/v1/orders?access_token={behind.lab_token()}")
    assert (answer.status, behind.reason) == (400, "credential_misplaced")
    behind.assert_unseen()


def test_nothing_that_a_backend_might_believe_gets_through(behind: Stand) -> None:
    token = behind.lab_token()
    forged = [(name, "/admin") for name in UNTRUSTED if "method" not in name.lower()]
    forged += [("X-Forwarded-Host", "other.example"), ("X-Token-Gateway-Caller", "guess")]
    assert behind.send(headers=forged, token=token).status == 200
    seen = behind.seen()
    behind.assert_lab_token_is_replaced(token, seen)
    assert {name for name in (*UNTRUSTED, "X-Token-Gateway-Caller") if seen.values(name)} == SAID_BY_TRAEFIK
    assert [seen.only(name) for name in SAID_BY_TRAEFIK if "/admin" in seen.values(name)] == []
    assert seen.only("X-Forwarded-Host") == "api.example.com"


@pytest.mark.parametrize("name", [*IDENTITY, "X-HTTP-Method-Override"])
def test_who_claims_to_be_somebody_is_refused(behind: Stand, name: str) -> None:
    assert behind.send(headers=[(name, "root")], token=behind.lab_token()).status == 400
    behind.assert_unseen()


def test_a_header_that_the_client_calls_hop_by_hop_is_ours_all_the_same(behind: Stand) -> None:
    token = behind.lab_token()
    answer = behind.send(headers=[("Connection", "X-Auth-Subject, Authorization")])
    assert answer.status == 401
    pairs = [("Connection", "X-Auth-Subject"), ("X-Auth-Subject", "root")]
    assert behind.send(headers=pairs, token=token).status == 200
    behind.assert_lab_token_is_replaced(token, behind.seen())


@pytest.mark.parametrize(
    "name", ["X-Original-URL", "X-Forwarded-Uri", "X-Forwarded-Method", "X_Forwarded_Uri"]
)
def test_a_carrier_of_the_clients_opens_nothing(behind: Stand, name: str) -> None:
    assert behind.send("/admin", [(name, "/public/x")]).status == 401
    assert behind.send("/admin", [(name, "/public/x")], token=behind.lab_token()).status == 403
    behind.assert_unseen()


def test_what_is_judged_is_what_the_backend_gets(behind: Stand) -> None:
    for target in ("/public/../admin", "/public/%2e%2e/admin", "//admin", "/public%2f..%2fadmin"):
        assert behind.send(target, token=behind.lab_token()).status in {400, 403}, target
    behind.assert_unseen()
    assert behind.send("/x/../v1/orders", token=behind.lab_token()).status == 200
    assert behind.seen().start_line == "GET /v1/orders HTTP/1.1"


def test_a_public_route_knows_nobody(behind: Stand) -> None:
    token = behind.lab_token()
    assert behind.send("/healthz", token=token).status == 200
    seen = behind.seen()
    assert_nothing_of(token, seen)
    assert "".join(value for name in ("Authorization", *IDENTITY) for value in seen.values(name)) == ""


def test_no_upgrade_gets_through(behind: Stand) -> None:
    upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    assert behind.send("/v1/orders", upgrade, token=behind.lab_token()).status == 200
    assert behind.seen().values("Upgrade") == []


def test_a_browser_application_may_call(tmp_path: Path) -> None:
    with opened({**BROWSER, "routes": STILL["routes"]}, tmp_path) as behind:
        asked = [("Origin", ORIGIN), ("Access-Control-Request-Method", "GET")]
        answer = behind.send(headers=asked, method="OPTIONS")
        assert (answer.status, answer.values("Access-Control-Allow-Origin")) == (200, [ORIGIN])
        token = behind.lab_token()
        answer = behind.send(headers=asked[:1], token=token)
        assert (answer.status, answer.values("Access-Control-Allow-Origin")) == (200, [ORIGIN])
        answer = behind.send(headers=[("Origin", "https://evil.example")], token=token)
        assert answer.values("Access-Control-Allow-Origin") == []


def test_without_the_gateway_nothing_gets_through(tmp_path: Path) -> None:
    with opened(POLICY, tmp_path) as behind:
        behind.gateway.program.kill()
        assert behind.send(token=behind.lab_token()).status == 500
        assert behind.send("/public/x").status == 500
        behind.assert_unseen()
