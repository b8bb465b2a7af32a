"""Which issuers' keys are believed, in a process that fetches none?

The supervisor tells every document it reads, with the moment it was read. How long it is believed is judged
here, by the clock of the machine: a supervisor that is silent, or gone, makes nobody believe for longer.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from gateway.config.world import IssuerSource
from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.jwk import KeySet, parse_jwks
from gateway.server.workers.messages import Need
from gateway.sources.timing import Timing

ANSWER_S: Final = 20.0
"""The supervisor's own look-ups end within 15 s: three documents of 5 s each."""
UNANSWERED_RETRY_S: Final = 5


class Questions:
    """Questions to the supervisor that wait for their answers: one for all who ask the same."""

    def __init__(self, ask: Callable[[Need], None]) -> None:
        self._ask = ask
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[int | None]] = {}
        self._asked: dict[KeysNeeded, asyncio.Future[int | None]] = {}
        self._lost = False

    async def ask(self, need: KeysNeeded) -> int | None:
        """Give `Found.retry_after_s`; the same as for a failure where there is no answer in time."""
        if self._lost:
            return UNANSWERED_RETRY_S
        answer = self._asked.get(need)
        if answer is None:
            answer = self._begin(need)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(answer)
        except TimeoutError:
            return UNANSWERED_RETRY_S

    def answer(self, number: int, retry_after_s: int | None) -> None:
        """Pass an answer on."""
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(retry_after_s)

    def lose(self) -> None:
        """Nobody will answer any more, nor whoever asks from now on."""
        self._lost = True
        for number in tuple(self._waiting):
            self.answer(number, UNANSWERED_RETRY_S)

    # --- private ---

    def _begin(self, need: KeysNeeded) -> asyncio.Future[int | None]:
        number = next(self._numbers)
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = self._asked[need] = answer

        def forget(_: object) -> None:
            del self._waiting[number], self._asked[need]

        answer.add_done_callback(forget)
        kid = None if need.kid is None else need.kid.encode("utf-8", "surrogatepass")
        self._ask(Need(number=number, issuer_id=need.issuer_id, kid=kid))
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    keys: KeySet
    document: bytes = field(repr=False)
    read_at: float


class RemoteKeys:
    """The sources of one configuration's issuers (`gateway.server.engine.Sources`)."""

    def __init__(
        self,
        issuers: Mapping[str, IssuerSource],
        questions: Questions,
        *,
        clock: Callable[[], float],
        predecessor: "RemoteKeys | None" = None,
    ) -> None:
        """Take over from the `predecessor` what was told of issuers that are reached in the same way.

        `clock` is CLOCK_MONOTONIC, in seconds.
        """
        self._issuers = issuers
        self._questions = questions
        self._told: dict[str, _Told] = {}
        if predecessor is not None:
            self._told |= {
                issuer_id: told
                for issuer_id, told in predecessor._told.items()  # noqa: SLF001 - our own
                if issuers.get(issuer_id) == predecessor._issuers.get(issuer_id)  # noqa: SLF001 - our own
            }
        self.keys: Mapping[str, KeySet] = _Fresh(self._told, clock)
        """By issuer id, live: an issuer is in it only while its keys may be believed."""

    def believe(self, issuer_id: str, document: bytes, read_at: float) -> None:
        """Take what the issuer published. Ignores issuers of another configuration. Raises: JwksMalformed."""
        if issuer_id not in self._issuers:
            return
        known = self._told.get(issuer_id)
        keys = known.keys if known and known.document == document else parse_jwks(document)
        self._told[issuer_id] = _Told(keys=keys, document=document, read_at=read_at)

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        """Give a set that holds the kid, or what the supervisor has found when it was asked."""
        keys = self.keys.get(need.issuer_id)
        if keys is not None and (need.kid is None or keys.knows(need.kid)):
            return keys
        retry_after_s = await self._questions.ask(need)
        if retry_after_s is not None:
            return Unavailable(retry_after_s)
        return self.keys.get(need.issuer_id) or Unavailable()


# --- private ---


class _Fresh(Mapping[str, KeySet]):
    """Asks the clock each time: what is too old vanishes by itself."""

    def __init__(self, told: Mapping[str, _Told], clock: Callable[[], float]) -> None:
        self._told = told
        self._clock = clock

    def __getitem__(self, issuer_id: str) -> KeySet:
        told = self._told[issuer_id]
        if self._clock() - told.read_at > _MAX_STALE_S:
            raise KeyError(issuer_id)
        return told.keys

    def __iter__(self) -> Iterator[str]:
        return (issuer_id for issuer_id in self._told if issuer_id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


_MAX_STALE_S: Final = Timing().max_stale_s
