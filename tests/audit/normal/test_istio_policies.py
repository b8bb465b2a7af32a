from gateway.audit.normal.istio_policies import (
    ByNamespace,
    Pods,
    Policies,
    Workload,
    matcher,
    workload_of_selector,
)
from tests.audit.normal.shown import lines
from tests.audit.showing import estate_of, exposures

MESH = """
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  meshConfig:
    extensionProviders: [{name: gw, envoyExtAuthzGrpc: {service: token-gateway.auth.svc, port: 1}}]
"""
DOOR = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {protocol: HTTPS}, hosts: [a.b], tls: {mode: SIMPLE}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: s, namespace: shop}
spec: {hosts: [a.b], gateways: [istio-system/public], http: [{route: [{destination: {host: b}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: b, namespace: shop}
spec: {selector: {app: b}}
"""
ASK = "action: CUSTOM, provider: {name: gw}"
TOKEN = "from: [{source: {requestPrincipals: ['*']}}]"
NO_TOKEN = "from: [{source: {notRequestPrincipals: ['*']}}]"


def policy(spec: str, namespace: str = "istio-system", kind: str = "AuthorizationPolicy") -> str:
    head = f"apiVersion: security.istio.io/v1\nkind: {kind}\nmetadata: {{name: p, namespace: {namespace}}}"
    return f"{head}\nspec: {{{spec}}}\n"


def found(*policies: str) -> list[str]:
    return [
        one.removeprefix("a.b").replace(" only", "").replace(" -> b", "")
        for one in lines(MESH, DOOR, *policies)
    ]


def test_what_a_policy_of_the_gateway_asks_about() -> None:
    def to(operation: str) -> str:
        return f"{ASK}, rules: [{{to: [{{operation: {{{operation}}}}}]}}]"

    cases = {
        f"{ASK}, rules: [{{}}]": ["/** external: no"],
        f"{ASK}, rules: []": ["/** open: yes"],
        f"{ASK}": ["/** open: yes"],
        f"{ASK}, selector: {{matchLabels: {{istio: ingressgateway}}}}, rules: [{{}}]": ["/** external: no"],
        f"{ASK}, selector: {{matchLabels: {{istio: egress}}}}, rules: [{{}}]": ["/** open: yes"],
        to("hosts: [a.b]"): ["/** external: no"],
        to("hosts: ['*.b']"): ["/** external: no"],
        to("hosts: [c.b]"): ["/** open: yes"],
        to("notHosts: [a.b]"): ["/** open: yes"],
        to("paths: [/api/*]"): ["/api/* external: no", "/** open: yes"],
        to("notPaths: [/health]"): ["/** external: no", "= /health open: yes"],
        f"{ASK}, rules: [{{when: [{{key: 'request.headers[x]'}}]}}]": ["/** open: yes"],
        f"action: DENY, rules: [{{{NO_TOKEN}}}]": ["/** jwt: no"],
        f"rules: [{{{TOKEN}}}]": ["/** jwt: no"],
        f"action: DENY, rules: [{{{NO_TOKEN}, when: [{{key: source.ip, values: [1.1.1.1]}}]}}]": [
            "/** open: yes"
        ],
        f"action: DENY, rules: [{{{NO_TOKEN.replace('s: [', 's: [x], namespaces: [')}}}]": ["/** open: yes"],
        f"action: DENY, rules: [{{{NO_TOKEN.replace('}}]', '}}, {source: {namespaces: [x]}}]')}}}]": [
            "/** jwt: no"
        ],
        f"action: DENY, rules: [{{{NO_TOKEN}, to: [{{operation: {{ports: ['80']}}}}]}}]": ["/** open: yes"],
        "action: DENY, rules: [{when: [{key: request.auth.principal, notValues: ['*']}]}]": ["/** jwt: no"],
        "action: DENY, rules: [{when: [{key: request.auth.principal, values: ['*']}]}]": ["/** open: yes"],
        "rules: [{when: [{key: 'request.auth.claims[aud]', values: [a]}]}]": ["/** jwt: no"],
        "rules: [{when: [{key: 'request.auth.claims[aud]', notValues: [a]}]}]": ["/** open: yes"],
        to("ports: ['443']"): ["/** open: yes"],
        f"rules: [{{{TOKEN}, to: [{{operation: {{methods: [GET]}}}}]}}]": ["/** jwt: no"],
        "rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]": ["/** open: yes"],
        "rules: [{from: [{source: {ipBlocks: [1.1.1.1]}}], to: [{operation: {paths: [/a]}}]}]": [
            "= /a open: yes"
        ],
        "": [],
    }
    assert {one: found(policy(one)) for one in cases} == cases


def test_a_policy_for_some_methods_asks_for_those_alone() -> None:
    spec = f"{ASK}, rules: [{{to: [{{operation: {{methods: [POST]}}}}]}}]"
    (one,) = exposures(MESH, DOOR, policy(spec))
    assert one.auth is not None
    assert one.auth.methods == frozenset({"POST"})
    assert not one.is_protected
    (but,) = exposures(MESH, DOOR, policy(spec.replace("methods: [POST]", "notMethods: [OPTIONS]")))
    assert but.auth is not None
    assert but.auth.methods is not None
    assert "OPTIONS" not in but.auth.methods
    assert "GET" in but.auth.methods
    assert not but.is_protected


def test_a_policy_that_is_only_tried_does_nothing() -> None:
    tried = 'namespace: istio-system, annotations: {istio.io/dry-run: "true"}'
    for spec in (f"{ASK}, rules: [{{}}]", f"action: DENY, rules: [{{{NO_TOKEN}}}]", f"rules: [{{{TOKEN}}}]"):
        given = policy(spec)
        assert found(given) != ["/** open: yes"], spec
        assert found(given.replace("namespace: istio-system", tried)) == ["/** open: yes"], spec
        untried = tried.replace("true", "false")
        assert found(given.replace("namespace: istio-system", untried)) == found(given), spec


def test_a_backend_of_the_mesh_may_ask_itself() -> None:
    at_backend = policy(f"{ASK}, selector: {{matchLabels: {{app: b}}}}, rules: [{{}}]", namespace="shop")
    assert found(at_backend) == ["/** external: no"]
    at_service = policy(f"{ASK}, targetRefs: [{{kind: Service, name: b}}], rules: [{{}}]", namespace="shop")
    assert found(at_service) == ["/** external: no"]
    assert found(at_service.replace("name: b}", "name: c}")) == ["/** open: yes"]
    from_gateway = policy("rules: [{from: [{source: {principals: [x]}}]}]", namespace="shop")
    assert found(policy(f"rules: [{{{TOKEN}}}]"), from_gateway) == ["/** jwt: no"]
    assert found(from_gateway) == ["/** open: yes"]


def test_a_verified_token_is_taken_away_unless_it_is_to_be_passed_on() -> None:
    demanding = policy(f"rules: [{{{TOKEN}}}]")
    verifying = policy("jwtRules: [{issuer: i, forwardOriginalToken: true}]", kind="RequestAuthentication")
    assert found(demanding, verifying) == ["/** jwt: yes"]
    assert found(demanding, verifying.replace("true", "false")) == ["/** jwt: no"]
    assert found(verifying) == ["/** open: yes"]


def test_after_a_filter_of_envoy_nobody_can_tell() -> None:
    here = """
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: f, namespace: istio-system}
spec: {workloadSelector: {labels: {istio: ingressgateway}}}
"""
    assert found(here) == ["/** unknown: cannot tell"]
    assert found(here.replace("ingressgateway", "egress")) == ["/** open: yes"]


def test_an_unknown_provider_refuses_everything() -> None:
    assert found(policy(f"{ASK.replace('gw', 'other')}, rules: [{{}}]")) == ["/** external: cannot tell"]


def test_which_pods_a_gateway_is() -> None:
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: g, namespace: doors}
spec: {template: {metadata: {labels: {istio: ingressgateway, team: edge}}}}
"""
    estate = estate_of(DOOR, deployment)
    door = workload_of_selector(Pods(estate), estate.of("Gateway", "networking.istio.io")[0])
    assert "doors" in door.namespaces
    assert ("team", "edge") in door.labels
    policies = Policies(estate)
    (one,) = estate_of(policy("selector: {matchLabels: {team: edge}}", namespace="doors")).objects
    assert policies.selects(one, door)
    assert not policies.selects(one, Workload(frozenset({"doors"}), ()))
    assert policies.chosen(one, ByNamespace([door])) == [door]
    assert list(policies.selecting("AuthorizationPolicy", door)) == []
    assert [each.labels for each in policies.backends()] == [(("app", "b"),)]


def test_paths_of_a_policy() -> None:
    cases = {"*": "/**", "/a": "= /a", "/a*": "/a*", "*/x.y": r"~ .*/x\.y", "/{*}/x": "~ /[^/]+/x"}
    cases["/a.b/{**}"] = r"~ /a\.b/.*"
    assert {one: str(matcher(one)) for one in cases} == cases
