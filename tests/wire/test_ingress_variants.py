"""Does the verdict stay behind the other forms of ingress-nginx: method, sign-in, error pages, global?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.components import version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front
from tests.wire.gateway_process import GatewayProcess
from tests.wire.ingress import Extra
from tests.wire.ingress_stand import opened_ingress
from tests.wire.stand import Stand, opened_gateway
from tests.wire.what_ran import record
from tests.wire.worlds import EVERYWHERE

pytestmark = pytest.mark.wire
POLICY = EVERYWHERE

SIGN_IN = "https://login.example.com/start"
GLOBAL = "ingress-nginx-global"
VARIANTS = {
    "auth-method GET": ("ingress-nginx", Extra(method="GET")),
    "auth-method POST": ("ingress-nginx", Extra(method="POST")),
    "auth-signin": ("ingress-nginx", Extra(signin=SIGN_IN)),
    "global": (GLOBAL, Extra()),
    "global, method and sign-in": (GLOBAL, Extra(method="HEAD", signin=SIGN_IN)),
}


@pytest.fixture(scope="module", params=[Front.NGINX_NEW, Front.NGINX_OLD], ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def _running_stand(
    front: Front, variant: str, gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    (snippet, extra), directory = VARIANTS[variant], tmp_path_factory.mktemp("ingress")
    with opened_ingress(front, gateway, directory, snippet=snippet, extra=extra) as running:
        yield running


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway of the test's own, which may be ended."""
    with opened_gateway(POLICY, None, tmp_path) as running:
        yield running


def test_what_is_allowed_gets_through(stand: Stand) -> None:
    token, target = stand.lab_token(), "/v1/orders?page=2&q=%2Fx"
    assert stand.send(target, token=token).status == 200
    seen = stand.seen()
    assert seen.start_line == f"GET {target} HTTP/1.1"
    stand.assert_lab_token_is_replaced(token, seen)


def test_a_body_arrives_whole(stand: Stand) -> None:
    token = stand.lab_token(scope="orders:write")
    assert stand.send(method="POST", token=token, body=b"x" * 70_000).status == 200
    assert stand.seen().body == b"x" * 70_000


def test_the_method_that_is_judged_is_the_requests(stand: Stand) -> None:
    answer = stand.send("/v1/orders", token=stand.lab_token(), method="DELETE")
    assert (answer.status, stand.reason) == (403, "method_not_allowed")
    stand.assert_unseen()


def test_without_a_token_there_is_a_challenge_or_a_sign_in(stand: Stand, variant: str) -> None:
    answer = stand.send("/v1/orders/1")
    assert stand.reason == "credential_missing"
    if VARIANTS[variant][1].signin:
        assert (answer.status, answer.values("Location")) == (
            302,
            [f"{SIGN_IN}?rd=http://api.example.com/v1/orders/1"],
        )
    else:
        assert (answer.status, answer.values("WWW-Authenticate")) == (401, ['Bearer realm="orders"'])
    stand.assert_unseen()


def test_what_is_forbidden_stays_forbidden(stand: Stand) -> None:
    answer = stand.send(token=stand.lab_token(scope="other"))
    assert (answer.status, stand.reason) == (403, "scope_insufficient")
    stand.assert_unseen()


def test_an_upgrade_is_seen(stand: Stand) -> None:
    for target, status in (("/v1/feed", 101), ("/v1/orders", 403)):
        token = stand.lab_token()
        head = f"GET {target} HTTP/1.1\r\nHost: api.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket"
        answer = stand.send_raw(f"{head}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        assert answer is not None
        assert answer.status == status
        if status == 101:
            stand.assert_lab_token_is_replaced(token, stand.seen())
    stand.assert_unseen()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Original-URL", "http://api.example.com/public/x"),
        ("X-Original-URI", "/public/x"),
        ("X-Original-Method", "HEAD"),
        ("X-Scheme", "https"),
        ("X-Token-Gateway-Removes", "query"),
    ],
)
def test_a_carrier_of_the_clients_opens_nothing(stand: Stand, name: str, value: str) -> None:
    assert stand.send("/admin", [(name, value)]).status in {302, 401}
    assert stand.send("/admin", [(name, value)], token=stand.lab_token()).status == 403
    stand.assert_unseen()


def test_error_pages_answer_for_refusals_but_open_nothing(
    front: Front, mortal: GatewayProcess, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Why the snippet says not to: a success in place of a refusal, and a credential to the error backend."""
    record(request.node, front.value, version(front.component))
    with EchoBackend() as errors:
        extra = Extra(errors=(401, 403, 500), error_backend=errors.port)
        with opened_ingress(front, mortal, tmp_path, extra=extra) as stand:
            token = stand.lab_token()
            assert stand.send(token=token).status == 200
            stand.assert_lab_token_is_replaced(token, stand.seen())
            assert stand.send().status == 200
            assert stand.send(token=stand.lab_token(scope="other")).status == 200
            stand.gateway.program.kill()
            assert stand.send(token=token).status == 200
            stand.assert_unseen()
            codes = [one.values("x-code") for one in errors.requests]
            assert codes == [["401"], ["403"], ["500"]]
            assert errors.requests[-1].values("authorization") == [f"Bearer {token}"]


@pytest.mark.parametrize("snippet", ["ingress-nginx", GLOBAL])
def test_without_the_gateway_nothing_gets_through(
    front: Front, snippet: str, mortal: GatewayProcess, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    record(request.node, front.value, version(front.component))
    with opened_ingress(front, mortal, tmp_path, snippet=snippet, extra=Extra(signin=SIGN_IN)) as stand:
        stand.gateway.program.kill()
        assert stand.send(token=stand.lab_token()).status == 500
        assert stand.send("/public/x").status == 500
        stand.assert_unseen()
