from tests.audit.normal.shown import TO, gateway, lines, policy, route
from tests.audit.showing import exposures

GROUP = "gateway.envoyproxy.io"
GIVEN = (gateway("eg"), route(f"{{name: first, {TO}}}"))
HTTP = "extAuth: {http: {backendRefs: [{name: gw}], path: /auth/envoy/o, headersToBackend: [Authorization]}}"
OPEN = "extAuth: {failOpen: true, grpc: {backendRefs: [{name: a}]}}"
OF_TOKENS = "authorization: {defaultAction: Deny, rules: [{action: Allow, principal: {jwt: {}}}]}"
ROUTE = "targetRefs: [{kind: HTTPRoute, name: r}]"
RULE = "targetRefs: [{kind: HTTPRoute, name: r, sectionName: first}]"
LISTENER = "targetRefs: [{kind: Gateway, name: public, sectionName: https}]"
GRPC = "extAuth: {grpc: {backendRefs: [{name: token-gateway}]}}"
PARENT = "targetRefs: [{kind: Gateway, name: public}]"


def found(*specs: str) -> str:
    (one,) = lines(
        *GIVEN,
        *(policy("SecurityPolicy", GROUP, f"{{{spec}}}", name=f"p{i}") for i, spec in enumerate(specs)),
    )
    return one.partition(" only ")[2].replace(" -> b", "")


def test_what_a_policy_asks_for_and_what_becomes_of_the_token() -> None:
    cases = {
        f"{ROUTE}, {HTTP}": "external: no",
        f"{ROUTE}, {HTTP.replace('[Authorization]', '[x-user]')}": "external: yes",
        f"{ROUTE}, {HTTP.replace('/auth/envoy/o', '/check')}": "external: cannot tell",
        f"{ROUTE}, {HTTP.replace('path:', 'pathOverride:')}": "external: cannot tell",
        f"{ROUTE}, extAuth: {{grpc: {{backendRef: {{name: token-gateway}}}}}}": "external: no",
        f"{ROUTE}, {OPEN}": "external fails-open: cannot tell",
        f"{ROUTE}, jwt: {{providers: []}}": "jwt: yes",
        f"{ROUTE}, jwt: {{optional: true}}": "open: yes",
        f"{ROUTE}, jwt: {{failOpen: true}}": "open: yes",
        f"{ROUTE}, jwt: {{optional: true}}, {OF_TOKENS}": "jwt: yes",
        f"{ROUTE}, jwt: {{optional: true}}, {OF_TOKENS.replace('Deny', 'Allow')}": "open: yes",
        f"{ROUTE}, jwt: {{optional: true}}, {OF_TOKENS.replace('jwt: {}', 'clientCIDRs: []')}": "open: yes",
        f"{ROUTE}, {OF_TOKENS.replace('jwt: {}', 'clientCIDRs: []')}": "open: yes",
        f"{ROUTE}, oidc: {{passThroughAuthHeader: true}}, jwt: {{}}": "oidc: cannot tell",
        f"{ROUTE}, oidc: {{passThroughAuthHeader: true}}, jwt: {{failOpen: true}}": "open: yes",
        f"{ROUTE}, apiKeyAuth: {{sanitize: true}}": "api-key: no",
        f"{ROUTE}, apiKeyAuth: {{}}": "api-key: yes",
        f"{ROUTE}, basicAuth: {{}}": "basic: yes",
        f"{ROUTE}, oidc: {{}}": "oidc: cannot tell",
        f"{ROUTE}, cors: {{}}": "open: yes",
        f"{PARENT}, {HTTP}": "external: no",
        "targetRefs: [{kind: HTTPRoute, name: other}], jwt: {}": "open: yes",
        "targetRefs: [{kind: Gateway, name: public, sectionName: https}], jwt: {}": "jwt: yes",
        "targetRefs: [{kind: Gateway, name: public, sectionName: http}], jwt: {}": "open: yes",
        "targetRefs: [{kind: HTTPRoute, name: r, sectionName: first}], jwt: {}": "jwt: yes",
    }
    assert {one: found(one) for one in cases} == cases


def test_the_nearest_counts_unless_it_is_merged() -> None:
    assert found(f"{PARENT}, {HTTP}", f"{ROUTE}, cors: {{}}") == "open: yes"
    assert found(f"{PARENT}, {HTTP}", f"{ROUTE}, cors: {{}}, mergeType: StrategicMerge") == "external: no"
    assert found(f"{PARENT}, {HTTP}", f"{ROUTE}, cors: {{}}, mergeType: strategic") == "open: yes"
    assert found(f"{PARENT}, {HTTP}", f"{ROUTE}, jwt: {{}}, mergeType: JSONMerge") == "external: no"


