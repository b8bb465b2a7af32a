from dataclasses import replace

from gateway.audit import changes
from gateway.audit.controller import Controller
from gateway.audit.diff import diff
from gateway.audit.exposure import Auth, Exposure, Fails, LoggedField, Mechanism, Mirror, Tls
from gateway.audit.rule import Severity
from tests.audit.routes import ASKED, HERE, UNSURE, YES, route


def changed(base: list[Exposure], head: list[Exposure]) -> list[str]:
    titles = {one.id: one for one in changes.CHANGES}
    return [titles[one.rule.id].title for one in diff(base, head)]


LOST, SURVIVES = changes.LOST.title, changes.SURVIVES.title
OPEN = route(auth=None)


def test_nothing_changed_is_nothing_told() -> None:
    routes = [route(), route("/ /b", auth=None), route("= /c", "*.example.com")]
    assert changed(routes, routes) == []


def test_lost_authentication_is_seen_whatever_the_route_is_now() -> None:
    gateway_api = {"controller": Controller.ENVOY_GATEWAY, "class_name": "eg"}
    for head in (
        route(auth=None),
        route(auth=None, **gateway_api),
        route("* /", auth=None),
        route("/ /admin", auth=None),
        route("~ ^/adm.*", auth=None),
        route(auth=None, host="*.example.com"),
        route(auth=None, host=""),
        route(auth=None, public="meant"),
        route(auth=replace(ASKED, fails=Fails.OPEN), token=YES),
        route(auth=replace(ASKED, methods=frozenset({"GET"})), token=YES),
        route(tls=Tls.PASSED_THROUGH, token=YES),
    ):
        assert changed([route("/ /admin"), route()], [route("/ /admin"), route(), head])[0] == LOST, head
        assert changed([route()], [head])[:2] == [LOST, SURVIVES], head


def test_the_closest_route_of_before_is_what_it_is_compared_with() -> None:
    base = [route(), route("/ /public", auth=None)]
    assert changed(base, base) == []
    assert changed(base, [*base, route("= /public/logo.png", auth=None)]) == []
    assert changed(base, [*base, route("= /private", auth=None)]) == [LOST, SURVIVES]


def test_a_new_open_path() -> None:
    new = route("/ /", "new.example.com", auth=None)
    assert changed([route()], [route(), new]) == [changes.NEW_OPEN.title]
    (meant,) = diff([route()], [route(), replace(new, public="pictures")])
    assert (meant.rule, meant.severity) == (changes.NEW_OPEN, Severity.INFO)
    assert changed([route()], [route(), replace(route(), host="new.example.com")]) == [changes.NEW.title]


def test_an_open_route_that_is_never_tried_is_no_loss() -> None:
    assert changed([route(rank=(1,))], [route(rank=(1,)), route("= /a", auth=None, rank=(2,))]) == []


def test_the_token_survives() -> None:
    assert changed([route()], [route(token=YES)]) == [SURVIVES]
    (unsure,) = diff([route()], [route(token=UNSURE)])
    assert (unsure.rule, unsure.severity) == (changes.SURVIVES, Severity.MEDIUM)
    assert changed([route(token=YES)], [route()]) == []


def test_details() -> None:
    def with_headers(*names: str) -> Exposure:
        return route(auth=replace(ASKED, response_headers=frozenset(names)))

    assert changed([with_headers("a")], [with_headers("a", "b", "c")]) == [changes.COPIED.title] * 2
    every = route(auth=replace(ASKED, response_headers=None))
    assert changed([with_headers("a")], [every]) == [changes.COPIED.title]
    assert changed([route()], [route(tls=Tls.OPTIONAL)]) == [changes.CLEAR.title]
    assert changed([route(tls=Tls.NONE)], [route()]) == []
    assert changed([route()], [route(mirrors=(Mirror("shadow", HERE),))]) == [changes.MIRRORED.title]
    assert changed([route()], [route(logs=(LoggedField("query", HERE),))]) == [changes.LOGGED.title]
    assert changed([OPEN], [route()]) == [changes.GAINED.title]
    assert changed([route(), route(host="old")], [route()]) == [changes.GONE.title]
    other = replace(ASKED, policy="others")
    assert changed([route()], [route(auth=other)]) == [changes.OTHER.title]
    somehow = replace(ASKED, fails=Fails.UNKNOWN)
    assert changed([route()], [route(auth=somehow)]) == [changes.UNSURE.title]
    unknown = Auth(mechanism=Mechanism.UNKNOWN, place=HERE)
    assert changed([route()], [route(auth=unknown)]) == [changes.UNSURE.title]


def test_a_change_names_host_path_and_method() -> None:
    (one,) = diff([], [route("/ /a", auth=None, methods=frozenset({"PUT", "GET"}))])
    assert one.what == "api.example.com /a/** GET PUT is a new route: nobody is asked"
    assert one.place == HERE


def test_another_server_that_is_asked_by_the_same_name_is_seen() -> None:
    stranger = replace(ASKED, service=None, url="https://elsewhere.example/auth/nginx/orders")
    assert changed([route(auth=ASKED)], [route(auth=stranger)]) == [changes.OTHER.title]
    (told,) = diff([route(auth=ASKED)], [route(auth=stranger)])
    assert told.what.endswith("asked elsewhere")
