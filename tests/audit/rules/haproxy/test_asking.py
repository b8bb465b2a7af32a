"""HAP-001 to 004, 007, 010, 011."""

from tests.audit.normal.haproxy_manifests import ASKING, URL, config, ingress, service
from tests.audit.showing import found

FILE = """defaults
 mode http
frontend web
 bind :443 ssl crt /c
 http-request %s
 http-request deny unless { var(%s) -m bool }
 http-request del-header Authorization
 default_backend app
backend auth
 server a %s
backend app
 server b 10.0.0.1:80
"""
OURS = "lua.token_gateway %s/auth/haproxy/orders 6000 Authorization ,"
PERMIT = "txn.token_gateway_permit"


def said(*texts: str, file: str = "given.yaml") -> list[str]:
    return [one for one in found("".join(texts), file=file) if one.startswith("HAP-")]


def test_what_is_found_of_annotations() -> None:
    table = {
        (): [],
        (("auth-url", URL.replace("svc://token-gateway/token-gateway", "http://a.example")),): ["HAP-001"],
        (("auth-url", URL.replace("svc://token-gateway/token-gateway", "https://a.example")),): ["HAP-001"],
        (("headers", ""),): ["HAP-002"],
        (("headers", "X-Forwarded-Uri: %[pathq]\nX-Forwarded-Method: %[method]"),): ["HAP-002"],
        (("headers", "X-Forwarded-Uri: %[req.hdr(x-forwarded-uri)]"),): ["HAP-002"],
        (("headers", ""), ("auth-headers-request", "authorization")): ["HAP-002"],
        (("auth-external-placement", "frontend"),): ["HAP-003"],
        (("auth-external-placement", "backend"),): [],
        (("auth-headers-succeed", "x-user"),): ["HAP-004"],
        (("auth-headers-succeed", "*"),): ["HAP-004"],
        (("auth-headers-succeed", ""),): ["HAP-004"],
        (("auth-headers-succeed", "Auth*"),): [],
        (("auth-url", "svc://a/b"),): ["HAP-010"],
        (("auth-url", ""),): ["HAP-011"],
    }
    for changes, expected in table.items():
        assert said(ingress({**ASKING, **dict(changes)})) == expected, changes


def test_another_auth_server_need_not_know_the_host() -> None:
    two = "X-Forwarded-Uri: %[pathq]\nX-Forwarded-Method: %[method]"
    other = {**ASKING, "auth-url": "svc://shop/auth:80/verify", "headers": two}
    assert said(ingress(other)) == []


def test_the_service_that_is_asked() -> None:
    secure = {
        "secure_backends": "true",
        "secure_verify_ca_secret": "ca",
        "secure_verify_hostname": "a.example",
    }
    table = {
        (): ["HAP-007"],
        ("secure_backends",): ["HAP-007"],
        ("secure_backends", "secure_verify_ca_secret"): ["HAP-007"],
        tuple(secure): [],
    }
    for names, expected in table.items():
        given = service("token-gateway", "token-gateway", **{name: secure[name] for name in names})
        assert said(ingress(ASKING), given) == expected, names


def test_another_namespace_must_be_allowed() -> None:
    assert said(ingress(ASKING), config("haproxy-ingress", a="b")) == ["HAP-010"]
    assert said(ingress(ASKING), config("haproxy-ingress", cross_namespace_services="allow")) == []
    own = {**ASKING, "auth-url": URL.replace("token-gateway/token-gateway", "gw")}
    assert said(ingress(own), config("haproxy-ingress", a="b")) == []


def test_haproxy_cfg() -> None:
    request, answered = "lua.auth-request auth /verify", "txn.auth_response_successful"
    table = {
        (OURS % "http://127.0.0.1:4180", PERMIT, "10.0.0.2:80"): [],
        (OURS % "https://gw.example:4180", PERMIT, "10.0.0.2:80"): [],
        (OURS % "http://gw.example:4180", PERMIT, "10.0.0.2:80"): ["HAP-001"],
        (request, answered, "127.0.0.1:80"): [],
        (request, answered, "10.0.0.2:80"): ["HAP-001"],
        (request, answered, "10.0.0.2:443 ssl verify none"): ["HAP-001"],
        (request, answered, "10.0.0.2:443 ssl verify required ca-file @system-ca"): [],
        ("set-header X-A b", PERMIT, "127.0.0.1:80"): ["HAP-010"],
    }
    for values, expected in table.items():
        assert said(FILE % values, file="haproxy.cfg") == expected, values
    careless = "global\n httpclient.ssl.verify none\n" + FILE % (
        OURS % "https://gw.example:1",
        PERMIT,
        "127.0.0.1:1",
    )
    assert said(careless, file="haproxy.cfg") == ["HAP-001"]


def test_half_of_basic_authentication() -> None:
    table = {
        (("auth-type", "basic-auth"), ("auth-secret", "users")): ["HAP-009"],
        (("auth-type", "basic-auth"),): ["HAP-009", "HAP-010"],
        (("auth-secret", "users"),): ["HAP-011"],
        (("auth-type", "broken"), ("auth-secret", "users")): ["HAP-011"],
    }
    for annotations, expected in table.items():
        assert said(ingress(dict(annotations), prefix="haproxy.org/")) == expected, annotations
