from dataclasses import replace

from gateway.audit.controller import Controller
from gateway.audit.coverage import State, coverage_of, described, state_of
from gateway.audit.exposure import Auth, Fails, Mechanism, Tls
from tests.audit.routes import ASKED, HERE, route


def test_the_state_of_one_route_and_what_makes_it_so() -> None:
    get = frozenset({"GET"})
    unknown = Auth(mechanism=Mechanism.UNKNOWN, place=HERE)
    states = {
        "asked": state_of(route()),
        "nobody": state_of(route(auth=None)),
        "on purpose": state_of(route(auth=None, public="pictures")),
        "passed through": state_of(route(tls=Tls.PASSED_THROUGH)),
        "fails open": state_of(route(auth=replace(ASKED, fails=Fails.OPEN))),
        "unknown": state_of(route(auth=unknown)),
        "fails somehow": state_of(route(auth=replace(ASKED, fails=Fails.UNKNOWN))),
        "only GET": state_of(route(auth=replace(ASKED, methods=get))),
        "GET alone": state_of(route(auth=replace(ASKED, methods=get), methods=get)),
    }
    ours = "token gateway, policy orders"
    assert states == {
        "asked": (State.PROTECTED, ours),
        "nobody": (State.OPEN, "nobody is asked"),
        "on purpose": (State.PUBLIC, "pictures"),
        "passed through": (State.OPEN, "TLS is passed through: no request is seen here"),
        "fails open": (State.OPEN, f"{ours}, but where that fails everybody comes in"),
        "unknown": (State.CANNOT_TELL, "something that this audit does not read"),
        "fails somehow": (State.CANNOT_TELL, f"{ours}, and what happens where that fails is not said"),
        "only GET": (State.OPEN, f"{ours}, but not for every method"),
        "GET alone": (State.PROTECTED, ours),
    }


def test_every_mechanism_is_described() -> None:
    said = {described(Auth(mechanism=one, place=HERE)) for one in Mechanism}
    assert len(said) == len(Mechanism)
    assert described(Auth(mechanism=Mechanism.EXTERNAL, place=HERE, url="http://x")) == "asks http://x"


def test_a_route_that_is_never_tried_is_shadowed() -> None:
    first, second = route("/ /a", rank=(1, -2)), route("= /a/b", auth=None, rank=(2,))
    coverage = coverage_of([second, first, route("/ /", rank=(3,))])
    states = [(str(one.exposure.path), one.state) for one in coverage.hosts["api.example.com"]]
    assert states == [
        ("/**", State.PROTECTED),
        ("/a/**", State.PROTECTED),
        ("= /a/b", State.SHADOWED),
    ]
    assert coverage.count(State.SHADOWED) == 1
    assert coverage.count(State.OPEN) == 0


def test_what_may_not_take_every_request_shadows_nothing() -> None:
    open_one = route("= /a/b", auth=None, rank=(2,))
    for other in (
        route("/ /a", rank=(1,), conditions=("header X",)),
        route("/ /a", rank=(1,), methods=frozenset({"GET"})),
        route("/ /a"),
        route("/ /a", rank=(2,)),
        route("/ /a", rank=(1,), controller=Controller.TRAEFIK),
        route("/ /a", "other.example.com", rank=(1,)),
        route("/ /ab", rank=(1,)),
    ):
        assert coverage_of([open_one, other]).count(State.OPEN) == 1, other
    assert coverage_of([replace(open_one, rank=()), route("/ /a", rank=(1,))]).count(State.OPEN) == 1


def test_hosts_come_by_name() -> None:
    assert list(coverage_of([route(host="b"), route(host="a"), route(host="")]).hosts) == ["", "a", "b"]
