"""What of a real server's answer reaches the client, and what never does?"""

import pytest

from tests.edge.asking import ask, fresh
from tests.edge.backends import Backend
from tests.edge.stack import ORIGIN, token
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire


def test_what_stands_behind_us_is_nobodys_business(gateway: GatewayProcess, backend: Backend) -> None:
    answer = ask(gateway, backend.kind, "/v1/marked", bearer(token()))
    assert answer.status == 200
    names = {name.lower() for name, _ in answer.headers}
    hidden = {"server", "x-powered-by", "keep-alive", "proxy-authenticate", "alt-svc", "x-auth-subject"}
    assert names & hidden == set()
    assert answer.values("via") == ["1.1 token-gateway"]
    assert answer.values("x-kept") == ["yes"]


def test_no_server_sets_the_cookie_that_is_a_credential(gateway: GatewayProcess, backend: Backend) -> None:
    answer = ask(gateway, backend.kind, "/v1/marked", bearer(token()))
    assert answer.values("set-cookie") == ["theme=dark; Path=/"]


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, [ORIGIN]), (None, [])])
def test_cors_has_one_voice(
    gateway: GatewayProcess, backend: Backend, origin: str | None, allowed: list[str]
) -> None:
    headers = [bearer(token()), *([("Origin", origin)] if origin else [])]
    answer = ask(gateway, backend.kind, "/v1/marked", *headers)
    assert answer.status == 200
    assert answer.values("access-control-allow-origin") == allowed
    assert answer.values("access-control-allow-credentials") == []


def test_a_preflight_is_ours_to_answer(gateway: GatewayProcess, backend: Backend) -> None:
    target = fresh()
    asks = (("Origin", ORIGIN), ("Access-Control-Request-Method", "GET"))
    answer = ask(gateway, backend.kind, target, *asks, method="OPTIONS")
    assert answer.status == 204
    assert answer.values("access-control-allow-origin") == [ORIGIN]
    assert target not in {seen.target for seen in backend.seen()}
