"""Which findings has somebody accepted, why, and until when?

An annotation of the object, one line for each:

    token-gateway.dev/ignore: |
      NGX-006: its backend verifies the client's token itself; until=2027-01-31

and in a proxy's file a comment, on the line that it is about or on the line above:

    # token-gateway: ignore NGX-006: its backend verifies the client's token itself

Several rules are separated by commas or spaces. Without a reason nothing is accepted.
"""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum, unique
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.estate.proxy_files import ProxyFile

IGNORE: Final = "token-gateway.dev/ignore"


@unique
class Fault(StrEnum):
    """Why it accepts nothing."""

    NO_REASON = "gives no reason"
    NO_RULE = "names no rule"
    NO_DATE = "has an end that is no date"


class Ignore(NamedTuple):
    """One line of an annotation, or one comment."""

    rules: tuple[str, ...]
    reason: str
    until: date | None
    """The last day on which it holds."""
    place: Place
    lines: tuple[int, ...] = ()
    """Those that a comment is about; empty for an annotation, which is about its object."""
    fault: Fault | None = None

    def holds(self, today: date | None) -> bool:
        """Whether it accepts anything. None: nobody knows what day it is, and no end has come."""
        return self.fault is None and not self.has_ended(today)

    def has_ended(self, today: date | None) -> bool:
        """Whether its last day is over."""
        return self.until is not None and today is not None and self.until < today


def ignores_of(estate: Estate) -> Iterator[Ignore]:
    """Give all of them, those that accept nothing too."""
    for one in estate.objects:
        yield from _of_object(one)
    for file in estate.files:
        yield from _of_file(file)


# --- private ---

_COMMENT: Final = re.compile(r"#[ \t]*token-gateway:[ \t]*ignore\b([^\n]*)")
_RULE: Final = re.compile(r"[A-Z]{2,8}-[0-9]{3}")
_UNTIL: Final = re.compile(r"[ \t]*until[ \t]*=(.*)", re.DOTALL)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _of_object(one: Object) -> Iterator[Ignore]:
    node = one.annotations.get(IGNORE)
    if node is None:
        return
    written = one.annotation(IGNORE) or ""
    for line in [line for line in written.splitlines() if line.strip()] or [""]:
        yield _read(line, one.place(node))


def _of_file(file: ProxyFile) -> Iterator[Ignore]:
    for number, line in enumerate(file.text.split("\n"), start=1):
        found = _COMMENT.search(line)
        if found is not None:
            alone = not line[: found.start()].strip()
            place = Place(file.file, number, found.start() + 1, "", IGNORE)
            yield _read(found[1], place)._replace(lines=(number, number + 1) if alone else (number,))


def _read(written: str, place: Place) -> Ignore:
    named, _, reason = written.partition(":")
    rules = tuple(one for one in re.split(r"[,\s]+", named) if one)
    head, _, tail = reason.rpartition(";")
    end = _UNTIL.fullmatch(tail)
    until: date | None = None
    fault: Fault | None = None
    if end is not None:
        reason, until = head, _date(end[1].strip())
        fault = None if until else Fault.NO_DATE
    if not reason.strip():
        fault = Fault.NO_REASON
    if not rules or not all(_RULE.fullmatch(one) for one in rules):
        fault = Fault.NO_RULE
    return Ignore(rules, reason.strip(), until, place, fault=fault)


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        return None
