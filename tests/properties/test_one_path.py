"""I1: never allow a target that any two plausible interpreters read as paths of different routes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.ask import Question, ask
from gateway.core.policy import Route
from gateway.core.route import RouteTable
from gateway.core.target import Oddity
from gateway.core.verdict import Deny, Permit
from tests.builders import (
    Wire,
    bearer,
    facts,
    policy,
    public_route,
    route,
    snapshot,
)
from tests.corpus.targets import ROWS
from tests.properties.interpreters import READERS
from tests.properties.reference_routes import Spelling, route_seen
from tests.strategies import tame_targets, targets
from tests.walk import EVERY_DIALECT, through

EVERYTHING = frozenset(oddity.value for oddity in Oddity)

ROUTES = (
    public_route("public", "/public/**"),
    route("admin", "/admin/**"),
    route("root-admin", "/{tenant}/admin"),
    public_route("me", "/users/me"),
    route("user", "/users/{id}"),
    route("export", "/files:export"),
    route("café", "/caf\u00e9"),
)
LAX_ROUTES = (*ROUTES, public_route("files", "/files/**", admit_in_path=EVERYTHING))
LAXEST_ROUTES = (
    public_route("anything", "/**", admit_in_path=EVERYTHING),
    route("admin", "/admin/**", admit_in_path=EVERYTHING),
    route("two", "/{a}/{b}", admit_in_path=EVERYTHING),
    route("upper", "/PUBLIC/Secret"),
)

SPELLINGS: tuple[Spelling, ...] = (
    str,
    str.lower,
    str.upper,
    lambda text: unicodedata.normalize("NFKC", text).casefold(),
)


def route_of(target: bytes, routes: tuple[Route, ...]) -> str | None:
    asked = ask(facts(target, bearer()), snapshot(policy(*routes)))
    return asked.route.id if isinstance(asked, Question) else None


def differing(target: bytes, routes: tuple[Route, ...]) -> list[str]:
    """The readers under whom a permitted target falls under another route."""
    allowed = route_of(target, routes)
    if allowed is None:
        return []
    path = target.partition(b"?")[0]
    return [
        f"{name}: {seen}"
        for name, reader in READERS.items()
        for spelling in SPELLINGS
        if (seen := route_seen(reader(path), routes, spelling)) != allowed
    ]


@pytest.mark.parametrize("routes", [ROUTES, LAX_ROUTES, LAXEST_ROUTES], ids=["strict", "lax", "laxest"])
@given(target=st.one_of(tame_targets(), targets(), targets(b"/public"), targets(b"/files")))
def test_every_reader_finds_the_route_that_was_permitted(target: bytes, routes: tuple[Route, ...]) -> None:
    assert differing(target, routes) == []


@pytest.mark.parametrize("routes", [ROUTES, LAX_ROUTES, LAXEST_ROUTES], ids=["strict", "lax", "laxest"])
def test_every_reader_agrees_about_the_corpus(routes: tuple[Route, ...]) -> None:
    assert [(row.id, found) for row in ROWS if (found := differing(row.target, routes))] == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"/public/a", "public"),
        (b"/files/a%2Fb", "files"),
        (b"/files/a;v=1/b", "files"),
        (b"/files/100%25", "files"),
        (b"/files/%7Euser", "files"),
        (b"/users/alice%40example.com", "user"),
        (b"/caf%c3%a9", "café"),
    ],
)
def test_the_property_is_not_empty(target: bytes, expected: str) -> None:
    assert route_of(target, LAX_ROUTES) == expected


@given(target=tame_targets(), query=st.binary(max_size=10))
def test_the_query_never_changes_the_route(target: bytes, query: bytes) -> None:
    path = target.partition(b"?")[0]
    bare, asked = route_of(path, LAX_ROUTES), route_of(path + b"?" + query, LAX_ROUTES)
    assert asked in {bare, None}


@given(target=tame_targets(), query=st.from_regex(rb"[a-z]{1,4}=[a-zA-Z0-9/.%:-]{0,12}", fullmatch=True))
def test_an_ordinary_query_changes_nothing_at_all(target: bytes, query: bytes) -> None:
    path = target.partition(b"?")[0]
    assert route_of(path, LAX_ROUTES) == route_of(path + b"?" + query, LAX_ROUTES)


@given(target=st.one_of(tame_targets(), targets()))
def test_every_proxy_is_judged_alike(target: bytes) -> None:
    """A target that is no path makes nginx's URL no URL: refused as well, for that."""
    wire, world = Wire(target=target, headers=(bearer(),)), snapshot(policy(*LAX_ROUTES))
    verdicts = {dialect: through(dialect, wire, world)[0] for dialect in EVERY_DIALECT}
    assert len({type(verdict) for verdict in verdicts.values()}) == 1
    assert len({verdict.context.route for verdict in verdicts.values() if isinstance(verdict, Permit)}) <= 1
    refused = [verdict.reason for verdict in verdicts.values() if isinstance(verdict, Deny)]
    assert not target.startswith(b"/") or len(set(refused)) <= 1, verdicts


def test_no_route_of_the_tests_is_out_of_reach() -> None:
    for routes in (ROUTES, LAX_ROUTES, LAXEST_ROUTES):
        RouteTable.build(routes)
