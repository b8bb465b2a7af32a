from tests.audit.normal.shown import TO, gateway, lines, policy, route
from tests.audit.showing import exposures

GROUP = "gateway.kgateway.dev"
GIVEN = (gateway("kgateway"), route(f"{{{TO}}}"))
ROUTE = "targetRefs: [{kind: HTTPRoute, name: r}]"
PARENT = "targetRefs: [{kind: Gateway, name: public}]"
ASK = "extAuth: {extensionRef: {name: gw}}"
GRPC = "extAuth: {grpcService: {backendRef: {name: token-gateway, namespace: auth}}}"
HTTP = """extAuth: {httpService: {backendRef: {name: gw}, pathPrefix: /auth/envoy/o,
  authorizationResponse: {headersToBackend: [authorization]}}}"""

JWT = "jwt: {providers: [{name: i}]}"
VERIFY = "jwtAuth: {extensionRef: {name: gw}}"


def found(extension: str, *specs: str) -> str:
    policies = (policy("TrafficPolicy", GROUP, f"{{{spec}}}", name=f"p{i}") for i, spec in enumerate(specs))
    (one,) = lines(*GIVEN, policy("GatewayExtension", GROUP, f"{{{extension}}}", name="gw"), *policies)
    return one.partition(" only ")[2].replace(" -> b", "")


def test_who_is_asked() -> None:
    cases = {
        (GRPC, f"{ROUTE}, {ASK}"): "external: no",
        (GRPC.replace("token-gateway", "opa"), f"{ROUTE}, {ASK}"): "external: cannot tell",
        (GRPC.replace("}}}", "}}, failOpen: true}"), f"{ROUTE}, {ASK}"): "external fails-open: cannot tell",
        (HTTP, f"{ROUTE}, {ASK}"): "external: no",
        (HTTP.replace("[authorization]", "[]"), f"{ROUTE}, {ASK}"): "external: yes",
        (HTTP.replace("[authorization]", "[Authorization]"), f"{ROUTE}, {ASK}"): "external: yes",
        (JWT, f"{ROUTE}, {VERIFY}"): "jwt: no",
        (JWT.replace("name: i", "name: i, forwardToken: true"), f"{ROUTE}, {VERIFY}"): "jwt: yes",
        (JWT.replace("jwt: {", "jwt: {validationMode: AllowMissing, "), f"{ROUTE}, {VERIFY}"): "open: yes",
        (JWT.replace("jwt: {", "jwt: {validationMode: Strict, "), f"{ROUTE}, {VERIFY}"): "jwt: no",
        (JWT, f"{ROUTE}, {VERIFY.replace('gw', 'elsewhere')}"): "jwt: cannot tell",
        ("extAuth: {}", f"{ROUTE}, {ASK}"): "unknown: cannot tell",
        (GRPC, f"{ROUTE}, extAuth: {{disable: {{}}}}"): "open: yes",
        (GRPC, f"{ROUTE}, apiKeyAuth: {{}}"): "api-key: no",
        (GRPC, f"{ROUTE}, apiKeyAuth: {{forwardCredential: true}}"): "api-key: yes",
        (GRPC, f"{ROUTE}, basicAuth: {{}}"): "basic: yes",
    }
    assert {case: found(*case) for case in cases} == cases


def test_fields_are_laid_over_each_other() -> None:
    assert found(GRPC, f"{PARENT}, {ASK}", f"{ROUTE}, cors: {{}}") == "external: no"
    assert found(GRPC, f"{PARENT}, {ASK}", f"{ROUTE}, extAuth: {{disable: {{}}}}") == "open: yes"

    assert found(JWT, f"{PARENT}, {VERIFY}", f"{ROUTE}, jwtAuth: {{disable: {{}}}}") == "open: yes"
    assert found(JWT, f"{PARENT}, {VERIFY}", f"{ROUTE}, extAuth: {{disable: {{}}}}") == "jwt: no"
    open_ = GRPC.replace("}}}", "}}, failOpen: true}")
    assert found(open_, f"{PARENT}, basicAuth: {{}}", f"{ROUTE}, {ASK}") == "basic: yes"


