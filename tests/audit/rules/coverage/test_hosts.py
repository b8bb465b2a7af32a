from dataclasses import replace

from gateway.audit.controller import Controller
from gateway.audit.exposure import Tls
from gateway.audit.rules.coverage.hosts import CATCH_ALL, CLAIMED_TWICE, OPEN_WILDCARD
from tests.audit.exposing import HERE, asked, guarded, ingress, route, said

SHOP, BLOG = ingress("orders"), ingress("posts", "blog")
CLAIM = "claims a.example, which Ingress/shop/orders protects from another namespace"


def test_a_host_of_another_namespace() -> None:
    mine = guarded("a.example/", of=SHOP)
    assert said(CLAIMED_TWICE, mine, route("a.example/posts", of=BLOG)) == [f"high: {CLAIM}"]
    assert said(CLAIMED_TWICE, mine, guarded("a.example/posts", of=BLOG)) == [f"medium: {CLAIM}"]
    assert said(CLAIMED_TWICE, mine, route("a.example/a", of=BLOG), route("a.example/b", of=BLOG)) == [
        f"high: {CLAIM}"
    ]
    assert said(CLAIMED_TWICE, mine, route("b.example/", of=BLOG)) == []
    assert said(CLAIMED_TWICE, mine, route("a.example/", of=BLOG, public="shared")) == []
    assert said(CLAIMED_TWICE, mine, route("a.example/", of=BLOG, to="")) == []
    delegated = replace(BLOG, kind="VirtualServerRoute")
    assert said(CLAIMED_TWICE, mine, route("a.example/", of=delegated)) == []
    assert said(CLAIMED_TWICE, route("a.example/", of=SHOP), route("a.example/b", of=BLOG)) == []


def test_a_name_within_a_wildcard_of_another_namespace() -> None:
    wildcard = guarded("*.a.example/", of=SHOP)
    assert said(CLAIMED_TWICE, wildcard, route("pay.a.example/", of=BLOG)) == [
        "high: claims pay.a.example, which Ingress/shop/orders protects from another namespace"
    ]
    assert said(CLAIMED_TWICE, wildcard, route("pay.b.example/", of=BLOG)) == []
    assert said(CLAIMED_TWICE, wildcard, route("pay.a.example/", of=SHOP)) == []


def test_another_class_is_only_noted() -> None:
    mine = guarded("a.example/", of=SHOP)
    moved = guarded("a.example/", of=ingress("moved"), controller=Controller.TRAEFIK, class_name="traefik")
    assert said(CLAIMED_TWICE, mine, moved) == [
        "info: claims a.example for another class than Ingress/shop/orders"
    ]


def test_a_route_without_a_host() -> None:
    what = "answers for every host that nobody else answers for"
    assert said(CATCH_ALL, route("/")) == [f"medium: {what}"]
    assert said(CATCH_ALL, route("/"), route("/b")) == [f"medium: {what}"], "one object, one finding"
    assert said(CATCH_ALL, guarded("/", of=SHOP)) == [f"low: {what}"]
    assert said(CATCH_ALL, guarded("/")) == [], "a proxy of one site"
    assert said(CATCH_ALL, route("/", tls=Tls.PASSED_THROUGH)) == [], "octets have no host"
    assert said(CATCH_ALL, route("/", to=""), route("a.example/"), route("/", public="welcome")) == []
    other = HERE._replace(owner="Ingress/shop/other")
    assert len(said(CATCH_ALL, route("/"), route("/", source=other))) == 2


def test_an_open_wildcard() -> None:
    inner = guarded("api.a.example/")
    assert said(OPEN_WILDCARD, inner, route("*.a.example/")) == [
        "*.a.example /** is open, and api.a.example within it is protected"
    ]
    assert len(said(OPEN_WILDCARD, guarded("x.y.a.example/"), route("*.a.example/"))) == 1
    assert said(OPEN_WILDCARD, inner, guarded("*.a.example/"), route("*.a.example/open")) == []
    assert said(OPEN_WILDCARD, inner, route("*.b.example/"), route("a.example/")) == []
    assert said(OPEN_WILDCARD, route("api.a.example/"), route("*.a.example/")) == []
    assert said(OPEN_WILDCARD, inner, route("*.a.example/", public="a page of errors")) == []


def test_the_door_of_whoever_is_asked_may_be_a_wildcard() -> None:
    own = asked(dialect=None, url="https://auth.a.example/oauth2/auth")
    assert (
        said(OPEN_WILDCARD, guarded("api.a.example/", auth=own), route("*.a.example/oauth2", to="signing:80"))
        == []
    )
