"""I15: nothing is allowed that no rule names; order means nothing; fewer rules never allow more."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.policy import Access, Requirement, Route, ScopesInclude
from gateway.core.route import RouteConflict, RouteTable
from gateway.core.verdict import Permit
from tests.builders import (
    bearer,
    downstream,
    facts,
    needs_scopes,
    policy,
    public_route,
    route,
    snapshot,
    token,
)
from tests.properties.reference_routes import route_seen
from tests.strategies import tame_targets, targets
from tests.walk import decide

TEMPLATES = (
    "/**",
    "/a",
    "/a/**",
    "/a/b",
    "/{x}",
    "/{x}/b",
    "/a/{y}",
    "/A/c",
    "/public/**",
    "/users/me",
    "/x",
)
PATHS = st.sampled_from(
    (b"/a", b"/a/b", b"/A/c", b"/a/c", b"/a/b/c", b"/x", b"/users/me", b"/users/ME", b"/public/z", b"/")
)
GOOD = bearer(token(scope="one two"))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Route, ...]:
    """Any routes that compile."""
    kept: list[Route] = []
    for index, template in enumerate(draw(st.lists(st.sampled_from(TEMPLATES), unique=True, max_size=6))):
        access = draw(st.sampled_from(Access))
        methods = frozenset(draw(st.sets(st.sampled_from(("GET", "POST")), min_size=1)))
        made = route(f"r{index}", template, access=access, methods=methods)
        scope = draw(st.sampled_from(("", "one", "three")))
        made = replace(made, requirements=needs_scopes(scope) if scope and made.downstream else ())
        if _compiles((*kept, made)):
            kept.append(made)
    return tuple(kept)


def _compiles(routes: tuple[Route, ...]) -> bool:
    try:
        RouteTable.build(routes)
    except RouteConflict:
        return False
    return True


def allowed(target: bytes, routes: tuple[Route, ...], method: str = "GET") -> str | None:
    """The route that permits, or None."""
    world = snapshot(replace(policy(), routes=RouteTable.build(routes)))
    verdict = decide(facts(target, GOOD, method=method), world)
    return verdict.context.route.id if isinstance(verdict, Permit) and verdict.context.route else None


@given(st.one_of(targets(), tame_targets()))
def test_no_rule_allows_nothing(target: bytes) -> None:
    assert allowed(target, ()) is None


@given(tables(), PATHS, st.sampled_from(("GET", "POST", "DELETE")), st.randoms(use_true_random=False))
def test_the_order_of_the_rules_means_nothing(
    routes: tuple[Route, ...], target: bytes, method: str, random: object
) -> None:
    shuffled = list(routes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert allowed(target, routes, method) == allowed(target, tuple(shuffled), method)


@given(tables(), PATHS, st.sampled_from(("GET", "POST", "DELETE")))
def test_what_is_allowed_is_allowed_by_a_rule_that_names_its_method(
    routes: tuple[Route, ...], target: bytes, method: str
) -> None:
    found = allowed(target, routes, method)
    assert found is None or method in next(one.methods for one in routes if one.id == found)


@given(tables(), PATHS)
def test_a_permit_is_by_the_rule_that_the_plainest_reading_finds(
    routes: tuple[Route, ...], target: bytes
) -> None:
    assert allowed(target, routes) in {None, route_seen(target, routes)}


@given(tables(), PATHS)
def test_removing_a_rule_never_changes_what_another_rule_permits(
    routes: tuple[Route, ...], target: bytes
) -> None:
    found = allowed(target, routes)
    for removed in routes:
        rest = tuple(one for one in routes if one is not removed)
        if found is not None and removed.id != found:
            assert allowed(target, rest) == found


@given(tables(), PATHS)
def test_removing_a_rule_that_no_broader_one_backs_never_adds_a_permit(
    routes: tuple[Route, ...], target: bytes
) -> None:
    # Routes both allow and restrict: what a narrow one refused falls to the broader one, by design.
    # Where the rest of the table does not know the path, nothing is left to allow it.
    for removed in routes:
        rest = tuple(one for one in routes if one is not removed)
        if route_seen(target, rest) is None:
            assert allowed(target, rest) is None


REQUIREMENTS = st.sampled_from(("one", "two", "three", "four")).map(
    lambda scope: ScopesInclude(scopes=frozenset({scope}))
)


@given(st.lists(REQUIREMENTS, max_size=4), REQUIREMENTS)
def test_one_more_requirement_never_allows_more(some: list[Requirement], more: Requirement) -> None:
    fewer = allowed(b"/a", (route("r", "/a", requirements=tuple(some)),))
    stricter = allowed(b"/a", (route("r", "/a", requirements=(*some, more)),))
    assert stricter is None or fewer is not None


@given(st.lists(REQUIREMENTS, max_size=4).flatmap(st.permutations))
def test_the_order_of_requirements_never_changes_the_outcome(some: list[Requirement]) -> None:
    forth = allowed(b"/a", (route("r", "/a", requirements=tuple(some)),))
    back = allowed(b"/a", (route("r", "/a", requirements=tuple(reversed(some))),))
    assert forth == back


@given(PATHS, st.sampled_from(("GET", "POST")))
def test_asking_twice_gives_one_answer(target: bytes, method: str) -> None:
    routes = (public_route("open", "/a/**"), route("rest", "/{x}/**", downstream=downstream(ttl_s=30)))
    assert allowed(target, routes, method) == allowed(target, routes, method)
