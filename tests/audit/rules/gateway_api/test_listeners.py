from tests.audit.normal.shown import TO, gateway, policy, route
from tests.audit.rules.said import is_silent, said

ASK = policy(
    "SecurityPolicy",
    "gateway.envoyproxy.io",
    "{targetRefs: [{kind: HTTPRoute, name: r}], jwt: {providers: []}}",
)


def test_whose_routes_a_listener_takes() -> None:
    everybody = gateway("eg").replace("port: 443,", "port: 443, allowedRoutes: {namespaces: {from: All}},")
    assert said("GWA-007", everybody) == ["medium: listener https takes routes of every namespace"]
    assert is_silent("GWA-007", everybody.replace("All", "Selector"))


def test_protected_routes_are_not_served_in_the_clear() -> None:
    clear, secure = (route(f"{{{TO}}}", section=one) for one in ("http", "https"))
    both = secure.replace(", sectionName: https", "")
    assert said("GWA-008", gateway("eg"), clear, ASK) == ["high: api.example.com is served without TLS"]
    assert len(said("GWA-008", gateway("eg"), both, ASK)) == 1
    assert is_silent("GWA-008", gateway("eg"), secure, ASK)
    assert is_silent("GWA-008", gateway("eg"), clear)
    redirect = route("{filters: [{type: RequestRedirect}]}", section="http")
    assert is_silent("GWA-008", gateway("eg"), redirect, ASK)


def test_a_shared_listener_names_its_host() -> None:
    shared = gateway("eg").replace("port: 443,", "port: 443, allowedRoutes: {namespaces: {from: Selector}},")
    assert is_silent("GWA-008", shared)
    assert (
        len(
            said("GWA-008", shared.replace("from: Selector}}, hostname: api.example.com", "from: Selector}}"))
        )
        == 1
    )
