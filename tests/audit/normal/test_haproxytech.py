"""What the controller of HAProxy Technologies makes of annotations and snippets."""

from gateway.audit.controller import Controller
from gateway.audit.exposure import Exposure, Tls
from tests.audit.normal.haproxy_manifests import config, ingress
from tests.audit.showing import exposures

NAME = "haproxy-kubernetes-ingress"
LOCKED = (
    "http-request lua.token_gateway http://127.0.0.1:1/auth/haproxy/orders 6000 Authorization ,\n"
    "http-request deny unless { var(txn.token_gateway_permit) -m bool }\n"
)


def found(annotations: dict[str, str], more: str = "", **rest: str) -> list[Exposure]:
    return list(exposures(ingress({"x": "y", **annotations}, prefix="haproxy.org/", **rest) + more))


def test_who_is_asked_and_what_reaches_the_pod() -> None:
    table = {
        (): ("", False, "yes"),
        (("auth-type", "basic-auth"), ("auth-secret", "users")): ("basic", True, "yes"),
        (("auth-type", "basic-auth"),): ("", False, "yes"),
        (("backend-config-snippet", LOCKED),): ("external", True, "no"),
        (("backend-config-snippet", "http-request lua.auth-request a /b"),): ("external", False, "yes"),
        (("request-set-header", "Authorization none"),): ("", False, "no"),
        (("request-redirect", "https://x.example"),): ("", False, "no"),
    }
    for annotations, expected in table.items():
        (one,) = found(dict(annotations))
        assert one.controller is Controller.HAPROXYTECH
        mechanism = one.auth.mechanism.value if one.auth else ""
        assert (mechanism, one.is_protected, one.token.reaches.value) == expected, annotations


def test_client_certificates_are_of_the_whole_controller() -> None:
    (one,) = found({}, config(NAME, client_ca="ns/ca"))
    assert one.is_protected
    (one,) = found({}, config(NAME, client_ca="ns/ca", client_crt_optional="true"))
    assert not one.is_protected


def test_a_snippet_may_leave_a_hole() -> None:
    snippet = LOCKED.replace("unless", "unless { path /health } or")
    assert [(str(one.path), one.is_protected) for one in found({"backend-config-snippet": snippet})] == [
        ("= /health", False),
        ("/**", True),
    ]


def test_inline_our_edge_asks() -> None:
    (one,) = found({}, service="token-gateway", port="8080")
    assert (one.is_protected, one.token.reaches.value) == (True, "no")


def test_tls_and_paths() -> None:
    assert found({})[0].tls is Tls.ONLY
    assert found({"ssl-redirect": "false"})[0].tls is Tls.OPTIONAL
    assert found({}, tls="tls: []")[0].tls is Tls.NONE
    assert found({"ssl-passthrough": "true"})[0].tls is Tls.PASSED_THROUGH
    assert str(found({}, path="{path: /a, pathType: ImplementationSpecific}")[0].path) == "/a*"


def test_what_is_logged() -> None:
    table = {
        (("request-capture", "req.hdr(Authorization)"),): ["authorization"],
        (("request-capture", "cookie(a)\nhdr(Host)"),): ["cookie", "host"],
        (): [],
    }
    for annotations, expected in table.items():
        assert [one.name for one in found(dict(annotations))[0].logs] == expected, annotations
    (one,) = found({"request-capture": "req.hdr(Authorization)"}, config(NAME, log_format="%r"))
    assert [field.name for field in one.logs] == ["query"]
