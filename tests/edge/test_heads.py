"""Who is let through whose frame is sound, and whose headers are odd? Rows of the corpus, group c."""

import socket
from typing import Final

import pytest

from gateway.server.http1.limits import Limits
from tests.edge.asking import ask, fresh
from tests.edge.backends import Backend
from tests.edge.raw_request import PATIENCE_S, converse, refusal, request, until_closed
from tests.edge.stack import token
from tests.server.edge.edged import answers
from tests.wire.gateway_process import GatewayProcess

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("all_of_them")]

KINDS = ("nginx", "node", "raw")
MAX_PIPELINED: Final = Limits().max_pipelined
TOKEN: Final = "{token}"
Headers = list[tuple[str, str]]

ALLOWED: Final[dict[str, Headers]] = {
    "H04 lower case": [("Authorization", "bearer {token}")],
    "H04 upper case": [("Authorization", "BEARER {token}")],
    "H10 beside": [("Authorization", "Bearer {token}"), ("Proxy-Authorization", "Bearer x")],
    "H40 no UTF-8": [("Authorization", "Bearer {token}"), ("X-A", "\xff\xfe\xc2\x9b31m")],
    "H44 50 cookies": [("Authorization", "Bearer {token}"), ("Cookie", "; ".join(["c=1"] * 50))],
    "H44 nothing but semicolons": [("Authorization", "Bearer {token}"), ("Cookie", ";;;;")],
    "H57 compressed": [("Authorization", "Bearer {token}"), ("Accept-Encoding", "gzip")],
    "H58 a range": [("Authorization", "Bearer {token}"), ("Range", "bytes=0-1"), ("If-None-Match", "*")],
}
REFUSED: Final[dict[str, Headers]] = {
    "H01 two": [("Authorization", "Bearer {token}"), ("Authorization", "Bearer {token}")],
    "H01 an empty one": [("Authorization", ""), ("Authorization", "Bearer {token}")],
    "H02 a list": [("Authorization", "Bearer {token},Bearer {token}")],
    "H02 a list of tokens": [("Authorization", "Bearer {token}, {token}")],
    "H06 a tab": [("Authorization", "Bearer\t{token}")],
    "H06 a no-break space": [("Authorization", "Bearer\xa0{token}")],
    "H06 nothing between": [("Authorization", "Bearer{token}")],
    "H06 nothing behind": [("Authorization", "Bearer")],
    "H08 Basic": [("Authorization", "Basic dTpw")],
    "H08 DPoP": [("Authorization", "DPoP {token}")],
    "H08 Token": [("Authorization", "Token {token}")],
    "H09 two kinds": [("Authorization", "Bearer {token}"), ("Cookie", "api_token={token}")],
    "H10 for a proxy": [("Proxy-Authorization", "Bearer {token}")],
    "H10 another name": [("X-Authorization", "Bearer {token}")],
    "H12 a cookie taken away": [("Authorization", "Bearer {token}"), ("Connection", "Cookie")],
    "H13 500 options": [("Authorization", "Bearer {token}"), ("Connection", ",".join(["x"] * 500))],
    "H14 look-alike": [("Authorization", "Bearer {token}"), ("X~Auth~Subject", "admin")],
    "H14 look-alike of a credential": [("X_Api_Token", "{token}"), ("Authorization", "Bearer {token}")],
    "H24 another method": [("Authorization", "Bearer {token}"), ("X-HTTP-Method-Override", "DELETE")],
    "H42 one cookie twice": [("Cookie", "api_token={token}; api_token={token}")],
    "H42 two headers": [("Cookie", "api_token={token}"), ("Cookie", "api_token={token}")],
    "H44 600 cookies": [("Authorization", "Bearer {token}"), ("Cookie", "; ".join(["c=1"] * 600))],
    "H45 shortened": [("Authorization", "Bearer {token}"[:-1]), ("Connection", "close")],
    "H45 lengthened": [("Authorization", "Bearer {token}x")],
}
"""Nobody but us knows of them: no server has seen anything."""


def filled(headers: Headers) -> Headers:
    return [(name, value.replace(TOKEN, token())) for name, value in headers]


