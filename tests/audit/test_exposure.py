from dataclasses import replace

from gateway.audit.controller import Controller
from gateway.audit.estate.place import Place
from gateway.audit.exposure import (
    Auth,
    Exposure,
    Fails,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)

HERE = Place("given.yaml", 1, 1, "Ingress/shop/orders")
AUTH = Auth(mechanism=Mechanism.EXTERNAL, place=HERE)
ROUTE = Exposure(
    host="api.example.com",
    path=PathMatch(PathKind.PREFIX, "/"),
    controller=Controller.INGRESS_NGINX,
    auth=AUTH,
    token=TokenFate(Reaches.NO, "it is replaced", HERE),
    source=HERE,
)


def test_a_route_is_protected_where_everybody_is_asked() -> None:
    def protected(auth: Auth | None, methods: set[str] | None = None, tls: Tls = Tls.ONLY) -> bool:
        asked_of = None if methods is None else frozenset(methods)
        return replace(ROUTE, auth=auth, methods=asked_of, tls=tls).is_protected

    get = replace(AUTH, methods=frozenset({"GET"}))
    assert protected(AUTH)
    assert protected(get, {"GET"})
    assert not protected(None)
    assert not protected(replace(AUTH, fails=Fails.OPEN))
    assert not protected(get)
    assert not protected(get, {"GET", "POST"})
    assert not protected(AUTH, tls=Tls.PASSED_THROUGH)
    assert not replace(ROUTE, controller=Controller.UNKNOWN).is_protected, "nobody knows what it reads"


def test_paths_are_shown_as_people_write_them() -> None:
    shown = {kind: str(PathMatch(kind, "/a/")) for kind in PathKind}
    assert shown == {
        PathKind.EXACT: "= /a/",
        PathKind.PREFIX: "/a/**",
        PathKind.BEGINS_WITH: "/a/*",
        PathKind.REGEX: "~ /a/",
        PathKind.UNKNOWN: "? /a/",
    }
