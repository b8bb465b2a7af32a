"""Who asks, and what do they get? The only loop: ask, look up, answer, record, render.

One request sees one world, however long its look-ups take; the clock is read again after each of them, so
that waiting never stretches a token's life. A decision whose evidence is at hand is made without leaving
the caller's stack; only a look-up makes it a coroutine.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, assert_never

from gateway.core.answer import answer
from gateway.core.ask import Question, ask
from gateway.core.evidence import Evidence, KeysNeeded, Signer, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.jwk import KeySet
from gateway.core.policy import Snapshot
from gateway.core.reason import Reason
from gateway.core.revocation import Revocations
from gateway.core.verdict import Context, Deny, Indeterminate, Pending, Preflight, Verdict
from gateway.dialects import DIALECTS, Dialect
from gateway.dialects.answers import render
from gateway.dialects.wire import HttpAnswer, HttpRequest

MAX_ROUNDS: Final = 3
"""One for a key set that was never fetched, one for a kid that it lacks, one to decide."""

PREFIX: Final = b"/auth/"


class Resolver(Protocol):
    """Who fetches what a decision needs."""

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        """Fetch it, or say that it cannot be had. Never raises for what the network does."""


class Sources(Resolver, Protocol):
    """Who also knows what needs no fetching."""

    @property
    def keys(self) -> Mapping[str, KeySet]:
        """Give, by issuer id, the key sets that may be believed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a decision reads beside the request; replaced as a whole by a reload."""

    snapshot: Snapshot
    sources: Sources
    signer: Callable[[], Signer | None]
    revoked: Callable[[], Revocations]
    """Asked for at every request: the list changes under a world that stays."""


class Observer(Protocol):
    """Who is told of every decision: the record and the metrics."""

    def decided(
        self, verdict: Verdict, facts: RequestFacts | None, *, dialect: str, peer: str, seconds: float
    ) -> None:
        """Take note of one decision. Must not raise and must not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One request on its way through the engine."""

    dialect: Dialect | None
    peer: str
    started: float
    facts: RequestFacts | None = None


class Engine:
    """Decides requests of the decision listener: `/auth/<dialect>/<policy>`."""

    __slots__ = ("_clock", "_jti", "_monotonic", "_observer", "_world")

    def __init__(
        self,
        world: World,
        observer: Observer,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        jti: Callable[[], str],
    ) -> None:
        self._world = world
        self._observer = observer
        self._clock = clock
        self._monotonic = monotonic
        self._jti = jti

    def __call__(self, request: HttpRequest) -> HttpAnswer | Coroutine[Any, Any, HttpAnswer]:
        """Answer one request; a coroutine only where something must be looked up first."""
        started, world = self._monotonic(), self._world
        dialect, policy_id = _pinned(request.target)
        asked = _Asked(dialect=dialect, peer=request.peer, started=started)
        policy = world.snapshot.policies.get(policy_id)
        if dialect is None or policy is None:
            return self._finish(asked, Deny(reason=Reason.POLICY_UNKNOWN))
        facts = dialect.read(request, policy)
        if isinstance(facts, Deny):
            return self._finish(asked, replace(facts, context=Context(policy=policy)))
        asked = replace(asked, facts=facts)
        question = ask(facts, world.snapshot)
        if isinstance(question, Deny | Preflight):
            return self._finish(asked, question)
        evidence = Evidence(signer=world.signer(), keys=world.sources.keys, revoked=world.revoked())
        verdict = answer(question, world.snapshot, evidence, now=int(self._clock()), jti=self._jti())
        if isinstance(verdict, Pending):
            return self._look_up(asked, world, question, evidence, verdict)
        return self._finish(asked, verdict)

    async def _look_up(
        self, asked: _Asked, world: World, question: Question, evidence: Evidence, pending: Pending
    ) -> HttpAnswer:
        verdict = await settle(
            question, world.snapshot, world.sources, evidence, pending, clock=self._clock, jti=self._jti
        )
        return self._finish(asked, verdict)

    def _finish(self, asked: _Asked, verdict: Verdict) -> HttpAnswer:
        self._observer.decided(
            verdict,
            asked.facts,
            dialect=asked.dialect.NAME if asked.dialect else "unknown",
            peer=asked.peer,
            seconds=self._monotonic() - asked.started,
        )
        return asked.dialect.render(verdict) if asked.dialect else render(verdict)


async def settle(
    question: Question,
    snapshot: Snapshot,
    sources: Resolver,
    evidence: Evidence,
    pending: Pending,
    *,
    clock: Callable[[], float],
    jti: Callable[[], str],
) -> Verdict:
    """Fetch what is needed and ask again, a bounded number of times. Silence never becomes a permit."""
    for _ in range(MAX_ROUNDS):
        found = await _resolve(sources, pending.need)
        evidence = replace(evidence, found={**evidence.found, pending.need: found}, signed=pending.signed)
        verdict = answer(question, snapshot, evidence, now=int(clock()), jti=jti())
        if not isinstance(verdict, Pending):
            return verdict
        pending = verdict
    return Indeterminate(reason=Reason.LOOKUPS_EXHAUSTED, retry_after_s=1, context=question.context)


# --- private ---


def _pinned(target: bytes) -> tuple[Dialect | None, str]:
    """Which dialect and policy the operator pinned this proxy to, by the URL."""
    parts = target.removeprefix(PREFIX).split(b"/")
    if not target.startswith(PREFIX) or len(parts) != 2:
        return None, ""
    return DIALECTS.get(parts[0].decode("ascii", "replace")), parts[1].decode("ascii", "replace")


async def _resolve(sources: Resolver, need: KeysNeeded) -> KeySet | Unavailable:
    match need:
        case KeysNeeded():
            return await sources.resolve(need)
        case _:
            assert_never(need)
