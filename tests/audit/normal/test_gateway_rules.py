from gateway.audit.estate.objects import Object
from gateway.audit.normal import gateway_rules as g
from gateway.config.tree import Node
from tests.audit.showing import estate_of


def rule(text: str, kind: str = "HTTPRoute") -> tuple[Object, Node]:
    head = f"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r, namespace: shop}}"
    (route,) = estate_of(f"{head}\nspec: {{rules: [{text}]}}").objects
    node = route.node.descendant(("spec", "rules", 0))
    assert node is not None
    return route, node


def matches(text: str, kind: str = "HTTPRoute") -> list[str]:
    found = g.matches_of(*rule(text, kind))
    return [f"{one.path} {sorted(one.methods or ())} {list(one.conditions)}" for one in found]


def test_which_requests_a_rule_takes() -> None:
    cases = {
        "{}": ["/** [] []"],
        "{matches: [{path: {value: /a}}]}": ["/a/** [] []"],
        "{matches: [{path: {type: Exact, value: /a}, method: get}]}": ["= /a ['GET'] []"],
        "{matches: [{path: {type: RegularExpression, value: /a.*}}]}": ["~ /a.* [] []"],
        "{matches: [{path: {type: New, value: /a}}]}": ["? /a [] []"],
        "{matches: [{headers: [{name: x-a}], queryParams: [{name: b}]}]}": [
            "/** [] ['header x-a', 'query parameter b']"
        ],
    }
    assert {one: matches(one) for one in cases} == cases


def test_which_calls_a_rule_of_grpc_takes() -> None:
    cases = {
        "{matches: [{method: {service: shop.Orders, method: Get}}]}": ["= /shop.Orders/Get [] []"],
        "{matches: [{method: {service: shop.Orders}}]}": ["/shop.Orders/** [] []"],
        "{matches: [{method: {method: Get}}]}": ["~ /[^/]+/Get [] []"],
        "{matches: [{method: {type: RegularExpression, service: a.*}}]}": ["~ /a.*/.+ [] []"],
        "{matches: [{}]}": ["/** [] []"],
    }
    assert {one: matches(one, "GRPCRoute") for one in cases} == cases
    assert matches("{}", "TCPRoute") == ["?  [] []"]


def test_an_exact_path_comes_before_a_longer_prefix_and_that_before_a_shorter() -> None:
    text = "{matches: [{path: {value: /a}}, {path: {value: /a/b}}, {path: {type: Exact, value: /a}}]}"
    found = sorted(g.matches_of(*rule(text)), key=lambda one: one.rank)
    assert [str(one.path) for one in found] == ["= /a", "/a/b/**", "/a/**"]


def test_where_requests_go_and_who_gets_copies() -> None:
    route, node = rule(
        "{backendRefs: [{name: a, port: 80}, {name: b, weight: 0}, {name: c, namespace: x, kind: Backend, "
        "filters: [{type: RequestMirror, requestMirror: {backendRef: {name: m}}}]}]}"
    )
    assert [(one.namespace, one.name, one.kind) for one in g.backends_of(route, node)] == [
        ("shop", "a", "Service"),
        ("x", "c", "Backend"),
    ]
    assert [one.to for one in g.mirrors_of(route, g.filters_of(node))] == ["m"]


def test_what_filters_do() -> None:
    redirect = g.filters_of(rule("{filters: [{type: RequestRedirect}]}")[1])
    rewrite = g.filters_of(rule("{filters: [{type: URLRewrite, urlRewrite: {path: {}}}]}")[1])
    assert (g.redirects(redirect), g.rewrites_path(redirect)) == (True, False)
    assert (g.redirects(rewrite), g.rewrites_path(rewrite)) == (False, True)
    for modifier in ("remove: [authorization]", "set: [{name: Authorization, value: x}]"):
        filters = g.filters_of(rule(f"{{filters: [{{requestHeaderModifier: {{{modifier}}}}}]}}")[1])
        assert g.takes_authorization(filters) is not None, modifier
    assert g.takes_authorization(redirect) is None
