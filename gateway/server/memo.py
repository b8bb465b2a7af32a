"""Was this very question answered before, and does the answer still hold?

Between `ask` and `answer`: the walk up to the question is taken every time, so an answer is only found for
the same route and the same credential. What was found is given again while everything that it rested on is
as it was (`gateway.core.remember`); what is not is forgotten, and the walk is taken. So a warm gateway
and a cold one give the same verdicts. Only permits are kept: nobody fills the memo without a good token.

The issuer's keys and the deny list are compared by identity at each hit, and by content only where another
one has come since: a removed key or a revoked token takes its own answers with it, on the next request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol, assert_never

from gateway.core.ask import Question
from gateway.core.evidence import Signer
from gateway.core.jwk import KeySet
from gateway.core.mint import Blank, DownstreamToken, fill
from gateway.core.remember import Remember, holds_beside, holds_under
from gateway.core.revocation import Revocations
from gateway.core.verdict import Permit
from gateway.server.generations import Generations
from gateway.server.question_key import QuestionKeys

MAX_ENTRIES: Final = 100_000
MAX_BYTES: Final = 128 * 1024 * 1024
ENTRY_BYTES: Final = 700
"""What an entry costs beside its octets: objects, and its share of two dictionaries (measured)."""


class KeySets(Protocol):
    """Whose keys are believed."""

    @property
    def keys(self) -> Mapping[str, KeySet]:
        """By issuer id, those that may be believed now."""


class Grounds(Protocol):
    """What may be believed now, and an answer rests on (`gateway.server.engine.World`)."""

    @property
    def sources(self) -> KeySets:
        """The issuers' keys."""

    @property
    def signer(self) -> Callable[[], Signer | None]:
        """Gives the key that signs now."""

    @property
    def revoked(self) -> Callable[[], Revocations]:
        """Gives the deny list as it is now."""


class Again(NamedTuple):
    """An answer that still holds. Never printed: it holds a token."""

    wire: bytes
    """The whole answer, as it is written to a connection that stays."""
    downstream: DownstreamToken | None
    """The token in it, where it was minted for this very request."""
    note: object
    """What the observer wanted to be kept with it."""

    def __repr__(self) -> str:
        return f"Again({self.downstream!r})"


class Frame(NamedTuple):
    """An answer around a token that is minted anew each time."""

    before: bytes
    blank: Blank
    after: bytes
    note: object

    def filled(self, token: DownstreamToken) -> Again:
        """Give the answer with this token in it."""
        return Again(b"".join((self.before, token.text, self.after)), token, self.note)

    def __repr__(self) -> str:
        return f"Frame({self.blank!r})"


@dataclass(slots=True, kw_only=True)
class Remembered:
    """One answer, and the conditions that it rests on."""

    start: int
    end: int
    issuer_id: str
    conditions: Remember
    signer: Signer | None
    """Who signed, or signs, the token in it."""
    given: Again | Frame
    keys: KeySet | None = None
    """The conditions hold under these keys, and beside this deny list: found at an earlier hit."""
    revoked: Revocations | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """About how many bytes of memory it costs."""
        match self.given:
            case Again(wire=wire):
                return ENTRY_BYTES + len(wire)
            case Frame(before=before, blank=blank, after=after):
                return ENTRY_BYTES + len(before) + len(after) + len(blank.claims)
            case _:
                assert_never(self.given)


@dataclass(slots=True)
class Tally:
    """What has come of the memo, since the start."""

    hits: int = 0
    misses: int = 0
    lapsed: int = 0
    """Found, and no longer true: among the misses."""


class Memo:
    """Permits and what they rest on, for one snapshot at a time."""

    __slots__ = ("_entries", "_jti", "_keys", "tally")

    def __init__(
        self,
        secret: bytes,
        *,
        jti: Callable[[], str],
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """`secret` is of this process alone: 32 octets."""
        self._entries: Generations[Remembered] = Generations(max_entries=max_entries, max_bytes=max_bytes)
        self._keys = QuestionKeys(secret)
        self._jti = jti
        self.tally = Tally()

    @property
    def entries(self) -> int:
        """How many answers are remembered."""
        return len(self._entries)

    @property
    def octets(self) -> int:
        """About how much memory they cost."""
        return self._entries.octets

    @property
    def evicted(self) -> int:
        """How many have made room for others, since the start."""
        return self._entries.evicted

    def key(self, question: Question) -> bytes:
        """Give the key under which this question's answer is kept."""
        return self._keys.key(question)

    def recall(self, key: bytes, question: Question, grounds: Grounds, now: int) -> Again | None:
        """Give the answer to this question if it is known and holds now (whole seconds since the epoch)."""
        found = self._entries.get(key)
        if found is None:
            self.tally.misses += 1
            return None
        if not found.start <= now < found.end or not _holds(found, question, grounds):
            self._entries.forget(key)
            self.tally.misses += 1
            self.tally.lapsed += 1
            return None
        self.tally.hits += 1
        given = found.given
        if isinstance(given, Again):
            return given
        return given.filled(fill(given.blank, found.signer, now=now, jti=self._jti()))

    def keep(self, key: bytes, permit: Permit, wire: bytes, note: object, signer: Signer | None) -> None:
        """Remember a permit, if it may be. `wire` is the answer that it was given, `signer` who signed."""
        conditions, token = permit.remember, permit.downstream
        if conditions is None or token is None:
            return
        before, found, after = wire.partition(token.text)
        if not found or token.text in after:  # a dialect that says the token twice, or not at all
            return
        blank = conditions.blank
        entry = Remembered(
            start=conditions.span.start,
            end=conditions.span.end,
            issuer_id=conditions.revocable.issuer_id,
            conditions=conditions,
            signer=signer,
            given=Again(wire, None, note) if blank is None else Frame(before, blank, after, note),
        )
        self._entries.keep(key, entry)

    def clear(self) -> None:
        """Forget everything: another snapshot has come."""
        self._entries.clear()
        self._keys.forget()


# --- private ---


def _holds(found: Remembered, question: Question, grounds: Grounds) -> bool:
    keys, revoked = grounds.sources.keys.get(found.issuer_id), grounds.revoked()
    if keys is None or found.signer is not grounds.signer():
        return False
    if found.keys is not keys:
        if not holds_under(found.conditions, keys):
            return False
        found.keys = keys
    if found.revoked is not revoked:
        if not holds_beside(found.conditions, revoked, question.presented.text or b""):
            return False
        found.revoked = revoked
    return True
