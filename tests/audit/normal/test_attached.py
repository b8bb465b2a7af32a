from gateway.audit.normal.attached import Attached, Target, targets_of
from tests.audit.showing import estate_of

GIVEN = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop, labels: {team: orders}}
spec: {rules: [{name: first}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: named, namespace: shop}
spec: {targetRefs: [{kind: HTTPRoute, name: orders, sectionName: first}, {kind: Gateway, name: public}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: selecting, namespace: shop}
spec: {targetSelectors: [{kind: HTTPRoute, matchLabels: {team: orders}}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: elsewhere, namespace: other}
spec:
  targetRef: {kind: HTTPRoute, name: orders}
  targetSelectors: [{kind: HTTPRoute, matchLabels: {team: orders}}]
"""


def test_policies_by_what_they_name_or_select() -> None:
    attached = Attached(estate_of(GIVEN), "SecurityPolicy", "gateway.envoyproxy.io")

    def of(*target: str) -> list[str]:
        return [one.name for one in attached.of(Target(*target))]

    assert of("HTTPRoute", "shop", "orders", "first") == ["named"]
    assert of("HTTPRoute", "shop", "orders") == ["selecting"]
    assert of("Gateway", "shop", "public") == ["named"]
    assert of("HTTPRoute", "other", "orders") == ["elsewhere"]


def test_policies_select_by_expressions_too() -> None:
    def chosen(selector: str) -> bool:
        text = GIVEN.replace("matchLabels: {team: orders}}]}\n---", f"{selector}}}]}}\n---")
        attached = Attached(estate_of(text), "SecurityPolicy", "gateway.envoyproxy.io")
        return bool(attached.of(Target("HTTPRoute", "shop", "orders")))

    cases = {
        "matchLabels: {team: orders}": True,
        "matchLabels: {team: other}": False,
        "matchExpressions: [{key: team, operator: In, values: [orders]}]": True,
        "matchExpressions: [{key: team, operator: In, values: [other]}]": False,
        "matchExpressions: [{key: team, operator: DoesNotExist}]": False,
        "group: networking.istio.io, matchLabels: {team: orders}": False,
    }
    assert {one: chosen(one) for one in cases} == cases


def test_the_nearest_target_comes_first() -> None:
    route = estate_of(GIVEN).of("HTTPRoute")[0]
    rule = route.node.descendant(("spec", "rules", 0))
    assert rule is not None
    assert [one.section or one.kind for one in targets_of(route, rule, None, "")] == ["first", "HTTPRoute"]
    named = targets_of(route, rule, None, "", named="public")
    assert named[-1] == Target("Gateway", "shop", "public")
    of_gateway = targets_of(route, rule, route, "https")
    assert [one.section for one in of_gateway] == ["first", "", "https", ""]
