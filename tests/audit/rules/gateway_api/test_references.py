from gateway.audit.rules.gateway_api.references import references
from tests.audit.normal.shown import TO, gateway, policy, route
from tests.audit.rules.said import is_silent, said
from tests.audit.showing import estate_of

NAMED = "{name: gw, namespace: auth}"
ASK = f"{{type: ExternalAuth, externalAuth: {{protocol: GRPC, backendRef: {NAMED}}}}}"
ROUTE = (gateway("cilium"), route(f"{{filters: [{ASK}], {TO}}}"))
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: gw, namespace: auth}\nspec: {}\n"
GROUP = "gateway.networking.k8s.io"


def grant(
    source: str = f"{{group: {GROUP}, kind: HTTPRoute, namespace: shop}}",
    to: str = "{kind: Service, name: gw}",
) -> str:
    return policy("ReferenceGrant", GROUP, f"{{from: [{source}], to: [{to}]}}").replace(
        "shop}\nspec", "auth}\nspec"
    )


def verified(spec: str) -> str:
    return policy("BackendTLSPolicy", GROUP, f"{{{spec}}}").replace("namespace: shop", "namespace: auth")


WHOLE = "targetRefs: [{kind: Service, name: gw}], validation: {hostname: gw, wellKnownCACertificates: System}"


def test_whoever_is_asked_is_verified() -> None:
    assert len(said("GWA-005", *ROUTE, SERVICE)) == 1
    assert is_silent("GWA-005", *ROUTE)
    assert is_silent("GWA-005", *ROUTE, SERVICE, verified(WHOLE))
    for other in (
        WHOLE.replace("name: gw", "name: x"),
        WHOLE.replace("hostname: gw, ", ""),
        WHOLE.replace("System", "X"),
    ):
        assert len(said("GWA-005", *ROUTE, SERVICE, verified(other))) == 1, other


def test_a_grant_names_what_it_is_for() -> None:
    assert said("GWA-006", grant(to="{kind: Service}")) == [
        "medium: every Service of auth may be referred to"
    ]
    assert is_silent("GWA-006", grant())


def test_a_reference_to_another_namespace_needs_a_grant() -> None:
    assert is_silent("GWA-011", *ROUTE)
    assert is_silent("GWA-011", *ROUTE, SERVICE, grant())
    assert len(said("GWA-011", *ROUTE, SERVICE)) == 1
    for other in (
        grant(f"{{group: {GROUP}, kind: GRPCRoute, namespace: shop}}"),
        grant(f"{{group: {GROUP}, kind: HTTPRoute, namespace: other}}"),
        grant(to="{kind: Service, name: other}"),
        grant(to="{kind: Secret}"),
    ):
        assert len(said("GWA-011", *ROUTE, SERVICE, other)) == 1, other
    here = (ROUTE[0], ROUTE[1].replace(NAMED, "{name: gw}"))
    assert is_silent("GWA-011", *here, SERVICE)


def test_a_policy_on_tls_verifies_something() -> None:
    service = SERVICE
    assert is_silent("GWA-015", service, verified(WHOLE))
    assert len(said("GWA-015", verified(WHOLE.replace("hostname: gw, ", "")))) == 1
    assert (
        len(
            said(
                "GWA-015",
                verified(WHOLE.replace("targetRefs: [{kind: Service, name: gw}]", "targetRefs: []")),
            )
        )
        == 1
    )
    assert len(said("GWA-015", service, verified(WHOLE.replace("name: gw", "name: x")))) == 1
    assert len(said("GWA-015", service, verified(WHOLE.replace("kind: Service", "kind: Servers")))) == 1


def test_every_way_to_name_whom_one_asks() -> None:
    eg, kg = "gateway.envoyproxy.io", "gateway.kgateway.dev"
    given = estate_of(
        ROUTE[1],
        policy("SecurityPolicy", eg, "{extAuth: {http: {backendRefs: [{name: a}]}}}"),
        policy("SecurityPolicy", eg, "{extAuth: {grpc: {backendRef: {name: b}}}}"),
        policy("GatewayExtension", kg, "{extAuth: {grpcService: {backendRef: {name: c}}}}"),
        policy("GatewayExtension", kg, "{extAuth: {httpService: {backendRef: {name: d}}}}"),
    )
    assert [one.service.name for one in references(given)] == ["gw", "a", "b", "c", "d"]
