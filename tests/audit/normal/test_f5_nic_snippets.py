"""Snippets of nginx, as far as they say something of authentication."""

from gateway.audit.normal.f5_nic_snippets import (
    MAX_DEPTH,
    answered,
    asks,
    headers_set,
    hides_authorization,
    locations,
    read_snippet,
)

SNIPPET = """
auth_request /_gw;  # ask
auth_request_set $tg $upstream_http_authorization;
auth_request_set $status $upstream_status;
proxy_set_header Authorization $tg;
proxy_set_header X-A "b; c";
location = /_gw { internal; proxy_pass http://gw/x; }
"""


def test_what_is_read() -> None:
    found = read_snippet(SNIPPET)
    assert asks(found) == "/_gw"
    assert answered(found) == {"$tg": "authorization"}
    assert headers_set(found) == {"authorization": "$tg", "x-a": "b; c"}
    ((match, block),) = locations(found)
    assert match == ("=", "/_gw")
    assert [one.name for one in block] == ["internal", "proxy_pass"]
    assert read_snippet(None) == ()
    assert asks(read_snippet("auth_request off;")) == "off"


def test_what_hides_authorization() -> None:
    table = {
        "proxy_set_header Authorization $tg;": True,
        'proxy_set_header authorization "";': True,
        "proxy_set_header Authorization $http_authorization;": False,
        "proxy_pass_request_headers off;": True,
        "proxy_set_header X-A b;": False,
        "": False,
    }
    for text, expected in table.items():
        assert hides_authorization(read_snippet(text)) is expected, text


def test_nothing_is_nested_without_end() -> None:
    assert len(read_snippet("a {" * (MAX_DEPTH * 1000))) <= 1
    assert read_snippet("a { b;")[0].name == "a"
    assert read_snippet("} a;") == ()
