from tests.audit.normal.shown import TO, gateway, policy, route
from tests.audit.rules.said import is_silent, said

EG, GROUP = "gateway.envoyproxy.io", "gateway.networking.k8s.io"
GIVEN = (gateway("eg"), route(f"{{name: first, {TO}}}"))


def attached(target: str) -> list[str]:
    return said("GWA-010", *GIVEN, policy("SecurityPolicy", EG, f"{{jwt: {{}}, {target}}}"))


def target(text: str) -> str:
    return f"targetRefs: [{{group: {GROUP}, {text}}}]"


def test_a_policy_is_attached_to_what_is_there() -> None:
    for sound in (
        target("kind: HTTPRoute, name: r"),
        target("kind: HTTPRoute, name: r, sectionName: first"),
        target("kind: Gateway, name: public, sectionName: https"),
        target("kind: GRPCRoute, name: not-given"),
        "targetSelectors: [{kind: HTTPRoute}]",
        "targetSelectors: [{kind: GRPCRoute, matchLabels: {a: b}}]",
    ):
        assert attached(sound) == [], sound
    for wrong in (
        "x: 1",
        target("kind: HTTPRoute, name: other"),
        target("kind: HTTPRoute, name: r, sectionName: other"),
        target("kind: Gateway, name: public, sectionName: other"),
        target("kind: Gateway, name: other"),
        target("kind: HttpRoute, name: r"),
        "targetRefs: [{kind: HTTPRoute, name: r}]",
        "targetSelectors: [{kind: HTTPRoute, matchLabels: {a: b}}]",
    ):
        assert len(attached(wrong)) == 1, wrong


def test_a_policy_may_be_named_by_a_filter() -> None:
    reference = "{group: gateway.kgateway.dev, kind: TrafficPolicy, name: p}"
    named = f"filters: [{{type: ExtensionRef, extensionRef: {reference}}}]"
    nowhere = policy("TrafficPolicy", "gateway.kgateway.dev", "{}")
    assert is_silent("GWA-010", gateway("kgateway"), route(f"{{{named}, {TO}}}"), nowhere)
    assert len(said("GWA-010", gateway("kgateway"), route(f"{{{TO}}}"), nowhere)) == 1


def test_a_route_names_a_listener_that_is_there() -> None:
    wrong = route(f"{{{TO}}}", section="other")
    assert said("GWA-010", gateway("eg"), wrong) == ["low: Gateway public has no listener other"]


def test_a_filter_names_what_is_there() -> None:
    def named(reference: str) -> list[str]:
        filters = f"filters: [{{type: ExtensionRef, extensionRef: {reference}}}]"
        given = policy("SnippetsFilter", "gateway.nginx.org", "{}")
        return said("GWA-010", gateway("nginx"), route(f"{{{filters}, {TO}}}"), given)

    assert named("{group: gateway.nginx.org, kind: SnippetsFilter, name: p}") == []
    for wrong in (
        "{}",
        "{group: gateway.nginx.org, kind: SnippetsFilter, name: q}",
        "{group: other, kind: SnippetsFilter, name: p}",
        "{kind: SnippetsFilter, name: p}",
    ):
        assert len(named(wrong)) == 1, wrong


def test_a_grant_is_used() -> None:
    source = f"{{group: {GROUP}, kind: HTTPRoute, namespace: shop}}"
    grant = policy("ReferenceGrant", GROUP, f"{{from: [{source}], to: [{{kind: Service, name: gw}}]}}")
    grant = grant.replace("shop}\nspec", "auth}\nspec")
    using = route("{backendRefs: [{name: gw, namespace: auth}]}")
    assert is_silent("GWA-012", grant)
    assert is_silent("GWA-012", grant, using)
    assert said("GWA-012", grant, route(f"{{{TO}}}")) == ["low: no HTTPRoute of shop refers to gw"]
