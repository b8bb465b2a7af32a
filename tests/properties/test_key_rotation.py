"""No verifier ever meets a `kid` that it lacks, however replicas, clocks, restarts and caches fall out.

Worst case instead of samples: every replica's keys are followed over time, and every token that it could have
minted is held against every JWK Set that any verifier could hold while that token lives.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, count, cycle
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.mint import MAX_LIFE_S
from gateway.keys import rotation as module
from gateway.keys.rotation import Rotation, publish
from gateway.keys.schedule import (
    JWKS_MAX_AGE_S,
    MIN_ROTATE_EVERY_S,
    MOUNTED_WITHIN_S,
    PENDING_S,
    SEEN_WITHIN_S,
    SKEW_S,
)
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey

START: Final = 1_800_000_000
NUMBERS = count()


def nameless(algorithm: Algorithm) -> SigningKey:
    """A key that nobody asks to sign."""
    return SigningKey(kid=f"key-{next(NUMBERS)}", algorithm=algorithm, _private=cast(Any, None))


@dataclass(kw_only=True)
class Replica:
    """Looks at the store after each of its pauses in turn; a pause of an outage is one without a process."""

    ahead_s: int
    """Its clock, against the slowest one there is."""
    pauses: tuple[int, ...]
    outages: tuple[int, ...] = ()
    """How long it is down, after each tenth look."""
    starts_at: int = START


@dataclass(frozen=True, kw_only=True)
class Span:
    """One replica, as long as nothing changed for it."""

    begins: int
    ends: int
    signs: str
    publishes: frozenset[str]


@dataclass(kw_only=True)
class World:
    """The store, and what every replica made of it."""

    rotation: Rotation
    keys: tuple[StoredKey, ...]
    spans: list[Span] = field(default_factory=list)
    active: list[str] = field(default_factory=list)
    """Every key that was ever active in the store, in order."""

    def look(self, now: int) -> None:
        self.keys = self.rotation.advance(self.keys, now=now, make=nameless)
        one = self.rotation.active(self.keys)
        assert one is not None, "exactly one active key at any moment"
        if self.active[-1:] != [one.key.kid]:
            self.active.append(one.key.kid)

    def lived(self, begins: int, ends: int, keys: tuple[StoredKey, ...]) -> None:
        (signs,) = (one.key.kid for one in keys if one.state is KeyState.ACTIVE)
        published = frozenset(one.key.kid for one in keys)
        self.spans.append(Span(begins=begins, ends=ends, signs=signs, publishes=published))


def moments(replica: Replica) -> Iterator[tuple[int, int]]:
    """Each look, and when the replica stops to act on what it saw."""
    now, outages = replica.starts_at, iter(replica.outages)
    for number, pause in enumerate(cycle(replica.pauses), start=1):
        yield now, now + pause
        now += pause + (next(outages, 0) if number % 10 == 0 else 0)


def simulate(
    replicas: list[Replica], *, every_s: int, looks: int, by_hand: frozenset[int] = frozenset()
) -> World:
    """Follow the replicas for so many looks. `by_hand`: before which of them somebody asks for a rotation."""
    first = StoredKey(key=nameless("ES256"), state=KeyState.ACTIVE, created_at=START, since=START)
    world = World(rotation=Rotation(algorithm="ES256", every_s=every_s), keys=(first,))
    plans = [(next(plan := moments(replica)), plan, replica.ahead_s) for replica in replicas]
    for number in range(looks):
        plans.sort(key=lambda entry: entry[0][0])
        (now, until), plan, ahead_s = plans[0]
        if number in by_hand and world.rotation.pending(world.keys) is None:
            world.keys = publish(world.keys, nameless("ES256"), now=now + ahead_s)
        world.look(now + ahead_s)
        world.lived(now, until, world.keys)
        plans[0] = (next(plan), plan, ahead_s)
    return world


def failures(spans: list[Span]) -> list[tuple[Span, Span]]:
    """Pairs of a signing replica and a publishing one where a token could meet a verifier without its key.

    A token minted before `ends` lives MAX_LIFE_S, and SKEW_S more where the verifier's clock is behind. A
    verifier holds for JWKS_MAX_AGE_S what it fetched before `ends`.
    """
    return [
        (signing, publishing)
        for signing in spans
        for publishing in spans
        if signing.signs not in publishing.publishes
        and publishing.begins < signing.ends + MAX_LIFE_S + SKEW_S
        and signing.begins < publishing.ends + JWKS_MAX_AGE_S
    ]


replicas = st.builds(
    Replica,
    ahead_s=st.integers(0, SKEW_S),
    pauses=st.lists(st.integers(1, SEEN_WITHIN_S) | st.just(SEEN_WITHIN_S), min_size=1, max_size=8).map(
        tuple
    ),
    outages=st.lists(st.sampled_from([0, 1, 300, 900, 86400, 30 * 86400]), max_size=6).map(tuple),
    starts_at=st.integers(START, START + 100),
)


@given(
    st.lists(replicas, min_size=1, max_size=4),
    st.integers(MIN_ROTATE_EVERY_S, 2 * MIN_ROTATE_EVERY_S),
    st.frozensets(st.integers(0, 300), max_size=3),
)
def test_every_token_is_verifiable_by_every_verifier_at_every_moment_of_its_life(
    all_of_them: list[Replica], every_s: int, by_hand: frozenset[int]
) -> None:
    world = simulate(all_of_them, every_s=every_s, looks=400, by_hand=by_hand)
    assert failures(world.spans) == []
    assert len(set(world.active)) == len(world.active), "a key that has retired never signs again"


def test_the_simulation_rotates_at_all() -> None:
    world = simulate([Replica(ahead_s=0, pauses=(SEEN_WITHIN_S,))], every_s=MIN_ROTATE_EVERY_S, looks=200)
    assert len(world.active) >= 6


# --- nothing is to spare ------------------------------------------------------


@pytest.mark.parametrize(("fewer", "fails"), [(0, False), (2, True)])
@pytest.mark.parametrize("waiting", ["PENDING_S", "RETIRING_S"])
def test_the_waitings_are_as_long_as_they_must_be_and_no_longer(
    monkeypatch: pytest.MonkeyPatch, waiting: str, fewer: int, *, fails: bool
) -> None:
    """The slowest clock begins each waiting, the fastest ends it; a third replica had looked just before."""
    monkeypatch.setattr(module, waiting, getattr(module, waiting) - fewer)
    began = {"PENDING_S": START, "RETIRING_S": START + PENDING_S}[waiting]
    has_just_looked = Replica(ahead_s=0, pauses=(SEEN_WITHIN_S,), starts_at=START - 1)
    slowest = Replica(ahead_s=0, pauses=(SEEN_WITHIN_S,))
    fastest = Replica(ahead_s=SKEW_S, pauses=(1,), starts_at=began + 250)
    trio = [has_just_looked, slowest, fastest]
    world = simulate(trio, every_s=10**6, looks=300, by_hand=frozenset({1}))
    assert len(world.active) == 2
    assert bool(failures(world.spans)) is fails


# --- a Secret that somebody else rotates, and that arrives late ---------------


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the command that rotates."""

    at: int
    ahead_s: int
    """Its clock, against the slowest one there is: every run may be on another node."""


