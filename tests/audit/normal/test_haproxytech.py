"""What the controller of HAProxy Technologies makes of annotations and snippets."""

from pathlib import Path
from typing import Final

import yaml

from gateway.audit.controller import Controller
from gateway.audit.exposure import Exposure, Tls
from tests.audit.normal.haproxy_manifests import config, ingress, service
from tests.audit.showing import exposures

RECORD: Final = Path("tests/audit/witnessed/haproxytech.yaml")
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
        (("auth-type", "basic-auth"),): ("basic", True, "yes"),
        (("auth-type", "basic"), ("auth-secret", "users")): ("", False, "yes"),
        (("auth-type", ""), ("auth-secret", "users")): ("", False, "yes"),
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


def test_of_a_service_only_the_snippet_of_the_backend_is_read() -> None:
    """As of 3.2.11."""
    told = service("orders", "shop").replace(
        "  namespace: shop\n", "  namespace: shop\n  annotations:\n%s", 1
    )
    basic = "    haproxy.org/auth-type: basic-auth\n    haproxy.org/auth-secret: users\n"
    assert found({}, told % basic)[0].auth is None
    (one,) = found({}, told % '    haproxy.org/request-set-header: "Authorization none"\n')
    assert one.token.reaches.value == "yes"
    lines = "".join(f"      {line}\n" for line in LOCKED.splitlines())
    snippet = f"    haproxy.org/backend-config-snippet: |\n{lines}"
    (one,) = found({"backend-config-snippet": "http-request set-header X-A b"}, told % snippet)
    assert one.is_protected, "that of the Ingress follows it"


def test_the_frontends_snippet_is_the_config_maps() -> None:
    assert not found({"frontend-config-snippet": LOCKED})[0].is_protected
    (one,) = found({}, config(NAME, frontend_config_snippet=LOCKED.replace("\n", "\\n")))
    assert one.is_protected


def test_certificates_are_asked_for_over_tls_alone() -> None:
    certified = config(NAME, client_ca="ns/ca")
    assert not found({"ssl-redirect": "false"}, certified)[0].is_protected
    assert not found({}, certified, tls="tls: []")[0].is_protected
    assert not found({"client-ca": "ns/ca"})[0].is_protected, "only the ConfigMap says so"
    missing = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: ns}\n"
    assert not found({}, certified + missing)[0].is_protected


def test_snippets_may_be_forbidden() -> None:
    program = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, namespace: ingress}
spec:
  template:
    spec:
      containers:
      - {name: c, image: "haproxytech/kubernetes-ingress:3.2", args: [--disable-config-snippets=all]}
"""
    assert not found({"backend-config-snippet": LOCKED}, program)[0].is_protected
    assert found({"backend-config-snippet": LOCKED}, program.replace("=all", "=global"))[0].is_protected


def test_it_is_as_the_controller_did() -> None:
    cases = yaml.safe_load(RECORD.read_text())["cases"]
    assert len(cases) > 40
    for case in cases:
        rest = {name: case[name] for name in ("path", "tls") if name in case}
        more = service("orders", "shop", **case.get("service", {}))
        more = more.replace("haproxy-ingress.github.io/", "haproxy.org/")
        given = {name: value.replace("\n", "\\n") for name, value in case.get("config", {}).items()}
        (one,) = found(case["ingress"], more + config(NAME, **given), **rest)
        assert one.is_protected is (case["seen"] != "open"), case
        if case["seen"] != "refused":
            assert one.token.reaches.value == case["token"], case
            assert (one.tls in {Tls.NONE, Tls.OPTIONAL}) is case["clear"], case
