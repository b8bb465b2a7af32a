"""Does the verdict hold where the real Traefik reads the printed Middlewares from a cluster?

Its own provider reads them and the route that names them; the cluster that it watches is `KubernetesApi`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.dialects.untrusted import UNTRUSTED
from tests.conftest import CALLER_SECRET
from tests.wire import lab_issuer
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.kubernetes_api import KubernetesApi, Object
from tests.wire.processes import free_port
from tests.wire.stand import Stand
from tests.wire.traefik import Traefik
from tests.wire.worlds import EVERYWHERE, configuration

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("traefik_version")]

POLICY = {**EVERYWHERE, "callers": {"secrets": ["env:CALLER_SECRET"]}}
PROVIDER = "@kubernetescrd"
STANDS_FOR_IT = "REPLACE-WITH-THE-CALLER-SECRET"


def cluster(printed: list[Object], backend: int) -> list[Object]:
    """What was printed, and what an operator has beside it."""
    inside = {"name": "backend", "namespace": "apps"}
    return [
        *printed,
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
            "traefik-middleware",
            gateway.file,
            gateway=gateway.decision_port,
            backend=backend.port,
            listen=port,
        )
        static, *printed = yaml.safe_load_all(text.replace(STANDS_FOR_IT, CALLER_SECRET))
        (entry_point,) = static.pop("entryPoints").values()
        providers = static.pop("providers")
        with KubernetesApi(cluster(printed, backend.port)) as api:
            # Inside a cluster Traefik finds it by itself.
            providers["kubernetesCRD"] |= {"endpoint": api.url, "token": "none"}
            with Traefik(
                "{}",
                directory / "proxy",
                entry_point=entry_point,
                static=static,
                providers=providers,
                port=port,
            ) as traefik:
                traefik.wait_for_router(PROVIDER)
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
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with opened(POLICY, tmp_path_factory.mktemp("middleware")) as running:
        yield running


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
        behind.backend.requests.clear()


def test_refusals_are_relayed_and_nothing_gets_through(behind: Stand) -> None:
    answer = behind.send()
    assert (answer.status, answer.values("WWW-Authenticate")) == (401, ['Bearer realm="orders"'])
    answer = behind.send("/v1/orders", token=behind.lab_token(), method="DELETE")
    assert (answer.status, behind.reason) == (403, "method_not_allowed")
    behind.assert_unseen()


@pytest.mark.parametrize("name", UNTRUSTED)
def test_what_a_client_says_in_the_proxys_voice_is_gone(behind: Stand, name: str) -> None:
    answer = behind.send("/v1/orders", [(name, "said-by-a-client")], token=behind.lab_token())
    if answer.status == 200:
        assert "said-by-a-client" not in str(behind.seen())
    behind.backend.requests.clear()
