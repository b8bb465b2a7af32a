"""Can a client speak in the proxy's voice, or in the gateway's?

What is sent is either refused, or the decision and what the backend sees are as if it had not been sent.
"""

import pytest

from tests.wire.backend_view import IDENTITY, assert_nobody
from tests.wire.raw_client import bearer, exchange
from tests.wire.stand import Stand

pytestmark = pytest.mark.wire

CARRIERS = [
    ("X-Original-URL", "http://api.example.com/public/x"),
    ("X-Original-URI", "/public/x"),
    ("X-Original-Method", "GET"),
    ("X-Forwarded-Uri", "/public/x"),
    ("X-Forwarded-Method", "GET"),
    ("X-Forwarded-Host", "other.example.com"),
    ("X-Forwarded-Port", "8443"),
    ("X-Forwarded-Prefix", "/public"),
    ("X-Forwarded-Server", "other.example.com"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-For", "10.0.0.1"),
    ("X-Real-IP", "10.0.0.1"),
    ("X-Rewrite-URL", "/public/x"),
    ("Forwarded", "for=10.0.0.1;host=other.example.com"),
    ("X-Token-Gateway-Removes", "query"),
    ("X-Token-Gateway-Preflight", "204"),
    ("X-Auth-Request-Redirect", "/public/x"),
    ("X-Auth-Request-User", "root"),
    ("X-Forwarded-User", "root"),
    ("X_Original_URL", "http://api.example.com/public/x"),
    ("X_Forwarded_Uri", "/public/x"),
    ("X.Forwarded.Uri", "/public/x"),
]

MEANINGLESS = {"X-Auth-Request-Redirect", "X-Token-Gateway-Removes", "X-Token-Gateway-Preflight"}
"""To a backend; what they mean to ingress-nginx and to the gateway they do not mean here."""

OVERRIDES = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X_HTTP_Method_Override"]

IMPERSONATIONS = [
    *((name, "root") for name in IDENTITY),
    ("x-auth-subject", "root"),
    ("X_Auth_Subject", "root"),
    ("X.Auth.Subject", "root"),
    ("X-Auth_Subject", "root"),
    ("X_AUTH_SCOPES", "admin"),
    ("Proxy-Authorization", "Bearer root"),
]


@pytest.mark.parametrize(("name", "value"), CARRIERS, ids=[name for name, _ in CARRIERS])
def test_a_carrier_of_the_clients_opens_nothing(stand: Stand, name: str, value: str) -> None:
    answer = stand.send("/admin", [(name, value)])
    assert answer.status in {stand.front.malformed, 401}
    answer = stand.send("/admin", [(name, value)], token=stand.lab_token())
    assert answer.status in {stand.front.malformed, 400, 403}
    stand.assert_unseen()


@pytest.mark.parametrize(("name", "value"), CARRIERS, ids=[name for name, _ in CARRIERS])
def test_a_carrier_of_the_clients_changes_nothing_that_the_backend_sees(
    stand: Stand, name: str, value: str
) -> None:
    token = stand.lab_token()
    answer = stand.send("/v1/orders/17", [(name, value)], token=token)
    if answer.status != 200:
        assert answer.status in {stand.front.malformed, 400}
        stand.assert_unseen()
        return
    seen = stand.seen()
    assert seen.start_line == "GET /v1/orders/17 HTTP/1.1"
    assert value not in seen.values(name) or name in MEANINGLESS
    assert seen.only("Host") == "api.example.com"
    stand.assert_lab_token_is_replaced(token, seen)


@pytest.mark.parametrize(("name", "value"), IMPERSONATIONS, ids=[name for name, _ in IMPERSONATIONS])
@pytest.mark.parametrize("target", ["/v1/orders", "/healthz"])
def test_nobody_can_say_who_they_are(stand: Stand, target: str, name: str, value: str) -> None:
    token = stand.lab_token()
    answer = stand.send(target, [(name, value)], token=token)
    if answer.status != 200:
        assert answer.status in {stand.front.malformed, 400}
        assert stand.reason in {"identity_header_forged", "header_lookalike"}
        stand.assert_unseen()
        return
    seen = stand.seen()
    assert value not in [seen_value for _, seen_value in seen.headers]
    if target == "/healthz":
        assert_nobody(seen)
    else:
        stand.assert_lab_token_is_replaced(token, seen)


@pytest.mark.parametrize("name", OVERRIDES)
def test_a_method_override_never_reaches_the_backend(stand: Stand, name: str) -> None:
    answer = stand.send("/v1/orders", [(name, "POST")], token=stand.lab_token())
    if answer.status != 200:
        assert answer.status == stand.front.malformed
        assert stand.reason in {"method_override", "header_lookalike"}
        stand.assert_unseen()
        return
    assert "POST" not in stand.seen().text()


def test_a_method_in_the_query_is_refused(stand: Stand) -> None:
    answer = stand.send("/v1/orders?_method=DELETE", token=stand.lab_token())
    assert (answer.status, stand.reason) == (stand.front.malformed, "method_override")
    stand.assert_unseen()


@pytest.mark.parametrize(
    "options",
    ["X-Auth-Subject", "Authorization", "close, X-Auth-Subject", "X-Auth-Scopes, Authorization", "Host"],
)
def test_connection_cannot_have_our_headers_taken_away(stand: Stand, options: str) -> None:
    token = stand.lab_token()
    request = (
        "GET /v1/orders HTTP/1.1\r\nHost: api.example.com\r\n"
        f"Connection: {options}\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    answer = stand.send_raw(request)
    assert answer is not None
    if answer.status == 200:
        stand.assert_lab_token_is_replaced(token, stand.seen())
    else:
        # Traefik takes the named header away before it asks: without a token there is nobody.
        assert answer.status in {stand.front.malformed, 400, 401}
    stand.assert_unseen()


def test_an_identity_header_sent_twice_is_refused_or_gone(stand: Stand) -> None:
    token = stand.lab_token()
    pairs = [("X-Auth-Subject", "a"), ("X-Auth-Subject", "b"), bearer(token)]
    answer = stand.send(headers=pairs)
    assert (answer.status, stand.reason) == (stand.front.malformed, "identity_header_forged")
    stand.assert_unseen()


@pytest.mark.parametrize(
    "lines",
    [
        ["Host: api.example.com", "Host: other.example.com"],
        ["Host: api.example.com, other.example.com"],
        ["Host: api.example.com:80:80"],
        ["Host: user@api.example.com"],
        ["Host:"],
        [],
    ],
    ids=["two", "a list", "two ports", "a user", "empty", "none"],
)
def test_an_odd_host_is_refused(stand: Stand, lines: list[str]) -> None:
    head = "\r\n".join(["GET /public/x HTTP/1.1", *lines, "Connection: close", "", ""])
    answer = stand.send_raw(head.encode())
    assert answer is None or answer.status in {400, 403, 404}
    stand.assert_unseen()


@pytest.mark.parametrize(
    "framing",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding : chunked"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: +5"],
    ],
    ids=["both", "two encodings", "a space", "two lengths", "a sign"],
)
def test_a_smuggled_request_is_not_served(stand: Stand, framing: list[str]) -> None:
    head = "\r\n".join(["POST /v1/orders HTTP/1.1", "Host: api.example.com", *framing, "", ""])
    smuggled = "0\r\n\r\nGET /public/smuggled HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n"
    exchange(stand.port, (head + smuggled).encode(), b"")  # to its end: where it is a request, it has come
    assert [seen.start_line for seen in stand.backend.requests if "POST" in seen.start_line] == []
    stand.backend.requests.clear()
