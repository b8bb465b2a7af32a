"""The Caddyfile: one question, one way on to the backend, and every header ours or gone.

That Caddy itself accepts it is tested in tests/wire/test_caddy_verbatim.py.
"""

import re

import pytest

from gateway.core.policy import Policy
from gateway.dialects.snippets.caddy import snippet
from gateway.dialects.snippets.logs import caddy as logs
from gateway.dialects.snippets.settings import IDENTITY, Settings
from gateway.dialects.untrusted import UNTRUSTED
from tests.dialects.snippets import policies as p

SETTINGS = Settings(gateway="http://127.0.0.1:4180", backend="http://127.0.0.1:8080", listen="127.0.0.1:1")
POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def block(text: str, name: str) -> list[str]:
    """The lines of the one block of this name, without their indentation."""
    (found,) = re.findall(rf"^(\t*){re.escape(name)} {{\n(.*?)\n\1}}$", text, re.DOTALL | re.MULTILINE)
    return [line.strip() for line in found[1].splitlines()]


def asking(policy: Policy) -> list[str]:
    return block(snippet(policy, SETTINGS), "reverse_proxy http://127.0.0.1:4180")


def permitted(policy: Policy) -> list[str]:
    return block(snippet(policy, SETTINGS), "handle_response @permit")


def passing_on(policy: Policy) -> list[str]:
    return block(snippet(policy, SETTINGS), "reverse_proxy http://127.0.0.1:8080")


def before(policy: Policy) -> list[str]:
    """What happens before the gateway is asked."""
    lines = [line.strip() for line in snippet(policy, SETTINGS).splitlines()]
    return lines[lines.index("route {") : lines.index("reverse_proxy http://127.0.0.1:4180 {")]


@each
def test_everything_stands_in_one_route_and_the_question_comes_first(policy: Policy) -> None:
    text = snippet(policy, SETTINGS)
    site = block(text, "http://:1")
    assert site[:2] == ["bind 127.0.0.1", "log"]
    assert site[3] == "route {"
    assert re.findall(r"reverse_proxy (\S+)", text) == ["http://127.0.0.1:4180", "http://127.0.0.1:8080"]


@each
def test_a_permit_is_200_and_all_else_ends_the_request(policy: Policy) -> None:
    lines = asking(policy)
    matchers = [line for line in lines if line.startswith(("@permit", "@refusal"))]
    assert matchers == ["@permit status 200", "@refusal status 4xx 503"]
    assert lines[-3:] == ["handle_response {", "error 503", "}"]
    assert "rewrite /auth/caddy/orders? # with `?`, or the client's query would follow" in lines
    assert "method GET" in lines
    assert "dial_timeout 1s" in lines
    assert any(line.startswith("response_header_timeout 6s") for line in lines)


@each
def test_every_identity_header_is_ours(policy: Policy) -> None:
    lines = permitted(policy)
    for header in ("Authorization", *IDENTITY):
        matcher, value = f"@{header.lower().replace('-', '_')}", f"{{http.reverse_proxy.header.{header}}}"
        deleted = lines.index(f"request_header -{header}")
        assert lines.index(f"request_header {matcher} {header} {value}") > deleted
        assert f'{matcher} not vars {value} ""' in lines


@each
def test_what_could_mislead_the_backend_is_taken_away(policy: Policy) -> None:
    assert {f"header_up -{header}" for header in UNTRUSTED} <= set(passing_on(policy))


@each
def test_the_gateway_sees_every_header_and_believes_the_proxys(policy: Policy) -> None:
    lines = asking(policy)
    assert [line for line in lines if line.startswith("header_up -")] == []
    assert "header_up X-Forwarded-Method {http.request.method}" in lines
    assert "header_up X-Forwarded-Uri {http.request.uri}" in lines
    assert "header_up X-Token-Gateway-Upgrade {http.request.header.Upgrade}" in lines
    deleted = [line for line in before(policy) if line.startswith("request_header -")]
    assert [line.partition("-")[2] for line in deleted] == [
        "Connection",
        "X-Token-Gateway-*",
        "X-Forwarded-Host",
    ]


@each
def test_an_absolute_target_is_refused_before_the_gateway_is_asked(policy: Policy) -> None:
    assert "@no_path expression `!{http.request.orig_uri}.startsWith('/')`" in before(policy)
    assert "respond @no_path 400" in before(policy)


