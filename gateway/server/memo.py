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
from typing import Final, NamedTuple, Protocol

from gateway.core.ask import Question
from gateway.core.evidence import Signer
from gateway.core.jwk import KeySet
from gateway.core.mint import DownstreamToken, mint
from gateway.core.remember import Remember, holds_beside, holds_under
from gateway.core.revocation import Revocations, RevocationTags
from gateway.core.verdict import Permit
from gateway.server.generations import Generations
from gateway.server.question_key import QuestionKeys

MAX_ENTRIES: Final = 100_000
MAX_BYTES: Final = 128 * 1024 * 1024
ENTRY_BYTES: Final = 1300
"""What an entry costs beside the octets of its answer (measured, with its note): objects, the strings that
a deny list may name it by, its share of a dictionary."""


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
    tags: RevocationTags
    """By what its client's token is named."""

    def __repr__(self) -> str:
        return f"Again({self.downstream!r})"


@dataclass(slots=True, kw_only=True)
class Remembered:
    """One answer, and what it rests on. Flat, for there may be a hundred thousand of them."""

    conditions: Remember
    signer: Signer | None
    """Who signed the token in it, or signs the next one."""
    before: bytes = field(repr=False)
    """The answer, where its token may be given once more; else what stands before the one to be minted."""
    after: bytes = field(repr=False)
    note: object
    keys: KeySet | None = None
    """The conditions hold under these keys, and beside this deny list: found at an earlier hit."""
    revoked: Revocations | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """About how many bytes of memory it costs."""
        blank = self.conditions.blank
        octets = len(self.before) + len(self.after)
        return ENTRY_BYTES + octets + (0 if blank is None else len(blank.claims))


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
        conditions = found.conditions
        if not conditions.start <= now < conditions.end or not _holds(found, conditions, question, grounds):
            self._entries.forget(key)
            self.tally.misses += 1
            self.tally.lapsed += 1
            return None
        self.tally.hits += 1
        blank = conditions.blank
        if blank is None:
            return Again(found.before, None, found.note, conditions.revocable)
        token = mint(blank, found.signer, now=now, jti=self._jti())
        wire = b"".join((found.before, token.text, found.after))
        return Again(wire, token, found.note, conditions.revocable)

    def keep(self, key: bytes, permit: Permit, wire: bytes, note: object, signer: Signer | None) -> None:
        """Remember a permit, if it may be. `wire` is the answer that it was given, `signer` who signed."""
        conditions, token = permit.remember, permit.downstream
        if conditions is None or token is None:
            return
        before, found, after = wire.partition(token.text)
        if not found or token.text in after:  # a dialect that says the token twice, or not at all
            return
        if conditions.blank is None:
            before, after = wire, b""
        entry = Remembered(conditions=conditions, signer=signer, before=before, after=after, note=note)
        self._entries.keep(key, entry)

    def bound(self, *, max_entries: int, max_bytes: int) -> None:
        """Keep within other bounds from the next permit on."""
        self._entries.bound(max_entries=max_entries, max_bytes=max_bytes)

    def clear(self) -> None:
        """Forget everything: another snapshot has come."""
        self._entries.clear()
        self._keys.forget()


# --- private ---


def _holds(found: Remembered, conditions: Remember, question: Question, grounds: Grounds) -> bool:
    keys, revoked = grounds.sources.keys.get(conditions.revocable.issuer_id), grounds.revoked()
    if keys is None or found.signer is not grounds.signer():
        return False
    if found.keys is not keys:
        if not holds_under(conditions, keys):
            return False
        found.keys = keys
    if found.revoked is not revoked:
        if not holds_beside(conditions, revoked, question.presented.text or b""):
            return False
        found.revoked = revoked
    return True
