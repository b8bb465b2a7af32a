"""What a haproxy.cfg opens, who is asked, and whether the client's token goes on."""

from gateway.audit.exposure import Exposure, Tls
from tests.audit.showing import exposures

HEAD = """global
    log stdout format raw local0
defaults
    mode http
frontend web
    bind :80
"""
APP = "backend app\n    server a 10.0.0.1:8080\nbackend auth\n    server a 127.0.0.1:4180\n"
LOCK = "http-request deny unless { var(txn.token_gateway_permit) -m bool }"
URL = "http://127.0.0.1:4180/auth/haproxy/orders"
ASK = f"http-request lua.token_gateway {URL} 6000 Authorization,X-Auth-Subject ,"
VERIFY = "http-request set-var(txn.ok) http_auth_bearer,jwt_verify(txn.alg,/k)"
AGENT = "filter spoe engine auth config f"
SET = "http-request set-header Authorization"
TO_TLS = "http-request redirect scheme https unless { ssl_fc }"
JWT = "http-request deny unless { http_auth_bearer,jwt_verify(txn.alg,/key.pem) 1 }"
REQUEST = "http-request lua.auth-request auth /verify"
REQUEST_LOCK = "http-request deny if ! { var(txn.auth_response_successful) -m bool }"


def opened(*rules: str, head: str = HEAD, tail: str = APP) -> list[Exposure]:
    routes = () if any("default_backend" in one for one in rules) else ("default_backend app",)
    frontend = "".join(f"    {one}\n" for one in (*rules, *routes))
    return list(exposures(f"{head}{frontend}{tail}", file="haproxy.cfg"))


def shown(*rules: str, tail: str = APP) -> list[tuple[str, str, str, bool, str]]:
    return [
        (
            one.host,
            str(one.path),
            one.auth.mechanism.value if one.auth else "",
            one.is_protected,
            one.token.reaches.value,
        )
        for one in opened(*rules, tail=tail)
    ]


def test_who_is_asked_and_what_reaches_the_backend() -> None:
    every = ("", "/**")
    table = {
        (): [(*every, "", False, "yes")],
        (ASK, LOCK): [(*every, "external", True, "no")],
        (ASK,): [(*every, "external", False, "no")],
        (LOCK,): [(*every, "unknown", True, "yes")],
        (REQUEST, REQUEST_LOCK): [(*every, "external", True, "yes")],
        (REQUEST,): [(*every, "external", False, "yes")],
        (REQUEST, REQUEST_LOCK, "http-request del-header Authorization"): [(*every, "external", True, "no")],
        ("http-request lua.auth-intercept auth /verify GET '*' 'authorization' '*'",): [
            (*every, "external", True, "cannot tell")
        ],
        ("http-request lua.auth-intercept auth /verify GET '*' 'x-user' '*'",): [
            (*every, "external", True, "yes")
        ],
        ("http-request lua.ban_bots",): [(*every, "", False, "yes")],
        (JWT,): [(*every, "jwt", True, "yes")],
        (
            "http-request set-var(txn.ok) http_auth_bearer,jwt_verify(txn.alg,/k)",
            "http-request deny unless { var(txn.ok) -m int 1 }",
        ): [(*every, "jwt", True, "yes")],
        ("http-request auth unless { http_auth(users) }",): [(*every, "basic", True, "yes")],
        ("http-request deny unless { req.hdr(x-api-key) -m str abc }",): [(*every, "api-key", True, "yes")],
        ("http-request deny unless { req.hdr(x-api-key) -m found }",): [(*every, "", False, "yes")],
        ("http-request deny unless { ssl_c_used }",): [(*every, "client-certificate", True, "yes")],
        ("http-request deny unless { src 10.0.0.0/8 }",): [(*every, "", False, "yes")],
        (AGENT, "http-request deny if { var(txn.auth.status) -m int 401 }"): [
            (*every, "external", False, "yes")
        ],
        (
            "filter spoe engine auth config f",
            "http-request deny unless { var(txn.auth.status) -m int 200 }",
        ): [(*every, "external", True, "yes")],
        ("filter spoe engine waf config f",): [(*every, "", False, "yes")],
        (JWT, f"{SET} %[var(txn.minted)]"): [(*every, "jwt", True, "no")],
        (JWT, f"{SET} %[req.hdr(Authorization)]"): [(*every, "jwt", True, "yes")],
        (JWT, "http-request del-header auth -m beg"): [(*every, "jwt", True, "no")],
        (JWT, "http-request del-header Authorization if { path /x }"): [(*every, "jwt", True, "cannot tell")],
    }
    for rules, expected in table.items():
        assert shown(*rules) == expected, rules