@each
def test_the_one_log_holds_no_query_and_no_header(policy: Policy) -> None:
    text = snippet(policy, SETTINGS)
    assert logs.OPTION in text
    assert re.findall(r"^\s*log\b.*", text, re.MULTILINE) == ["\tlog default {", "\tlog"]
    assert "\tlog\n" in text


@each
def test_the_settings_of_caddy_itself_are_closed(policy: Policy) -> None:
    text = snippet(policy, SETTINGS)
    assert {"\tadmin off", "\tpersist_config off"} <= set(text.splitlines())
    assert "trusted_proxies" not in re.sub(r"#.*", "", text)


def test_credentials_of_other_kinds_do_not_pass() -> None:
    assert "request_header -X-Device-Token" in permitted(p.HEADER)
    assert "request_header -Cookie" in permitted(p.COOKIE)
    assert "request_header @cookie Cookie {http.reverse_proxy.header.Cookie}" in permitted(p.COOKIE)
    assert not any("Cookie" in line for line in permitted(p.PLAIN))


def test_a_token_in_the_query_is_cut_out_after_the_question() -> None:
    text = snippet(p.QUERY, SETTINGS)
    (replaced,) = re.findall(r"^\t\turi replace .*$", text, re.MULTILINE)
    assert replaced == "\t\turi replace {http.request.uri.query} {token_gateway_query_1} 1"
    assert text.index("http://127.0.0.1:4180") < text.index(replaced) < text.index("http://127.0.0.1:8080 ")
    assert "header_up X-Token-Gateway-Removes query" in asking(p.QUERY)
    assert not any("Removes" in line for line in asking(p.PLAIN))
    assert "respond @twice 400" in before(p.QUERY)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("device.token=T", ""),
        ("device.token=T&a=1", "a=1"),
        ("a=1&device.token=T;b=2", "a=1;b=2"),
        ("device_token=1&device.token=T", "device_token=1"),
        ("xdevice.token=1", "xdevice.token=1"),
    ],
)
def test_the_map_takes_out_the_one_parameter(query: str, left: str) -> None:
    rows = block(snippet(p.QUERY, SETTINGS), "map {token_gateway_query_0} {token_gateway_query_1}")
    found = [re.fullmatch(r'"~(.+)" "(.*)"', row) for row in rows[:-1]]
    assert rows[-1] == "default {token_gateway_query_0}"
    assert None not in found
    for row in found:
        assert row is not None
        matched = re.search(row[1], query)
        if matched:
            query = matched.expand(re.sub(r"\$\{(\d)\}", r"\\\1", row[2]))
            break
    assert query == left


def test_an_upgrade_passes_only_where_a_route_takes_it() -> None:
    assert "request_header @upgrade Upgrade websocket" in snippet(p.WEBSOCKET, SETTINGS)
    assert "vars @websocket token_gateway_upgrade websocket" in before(p.WEBSOCKET)
    assert "request_header @upgrade" not in snippet(p.PLAIN, SETTINGS)


def test_a_preflight_is_answered_and_never_passed_on() -> None:
    lines = asking(p.CORS)
    assert lines.index("handle_response @preflight {") < lines.index("handle_response @refusal {")
    assert block(snippet(p.CORS, SETTINGS), "handle_response @preflight")[-2:] == ["respond 204", "}"]
    assert not any("reflight" in line for line in asking(p.PLAIN))


def test_a_policy_with_cors_speaks_for_the_backend() -> None:
    (included,) = [line for line in permitted(p.CORS) if line.startswith("include ")]
    assert included.split()[-1] == "Vary"
    assert "header_down -Access-Control-*" in passing_on(p.CORS)
    assert not any("Access-Control" in line for line in (*permitted(p.PLAIN), *passing_on(p.PLAIN)))


@pytest.mark.parametrize(
    ("listen", "address", "bind"),
    [
        ("80", "http://:80 {", None),
        ("127.0.0.1:81", "http://:81 {", "\tbind 127.0.0.1"),
        ("[::1]:82", "http://:82 {", "\tbind [::1]"),
    ],
)
def test_it_listens_where_it_is_told(listen: str, address: str, bind: str | None) -> None:
    lines = snippet(p.PLAIN, Settings(listen=listen)).splitlines()
    assert address in lines
    assert [line for line in lines if line.startswith("\tbind")] == ([bind] if bind else [])