def test_what_is_merged_with_what() -> None:
    """As Envoy Gateway 1.9 has it, which takes a mergeType for routes alone."""
    merge, cors = "mergeType: StrategicMerge", "cors: {}"
    cases = [
        ("a rule's over the Gateway's", (f"{RULE}, {cors}, {merge}", f"{PARENT}, {HTTP}"), "external: no"),
        ("not over its route's", (f"{RULE}, {cors}, {merge}", f"{ROUTE}, {HTTP}"), "open: yes"),
        (
            "and past its route's",
            (f"{RULE}, {cors}, {merge}", f"{ROUTE}, {cors}", f"{PARENT}, {HTTP}"),
            "external: no",
        ),
        (
            "over the listener's, and no further",
            (f"{ROUTE}, {cors}, {merge}", f"{LISTENER}, {cors}", f"{PARENT}, {HTTP}"),
            "open: yes",
        ),
        ("a listener's over nothing", (f"{LISTENER}, {cors}, {merge}", f"{PARENT}, {HTTP}"), "open: yes"),
        (
            "field by field",
            (f"{ROUTE}, jwt: {{}}, {merge}", f"{PARENT}, jwt: {{optional: true}}"),
            "open: yes",
        ),
        (
            "but for failOpen, which has a default",
            (f"{ROUTE}, {GRPC}, {merge}", f"{PARENT}, {OPEN}"),
            "external: no",
        ),
        (
            "lists as a whole",
            (f"{ROUTE}, {HTTP.replace('[Authorization]', '[x]')}, {merge}", f"{PARENT}, {HTTP}"),
            "external: yes",
        ),
    ]
    assert {name: found(*specs) for name, specs, _ in cases} == {name: said for name, _, said in cases}


def test_of_two_for_the_same_the_older_counts_and_then_the_first_by_name() -> None:
    asking = policy("SecurityPolicy", GROUP, f"{{{ROUTE}, {HTTP}}}", name="z")
    other = policy("SecurityPolicy", GROUP, f"{{{ROUTE}, cors: {{}}}}", name="a")

    def made(text: str, when: str) -> str:
        return text.replace(
            "namespace: shop}", f"namespace: shop, creationTimestamp: '2026-{when}T00:00:00Z'}}"
        )

    cases = [
        ((asking, other), "open"),
        ((made(asking, "01-01"), made(other, "02-01")), "external"),
        ((made(asking, "02-01"), made(other, "01-01")), "open"),
        ((made(asking, "02-01"), other), "external"),
    ]
    for given, expected in cases:
        (one,) = lines(*GIVEN, *given)
        assert f" {expected} " in one, (given, one)


def test_which_headers_are_sent_along() -> None:
    def shown(spec: str) -> frozenset[str] | None:
        (one,) = exposures(*GIVEN, policy("SecurityPolicy", GROUP, f"{{{ROUTE}, {spec}}}"))
        assert one.auth is not None
        return one.auth.request_headers

    few = "extAuth: {headersToExtAuth: [Cookie], "
    assert shown(GRPC) is None
    assert shown(GRPC.replace("extAuth: {", few)) == frozenset({"cookie"})
    assert shown(HTTP) == frozenset({"authorization"})
    assert shown(HTTP.replace("extAuth: {", few)) == frozenset({"authorization", "cookie"})


def test_a_policy_of_the_gateway_is_for_its_listener_sets_too() -> None:
    more = """
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: more, namespace: shop}
spec:
  parentRef: {name: public}
  listeners: [{name: https, protocol: HTTPS, port: 443, hostname: more.example.com}]
"""
    door = gateway("eg").replace(
        "  listeners:", "  allowedListeners: {namespaces: {from: Same}}\n  listeners:"
    )
    hung = route(f"{{{TO}}}").replace("name: public, sectionName: https", "kind: ListenerSet, name: more")

    def asked(*specs: str) -> str:
        (one,) = lines(
            door,
            more,
            hung,
            *(policy("SecurityPolicy", GROUP, f"{{{spec}}}", name=f"p{i}") for i, spec in enumerate(specs)),
        )
        return one.partition(" only ")[2].replace(" -> b", "")

    of_set = "targetRefs: [{kind: ListenerSet, name: more}]"
    assert asked() == "open: yes"
    assert asked(f"{PARENT}, {HTTP}") == "external: no"
    assert asked(f"{LISTENER}, {HTTP}") == "open: yes"
    assert asked(f"{of_set}, {HTTP}") == "external: no"
    assert asked(f"{PARENT}, {HTTP}", f"{of_set}, cors: {{}}") == "open: yes"


def test_who_fails_closed_is_told_of_several() -> None:
    assert found(f"{ROUTE}, jwt: {{}}, extAuth: {{failOpen: true, grpc: {{}}}}") == "jwt: yes"


def test_after_a_patch_nobody_can_tell() -> None:
    patch = policy(
        "EnvoyPatchPolicy",
        GROUP,
        "{targetRef: {kind: Gateway, name: public}, jsonPatches: [{name: ext_authz}]}",
    )
    (one,) = lines(*GIVEN, patch)
    assert one.endswith("unknown -> b: cannot tell")
    (one,) = lines(*GIVEN, patch.replace("ext_authz", "timeout"))
    assert one.endswith("open -> b: cannot tell")


def test_what_the_access_log_writes() -> None:
    def logged(log: str) -> list[str]:
        proxy = policy("EnvoyProxy", GROUP, f"{{telemetry: {{accessLog: {log}}}}}")
        return [one.name for one in exposures(*GIVEN, proxy)[0].logs]

    assert logged("{}") == ["query", "query"]
    assert logged("{disable: true}") == []
    assert logged("{settings: [{format: {text: '%REQ(COOKIE)%'}}]}") == ["cookie"]
    assert logged("{settings: [{format: {json: {a: '%PATH(NQ)%', b: '%REQ(X-API-KEY)%'}}}]}") == ["x-api-key"]
