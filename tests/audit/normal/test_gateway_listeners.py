from gateway.audit.controller import Controller
from gateway.audit.exposure import Tls
from gateway.audit.normal.gateway_listeners import Gateways, implied_controller, meeting, together
from tests.audit.showing import estate_of

GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec:
  gatewayClassName: cilium
  listeners:
    - {name: http, protocol: HTTP, port: 80}
    - name: wild
      protocol: HTTPS
      port: 443
      hostname: "*.example.com"
      allowedRoutes: {namespaces: {from: All}}
    - name: team
      protocol: HTTPS
      port: 8443
      hostname: shop.example.org
      allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: shop}}}}
    - name: through
      protocol: TLS
      port: 9443
      tls: {mode: Passthrough}
      allowedRoutes: {namespaces: {from: All}}
    - {name: none, protocol: HTTPS, port: 444, allowedRoutes: {namespaces: {from: None}}}
    - name: grpc
      protocol: HTTPS
      port: 445
      hostname: g.example.com
      allowedRoutes: {kinds: [{kind: GRPCRoute}], namespaces: {from: All}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec: {}
"""


def doors(spec: str, *, kind: str = "HTTPRoute", namespace: str = "infra", more: str = "") -> list[str]:
    head = f"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\n"
    named = f"metadata: {{name: r, namespace: {namespace}}}\n"
    estate = estate_of(GATEWAY, f"{head}{named}spec: {spec}\n{more}")
    found = Gateways(estate).doors(estate.of(kind)[0])
    return [f"{one.host} {one.listener_name} {one.tls.value}" for one in found]


def test_at_which_listeners_a_route_hangs() -> None:
    here = "parentRefs: [{name: public, namespace: infra}]"
    label = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: shop}}"
    other = label.replace("team: shop", "team: x")
    cases = {
        "same namespace": (
            doors(f"{{{here}}}"),
            [" http none", "*.example.com wild only", "shop.example.org team only"],
        ),
        "another namespace, whose labels are not known": (
            doors(f"{{{here}}}", namespace="x"),
            ["*.example.com wild only", "shop.example.org team only"],
        ),
        "by label": (
            doors(f"{{{here}, hostnames: [shop.example.org]}}", namespace="shop", more=label),
            ["shop.example.org team only"],
        ),
        "by another label": (
            doors(f"{{{here}, hostnames: [shop.example.org]}}", namespace="shop", more=other),
            [],
        ),
        "narrower host": (
            doors(f"{{{here}, hostnames: [a.example.com]}}"),
            ["a.example.com http none", "a.example.com wild only"],
        ),
        "a section": (doors("{parentRefs: [{name: public, sectionName: http}]}"), [" http none"]),
        "a port": (doors("{parentRefs: [{name: public, port: 443}]}"), ["*.example.com wild only"]),
        "not there": (
            doors("{parentRefs: [{name: private}], hostnames: [a.example.com]}"),
            ["a.example.com  unknown"],
        ),
        "a Service of a mesh": (doors("{parentRefs: [{name: public, kind: Service}]}"), []),
        "TLS": (doors(f"{{{here}}}", kind="TLSRoute", namespace="x"), [" through passed-through"]),
        "gRPC": (
            doors(f"{{{here}}}", kind="GRPCRoute", namespace="x"),
            ["*.example.com wild only", "shop.example.org team only", "g.example.com grpc only"],
        ),
    }
    assert {case: found for case, (found, wanted) in cases.items() if found != wanted} == {}


def test_hosts_meet_in_the_narrower_name() -> None:
    assert meeting("", "a.b") == "a.b"
    assert meeting("*.b", "a.b") == "a.b"
    assert meeting("*.b", "*.a.b") == "*.a.b"
    assert meeting("a.b", "c.b") is None
    assert meeting("*.b", "b") is None


def test_a_host_in_the_clear_and_over_tls_is_both() -> None:
    assert together(frozenset({Tls.NONE, Tls.ONLY})) is Tls.OPTIONAL
    assert together(frozenset({Tls.ONLY})) is Tls.ONLY
    assert together(frozenset({Tls.ONLY, Tls.UNKNOWN})) is Tls.UNKNOWN


def test_the_maker_is_told_by_its_own_objects_if_they_are_of_one_maker() -> None:
    eg = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {name: x}"
    kg = eg.replace("envoyproxy.io", "kgateway.dev")
    assert implied_controller(estate_of(eg)) is Controller.ENVOY_GATEWAY
    assert implied_controller(estate_of(eg, kg)) is Controller.GATEWAY_API


SET = "kind: ListenerSet, name: more"
SETS = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec:
  gatewayClassName: eg
  allowedListeners: {namespaces: FROM}
  listeners: [{name: own, protocol: HTTPS, port: 443, hostname: own.example.com}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: more, namespace: shop}
spec:
  parentRef: {name: public, namespace: infra}
  listeners:
    - {name: a, protocol: HTTPS, port: 443, hostname: a.example.com}
    - {name: b, protocol: HTTPS, port: 443, hostname: b.example.com, allowedRoutes: {namespaces: {from: All}}}
---
"""


def test_a_listener_set_has_more_of_them_if_its_gateway_lets_it() -> None:
    def found(
        allowed: str, parent: str = "kind: ListenerSet, name: more", namespace: str = "shop"
    ) -> list[str]:
        head = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
        named = f"metadata: {{name: r, namespace: {namespace}}}\nspec: {{parentRefs: [{{{parent}}}]}}\n"
        estate = estate_of(SETS.replace("FROM", allowed), head + named)
        doors = Gateways(estate).doors(estate.of("HTTPRoute")[0])
        return [f"{one.host} {one.listener_set.name if one.listener_set else '-'}" for one in doors]

    every = "{from: All}"
    more = "kind: ListenerSet, name: more, namespace: shop"
    cases = {
        "all": (found(every), ["a.example.com more", "b.example.com more"]),
        "a section": (found(every, "kind: ListenerSet, name: more, sectionName: b"), ["b.example.com more"]),
        "from elsewhere": (found(every, more, "other"), ["b.example.com more"]),
        "without a word": (found("{}"), []),
        "from the Gateway's namespace alone": (found("{from: Same}"), []),
        "to the Gateway": (found(every, "name: public, namespace: infra", "infra"), ["own.example.com -"]),
        "not given": (found(every, "kind: ListenerSet, name: other"), [" -"]),
    }
    assert {case: found for case, (found, wanted) in cases.items() if found != wanted} == {}


def test_envoy_gateway_serves_a_host_where_it_is_named() -> None:
    gateway = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec:
  gatewayClassName: CLASS
  listeners:
    - {name: wild, protocol: HTTPS, port: 443, hostname: "*.example.com"}
    - {name: one, protocol: HTTPS, port: 443, hostname: a.example.com}
    - {name: clear, protocol: HTTP, port: 80, hostname: "*.example.com"}
---
"""
    head = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
    spec = "{parentRefs: [{name: public}], hostnames: [a.example.com]}"
    named = f"metadata: {{name: r, namespace: infra}}\nspec: {spec}"

    def found(class_name: str) -> list[str]:
        estate = estate_of(gateway.replace("CLASS", class_name), head + named)
        return [one.listener_name for one in Gateways(estate).doors(estate.of("HTTPRoute")[0])]

    assert found("eg") == ["one", "clear"]
    assert found("kgateway") == ["wild", "one", "clear"]