@pytest.mark.parametrize("headers", ALLOWED.values(), ids=ALLOWED)
def test_what_is_odd_but_plain_goes_on(
    gateway: GatewayProcess, backends: dict[str, Backend], headers: Headers
) -> None:
    for kind, backend in backends.items():
        target = fresh()
        assert ask(gateway, kind, target, *filled(headers)).status == 200
        assert backend.only(target).method == "GET"


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_what_readers_read_differently_goes_nowhere(
    gateway: GatewayProcess, backends: dict[str, Backend], headers: Headers
) -> None:
    for kind, backend in backends.items():
        target, sent = fresh(), filled(headers)
        answer = ask(gateway, kind, target, *sent)
        assert answer.status in {400, 401, 403}
        assert token().split(".")[1] not in answer.message.text()
        assert ask(gateway, kind, fresh()).status == 200
        assert target not in {seen.target for seen in backend.seen()}


@pytest.mark.parametrize("method", ["GeT", "get", "DELETE-", "G_T", "OPTIONS", "PROPFIND"])
def test_a_method_that_no_route_names_goes_nowhere(
    gateway: GatewayProcess, backends: dict[str, Backend], method: str
) -> None:
    for kind, backend in backends.items():
        target = fresh()
        assert ask(gateway, kind, target, method=method).status in {400, 403, 405}
        assert target not in {seen.target for seen in backend.seen()}


@pytest.mark.parametrize("target", ["*", "/v1/a?_method=DELETE", "/v1/a?%5fmethod=DELETE"])
def test_a_method_in_disguise_goes_nowhere(
    gateway: GatewayProcess, backends: dict[str, Backend], target: str
) -> None:
    for kind, backend in backends.items():
        for method in ("GET", "OPTIONS"):
            assert ask(gateway, kind, target, method=method).status in {400, 403}
        assert target not in {seen.target for seen in backend.seen()}


def test_another_expectation_is_not_met(gateway: GatewayProcess, backends: dict[str, Backend]) -> None:
    for kind, backend in backends.items():
        before = len(backend.seen())
        wire = request(kind, b"GET /v1/x HTTP/1.1", b"Expect: 200-ok")
        assert refusal(gateway.edge_port, wire).status == 417
        assert len(backend.seen()) == before


def test_who_expects_to_send_and_never_does_leaves_no_connection_behind(
    gateway: GatewayProcess, backends: dict[str, Backend]
) -> None:
    for kind, backend in backends.items():
        before = len(backend.seen())
        expects = (b"Content-Length: 5", b"Expect: 100-continue")
        with socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S) as client:
            client.sendall(request(kind, b"POST /v1/x HTTP/1.1", *expects))
            assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        target = fresh()
        assert ask(gateway, kind, target).status == 200
        assert [seen.target for seen in backend.seen()[before:]] == [target]


def test_who_may_not_send_is_told_before_it_does(
    gateway: GatewayProcess, backends: dict[str, Backend]
) -> None:
    for kind, backend in backends.items():
        before = len(backend.seen())
        expects = (b"Content-Length: 5", b"Expect: 100-continue")
        with socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S) as client:
            client.sendall(request(kind, b"POST /nowhere HTTP/1.1", *expects))
            (answer,) = answers(until_closed(client))
        assert answer.status == 403
        assert len(backend.seen()) == before


def test_pipelined_requests_are_judged_one_by_one_and_are_not_too_many(
    gateway: GatewayProcess, backends: dict[str, Backend]
) -> None:
    for kind, backend in backends.items():
        before = len(backend.seen())
        asked = [fresh("/v1" if number % 3 else "/nowhere").encode() for number in range(50)]
        wires = [request(kind, b"GET " + target + b" HTTP/1.1") for target in asked]
        came = answers(converse(gateway.edge_port, b"".join(wires)))
        statuses = [answer.status for answer in came]
        allowed = [target.decode() for target in asked[: len(came) - 1] if target.startswith(b"/v1")]
        assert (
            statuses[:-1]
            == [403, 200, 200] * (len(statuses[:-1]) // 3) + [403, 200][: len(statuses[:-1]) % 3]
        )
        assert (statuses[-1], 3 < len(statuses) <= 17) == (400, True)
        assert [seen.target for seen in backend.seen()[before:]] == allowed


def test_no_row_is_one_that_a_parser_refuses(backends: dict[str, Backend]) -> None:
    """Of all that has come in this file."""
    for backend in backends.values():
        assert {seen.method for seen in backend.seen()} <= {"GET", "POST"}
