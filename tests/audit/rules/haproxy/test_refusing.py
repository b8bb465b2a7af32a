"""HAP-008, 009, 012 to 014."""

from tests.audit.normal.haproxy_manifests import ASKING, config, ingress
from tests.audit.showing import found

HEAD = "defaults\n mode http\nfrontend web\n bind :443 ssl crt /c\n default_backend app\n"
TAIL = "backend app\n server b 10.0.0.1:80\nbackend auth\n server a 127.0.0.1:80\n"
ASK = "http-request lua.token_gateway http://127.0.0.1:4180/auth/haproxy/orders 6000 Authorization ,"
LOCK = "http-request deny unless { var(txn.token_gateway_permit) -m bool }"
BASIC = "http-request auth unless { http_auth(users) }"
INTERCEPT = "http-request lua.auth-intercept auth /verify GET * authorization -"
GONE = "http-request del-header Authorization"


def said(*rules: str) -> list[str]:
    text = HEAD + "".join(f" {one}\n" for one in rules) + TAIL
    return [one for one in found(text, file="haproxy.cfg") if one.startswith("HAP-")]


def test_what_is_found_of_rules() -> None:
    table = {
        (): [],
        (ASK, LOCK): [],
        (ASK,): ["HAP-008"],
        (INTERCEPT,): ["HAP-008", "HAP-009"],
        (INTERCEPT, GONE): ["HAP-008"],
        (BASIC,): ["HAP-009"],
        (BASIC, GONE): [],
        ("http-request deny unless { ssl_c_used }",): [],
        ("http-request deny unless { http_auth_bearer,jwt_verify(RS256,/k) 1 }",): ["HAP-009"],
    }
    for rules, expected in table.items():
        assert said(*rules) == expected, rules


def test_snippets_of_the_other_controller_are_read_alike() -> None:
    text = ingress({"backend-config-snippet": ASK}, prefix="haproxy.org/")
    assert [one for one in found(text) if one.startswith("HAP-")] == ["HAP-008", "HAP-005"]


def test_certificates_that_are_not_required() -> None:
    for verify, expected in {"on": [], "optional": ["HAP-012"], "off": ["HAP-012"]}.items():
        text = ingress({"auth-tls-secret": "ca", "auth-tls-verify-client": verify})
        assert [one for one in found(text) if one.startswith("HAP-")] == expected, verify
    tech = ingress({"x": "y"}, prefix="haproxy.org/")
    name = "haproxy-kubernetes-ingress"
    assert "HAP-012" in found(tech + config(name, client_ca="a/b", client_crt_optional="true"))
    assert "HAP-012" not in found(tech + config(name, client_ca="a/b", client_crt_optional="false"))


def test_how_a_token_is_verified() -> None:
    header = "http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')"
    payload = "http-request set-var(txn.sub) http_auth_bearer,jwt_payload_query('$.sub')"
    pinned = "http-request deny unless { var(txn.alg) -m str RS256 }"
    verified = "http-request deny unless { http_auth_bearer,jwt_verify(txn.alg,/k) -m int 1 }"
    kept = "http-request set-var(txn.ok) http_auth_bearer,jwt_verify(RS256,/k)"
    fixed = "http-request deny unless { http_auth_bearer,jwt_verify(RS256,/k) -m int 1 }"
    table = {
        (header, pinned, verified, GONE): [],
        (header, verified, GONE): ["HAP-013"],
        (fixed, GONE): [],
        (payload, GONE): ["HAP-013"],
        (payload, fixed, GONE): [],
        (fixed.replace("-m int 1", "-m bool"), GONE): ["HAP-013"],
        (fixed.replace("-m int 1", "1"), GONE): [],
        (kept, "http-request deny unless { var(txn.ok) -m bool }", GONE): ["HAP-013"],
        (kept, "http-request deny unless { var(txn.ok) -m int 1 }", GONE): [],
    }
    for rules, expected in table.items():
        assert said(*rules) == expected, rules


def test_a_route_of_a_protected_host_that_is_open() -> None:
    but_health = LOCK.replace("unless", "unless { path /health } or")
    assert said(ASK, but_health) == ["HAP-014"]
    asked = ingress(ASKING)
    more = ingress({"hsts": "true"}, path="{path: /more, pathType: Prefix}").replace(
        "name: orders", "name: more", 1
    )
    assert [one for one in found(f"{asked}---\n{more}") if one == "HAP-014"] == ["HAP-014"]
    public = more.replace('example.com/none: ""', "token-gateway.dev/public: open on purpose")
    assert "HAP-014" not in found(f"{asked}---\n{public}")
    elsewhere = more.replace("api.example.com", "www.example.com")
    assert "HAP-014" not in found(f"{asked}---\n{elsewhere}")
    passed = ingress({**ASKING, "ssl-passthrough": "true"})
    assert "HAP-014" in found(passed)


def test_rules_about_requests_where_octets_are_passed_on() -> None:
    def text(mode: str, rule: str) -> str:
        return f"frontend f\n{mode} bind :443\n{rule} default_backend b\nbackend b\n server s a:1\n"

    rule = " http-request deny unless { var(txn.token_gateway_permit) -m bool }\n"
    assert "HAP-014" in found(text(" mode tcp\n", rule), file="haproxy.cfg")
    assert "HAP-014" in found(text("", rule), file="haproxy.cfg")
    assert "HAP-014" not in found(text(" mode http\n", rule), file="haproxy.cfg")
    assert "HAP-014" not in found(text(" mode tcp\n", ""), file="haproxy.cfg")
