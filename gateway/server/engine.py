"""Who asks, and what do they get? The only loop: ask, recall or answer, look up, record, render.

One request sees one world, however long its look-ups take; the clock is read again after each of them, so
that waiting never stretches a token's life. A decision whose evidence is at hand is made without leaving
the caller's stack; only a look-up makes it a coroutine.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, Protocol, assert_never

from gateway.core.answer import answer
from gateway.core.ask import Question, ask
from gateway.core.evidence import Evidence, KeysNeeded, Signer, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.jwk import KeySet
from gateway.core.mint import DownstreamToken
from gateway.core.policy import Policy, Snapshot
from gateway.core.reason import Reason
from gateway.core.revocation import Revocations
from gateway.core.verdict import Context, Deny, Indeterminate, Pending, Permit, Verdict
from gateway.dialects import DIALECTS, Dialect
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.memo import Memo
from gateway.server.refusals import Refusals
from gateway.server.speaker import SPEAKERS, UNKNOWN, InOctets, Said, Speaker

MAX_ROUNDS: Final = 3
"""One for a key set that was never fetched, one for a kid that it lacks, one to decide."""

PREFIX: Final = b"/auth/"
_BEFORE_TARGETS: Final = b"/auth/envoy/"
_WITH_BARE_QUERY: Final = b"/auth/caddy/"
"""Caddy asks at its URL and a `?` where its client's target ends in one: its configuration cannot help it."""


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
    pins: Mapping[bytes, tuple[Dialect, Policy]] = field(init=False)
    """Which dialect and policy a proxy is pinned to, by the URL that the operator gave it."""

    def __post_init__(self) -> None:
        """Write the URLs out, so that each is one look-up."""
        pins = {
            PREFIX + f"{dialect.NAME}/{policy.id}".encode(): (dialect, policy)
            for dialect in DIALECTS.values()
            for policy in self.snapshot.policies.values()
        }
        pins |= {url + b"?": pin for url, pin in pins.items() if url.startswith(_WITH_BARE_QUERY)}
        object.__setattr__(self, "pins", pins)

    def pinned_before(self, target: bytes) -> tuple[Dialect, Policy] | None:
        """The same for Envoy, which puts the target that is judged behind the URL."""
        if not target.startswith(_BEFORE_TARGETS):
            return None
        policy, slash, _ = target.removeprefix(_BEFORE_TARGETS).partition(b"/")
        return self.pins.get(_BEFORE_TARGETS + policy) if slash else None


class Observer(Protocol):
    """Who is told of every decision: the record and the metrics. Must not raise and must not wait."""

    def decided(
        self, verdict: Verdict, facts: RequestFacts | None, *, dialect: str, peer: str, seconds: float
    ) -> None:
        """Take note of one decision."""

    def remember(self, permit: Permit, dialect: str) -> Any:
        """Give what `again` will want to have of this permit, and of those like it that follow."""

    def again(
        self,
        known: Any,
        facts: RequestFacts,
        policy: Policy,
        downstream: DownstreamToken | None,
        seconds: float,
    ) -> None:
        """Take note of one permit that is remembered, or will be; `downstream` is what was minted for it."""


class _Asked(NamedTuple, Generic[Said]):
    """One request on its way through the engine."""

    speaker: Speaker[Said]
    peer: str
    started: float
    facts: RequestFacts | None = None


