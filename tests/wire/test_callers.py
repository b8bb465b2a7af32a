"""Where a proxy must say a secret, does it, and does nobody else get an answer?"""

import os
import socket

import pytest

from tests.wire.raw_client import bearer
from tests.wire.stand import Stand
from tests.wire.worlds import SECRET

pytestmark = pytest.mark.wire
POLICY = SECRET

CALLER = "X-Token-Gateway-Caller"


def test_the_proxy_says_it_and_the_backend_never_hears_it(stand: Stand) -> None:
    secret = os.environ["CALLER_SECRET"]
    token = stand.lab_token()
    assert stand.send(token=token).status == 200
    seen = stand.seen()
    assert secret not in seen.text()
    assert seen.values(CALLER) == []
    stand.assert_lab_token_is_replaced(token, seen)


@pytest.mark.parametrize("said", ["", "guess", "a,b"])
def test_what_a_client_says_is_not_said_by_the_proxy(stand: Stand, said: str) -> None:
    token = stand.lab_token()
    assert stand.send(headers=[(CALLER, said)], token=token).status == 200
    stand.assert_lab_token_is_replaced(token, stand.seen())


@pytest.mark.parametrize("said", [None, "guess", ""])
def test_somebody_else_at_the_same_address_is_refused_and_told_of(stand: Stand, said: str | None) -> None:
    before = len(stand.gateway.records())
    lines = [
        "GET /auth/nginx/orders HTTP/1.1",
        "Host: gateway",
        "X-Original-Method: GET",
        "X-Original-URL: http://api.example.com/v1/orders",
        ": ".join(bearer(stand.lab_token())),
        *([f"{CALLER}: {said}"] if said is not None else []),
        "Connection: close",
        "",
        "",
    ]
    with socket.create_connection(("127.0.0.1", stand.gateway.decision_port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"uthorization" not in answer
    (record,) = stand.gateway.records()[before:]
    assert record["event.reason"] == "caller_unproven"
    assert record["token_gateway.peer"] == "127.0.0.1"
    assert record["token_gateway.detail"] == "127.0.0.1 says no secret of policies.orders.callers"
    assert 'reason="caller_unproven"' in stand.gateway.metrics()
