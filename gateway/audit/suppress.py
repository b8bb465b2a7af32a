"""Which findings are accepted by what stands beside them?"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from gateway.audit.estate.estate import Estate
from gateway.audit.ignore import Ignore, ignores_of
from gateway.audit.rule import Finding
from gateway.audit.rules.ignored import RULES


class Suppressions:
    """Everything that is accepted on a day, and what of it was used."""

    def __init__(self, estate: Estate, today: date | None) -> None:
        self._all = [one for one in ignores_of(estate) if one.holds(today)]
        self._of_object: dict[tuple[str, str], list[Ignore]] = {}
        self._of_line: dict[tuple[str, int], list[Ignore]] = {}
        self._used: set[tuple[Ignore, str]] = set()
        self._namesakes = Counter((one.file, one.owner) for one in estate.objects)
        for one in self._all:
            if not one.lines:
                self._of_object.setdefault((one.place.file, one.place.owner), []).append(one)
            for line in one.lines:
                self._of_line.setdefault((one.place.file, line), []).append(one)

    def of(self, finding: Finding) -> Ignore | None:
        """Give what accepts it. Never one for a finding about accepting: it would hide itself."""
        if finding.rule.id in _OWN:
            return None
        place = finding.place
        beside: tuple[Ignore, ...] = (
            *self._of_line.get((place.file, place.line), ()),
            *self._of_object.get((place.file, place.owner), ()),
        )
        accepting = [one for one in beside if finding.rule.id in one.rules]
        self._used.update((one, finding.rule.id) for one in accepting)
        by_object = {one.place for one in accepting if not one.lines}
        if by_object and len(by_object) < self._namesakes[place.file, place.owner]:
            return None  # it is told by its name alone: all of this name have to say so
        return accepting[0] if accepting else None

    def unused(self, not_asked: Iterable[str] = ()) -> tuple[tuple[Ignore, str], ...]:
        """Give what accepts nothing any more, and the rule; nothing of rules that were not asked."""
        left_out = set(not_asked)
        return tuple(
            (one, rule)
            for one in self._all
            for rule in one.rules
            if rule not in left_out and (one, rule) not in self._used
        )


# --- private ---

_OWN = frozenset(one.id for one in RULES)
