"""Caddy's own order, and what a file makes of it."""

from gateway.audit.normal.caddy_order import STANDARD, in_order, order_of
from tests.audit.normal.caddy_directives import directives


def names(text: str, order: tuple[str, ...] = STANDARD) -> list[str]:
    return [" ".join(one.words) for one in in_order(directives(text), order, {})]


def test_directives_are_sorted() -> None:
    text = "reverse_proxy app\nrequest_header -A\nrewrite /x\nforward_auth b {\n}\nhandle {\n}\n"
    assert names(text) == ["rewrite /x", "forward_auth b", "request_header -A", "handle", "reverse_proxy app"]


def test_the_longest_path_is_first_and_none_is_last() -> None:
    text = "handle {\n}\nhandle /a/* {\n}\nhandle /a/b/* {\n}\nhandle_path /z/* {\n}\n"
    assert names(text) == ["handle /a/b/*", "handle /a/*", "handle", "handle_path /z/*"]


def test_an_option_changes_the_order() -> None:
    table = {
        "order forward_auth first": ["forward_auth b", "rewrite /x"],
        "order forward_auth before rewrite": ["forward_auth b", "rewrite /x"],
        "order rewrite after forward_auth": ["forward_auth b", "rewrite /x"],
        "order rewrite last": ["forward_auth b", "rewrite /x"],
        "order nothing": ["rewrite /x", "forward_auth b"],
    }
    for option, expected in table.items():
        assert names("rewrite /x\nforward_auth b {\n}\n", order_of(directives(option))) == expected, option


def test_a_plug_in_stands_with_the_question() -> None:
    assert names("reverse_proxy a\njwtauth {\n}\nrewrite /x\n") == [
        "rewrite /x",
        "jwtauth",
        "reverse_proxy a",
    ]
