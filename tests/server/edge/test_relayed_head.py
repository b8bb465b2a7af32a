"""What a client gets of the head of an answer."""

from gateway.dialects.wire import ALL_OF_IT, ReplyRules
from gateway.server.edge.relayed_head import relayed_head
from tests.server.edge.test_response_head import head


def test_what_is_relayed_is_rebuilt_without_what_was_the_connection_s() -> None:
    found = head(b"A%b: c%d", b"Connection: X-Hop", b"X-hop: 1", b"Set-Cookie: a", b"Set-Cookie: b")
    for _ in range(2):
        assert relayed_head(found, ALL_OF_IT, b"content-length: 1\r\n") == (
            b"HTTP/1.1 200 OK\r\na%b: c%d\r\nset-cookie: a\r\nset-cookie: b\r\ncontent-length: 1\r\n\r\n"
        )
    plain = head(b"Keep-Alive: 5", b"Trailer: A", b"Upgrade: h2c", b"B: c", b"Content-Length: 3")
    for _ in range(2):
        assert relayed_head(plain, ALL_OF_IT, b"") == b"HTTP/1.1 200 OK\r\nb: c\r\n\r\n"


def test_the_phrase_is_the_registry_s_and_never_the_upstream_s() -> None:
    assert (
        relayed_head(head(start=b"HTTP/1.1 404 Secret\x1b"), ALL_OF_IT, b"")
        == b"HTTP/1.1 404 Not Found\r\n\r\n"
    )
    assert relayed_head(head(start=b"HTTP/1.1 599 x"), ALL_OF_IT, b"") == b"HTTP/1.1 599 \r\n\r\n"
    assert relayed_head(head(start=b"HTTP/1.1 103 x"), ALL_OF_IT, b"") == b"HTTP/1.1 103 \r\n\r\n"


def relayed(rules: ReplyRules, *headers: bytes) -> list[bytes]:
    lines = relayed_head(head(*headers), rules, b"").split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"HTTP/1.1 200 OK", [b"", b""])
    return lines[1:-2]


def test_what_the_rules_keep_back_is_kept_back_and_by_no_others() -> None:
    names, prefixes = ReplyRules(names=frozenset({b"server"})), ReplyRules(prefixes=(b"access-control-",))
    said = (b"Server: a", b"Access-Control-Allow-Origin: *", b"Connection: B", b"B: c", b"D: e")
    for _ in range(2):
        assert relayed(names, *said) == [b"access-control-allow-origin: *", b"d: e"]
        assert relayed(prefixes, *said) == [b"server: a", b"d: e"]
        assert relayed(ALL_OF_IT, *said[:2]) == [b"server: a", b"access-control-allow-origin: *"]
        assert relayed(names, *said[:2]) == [b"access-control-allow-origin: *"]


def test_a_cookie_that_is_ours_is_set_by_no_backend() -> None:
    """H50: in any spelling; the others stay octet for octet."""
    rules = ReplyRules(cookies=frozenset({b"sess"}))
    plain = (b"Set-Cookie: a=sess; Path=/", b"set-cookie: b = c;sess=d", b"Set-Cookie: sessx=e", b"X: y")
    kept = [b"set-cookie: a=sess; Path=/", b"set-cookie: b = c;sess=d", b"set-cookie: sessx=e", b"x: y"]
    for _ in range(2):
        assert relayed(rules, *plain) == kept
        assert relayed(rules, *plain, b"Set-Cookie: sess=evil; Domain=.example.com") == kept
        assert relayed(rules, b"Set-Cookie: __Host-SESS =evil", *plain) == kept
        assert relayed(rules, b"Connection: X", b"Set-Cookie: =sess=evil", *plain[1:]) == kept[1:-1]
        assert relayed(ALL_OF_IT, b"Set-Cookie: sess=theirs") == [b"set-cookie: sess=theirs"]
