"""Does the verdict hold where a controller for nginx writes the server around our snippets?

F5's ingress controller and NGINX Gateway Fabric, as their templates render what is printed for them.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from gateway.dialects.snippets import SNIPPETS, Settings
from gateway.dialects.snippets.nginx_parts import DIRECTORY
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p
from tests.tls.authority import Authority, write_trust
from tests.wire import lab_issuer
from tests.wire.backend_view import IDENTITY, assert_nothing_of
from tests.wire.components import version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.nginx import Nginx
from tests.wire.nginx_controllers import (
    BARE,
    CLOSED,
    CONTROLLERS,
    opened_controller,
    rendered_f5,
    virtual_server,
)
from tests.wire.processes import free_port
from tests.wire.raw_client import bearer, send
from tests.wire.stand import Stand, opened_gateway
from tests.wire.what_ran import record
from tests.wire.worlds import (
    BEARER,
    BROWSER,
    EVERYWHERE,
    ORIGIN,
    ROUTES,
    SECRET,
    STILL,
    configuration,
    needs,
    route,
)

pytestmark = pytest.mark.wire

SPIFFE = "spiffe://cluster.local/ns/ingress/sa/proxy"
OURS = Authority("ours")
POLICY = {**EVERYWHERE, "routes": [*ROUTES, route("bare", ["GET"], [BARE], **needs("orders:read"))]}
POLICIES = {"usual": POLICY, "still": STILL, "secret": SECRET, "browser": BROWSER}
Under = Callable[[str], GatewayProcess]


@pytest.fixture(scope="module", params=[Front.NGINX_NEW, Front.NGINX_OLD], ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


@pytest.fixture(scope="module", params=CONTROLLERS)
def controller(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def _recorded(front: Front, request: pytest.FixtureRequest) -> None:
    record(request.node, front.value, version(front.component))


@pytest.fixture(scope="module")
def under(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Under]:
    """The gateway under one of the `POLICIES`, started when it is first asked for."""
    with ExitStack() as running:

        @cache
        def started(name: str) -> GatewayProcess:
            return running.enter_context(opened_gateway(POLICIES[name], None, tmp_path_factory.mktemp(name)))

        yield started


@pytest.fixture(scope="module")
def _running(
    front: Front, controller: str, under: Under, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    directory = tmp_path_factory.mktemp("controller")
    with opened_controller(front, controller, under("usual"), directory) as running:
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


def test_a_body_arrives_whole_and_the_method_is_judged(behind: Stand) -> None:
    token = behind.lab_token(scope="orders:write")
    assert behind.send(method="POST", token=token, body=b"x" * 70_000).status == 200
    assert behind.seen().body == b"x" * 70_000
    answer = behind.send("/v1/orders", token=behind.lab_token(), method="DELETE")
    assert (answer.status, behind.reason) == (403, "method_not_allowed")
    behind.assert_unseen()


def test_refusals_keep_their_status_and_the_challenge(behind: Stand) -> None:
    answer = behind.send()
    assert (answer.status, answer.values("WWW-Authenticate")) == (401, ['Bearer realm="orders"'])
    answer = behind.send(token=behind.lab_token(scope="other"))
    assert (answer.status, behind.reason) == (403, "scope_insufficient")
    (challenge,) = answer.values("WWW-Authenticate")
    assert 'error="insufficient_scope"' in challenge
    behind.assert_unseen()


def test_nothing_that_a_backend_might_believe_gets_through(behind: Stand) -> None:
    token = behind.lab_token()
    forged = [(name, "/admin") for name in UNTRUSTED if "method" not in name.lower()]
    forged.append(("X-Forwarded-Host", "other.example"))
    assert behind.send(headers=forged, token=token).status == 200
    seen = behind.seen()
    behind.assert_lab_token_is_replaced(token, seen)
    assert [name for name in UNTRUSTED if "/admin" in seen.values(name)] == []
    assert {name for name in UNTRUSTED if seen.values(name)} <= {"X-Forwarded-Port"}
    assert seen.only("X-Real-IP") == "127.0.0.1"


@pytest.mark.parametrize("name", ["X-Original-URL", "X-Original-URI", "X-Original-Method", "X-Forwarded-Uri"])
def test_a_carrier_of_the_clients_opens_nothing(behind: Stand, name: str) -> None:
    assert behind.send("/admin", [(name, "http://api.example.com/public/x")]).status == 401
    assert behind.send("/admin", [(name, "/public/x")], token=behind.lab_token()).status == 403
    behind.assert_unseen()


@pytest.mark.parametrize(
    "target", ["/public/../admin", "/public/%2e%2e/admin", "//admin", "/public%2f..%2fadmin"]
)
def test_an_ambiguous_path_is_refused(behind: Stand, target: str) -> None:
    assert behind.send(target, token=behind.lab_token()).status == 403
    behind.assert_unseen()


def test_an_absolute_target_is_refused_before_the_gateway_is_asked(behind: Stand) -> None:
    answer = behind.send("http://other.example/public/x")
    assert (answer.status, behind.asked()) == (400, False)
    behind.assert_unseen()


def test_a_token_in_the_query_is_refused(behind: Stand) -> None:
    answer = behind.send(f"/v1/orders?access_token={behind.lab_token()}")
    assert (answer.status, behind.reason) == (403, "credential_misplaced")
    behind.assert_unseen()


def test_a_public_route_knows_nobody(behind: Stand) -> None:
    token = behind.lab_token()
    assert behind.send("/healthz", token=token).status == 200
    seen = behind.seen()
    assert_nothing_of(token, seen)
    assert [seen.values(name) for name in ("Authorization", *IDENTITY)] == [[]] * (len(IDENTITY) + 1)


def test_an_upgrade_is_where_the_route_says_so(behind: Stand) -> None:
    for target, status in (("/v1/feed", 101), ("/v1/orders", 403)):
        token = behind.lab_token()
        head = f"GET {target} HTTP/1.1\r\nHost: api.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        answer = behind.send_raw(f"{head}\r\n{key}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        assert answer is not None
        assert answer.status == status
        if status == 101:
            behind.assert_lab_token_is_replaced(token, behind.seen())
    behind.assert_unseen()


def test_a_location_without_our_lines_is_judged_all_the_same(behind: Stand) -> None:
    """As the comments of the snippets say: judged, but the client's own token reaches the backend."""
    assert behind.send(BARE).status == 401
    assert behind.send(BARE, token=behind.lab_token(scope="other")).status == 403
    behind.assert_unseen()
    token = behind.lab_token()
    assert behind.send(BARE, token=token).status == 200
    assert behind.seen().only("Authorization") == f"Bearer {token}"