LATEST_S: Final = MOUNTED_WITHIN_S + SEEN_WITHIN_S


def simulate_mounts(runs: list[Run], replicas: list[list[int]], rotation: Rotation) -> World:
    """Each replica has a change of the Secret so many seconds after it was written, unless the next came."""
    first = StoredKey(key=nameless("ES256"), state=KeyState.ACTIVE, created_at=START, since=START)
    world = World(rotation=rotation, keys=(first,))
    written = [(START - LATEST_S, world.keys)]
    for run in runs:
        world.look(run.at + run.ahead_s)
        if world.keys != written[-1][1]:
            written.append((run.at, world.keys))
    end = runs[-1].at + LATEST_S
    for delays in replicas:
        seen = [(at + delay, keys) for (at, keys), delay in zip(written, cycle(delays), strict=False)]
        latest = [one for number, one in enumerate(seen) if all(one[0] <= at for at, _ in seen[number + 1 :])]
        ends = [at for at, _ in latest[1:]] + [end]
        for (begins, keys), until in zip(latest, ends, strict=True):
            world.lived(begins, until, keys)
    return world


@given(
    st.lists(st.tuples(st.integers(60, 900), st.integers(0, SKEW_S)), min_size=100, max_size=120),
    st.lists(
        st.lists(st.integers(0, LATEST_S) | st.sampled_from([0, LATEST_S]), min_size=1, max_size=6),
        min_size=2,
        max_size=4,
    ),
    st.integers(MIN_ROTATE_EVERY_S + 2 * MOUNTED_WITHIN_S, 2 * MIN_ROTATE_EVERY_S),
)
def test_replicas_on_different_generations_of_a_secret_are_harmless(
    pauses: list[tuple[int, int]], replicas: list[list[int]], every_s: int
) -> None:
    times = accumulate((pause for pause, _ in pauses), initial=START)
    runs = [Run(at=at, ahead_s=ahead_s) for at, (_, ahead_s) in zip(times, pauses, strict=False)]
    rotation = Rotation(algorithm="ES256", every_s=every_s, mounted_s=MOUNTED_WITHIN_S)
    world = simulate_mounts(runs, replicas, rotation)
    assert failures(world.spans) == []
    assert len(set(world.active)) == len(world.active)
    assert len(world.active) > 2


@pytest.mark.parametrize(("fewer", "fails"), [(0, False), (2, True)])
def test_the_waiting_for_mounts_is_not_to_spare(fewer: int, *, fails: bool) -> None:
    rotation = Rotation(algorithm="ES256", every_s=10**4, mounted_s=MOUNTED_WITHIN_S - fewer)
    runs = [Run(at=START + 10**4 + second, ahead_s=SKEW_S * (second > 0)) for second in range(3000)]
    world = simulate_mounts(runs, [[0], [LATEST_S]], rotation)
    assert len(world.active) == 2
    assert bool(failures(world.spans)) is fails
