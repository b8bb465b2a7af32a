"""Was this very question answered before, and does the answer still hold?

Between `ask` and `answer`: the walk up to the question is taken every time, so an answer is only found for
the same route and the same credential. What was found is given again while everything that it rested on is
as it was (`gateway.core.remember`); what is not is forgotten, and the walk is taken. So a warm gateway
and a cold one give the same verdicts. Only permits are kept: nobody fills the memo without a good token.

The issuer's keys and the deny list are compared by identity at each hit, and by content only where another
one has come since: a removed key or a revoked token takes its own answers with it, on the next request.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.core.ask import Question
from gateway.core.evidence import Evidence, Signer
from gateway.core.jwk import KeySet
from gateway.core.mint import DownstreamToken, fill
from gateway.core.remember import Remember, holds_beside, holds_under
from gateway.core.revocation import Revocations
from gateway.core.verdict import Permit
from gateway.server.generations import Generations
from gateway.server.question_key import QuestionKeys

MAX_ENTRIES: Final = 100_000
MAX_BYTES: Final = 128 * 1024 * 1024
ENTRY_BYTES: Final = 700
"""What an entry costs beside its octets: objects, and its share of two dictionaries (measured)."""


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


@dataclass(slots=True, kw_only=True)
class Remembered:
    """One answer. The last two fields say under what it was last found to hold."""

    start: int
    end: int
    before: bytes = field(repr=False)
    """The answer up to where the downstream token stands, or all of it."""
    after: bytes = field(repr=False)
    conditions: Remember
    note: object
    signer: Signer | None
    size: int
    keys: KeySet | None = None
    revoked: Revocations | None = field(default=None, repr=False)


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

    def recall(self, key: bytes, question: Question, evidence: Evidence, now: int) -> Again | None:
        """Give the answer to this question if it is known and holds now (whole seconds since the epoch)."""
        found = self._entries.get(key)
        if found is None:
            self.tally.misses += 1
            return None
        if not (found.start <= now < found.end and _holds(found, question, evidence)):
            self._entries.forget(key)
            self.tally.misses += 1
            self.tally.lapsed += 1
            return None
        self.tally.hits += 1
        blank = found.conditions.blank
        if blank is None:
            return Again(found.before, None, found.note)
        token = fill(blank, evidence.signer, now=now, jti=self._jti())
        return Again(b"".join((found.before, token.text, found.after)), token, found.note)

    def keep(self, key: bytes, permit: Permit, wire: bytes, note: object, signer: Signer | None) -> None:
        """Remember a permit, if it may be. `wire` is the answer that it was given, `signer` who signed."""
        conditions, token = permit.remember, permit.downstream
        if conditions is None or token is None:
            return
        before, after = wire, b""
        if conditions.blank is not None:
            before, found, after = wire.partition(token.text)
            if not found or token.text in after:  # a dialect that says the token twice, or not at all
                return
        blank_bytes = 0 if conditions.blank is None else len(conditions.blank.claims)
        entry = Remembered(
            start=conditions.span.start,
            end=conditions.span.end,
            before=before,
            after=after,
            conditions=conditions,
            note=note,
            signer=signer,
            size=ENTRY_BYTES + len(before) + len(after) + blank_bytes,
        )
        self._entries.keep(key, entry)

    def clear(self) -> None:
        """Forget everything: another snapshot has come."""
        self._entries.clear()
        self._keys.forget()


# --- private ---


def _holds(found: Remembered, question: Question, evidence: Evidence) -> bool:
    keys = evidence.keys.get(found.conditions.revocable.issuer_id)
    if found.signer is not evidence.signer or keys is None:
        return False
    if found.keys is not keys:
        if not holds_under(found.conditions, keys):
            return False
        found.keys = keys
    if found.revoked is not evidence.revoked:
        if not holds_beside(found.conditions, evidence.revoked, question.presented.text or b""):
            return False
        found.revoked = evidence.revoked
    return True
