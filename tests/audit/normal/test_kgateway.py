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


def found(extension: str, *specs: str) -> str:
    policies = (policy("TrafficPolicy", GROUP, f"{{{spec}}}", name=f"p{i}") for i, spec in enumerate(specs))
    (one,) = lines(*GIVEN, policy("GatewayExtension", GROUP, f"{{{extension}}}", name="gw"), *policies)
    return one.partition(" only ")[2].replace(" -> b", "")


def test_who_is_asked() -> None:
    cases = {
        (GRPC, f"{ROUTE}, {ASK}"): "external: no",
        (GRPC.replace("token-gateway", "opa"), f"{ROUTE}, {ASK}"): "external: cannot tell",
        (GRPC.replace("}}}", "}}, failOpen: true}"), f"{ROUTE}, {ASK}"): "external fails-open: no",
        (HTTP, f"{ROUTE}, {ASK}"): "external: no",
        (HTTP.replace("[authorization]", "[]"), f"{ROUTE}, {ASK}"): "external: yes",
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
