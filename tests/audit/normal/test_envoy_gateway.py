from tests.audit.normal.shown import TO, gateway, lines, policy, route
from tests.audit.showing import exposures

GROUP = "gateway.envoyproxy.io"
GIVEN = (gateway("eg"), route(f"{{name: first, {TO}}}"))
HTTP = "extAuth: {http: {backendRefs: [{name: gw}], path: /auth/envoy/o, headersToBackend: [Authorization]}}"
OPEN = "extAuth: {failOpen: true, grpc: {backendRefs: [{name: a}]}}"
ROUTE = "targetRefs: [{kind: HTTPRoute, name: r}]"
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
        f"{ROUTE}, extAuth: {{grpc: {{backendRef: {{name: token-gateway}}}}}}": "external: no",
        f"{ROUTE}, {OPEN}": "external fails-open: cannot tell",
        f"{ROUTE}, jwt: {{providers: []}}": "jwt: yes",
        f"{ROUTE}, jwt: {{optional: true}}": "open: yes",
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
    assert found(f"{PARENT}, {HTTP}", f"{ROUTE}, jwt: {{}}, mergeType: JSONMerge") == "jwt: yes"


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
