from tests.audit.normal.shown import policy
from tests.audit.rules.said import is_silent, said

ASK = "authorization: {extensionRef: {name: gw}}"
TLS = "tls: {secretName: s}"
JWT = "jwtProviders: [{name: p}]"


def proxy(host: str, *, name: str = "p") -> str:
    spec = f"{{virtualhost: {{fqdn: a.b, {host}}}, routes: [{{services: [{{name: b, port: 80}}]}}]}}"
    return policy("HTTPProxy", "projectcontour.io", spec, version="v1", name=name)


def test_what_contour_serves_nothing_of() -> None:
    """As the status of each says at Contour 1.33."""
    cases = {
        f"{TLS}, {ASK}, {JWT}": 0,
        "routes: []": 0,
        "tls: {passthrough: true}": 0,
        "authorization: {authPolicy: {disabled: true}}": 0,
        ASK: 1,
        JWT: 1,
        "tls: {}": 1,
        "tls: {secretName: s, passthrough: true}": 1,
        f"tls: {{passthrough: true}}, {JWT}": 1,
        f"tls: {{secretName: s, enableFallbackCertificate: true}}, {ASK}": 1,
        f"tls: {{secretName: s, enableFallbackCertificate: true}}, {JWT}": 1,
        "tls: {secretName: s, enableFallbackCertificate: true}": 0,
    }
    assert {one: len(said("ENV-020", proxy(one))) for one in cases} == cases


def test_a_host_has_one_httpproxy() -> None:
    other = proxy(TLS, name="q").replace("fqdn: a.b", "fqdn: A.B")
    assert said("ENV-020", proxy(TLS), other) == ["medium: a.b has more than one HTTPProxy"] * 2
    assert is_silent("ENV-020", proxy(TLS), other.replace("A.B", "a.c"))
    included = policy("HTTPProxy", "projectcontour.io", "{routes: []}", version="v1", name="q")
    assert is_silent("ENV-020", proxy(TLS), included, included.replace("q", "r"))
