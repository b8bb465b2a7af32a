"""Which routers have an order."""

from tests.audit.normal.traefik import written as w
from tests.audit.showing import exposures

API = "Host(`api.example.com`)"


def ranked(*routes: str) -> list[bool]:
    return [bool(one.rank) for one in exposures(*routes)]


def other(rule: str, entry_points: str = "[web]", **more: str) -> str:
    return w.route(rule=rule, entry_points=entry_points, name="other", **more)


def test_routers_of_one_door_have_an_order_and_those_of_two_have_none() -> None:
    first = w.route(rule=API, entry_points="[web]")
    cases = {
        other(API): [True, True],
        other("PathPrefix(`/`)"): [True, True],
        other(API, "[internal]"): [False, False],
        other(API, tls="{}"): [False, False],
        other("Host(`www.example.com`)", "[internal]"): [True, True],
        other("HostRegexp(`^[^.]+[.]example[.]org$`)", "[internal]"): [False, False],
        other("HostRegexp(`^[^.]+\\.example\\.com$`)", "[internal]"): [False, False],
        other("HostRegexp(`^[^.]+\\.example\\.org$`)", "[internal]"): [True, False],
        other("PathPrefix(`/`)", "[internal]"): [False, False],
    }
    assert {text: found for text, said in cases.items() if (found := ranked(first, text)) != said} == {}


def test_what_sends_clients_to_https_has_no_place_in_the_order() -> None:
    up = w.middleware("up", "redirectScheme: {scheme: https}")
    redirect = w.route(rule=API, entry_points="[web]", middlewares=["up"], name="up")
    assert ranked(w.route(rule=API, entry_points="[secure]", tls="{}"), redirect, up) == [True, False]


def test_octets_have_no_place_either() -> None:
    assert ranked(w.route(rule=API), w.tcp("HostSNI(`*`)")) == [True, False]