def test_where_snippets_are_not_enabled_the_server_of_f5_is_closed(front: Front, tmp_path: Path) -> None:
    """That controller leaves them out with no word."""
    asked = replace(virtual_server(SNIPPETS["f5-nic"](p.PLAIN, Settings())), http="", server="")
    with (
        EchoBackend() as backend,
        Nginx(front.component, rendered_f5(asked, port := free_port(), backend.port), tmp_path, port=port),
    ):
        answer = send(port, "/healthz")
        assert (answer.status, answer.body) == (503, CLOSED.encode())
        assert backend.requests == []


def test_connections_to_the_gateway_are_kept(behind: Stand) -> None:
    for _ in range(30):
        assert behind.send(token=behind.lab_token()).status == 200
    assert behind.gateway.connections() <= 2
    behind.backend.requests.clear()


def test_without_websocket_in_the_policy_an_upgrade_is_gone_or_refused(
    front: Front, controller: str, under: Under, tmp_path: Path
) -> None:
    with opened_controller(front, controller, under("still"), tmp_path) as behind:
        upgrade = [("Upgrade", "websocket"), ("Connection", "upgrade")]
        answer = behind.send("/v1/orders", upgrade, token=behind.lab_token())
        if controller == "f5-nic":
            assert answer.status == 200
            assert behind.seen().values("Upgrade") == []
        else:
            assert answer.status == 403
        behind.assert_unseen()