def test_a_gateway_may_say_that_its_policies_count_first() -> None:
    off = policy("TrafficPolicy", GROUP, f"{{{ROUTE}, extAuth: {{disable: {{}}}}}}", name="a")
    asking = policy("TrafficPolicy", GROUP, f"{{{PARENT}, {ASK}}}", name="b")
    given = (off, asking, policy("GatewayExtension", GROUP, f"{{{GRPC}}}", name="gw"), route(f"{{{TO}}}"))

    def asked(priority: str) -> str:
        said = f"namespace: shop, annotations: {{kgateway.dev/inherited-policy-priority: {priority}}}}}"
        (one,) = lines(gateway("kgateway").replace("namespace: shop}", said), *given)
        return one.partition(" only ")[2].partition(" ->")[0]

    cases = {
        "ShallowMergePreferChild": "open",
        "ShallowMergePreferParent": "external",
        "DeepMergePreferChild": "open",
        "DeepMergePreferParent": "open",
    }
    assert {one: asked(one) for one in cases} == cases


def test_of_two_for_the_same_the_heavier_counts() -> None:
    def asked(weight: str) -> str:
        off = policy("TrafficPolicy", GROUP, f"{{{ROUTE}, extAuth: {{disable: {{}}}}}}", name="z")
        heavy = off.replace("shop}", f"shop, annotations: {{kgateway.dev/policy-weight: '{weight}'}}}}")
        asking = policy("TrafficPolicy", GROUP, f"{{{ROUTE}, {ASK}}}", name="a")
        extension = policy("GatewayExtension", GROUP, f"{{{GRPC}}}", name="gw")
        (one,) = lines(*GIVEN, extension, asking, heavy)
        return one.partition(" only ")[2].partition(" ->")[0]

    cases = {"1": "open", "0": "external", "-5": "external", "much": "external"}
    assert {one: asked(one) for one in cases} == cases


def test_which_headers_are_sent_along() -> None:
    def shown(extension: str) -> frozenset[str] | None:
        given = policy("GatewayExtension", GROUP, f"{{{extension}}}", name="gw")
        (one,) = exposures(*GIVEN, given, policy("TrafficPolicy", GROUP, f"{{{ROUTE}, {ASK}}}"))
        assert one.auth is not None
        return one.auth.request_headers

    few = "extAuth: {headersToForward: [cookie, Authorization], "
    assert shown(GRPC) is None
    assert shown(GRPC.replace("extAuth: {", few)) == frozenset({"cookie"})
    assert shown(HTTP) == frozenset({"authorization"})
    assert shown(HTTP.replace("extAuth: {", few)) == frozenset({"authorization", "cookie"})


def test_a_rule_may_name_a_policy_itself() -> None:
    named = "filters: [{type: ExtensionRef, extensionRef: {kind: TrafficPolicy, name: p}}]"
    asking = policy("TrafficPolicy", GROUP, f"{{{ASK}}}")
    extension = policy("GatewayExtension", GROUP, f"{{{GRPC}}}", name="gw")
    (one,) = lines(gateway("kgateway"), route(f"{{{named}, {TO}}}"), asking, extension)
    assert "external" in one


def test_what_the_access_log_writes() -> None:
    log = "accessLog: [{fileSink: {path: x, stringFormat: '%REQ(COOKIE)%'}}]"
    for kind, spec in (
        ("HTTPListenerPolicy", f"{{{log}}}"),
        ("ListenerPolicy", f"{{default: {{httpSettings: {{{log}}}}}}}"),
    ):
        (one,) = exposures(*GIVEN, policy(kind, GROUP, spec))
        assert [field.name for field in one.logs] == ["cookie"], kind
