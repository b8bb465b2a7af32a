"""What F5's controller makes of an Ingress."""

from gateway.audit.exposure import Exposure, Tls
from tests.audit.normal.f5_manifests import external, policy
from tests.audit.normal.haproxy_manifests import ingress as any_ingress
from tests.audit.showing import exposures

REPLACED = "auth_request_set $tg $upstream_http_authorization; proxy_set_header Authorization $tg;"


def ingress(annotations: dict[str, str], *, name: str = "orders", **more: str) -> str:
    text = any_ingress({"nginx.org/x": "y", **annotations}, prefix="", **more)
    return text.replace("ingressClassName: haproxy", "ingressClassName: nginx").replace(
        "name: orders\n", f"name: {name}\n", 1
    )


def told(*texts: str) -> list[tuple[str, str, str]]:
    return [
        (one.controller.value, one.auth.mechanism.value if one.auth else "", one.token.reaches.value)
        for one in exposures("".join(texts))
    ]


def test_who_is_asked_and_what_reaches_the_pod() -> None:
    table = {
        (): ("", "yes"),
        (("nginx.org/policies", "asks"),): ("external", "yes"),
        (("nginx.org/policies", "shop/asks"), ("nginx.org/location-snippets", REPLACED)): ("external", "no"),
        (("nginx.org/policies", "limits"),): ("", "yes"),
        (("nginx.org/policies", "limits, asks"),): ("external", "yes"),
        (("nginx.org/policies", "gone"),): ("unknown", "cannot tell"),
        (("nginx.org/basic-auth-secret", "users"),): ("basic", "yes"),
        (("nginx.com/jwt-key", "jwk"),): ("jwt", "yes"),
        (("nginx.org/location-snippets", "auth_request /_a;"),): ("external", "yes"),
    }
    policies = external() + policy("  rateLimit: {rate: 10r/s}\n", name="limits")
    for annotations, expected in table.items():
        assert told(ingress(dict(annotations)), policies) == [("f5-nic", *expected)], annotations


def test_a_minion_has_what_its_master_says() -> None:
    kind = "nginx.org/mergeable-ingress-type"
    master = ingress({kind: "master", "nginx.org/policies": "asks"}, name="master")
    minion = ingress({kind: "minion"}, name="minion", tls="tls: []")
    found = exposures(f"{master}---\n{minion}{external()}")
    assert [one.is_protected for one in found if one.of and one.of.name == "minion"] == [True]
    assert [one.tls for one in found if one.of and one.of.name == "minion"] == [Tls.ONLY]


def test_tls_paths_and_the_edge() -> None:
    (one,) = exposures(ingress({"nginx.org/ssl-redirect": "false"}))
    assert one.tls is Tls.OPTIONAL
    (one,) = exposures(ingress({}, tls="tls: []"))
    assert one.tls is Tls.NONE
    (one,) = exposures(ingress({"nginx.org/path-regex": "case_sensitive"}))
    assert str(one.path) == "~ /"
    assert told(ingress({}, service="token-gateway", port="8080")) == [("f5-nic", "external", "no")]


def minion_of(text: str) -> Exposure:
    return next(one for one in exposures(text) if one.of and one.of.name == "minion")


def test_snippets_of_the_server_are_the_masters() -> None:
    kind = "nginx.org/mergeable-ingress-type"
    asked = "location = /_a { internal; proxy_pass http://auth.example; }"
    asking = {"nginx.org/server-snippets": f"auth_request /_a; {asked}"}
    master = ingress({kind: "master"}, name="master")
    minion = ingress({kind: "minion", **asking}, name="minion", tls="tls: []")
    assert not minion_of(f"{master}---\n{minion}").is_protected, "they are taken out of a minion"
    master = ingress({kind: "master", **asking}, name="master")
    minion = ingress({kind: "minion"}, name="minion", tls="tls: []")
    assert minion_of(f"{master}---\n{minion}").is_protected
    master = ingress({kind: "master", "nginx.org/location-snippets": "auth_request /_a;"}, name="master")
    assert minion_of(f"{master}---\n{minion}").is_protected, "a location's are inherited"


def test_the_default_backend_of_a_minion_asks_nobody() -> None:
    kind = "nginx.org/mergeable-ingress-type"
    master = ingress({kind: "master"}, name="master")
    minion = ingress({kind: "minion", "nginx.org/policies": "asks"}, name="minion", tls="tls: []")
    default = "  defaultBackend: {service: {name: orders, port: {number: 80}}}\n"
    wider = minion.replace("  rules:", f"{default}  rules:")
    found = exposures(f"{master}---\n{wider}{external()}")
    seen = [(one.host, one.is_protected) for one in found if one.of and one.of.name == "minion"]
    assert seen == [("api.example.com", True), ("", False)]


def test_no_certificate_is_asked_for_in_clear() -> None:
    asks = policy("  ingressMTLS: {clientCertSecret: ca}\n", name="certificates")
    named = {"nginx.org/policies": "certificates"}
    assert exposures(ingress(named) + asks)[0].is_protected
    for value in ("false", "False", "0"):
        found = exposures(ingress({**named, "nginx.org/ssl-redirect": value}) + asks)
        assert not found[0].is_protected, value
