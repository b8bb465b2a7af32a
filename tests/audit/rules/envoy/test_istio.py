from tests.audit.normal.shown import TO, gateway, policy, route
from tests.audit.rules.said import is_silent, said

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
"""
PRINCIPALS = "rules: [{from: [{source: {requestPrincipals: ['*']}}]}]"


def istio(kind: str, spec: str) -> str:
    return policy(kind, "security.istio.io", f"{{{spec}}}", version="v1").replace("shop", "istio-system")


VERIFY = istio("RequestAuthentication", "jwtRules: [{issuer: i}]")


def test_what_is_verified_is_demanded() -> None:
    assert len(said("ENV-009", DOOR, VERIFY)) == 1
    assert is_silent("ENV-009", DOOR, VERIFY, istio("AuthorizationPolicy", PRINCIPALS))
    custom = istio("AuthorizationPolicy", "action: CUSTOM, provider: {name: gw}, rules: [{}]")
    assert is_silent("ENV-009", DOOR, VERIFY, custom)
    assert len(said("ENV-009", DOOR, VERIFY, istio("AuthorizationPolicy", "rules: [{}]"))) == 1
    assert is_silent("ENV-009", VERIFY)
    optional = policy("SecurityPolicy", "gateway.envoyproxy.io", "{jwt: {optional: true}}")
    assert said("ENV-009", gateway("eg"), route(f"{{{TO}}}"), optional) == [
        "high: a request without a token passes"
    ]
    assert is_silent("ENV-009", optional.replace("jwt", "extAuth: {}, jwt"))


def test_what_is_demanded_is_verified() -> None:
    demand = istio("AuthorizationPolicy", PRINCIPALS)
    assert is_silent("ENV-016", DOOR, demand)
    assert is_silent("ENV-016", DOOR, demand, VERIFY)
    assert len(said("ENV-016", DOOR, demand, istio("RequestAuthentication", "jwtRules: []"))) == 1


def test_a_policy_asks_somebody_about_something() -> None:
    whole = (
        "action: CUSTOM, provider: {name: gw}, rules: [{}], selector: {matchLabels: {istio: ingressgateway}}"
    )
    assert is_silent("ENV-016", DOOR, istio("AuthorizationPolicy", whole))
    for wrong in (
        whole.replace("CUSTOM", "ASK"),
        whole.replace("action: CUSTOM, ", ""),
        whole.replace("{name: gw}", "{}"),
        whole.replace("[{}]", "[]"),
        whole.replace("istio: ingressgateway", "istio: ingress"),
    ):
        assert len(said("ENV-016", DOOR, istio("AuthorizationPolicy", wrong))) == 1, wrong
    assert is_silent("ENV-016", DOOR, istio("AuthorizationPolicy", "action: DENY, rules: [{}]"))
    tried = istio("AuthorizationPolicy", whole).replace(
        "metadata: {", 'metadata: {annotations: {istio.io/dry-run: "true"}, '
    )
    assert said("ENV-016", DOOR, tried) == ["high: it is only tried: istio.io/dry-run is true"]
    assert is_silent("ENV-016", DOOR, tried.replace("true", "false"))


def test_the_mesh_is_not_switched_off() -> None:
    off = istio("PeerAuthentication", "mtls: {mode: DISABLE}")
    asked = istio("AuthorizationPolicy", "action: CUSTOM, provider: {name: gw}, rules: [{}]")
    assert len(said("ENV-015", DOOR, asked, off)) == 1
    assert len(said("ENV-015", DOOR, asked, off.replace("istio-system", "shop"))) == 1
    assert is_silent("ENV-015", DOOR, asked, off.replace("istio-system", "other"))
    assert is_silent("ENV-015", DOOR, asked, off.replace("DISABLE", "STRICT"))
