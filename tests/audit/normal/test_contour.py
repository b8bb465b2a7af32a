from tests.audit.normal.shown import lines
from tests.audit.showing import exposures

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
    many = jwt.replace("[{", "[{name: o, forwardJWT: true}, {")
    certificate = "tls: {secretName: s, clientValidation: {caSecret: c}}"
    fails = ASK.replace("authPolicy", "failOpen: true, authPolicy")
    cases = [
        (found(f"{TLS}, {ASK}"), ["/** only external: no"]),
        (found(jwt, clear), ["/** only jwt: no", "/** none open: yes"]),
        (found(many), ["/** only jwt: no"]),
        (found(f"{jwt}, {fails}"), ["/** only jwt: no"]),
        (found(certificate, clear), ["/** only client-certificate: yes", "/** none open: yes"]),
        (found(certificate.replace("c}", "c, optionalClientCertificate: true}")), ["/** only open: yes"]),
        (found(certificate.replace("c}", "c, skipClientCertValidation: true}")), ["/** only open: yes"]),
        (found(TLS), ["/** only open: yes"]),
        (
            found(f"{TLS}, {ASK.replace('authPolicy', 'failOpen: true, authPolicy')}"),
            ["/** only external fails-open: cannot tell"],
        ),
        (found(f"{TLS}, {ASK}", off), ["/** only open: yes"]),
        (found(f"{TLS}, {ASK.replace('{context', '{disabled: true, context')}"), ["/** only open: yes"]),
        (found(f"{TLS}, {ASK}", clear), ["/** only external: no", "/** none open: yes"]),
        (found(ASK), ["/** none open -> nowhere: no"]),
        (found("x: 1"), ["/** none open: yes"]),
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
        (
            found(TLS, ROUTE.replace("{s", "{requestHeadersPolicy: {set: [{name: authorization}]}, s")),
            ["/** only open: no"],
        ),
        (
            found(TLS, ROUTE.replace("80", "80, requestHeadersPolicy: {remove: [Authorization]}")),
            ["/** only open: no"],
        ),
        (found(TLS, "{requestRedirectPolicy: {scheme: https}}"), ["/** only open -> nowhere: no"]),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_octets_that_are_passed_on_are_open() -> None:
    (one, *_) = found("tls: {passthrough: true}", more="tcpproxy: {services: [{name: b, port: 1}]}, ")
    assert one == "?  passed-through open: yes"


EVERYWHERE = """
apiVersion: projectcontour.io/v1alpha1
kind: ContourConfiguration
metadata: {name: contour, namespace: projectcontour}
spec:
  globalExtAuth: {extensionRef: {name: all, namespace: auth}, authPolicy: {context: {policy: o}}}
"""


def test_what_is_asked_for_every_host_unless_the_host_says_no() -> None:
    asked, off = "only external: no", "only open: yes"
    clear = ROUTE.replace("{s", "{permitInsecure: true, s")
    none = EVERYWHERE.replace("authPolicy: {", "authPolicy: {disabled: true, ")
    tight = EVERYWHERE.replace("spec:", "spec:\n  httpproxy: {disablePermitInsecure: true}")
    says_no = "authorization: {authPolicy: {disabled: true}}"
    on = ROUTE.replace("{s", "{authPolicy: {context: {policy: q}}, s")
    cases = [
        ([EVERYWHERE, proxy(TLS)], [asked]),
        ([EVERYWHERE, proxy("x: 1")], ["none external: no"]),
        ([EVERYWHERE, proxy(TLS, clear)], ["optional external: no"]),
        ([EVERYWHERE, proxy(f"{TLS}, {ASK}", clear)], [asked, "none external: no"]),
        ([EVERYWHERE, proxy(f"{TLS}, {says_no}")], [off]),
        ([EVERYWHERE, proxy(f"{TLS}, {says_no}", on)], [asked]),
        ([none, proxy(TLS)], [off]),
        ([none, proxy(TLS, on)], [asked]),
        ([none, proxy(f"{TLS}, {ASK}")], [asked]),
        ([none, proxy(f"{TLS}, {ASK.replace('authPolicy: {', 'authPolicy: {disabled: true, ')}")], [off]),
        ([tight, proxy(TLS, clear)], [asked]),
    ]
    said = [[one.removeprefix("a.b/** ").replace(" -> b", "") for one in lines(*given)] for given, _ in cases]
    assert said == [wanted for _, wanted in cases]


def test_a_route_may_name_another_policy() -> None:
    on = ROUTE.replace("{s", "{authPolicy: {context: {policy: q}}, s")
    (one,) = exposures(proxy(f"{TLS}, {ASK}", on))
    assert one.auth is not None
    assert one.auth.policy == "q"
