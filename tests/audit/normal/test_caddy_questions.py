"""Who is asked, in the short form and in the long one."""

from gateway.audit.exposure import Backend, Fails
from gateway.audit.normal.caddy_matchers import match_of
from gateway.audit.normal.caddy_questions import (
    asked_of,
    auth_of,
    copied_headers,
    is_question,
    lets_all_by,
    skips_verification,
)
from tests.audit.normal.caddy_directives import directive

LONG = """reverse_proxy https://gw.example:4180 {
	method GET
	rewrite /auth/caddy/orders?
	@ok status 200
	handle_response @ok {
		route {
			request_header -Authorization
			request_header @x Authorization {http.reverse_proxy.header.Authorization}
		}
	}
	handle_response {
		copy_response
	}
}"""


def test_the_short_form() -> None:
    one = directive(
        "forward_auth /x token-gateway.gw.svc:4180 {\n uri /auth/caddy/orders?\n copy_headers A B>C\n}"
    )
    assert is_question(one)
    auth = auth_of(one, match_of(one, {})[1])
    assert auth.url == "http://token-gateway.gw.svc:4180/auth/caddy/orders"
    assert auth.service == Backend("gw", "token-gateway", "4180")
    assert (auth.dialect, auth.policy, auth.fails) == ("caddy", "orders", Fails.CLOSED)
    assert auth.response_headers == frozenset({"a", "c"})
    block = directive("forward_auth a {\n copy_headers {\n  A\n  B>C\n }\n}")
    assert copied_headers(block) == {"a", "c"}


def test_the_long_form() -> None:
    one = directive(LONG)
    assert is_question(one)
    assert not lets_all_by(one)
    auth = auth_of(one, ("https://gw.example:4180",))
    assert (auth.url, auth.response_headers) == (
        "https://gw.example:4180/auth/caddy/orders",
        frozenset({"authorization"}),
    )


def test_a_proxy_that_only_forwards_asks_nobody() -> None:
    assert not is_question(directive("reverse_proxy app:80"))
    answering = "reverse_proxy app:80 {\n handle_response {\n  respond 404\n }\n}"
    assert not is_question(directive(answering))


def test_what_lets_everybody_by() -> None:
    table = {
        "@ok status 200": False,
        "@ok status 2xx": False,
        "@ok status 200 204": False,
        "@ok status 200 401": True,
        "@ok status 4xx": True,
        "@ok header X-A b": True,
        "@other status 200": True,
    }
    for matcher, expected in table.items():
        assert lets_all_by(directive(LONG.replace("@ok status 200", matcher))) is expected, matcher
    assert lets_all_by(directive(LONG.replace("handle_response @ok", "handle_response")))


def test_servers() -> None:
    table = {
        "10.0.0.1:80": "http://10.0.0.1:80/x",
        "http://a.example": "http://a.example/x",
        "https://a.example": "https://a.example/x",
        "h2c://a.example:1": "h2c://a.example:1/x",
        "[::1]:80": "http://[::1]:80/x",
        "unix//run/auth.sock": "unix:///x",
        "{$AUTH}": None,
    }
    for upstream, expected in table.items():
        found = asked_of(directive("forward_auth a {\n uri /x\n}"), (upstream,))
        assert (found.url if found else None) == expected, upstream
    assert asked_of(directive("forward_auth"), ()) is None
    by_tls = directive("forward_auth a:443 {\n uri /x\n transport http {\n  tls_trust_pool file ca\n }\n}")
    found = asked_of(by_tls, ("a:443",))
    assert found is not None
    assert found.scheme == "https"


def test_an_unverified_certificate() -> None:
    one = directive("forward_auth a {\n transport http {\n  tls_insecure_skip_verify\n }\n}")
    found = skips_verification(one)
    assert found is not None
    assert found.name == "tls_insecure_skip_verify"
    assert skips_verification(directive("forward_auth a")) is None
