"""Which of many refusals alike are written down one by one?

The first of each kind in an interval; the others are counted, and the count is written when the interval
ends. The table is bounded: once it is full, refusals are told apart by policy and reason alone, so that
neither many addresses nor many tokens make many lines.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

MAX_KINDS: Final = 512
"""Beside these, one for each policy and reason: their number is the configuration's."""


class Refusal(NamedTuple):
    """What makes two refusals alike: all but the token, which a client can change at will."""

    policy: str
    reason: str
    outcome: str
    dialect: str = ""
    route: str = ""
    peer: str = ""
    source: str = ""


@dataclass(slots=True)
class Repeated:
    """How many of one kind were seen, and when those that were not written down were."""

    seen: int = 0
    suppressed: int = 0
    first: float = 0.0
    last: float = 0.0


class Repeats:
    """The refusals of one interval."""

    __slots__ = ("_began", "_keep", "_kinds", "_per_s", "suppressed")

    def __init__(self, *, keep: int, per_s: float) -> None:
        """The first `keep` of each kind in `per_s` seconds are written down."""
        self._keep = keep
        self._per_s = per_s
        self._began: float | None = None
        self._kinds: dict[Refusal, Repeated] = {}
        self.suppressed = 0
        """How many were only counted, since the start."""

    def admits(self, refusal: Refusal, now: float) -> bool:
        """Whether to write this one down. `ended` is asked first. Units: `now` in seconds."""
        if self._began is None:
            self._began = now
        repeated = self._kinds.get(refusal) or self._new(refusal)
        repeated.seen += 1
        if repeated.seen <= self._keep:
            return True
        repeated.first = repeated.first if repeated.suppressed else now
        repeated.last = now
        repeated.suppressed += 1
        self.suppressed += 1
        return False

    def ended(self, now: float) -> bool:
        """Whether the interval is over; also where the clock was set back."""
        return self._began is not None and not 0 <= now - self._began < self._per_s

    def take(self) -> list[tuple[Refusal, Repeated]]:
        """Begin another interval. Gives what was only counted in this one."""
        told = [(refusal, each) for refusal, each in self._kinds.items() if each.suppressed]
        self._kinds.clear()
        self._began = None
        return told

    # --- private ---

    def _new(self, refusal: Refusal) -> Repeated:
        if len(self._kinds) >= MAX_KINDS:
            refusal = Refusal(policy=refusal.policy, reason=refusal.reason, outcome=refusal.outcome)
        return self._kinds.setdefault(refusal, Repeated())
