from tests.audit.normal.shown import TO, gateway, lines, policy, route

GROUP = "gateway.envoyproxy.io"
PARENT = "targetRefs: [{kind: Gateway, name: public}]"
SECURE = "targetRefs: [{kind: Gateway, name: public, sectionName: https}]"
ROUTE = "targetRefs: [{kind: HTTPRoute, name: r}]"
OPEN = "extAuth: {failOpen: true, grpc: {backendRefs: [{name: a}]}}"
VALIDATION = "tls: {clientValidation: {caCertificateRefs: [{name: ca}]}}"


def client(spec: str, name: str = "c") -> str:
    return policy("ClientTrafficPolicy", GROUP, f"{{{spec}}}", name=name)


def found(*more: str, section: str = "https", rule: str = f"{{{TO}}}") -> str:
    (one,) = lines(gateway("eg"), route(rule, section=section), *more)
    return one.removeprefix("api.example.com/** ").replace(" -> b", "")


def test_who_comes_in_by_a_certificate_alone() -> None:
    def mode(name: str) -> str:
        return client(f"{PARENT}, {VALIDATION.replace('{ca', f'{{mode: {name}, ca')}")

    asked = "only client-certificate: yes"
    cases = [
        (found(client(f"{PARENT}, {VALIDATION}")), asked),
        (found(client(f"{SECURE}, {VALIDATION}")), asked),
        (found(client(f"{PARENT}, {VALIDATION}"), section="http"), "none open: yes"),
        (found(client(f"{PARENT}, {VALIDATION.replace('{ca', '{optional: true, ca')}")), "only open: yes"),
        (found(mode("RequireAndVerify")), asked),
        (found(mode("VerifyIfGiven")), "only open: yes"),
        (found(mode("RequireAny")), "only open: yes"),
        (found(mode("Request")), "only open: yes"),
        (found(client(f"{PARENT}, tls: {{clientValidation: {{}}}}")), "only open: yes"),
        (found(client(f"{PARENT}, {VALIDATION}"), client(f"{SECURE}, tls: {{}}", "d")), "only open: yes"),
    ]
    assert [case for case in cases if case[0] != case[1]] == []
    fails = policy("SecurityPolicy", GROUP, f"{{{ROUTE}, {OPEN}}}")
    assert found(client(f"{PARENT}, {VALIDATION}"), fails) == "only client-certificate: cannot tell"


def test_a_header_may_be_gone_before_anybody_is_asked() -> None:
    for early in ("{remove: [Authorization]}", "{set: [{name: authorization, value: x}]}"):
        given = client(f"{PARENT}, headers: {{earlyRequestHeaders: {early}}}")
        assert found(given) == "only open: no", early
    assert found(client(f"{PARENT}, headers: {{earlyRequestHeaders: {{remove: [x]}}}}")) == "only open: yes"


def test_what_a_filter_of_its_own_does() -> None:
    reference = f"extensionRef: {{group: {GROUP}, kind: HTTPRouteFilter, name: f}}"
    rule = f"{{filters: [{{type: ExtensionRef, {reference}}}], {TO}}}"

    def with_filter(spec: str) -> str:
        return found(policy("HTTPRouteFilter", GROUP, f"{{{spec}}}", name="f"), rule=rule)

    cases = {
        "directResponse: {statusCode: 200}": "only open -> nowhere: no",
        "credentialInjection: {overwrite: true}": "only open: no",
        "credentialInjection: {overwrite: true, header: X-Api-Key}": "only open: yes",
        "credentialInjection: {overwrite: false}": "only open: yes",
        "credentialInjection: {}": "only open: yes",
        "urlRewrite: {}": "only open: yes",
    }
    assert {one: with_filter(one) for one in cases} == cases
    assert found(rule=rule) == "only open: yes"
