from tests.audit.normal.shown import lines

NAMED = "extensionRef: {name: token-gateway, namespace: auth}"
ASK = f"authorization: {{{NAMED}, authPolicy: {{context: {{policy: o}}}}}}"
TLS = "tls: {secretName: s}"
ROUTE = "{services: [{name: b, port: 80}]}"


def proxy(host: str, *routes: str, more: str = "", name: str = "p") -> str:
    head = f"apiVersion: projectcontour.io/v1\nkind: HTTPProxy\nmetadata: {{name: {name}, namespace: shop}}"
    virtual = f"virtualhost: {{fqdn: a.b, {host}}}, " if host else ""
    return f"{head}\nspec: {{{virtual}{more}routes: [{', '.join(routes or (ROUTE,))}]}}\n"


def found(host: str, *routes: str, more: str = "") -> list[str]:
    return [one.removeprefix("a.b").replace(" -> b", "") for one in lines(proxy(host, *routes, more=more))]


def test_who_is_asked_for_a_host() -> None:
    off, clear = (
        ROUTE.replace("{s", "{authPolicy: {disabled: true}, s"),
        ROUTE.replace("{s", "{permitInsecure: true, s"),
    )
    jwt = f"{TLS}, jwtProviders: [{{name: i, default: true}}]"
    cases = [
        (found(f"{TLS}, {ASK}"), ["/** only external: no"]),
        (found(TLS), ["/** only open: yes"]),
        (
            found(f"{TLS}, {ASK.replace('authPolicy', 'failOpen: true, authPolicy')}"),
            ["/** only external fails-open: no"],
        ),
        (found(f"{TLS}, {ASK}", off), ["/** only open: yes"]),
        (found(f"{TLS}, {ASK.replace('{context', '{disabled: true, context')}"), ["/** only open: yes"]),
        (found(f"{TLS}, {ASK}", clear), ["/** only external: no", "/** none open: yes"]),
        (found(ASK), ["/** none open: yes"]),
        (found(jwt), ["/** only jwt: no"]),
        (found(jwt.replace("default: true", "forwardJWT: true, default: true")), ["/** only jwt: yes"]),
        (
            found(jwt, ROUTE.replace("{s", "{jwtVerificationPolicy: {disabled: true}, s")),
            ["/** only open: yes"],
        ),
        (
            found(TLS, ROUTE.replace("{s", "{requestHeadersPolicy: {remove: [Authorization]}, s")),
            ["/** only open: no"],
        ),
        (found(TLS, "{requestRedirectPolicy: {scheme: https}}"), ["/** only open -> nowhere: no"]),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_octets_that_are_passed_on_are_open() -> None:
    (one, *_) = found("tls: {passthrough: true}", more="tcpproxy: {services: [{name: b, port: 1}]}, ")
    assert one == "?  passed-through open: yes"


def test_what_is_asked_for_every_host_unless_the_host_says_no() -> None:
    everywhere = """
apiVersion: projectcontour.io/v1alpha1
kind: ContourConfiguration
metadata: {name: contour, namespace: projectcontour}
spec:
  globalExtAuth: {extensionRef: {name: token-gateway, namespace: auth}, authPolicy: {context: {policy: o}}}
"""
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: shop}
spec:
  ingressClassName: contour
  rules: [{host: a.b, http: {paths: [{path: /x, pathType: Prefix, backend: {service: {name: b}}}]}}]
"""
    assert lines(everywhere, proxy(TLS)) == ["a.b/** only external -> b: no"]
    assert lines(everywhere, proxy(f"{TLS}, authorization: {{disabled: true}}")) == [
        "a.b/** only open -> b: yes"
    ]
    assert lines(everywhere, ingress) == ["a.b/x/** none unknown -> b: cannot tell"]
    assert lines(ingress) == ["a.b/x/** none open -> b: yes"]
    off = everywhere.replace("authPolicy: {", "authPolicy: {disabled: true, ")
    assert lines(off, proxy(f"{TLS}, {ASK}")) == ["a.b/** only open -> b: yes"]
    said = ASK.replace("authPolicy: {", "authPolicy: {disabled: false, ")
    assert lines(off, proxy(f"{TLS}, {said}")) == ["a.b/** only external -> b: no"]
    secure = ingress.replace("  rules", "  tls: [{hosts: [a.b]}]\n  rules")
    assert lines(secure) == ["a.b/x/** optional open -> b: yes"]