class Engine:
    """Decides requests of the decision listener: `/auth/<dialect>/<policy>`."""

    __slots__ = ("_clock", "_jti", "_memo", "_monotonic", "_observer", "_refusals", "_world")

    def __init__(
        self,
        world: World,
        observer: Observer,
        memo: Memo,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        jti: Callable[[], str],
    ) -> None:
        self._world = world
        self._observer = observer
        self._memo = memo
        self._refusals = Refusals(monotonic=monotonic)
        self._clock = clock
        self._monotonic = monotonic
        self._jti = jti

    def adopt(self, world: World) -> None:
        """Decide by another world from the next request on. One that has begun keeps the world it has."""
        self._memo.clear()
        self._refusals.clear()
        self._world = world

    def __call__(self, request: HttpRequest) -> HttpAnswer | bytes | Coroutine[Any, Any, HttpAnswer | bytes]:
        """Answer one request; with the octets of an answer that is remembered, or a coroutine only where
        something must be looked up first.
        """
        started, world = self._monotonic(), self._world
        pin = world.pins.get(request.target) or world.pinned_before(request.target)
        if pin is None:
            asked = _Asked(_speaker_of(request.target), request.peer, started)
            return self._finish(asked, Deny(reason=Reason.POLICY_UNKNOWN))
        dialect, policy = pin
        facts = dialect.read(request, policy)
        if isinstance(facts, Deny):
            denied = facts._replace(context=Context(policy=policy))
            return self._finish(_Asked(SPEAKERS[dialect.NAME], request.peer, started), denied)
        question = ask(facts, world.snapshot)
        if not isinstance(question, Question):
            return self._finish(_Asked(SPEAKERS[dialect.NAME], request.peer, started, facts), question)
        now, key = int(self._clock()), self._memo.key(question)
        again = self._memo.recall(key, question, world, now)
        if again is None:
            asked = _Asked(SPEAKERS[dialect.NAME], request.peer, started, facts)
            return self._decide(asked, world, question, key, now)
        self._observer.again(again.note, facts, policy, again.downstream, self._monotonic() - started)
        return again.wire

    @property
    def policies(self) -> Mapping[str, Policy]:
        """Give the policies by which the next request is decided."""
        return self._world.snapshot.policies

    def decide(
        self, speaker: Speaker[Said], policy: Policy | None, facts: RequestFacts | Deny, peer: str
    ) -> Said | Coroutine[Any, Any, Said]:
        """Answer what another listener has read, as of now: the steps of `__call__` after its reading.

        Not shared with it: what most requests run through stays one function.
        """
        started, world = self._monotonic(), self._world
        if policy is None or isinstance(facts, Deny):
            denied = facts if isinstance(facts, Deny) else Deny(reason=Reason.POLICY_UNKNOWN)
            denied = denied._replace(context=Context(policy=policy))
            return self._finish(_Asked(speaker, peer, started), denied)
        asked, question = _Asked(speaker, peer, started, facts), ask(facts, world.snapshot)
        if not isinstance(question, Question):
            return self._finish(asked, question)
        now, key = int(self._clock()), self._memo.key(question)
        # What a connection is upgraded by must say when its token ends, which the memo does not keep.
        again = None if facts.upgrade else self._memo.recall(key, question, world, now)
        if again is None:
            return self._decide(asked, world, question, key, now)
        self._observer.again(again.note, facts, policy, again.downstream, self._monotonic() - started)
        return speaker.say_again(question, again)

    # --- private ---

    def _decide(
        self, asked: _Asked[Said], world: World, question: Question, key: bytes, now: int
    ) -> Said | Coroutine[Any, Any, Said]:
        evidence = Evidence(world.signer(), world.sources.keys, world.revoked())
        refused = self._refusals.recall(key, question, evidence.keys)
        if refused is not None:
            return self._finish(asked, refused)
        verdict = answer(question, world.snapshot, evidence, now=now, jti=self._jti())
        if isinstance(verdict, Pending):
            return self._look_up(asked, world, question, evidence, verdict)
        if isinstance(verdict, Permit) and verdict.remember is not None:
            return self._keep(asked, question, verdict, key, evidence.signer)
        if isinstance(verdict, Deny):
            self._refusals.keep(key, verdict, evidence.keys)
        return self._finish(asked, verdict)

    async def _look_up(
        self, asked: _Asked[Said], world: World, question: Question, evidence: Evidence, pending: Pending
    ) -> Said:
        verdict = await settle(
            question, world.snapshot, world.sources, evidence, pending, clock=self._clock, jti=self._jti
        )
        return self._finish(asked, verdict)

    def _finish(self, asked: _Asked[Said], verdict: Verdict) -> Said:
        said, seconds = asked.speaker.say(verdict), self._monotonic() - asked.started
        self._observer.decided(
            verdict, asked.facts, dialect=asked.speaker.name, peer=asked.peer, seconds=seconds
        )
        return said

    def _keep(
        self, asked: _Asked[Said], question: Question, permit: Permit, key: bytes, signer: Signer | None
    ) -> Said:
        """What is kept for the next like it serves this one as well: answer and record are made once."""
        wire, said = asked.speaker.keep(permit)
        note = self._observer.remember(permit, asked.speaker.name)
        self._memo.keep(key, permit, wire, note, signer)
        seconds = self._monotonic() - asked.started
        self._observer.again(note, question.facts, question.policy, permit.downstream, seconds)
        return said


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
        evidence = evidence._replace(found={**evidence.found, pending.need: found}, signed=pending.signed)
        verdict = answer(question, snapshot, evidence, now=int(clock()), jti=jti())
        if not isinstance(verdict, Pending):
            return verdict
        pending = verdict
    return Indeterminate(reason=Reason.LOOKUPS_EXHAUSTED, retry_after_s=1, context=question.context)


# --- private ---


def _speaker_of(target: bytes) -> InOctets:
    """In which dialect is a question about no policy of ours answered?"""
    parts = target.removeprefix(PREFIX).split(b"/", 2)
    if not target.startswith(PREFIX) or (len(parts) != 2 and not target.startswith(_BEFORE_TARGETS)):
        return UNKNOWN
    return SPEAKERS.get(parts[0].decode("ascii", "replace"), UNKNOWN)


async def _resolve(sources: Resolver, need: KeysNeeded) -> KeySet | Unavailable:
    match need:
        case KeysNeeded():
            return await sources.resolve(need)
        case _:
            assert_never(need)