def test_a_guard_protects_what_it_is_asked_about() -> None:
    but_health = "http-request deny unless { path /health } || { var(txn.token_gateway_permit) -m bool }"
    only_api = "http-request deny if { path_beg /api } !{ var(txn.token_gateway_permit) -m bool }"
    by_header = "http-request deny if { req.hdr(x-a) b } !{ var(txn.token_gateway_permit) -m bool }"
    table = {
        (ASK, but_health): [("= /health", False), ("/**", True)],
        (ASK, only_api): [("/api*", True), ("/**", False)],
        (ASK, by_header): [("/**", True), ("/**", False)],
        ("http-request lua.auth-intercept auth /v GET * * - if { path_beg /api }",): [
            ("/api*", True),
            ("/**", False),
        ],
        ("http-request allow if { path /health }", ASK, LOCK): [("= /health", False), ("/**", True)],
        ("http-request allow", ASK, LOCK): [("/**", False)],
        (ASK, LOCK, "http-request allow"): [("/**", True)],
    }
    for rules, expected in table.items():
        assert [(str(one.path), one.is_protected) for one in opened(*rules)] == expected, rules
    conditional = opened(ASK, by_header)
    assert [one.conditions for one in conditional] == [("req.hdr(x-a)",), ("not (req.hdr(x-a))",)]


def test_routes() -> None:
    rules = (
        "acl shop hdr(host) -i shop.example.com www.example.com",
        "use_backend app if shop { path_beg /api } METH_POST",
        "use_backend app if { hdr_end(host) .example.org }",
        "use_backend app if { src 10.0.0.1 }",
        "use_backend %[path,map(m)]",
    )
    found = opened(*rules)
    assert [(one.host, str(one.path), one.methods, one.conditions) for one in found] == [
        ("shop.example.com", "/api*", {"POST"}, ()),
        ("www.example.com", "/api*", {"POST"}, ()),
        ("*.example.org", "/**", None, ()),
        ("", "/**", None, ("src",)),
        ("", "? ", None, ("chosen as it runs",)),
        ("", "/**", None, ()),
    ]
    assert found[4].token.reaches.value == "cannot tell"
    assert [one.rank for one in found] == [(0, 0), (0, 0), (1, 0), (2, 0), (3, 0), (4, 0)]
    assert [one.name for one in found[0].backends] == ["10.0.0.1"]


def test_a_condition_of_the_route_is_none_of_its_guard() -> None:
    text = (
        "acl private hdr(host) -m reg ^api",
        "http-request deny if private !{ var(txn.token_gateway_permit) -m bool }",
        ASK,
        "use_backend app if private",
    )
    found = opened(*text)
    assert [(one.conditions, one.is_protected) for one in found] == [
        (("private",), True),
        (("private",), True),
        (("not (private)",), False),
    ]


def test_the_rules_of_the_backend_count_too() -> None:
    tail = f"backend app\n    {LOCK}\n    server a 10.0.0.1:8080\n"
    assert shown(ASK, tail=tail) == [("", "/**", "external", True, "no")]


def test_tls() -> None:
    table = {
        "bind :80": Tls.NONE,
        "bind :443 ssl crt /c": Tls.ONLY,
        "bind :80\n    bind :443 ssl crt /c": Tls.OPTIONAL,
        f"bind :80\n    bind :443 ssl crt /c\n    {TO_TLS}": Tls.ONLY,
    }
    for binds, expected in table.items():
        (found,) = opened(head=HEAD.replace("bind :80", binds))
        assert found.tls is expected, binds
    (found,) = opened(head=HEAD.replace("mode http", "mode tcp"))
    assert found.tls is Tls.PASSED_THROUGH
    assert not found.is_protected


def test_a_certificate_that_every_listener_wants_protects() -> None:
    binds = "bind :443 ssl crt /c ca-file /ca verify required"
    (found,) = opened(head=HEAD.replace("bind :80", binds))
    assert found.is_protected
    (found,) = opened(head=HEAD.replace("bind :80", f"{binds}\n    bind :80"))
    assert not found.is_protected


def test_a_listen_is_a_door_and_a_backend() -> None:
    web, inner = "listen web\n bind :80\n server a 10.0.0.1:80\n", "listen inner\n server b 10.0.0.2:80\n"
    text = f"defaults\n mode http\n{web}{inner}"
    found = exposures(text, file="haproxy.cfg")
    assert [(one.backends[0].name, one.source.owner) for one in found] == [("10.0.0.1", "listen web")]


def test_what_is_asked_is_named_without_secrets() -> None:
    (found,) = opened(ASK.replace("127.0.0.1", "bob:s3cret@127.0.0.1"), LOCK)
    assert found.auth is not None
    assert (found.auth.dialect, found.auth.policy) == ("haproxy", "orders")
    assert found.auth.url == "http://127.0.0.1:4180/auth/haproxy/orders"
    assert found.auth.response_headers == frozenset({"authorization", "x-auth-subject"})
    assert "s3cret" not in repr(found)


def test_no_user_of_a_server_is_shown() -> None:
    given = (
        "frontend f\n mode http\n bind :80\n default_backend b\nbackend b\n server s http://u:hunter2@x:80\n"
    )
    (one,) = exposures(given, file="haproxy.cfg")
    assert "hunter2" not in repr(one.backends)
    assert [(each.name, each.port) for each in one.backends] == [("x", "80")]
