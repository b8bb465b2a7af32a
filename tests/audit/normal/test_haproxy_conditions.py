"""`if` and `unless` as the ways in which they hold."""

from gateway.audit.estate.haproxy_syntax import read_haproxy
from gateway.audit.exposure import PathKind, PathMatch
from gateway.audit.normal.haproxy_conditions import (
    Criterion,
    acls_of,
    before_condition,
    hosts_of,
    methods_of,
    paths_of,
    ways_of,
)

ACLS = """frontend web
    acl api path_beg /api /v1
    acl shop hdr(host) -i shop.example.com
    acl shop hdr(host) -i www.example.com
    acl permitted var(txn.permit) -m bool
"""


def ways(condition: str) -> list[list[str]] | None:
    section = read_haproxy(f"{ACLS}    http-request deny {condition}\n", "haproxy.cfg").sections[0]
    found = ways_of(section.lines[-1].words, acls_of(section.lines))
    return None if found is None else [[_shown(one) for one in way] for way in found]


def _shown(test: Criterion) -> str:
    return f"{'!' if test.is_negated else ''}{test.sample}/{test.matching}={','.join(test.values)}"


def test_conditions() -> None:
    shop = ["hdr(host)/str=shop.example.com", "hdr(host)/str=www.example.com"]
    api, permitted = "path/beg=/api,/v1", "var(txn.permit)/bool="
    table = {
        "": [[]],
        "if api": [[api]],
        "if api !permitted": [[api, f"!{permitted}"]],
        "if api || permitted": [[api], [permitted]],
        "if api or permitted": [[api], [permitted]],
        "if shop": [[shop[0]], [shop[1]]],
        "if !shop": [[f"!{shop[0]}", f"!{shop[1]}"]],
        "unless permitted": [[f"!{permitted}"]],
        "unless { var(txn.permit) -m bool }": [[f"!{permitted}"]],
        "unless api || permitted": [[f"!{api}", f"!{permitted}"]],
        "unless api permitted": [[f"!{api}"], [f"!{permitted}"]],
        "if !{ path /health } !permitted": [["!path/str=/health", f"!{permitted}"]],
        "if ! { path /health }": [["!path/str=/health"]],
        "unless !api": [[api]],
        "if METH_GET": [["method/str=GET,HEAD"]],
        "if elsewhere": [["acl:elsewhere/str="]],
        "if { hdr_end(host) .example.com }": [["hdr(host)/end=.example.com"]],
        "if { path -m beg -i /x }": [["path/beg=/x"]],
        "if { src -f hosts.lst }": [["src/file="]],
    }
    for condition, expected in table.items():
        assert ways(condition) == expected, condition


def test_a_condition_that_is_too_much_is_not_told() -> None:
    assert ways("if " + " ".join(["shop"] * 9)) is None
    assert ways("unless " + " || ".join(["api permitted"] * 9)) is None


def one(condition: str) -> Criterion:
    section = read_haproxy(f"frontend f\n  use_backend b if {condition}\n", "f").sections[0]
    found = ways_of(section.lines[0].words, {})
    assert found is not None
    return found[0][0]


def test_hosts() -> None:
    table = {
        "{ hdr(host) -i A.example b.example:8080 }": {"a.example", "b.example"},
        "{ req.hdr(Host),lower a.example }": {"a.example"},
        "{ hdr(host),field(1,:) -i a.example }": {"a.example"},
        "{ ssl_fc_sni a.example }": {"a.example"},
        "{ hdr_end(host) -i .example.com }": {"*.example.com"},
        "{ hdr(host) -m reg ^a }": set(),
        r"{ hdr(host) -m reg -i ^(?i)(a|b)\.example }": {"a.example", "b.example"},
        r"{ hdr(host) -m reg ^(?:a|b)\.example$ }": {"a.example", "b.example"},
        r"{ hdr(host) -m reg ^a.*\.example$ }": set(),
        r"{ hdr(host) -m reg a\.example$ }": set(),
        "{ hdr(host) -f hosts.lst }": set(),
        "{ path /a }": None,
    }
    for condition, expected in table.items():
        assert hosts_of(one(condition)) == expected, condition


def test_paths_and_methods() -> None:
    table = {
        "{ path_beg /api }": (PathMatch(PathKind.BEGINS_WITH, "/api"),),
        "{ path /a /b }": (PathMatch(PathKind.EXACT, "/a"), PathMatch(PathKind.EXACT, "/b")),
        "{ path_reg ^/x }": (PathMatch(PathKind.REGEX, "^/x"),),
        "{ path_end .php }": (PathMatch(PathKind.UNKNOWN, ".php"),),
        "{ path,lower /a }": (PathMatch(PathKind.UNKNOWN, "/a"),),
        "{ src 10.0.0.1 }": None,
    }
    for condition, expected in table.items():
        assert paths_of(one(condition)) == expected, condition
    assert methods_of(one("{ method POST PUT }")) == frozenset({"POST", "PUT"})
    assert methods_of(one("{ path /a }")) is None


def test_a_rule_without_its_condition() -> None:
    assert before_condition(("http-request", "deny", "if", "a")) == ("http-request", "deny")