def test_the_proxy_says_its_secret_and_no_client_can(
    front: Front, controller: str, under: Under, tmp_path: Path
) -> None:
    with opened_controller(front, controller, under("secret"), tmp_path) as behind:
        token = behind.lab_token()
        assert behind.send(headers=[("X-Token-Gateway-Caller", "guess")], token=token).status == 200
        behind.assert_lab_token_is_replaced(token, behind.seen())


@pytest.fixture(scope="module")
def over_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway that speaks TLS alone, and knows its callers by certificates."""
    folder, own = tmp_path_factory.mktemp("tls"), OURS.server("localhost")
    for name, content in (("tls.crt", own.chain), ("tls.key", own.key), ("ca.crt", OURS.pem)):
        (folder / name).write_bytes(content)
    tls = {"certificate": "file:tls.crt", "key": "file:tls.key", "client_ca": "file:ca.crt"}
    known = {**BEARER, "callers": {"identities": [SPIFFE]}}
    keys = lab_issuer.write_keys(folder / "keys")
    whole = configuration(known, None, keys, listeners={"decision": {"tls": tls}})
    with GatewayProcess(whole, folder) as running:
        yield running


@pytest.mark.parametrize(("shown", "status"), [(SPIFFE, 200), (f"{SPIFFE}/other", 403)], ids=["own", "other"])
def test_over_tls_it_is_known_by_its_certificate(
    front: Front, controller: str, shown: str, status: int, over_tls: GatewayProcess, tmp_path: Path
) -> None:
    write_trust(tmp_path, OURS, OURS.client(shown))
    with EchoBackend() as backend:
        addresses = {
            "gateway": over_tls.decision_port,
            "backend": backend.port,
            "listen": (port := free_port()),
        }
        printed = printed_snippet(controller, over_tls.file, gateway_url="https://localhost", **addresses)
        # nginx would also try ::1, where there is one, and nobody listens there.
        printed = printed.replace(DIRECTORY, "").replace("server localhost:", "server 127.0.0.1:")
        how = CONTROLLERS[controller]
        with Nginx(front.component, how.render(how.read(printed), port, backend.port), tmp_path, port=port):
            assert send(port, "/v1/orders", [bearer(lab_issuer.lab_token())]).status == status
            assert len(backend.requests) == (status == 200)


def test_a_browser_application_may_call(front: Front, controller: str, under: Under, tmp_path: Path) -> None:
    with opened_controller(front, controller, under("browser"), tmp_path) as behind:
        asked = [("Origin", ORIGIN), ("Access-Control-Request-Method", "GET")]
        answer = behind.send(headers=asked, method="OPTIONS")
        assert (answer.status, answer.values("Access-Control-Allow-Origin")) == (204, [ORIGIN])
        answer = behind.send(headers=[("Origin", "https://evil.example"), asked[1]], method="OPTIONS")
        assert (answer.status, answer.values("Access-Control-Allow-Origin")) == (403, [])
        behind.assert_unseen()
        token = behind.lab_token()
        answer = behind.send(headers=asked[:1], token=token)
        assert (answer.status, answer.values("Access-Control-Allow-Origin")) == (200, [ORIGIN])
        assert behind.send(headers=asked[:1]).values("Access-Control-Allow-Origin") == [ORIGIN]


def test_without_the_gateway_nothing_gets_through(front: Front, controller: str, tmp_path: Path) -> None:
    with (
        opened_gateway(POLICY, None, tmp_path) as mortal,
        opened_controller(front, controller, mortal, tmp_path) as behind,
    ):
        behind.gateway.program.kill()
        assert behind.send(token=behind.lab_token()).status == 503
        assert behind.send("/public/x").status == 503
        assert behind.send(BARE, token=behind.lab_token()).status == 503
        behind.assert_unseen()
