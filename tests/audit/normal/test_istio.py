from tests.audit.normal.shown import lines
from tests.audit.showing import exposures

GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: doors}
spec: {servers: [SERVERS]}
---
"""
SECURE = "{port: {protocol: HTTPS}, hosts: ['*.example.com'], tls: {mode: SIMPLE}}"
CLEAR = "{port: {protocol: HTTP}, hosts: ['*.example.com']}"


def service(spec: str, *, hosts: str = "api.example.com", gateways: str = "doors/public") -> str:
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: s, namespace: shop}"
    return f"{head}\nspec: {{hosts: [{hosts}], gateways: [{gateways}], {spec}}}\n"


def door(*servers: str) -> str:
    return GATEWAY.replace("SERVERS", ", ".join(servers))


TO = "route: [{destination: {host: b.shop.svc.cluster.local, port: {number: 80}}}]"
ONE = f"http: [{{{TO}}}]"


def test_at_which_doors_a_host_is_served() -> None:
    name = "api.example.com/**"
    redirecting = CLEAR.replace("']", "'], tls: {httpsRedirect: true}")
    cases = [
        (lines(door(SECURE) + service(ONE)), [f"{name} only open -> b: yes"]),
        (lines(door(SECURE, CLEAR) + service(ONE)), [f"{name} optional open -> b: yes"]),
        (lines(door(SECURE, redirecting) + service(ONE)), [f"{name} only open -> b: yes"]),
        (lines(door(CLEAR) + service(ONE)), [f"{name} none open -> b: yes"]),
        (lines(service(ONE)), [f"{name} unknown open -> b: yes"]),
        (lines(door(SECURE) + service(ONE, hosts="api.example.org")), []),
        (lines(door(SECURE) + service(ONE, hosts="'*'")), ["*.example.com/** only open -> b: yes"]),
        (lines(door(SECURE) + service(ONE, gateways="mesh")), []),
        (lines(door(SECURE.replace("*.", "other/*.")) + service(ONE)), []),
        (lines(door(SECURE.replace("*.", "./*.")) + service(ONE)), []),
        (lines(door(SECURE.replace("*.", "shop/*.")) + service(ONE)), [f"{name} only open -> b: yes"]),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_octets_that_are_passed_on_are_open() -> None:
    through = SECURE.replace("SIMPLE", "PASSTHROUGH")
    spec = f"tls: [{{match: [{{sniHosts: [api.example.com]}}], {TO}}}]"
    assert lines(door(through) + service(spec)) == ["api.example.com?  passed-through open -> b: yes"]
    without_mode = SECURE.replace("{mode: SIMPLE}", "{credentialName: x}")
    assert lines(door(without_mode) + service(spec)) == ["api.example.com?  passed-through open -> b: yes"]


def test_which_requests_a_route_takes() -> None:
    def path(match: str) -> str:
        (one,) = exposures(door(SECURE) + service(f"http: [{{match: [{{{match}}}], {TO}}}]"))
        return f"{one.path} {sorted(one.methods or ())} {list(one.conditions)}"

    cases = {
        "uri: {exact: /a}": "= /a [] []",
        "uri: {prefix: /a}": "/a* [] []",
        "uri: {prefix: /}": "/** [] []",
        "uri: {regex: /a.*}": "~ /a.* [] []",
        "method: {exact: get}": "/** ['GET'] []",
        "headers: {x-a: {exact: b}}, port: 80": "/** [] ['header x-a', 'port']",
        "authority: {exact: c}": "/** [] ['authority']",
        "withoutHeaders: {x-a: {}}, queryParams: {b: {}}": "/** [] ['no header x-a', 'query parameter b']",
    }
    assert {one: path(one) for one in cases} == cases


def test_what_a_route_does_besides() -> None:
    copies = "mirrors: [{destination: {host: copy}}], mirror: {host: old}"
    spec = f"http: [{{{TO}, {copies}, rewrite: {{uri: /}}}}]"
    (one,) = exposures(door(SECURE) + service(spec))
    assert ([each.to for each in one.mirrors], one.rewrites, one.rank) == (["old", "copy"], True, (0,))
    (redirect,) = lines(door(SECURE) + service("http: [{redirect: {uri: /x}}]"))
    assert redirect == "api.example.com/** only open -> nowhere: no"
    for headers in ("remove: [Authorization]", "set: {authorization: x}"):
        (taken,) = lines(door(SECURE) + service(f"http: [{{{TO}, headers: {{request: {{{headers}}}}}}}]"))
        assert taken.endswith("b: no"), headers


def test_where_requests_go() -> None:
    def backend(host: str) -> tuple[str, ...]:
        (one,) = exposures(door(SECURE) + service(f"http: [{{route: [{{destination: {{host: {host}}}}}]}}]"))
        return one.backends[0]

    assert backend("b") == ("shop", "b", "", "Service")
    assert backend("b.other") == ("other", "b", "", "Service")
    assert backend("api.example.org") == ("", "api.example.org", "", "Host")


def test_an_ingress_of_istio_is_served_by_the_same_gateway() -> None:
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: shop}
spec:
  ingressClassName: istio
  tls: [{hosts: [a.b]}]
  rules:
    - host: a.b
      http: {paths: [{path: /x, pathType: Exact, backend: {service: {name: b, port: {number: 80}}}}]}
"""
    asked = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: istio-system}
spec: {action: CUSTOM, provider: {name: gw}, rules: [{}]}
"""
    assert lines(ingress) == ["a.b= /x optional open -> b: yes"]
    assert lines(ingress, asked) == ["a.b= /x optional external -> b: cannot tell"]


def test_how_an_ingress_compares_paths() -> None:
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: shop}
spec:
  ingressClassName: istio
  rules: [{host: a.b, http: {paths: [{path: PATH, pathType: KIND, backend: {service: {name: b}}}]}}]
"""

    def found(path: str, kind: str) -> str:
        (one,) = exposures(ingress.replace("PATH", f"'{path}'").replace("KIND", kind))
        return str(one.path)

    assert found("/x", "Exact") == "= /x"
    assert found("/x", "Prefix") == "/x/**"
    assert found("/x", "ImplementationSpecific") == "= /x"
    assert found("/x/*", "ImplementationSpecific") == "/x/**"
    assert found("/x.*", "ImplementationSpecific") == "/x/**"
    assert found("/*", "ImplementationSpecific") == "/**"
