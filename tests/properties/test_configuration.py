"""I14: a configuration that was changed in one place is refused with the place named, or still compiles."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.config.problem import ConfigError
from gateway.config.world import World
from tests.config.files import Json, Step, at, at_the_edge, refusal_of, world_of

CANARY = "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"


def places(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    if path:
        yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, child in children:
        yield from places(child, (*path, step))


PLACES = list(places(at_the_edge()))
SHARED = settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def rendered(path: tuple[Step, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def names_the_place(error: ConfigError, path: tuple[Step, ...]) -> bool:
    """Whether a problem lies on the way to the place, below it, or says its last word."""
    place = rendered(path)
    return any(
        place.startswith(problem.path)
        or problem.path.startswith(place)
        or str(path[-1]) in f"{problem.path} {problem.what}"
        for problem in error.problems
    )


def try_it(folder: Path, config: Json, path: tuple[Step, ...]) -> bool:
    """Whether it compiles. Nothing but ConfigError may be raised, and what it says must be of use."""
    error = refusal_of(folder, config)
    if error is None:
        return True
    assert names_the_place(error, path), error
    for problem in error.problems:
        assert problem.file.endswith("gateway.yaml")
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.what
        assert problem.fix
    return False


def renamed(config: Json, path: tuple[Step, ...], name: str) -> Json:
    parent = at(config, *path[:-1])
    if isinstance(parent, dict):
        parent[name] = parent.pop(path[-1])
    return config


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["*", "0s", "none", "anyone", "https://x", "file:x", "a.b", "public"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def test_the_unchanged_one_compiles(tmp_path: Path) -> None:
    assert try_it(tmp_path, at_the_edge(), ())


def test_one_thing_left_out(tmp_path: Path) -> None:
    for path in PLACES:
        config = at_the_edge()
        del at(config, *path[:-1])[path[-1]]
        try_it(tmp_path, config, path)


def ways_in(world: World) -> set[object]:
    """Who may ask what, where: every combination that the configuration names."""
    return {
        (policy.id, host, peer, credential, route.access, method, path, issuer, upgrade, oddity)
        for policy in world.snapshot.policies.values()
        for route in policy.routes.routes
        for host, peer, credential in product(policy.hosts, policy.peers, policy.credentials)
        for method, path in product(route.methods, route.paths)
        for issuer in route.issuers or {""}
        for oddity in route.admit_in_path | {""}
        for upgrade in ({"", "websocket"} if route.websocket else {""})
    }


def test_leaving_something_out_never_opens_a_way_in(tmp_path: Path) -> None:
    before = ways_in(world_of(tmp_path, at_the_edge()))
    for path in PLACES:
        config = at_the_edge()
        del at(config, *path[:-1])[path[-1]]
        if refusal_of(tmp_path, config) is None:
            assert ways_in(world_of(tmp_path, config)) <= before, path


def test_one_key_misspelt(tmp_path: Path) -> None:
    for path in (path for path in PLACES if isinstance(path[-1], str)):
        may_be_free = path[:-1] in {
            ("issuers",),
            ("policies",),
            ("issuers", "corp", "require_claims"),
        }
        compiles = try_it(tmp_path, renamed(at_the_edge(), path, f"{path[-1]}x"), path)
        assert compiles <= may_be_free, path


@pytest.mark.parametrize("empty", [None, "", [], {}], ids=["null", "text", "list", "mapping"])
def test_empty_never_means_all(tmp_path: Path, empty: Any) -> None:
    for path in PLACES:
        config = at_the_edge()
        at(config, *path[:-1])[path[-1]] = empty
        may_be_empty = (
            (empty == {} and path[0] in {"listeners", "audit", "memo"})  # all defaults
            or (empty == "" and path[-1] in {"value", "equals", "contains"})  # it is a value
            or (empty == "" and path[:3] == ("issuers", "corp", "require_claims"))
        )
        assert try_it(tmp_path, config, path) <= may_be_empty, path


@SHARED
@given(path=st.sampled_from(PLACES), value=values)
def test_one_value_of_another_kind(tmp_path: Path, path: tuple[Step, ...], value: Any) -> None:
    config = at_the_edge()
    at(config, *path[:-1])[path[-1]] = value
    try_it(tmp_path, config, path)


def test_a_token_in_the_wrong_place_is_never_said(tmp_path: Path) -> None:
    for path in PLACES:
        config = at_the_edge()
        at(config, *path[:-1])[path[-1]] = CANARY
        error = refusal_of(tmp_path, config)
        said = f"{error} {error!r} {error.problems!r}" if error else world_of(tmp_path, config).warnings
        assert CANARY[:12] not in str(said)
