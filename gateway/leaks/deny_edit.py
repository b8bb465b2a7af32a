"""What is the text of a deny list with entries more, and everything else as it was?

Comments, order, spelling and line ends stay: the file is a person's. Where the entries go is read from the
parser's events; whether they got there is for the caller to see, who reads the result as the gateway does.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import yaml
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gateway.leaks.deny_entry import DenyEntry


class NoPlace(ValueError):
    """The text has no list `revoked` at its top."""


def with_entries(text: str, entries: Sequence[DenyEntry]) -> str:
    """Give the text with the entries behind the last one. Raises: NoPlace; yaml.YAMLError for broken text."""
    if text.startswith(_BOM):  # PyYAML counts it, libyaml does not
        return _BOM + with_entries(text.removeprefix(_BOM), entries)
    place = _place(yaml.parse(text, Loader=_LOADER))
    if not place.flow:
        return _as_lines(text, place.last_end, place.column, entries)
    if place.last_end is None and not place.json:
        inside = text[place.start + 1 : place.end - 1]
        if not inside.strip():  # `revoked: []`: from now on a line an entry
            before = text[: place.start].rstrip(" ")
            return _as_lines(before + text[place.end :], len(before), place.column, entries)
    written = ", ".join(entry.as_json() if place.json else entry.as_yaml() for entry in entries)
    if place.last_end is None:
        return f"{text[: place.start + 1]}{written}{text[place.start + 1 :]}"
    return f"{text[: place.last_end]}, {written}{text[place.last_end :]}"


# --- private ---

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_USUAL_COLUMN: Final = 2
_BOM: Final = "\ufeff"


class _Place(NamedTuple):
    """Where the list is, in characters."""

    start: int
    end: int
    last_end: int | None
    """Where its last entry ends; None where it has none."""
    column: int
    """Of the dashes."""
    flow: bool
    json: bool
    """The file as a whole is between braces."""


def _place(events: Iterable[Event]) -> _Place:
    left = iter(events)
    top = next((event for event in left if isinstance(event, CollectionStartEvent)), None)
    if not isinstance(top, MappingStartEvent):
        raise NoPlace
    for key in left:
        if isinstance(key, MappingEndEvent):
            break
        _end_of(left, key)
        value = next(left)
        if isinstance(key, ScalarEvent) and key.value == "revoked" and isinstance(value, SequenceStartEvent):
            return _inside(left, top, value)
        _end_of(left, value)
    raise NoPlace


def _inside(left: Iterator[Event], top: MappingStartEvent, value: SequenceStartEvent) -> _Place:
    last_end = None
    for item in left:
        if isinstance(item, SequenceEndEvent):
            return _Place(
                start=_mark(value.start_mark).index,
                end=_mark(item.end_mark).index,
                last_end=last_end,
                column=_USUAL_COLUMN if value.flow_style else _mark(value.start_mark).column,
                flow=bool(value.flow_style),
                json=bool(top.flow_style),
            )
        last_end = _end_of(left, item)
    raise NoPlace


def _end_of(left: Iterator[Event], first: Event) -> int:
    """Where a node ends that begins so; its events are taken. A block ends where its last text does."""
    end: int = _mark(first.end_mark).index
    depth, event = 0, first
    while True:
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        ends = _mark(event.end_mark).index
        if isinstance(event, ScalarEvent) or ends > _mark(event.start_mark).index:
            end = ends
        if depth == 0:
            return end
        event = next(left)


def _mark(mark: Any) -> Any:
    """Every event of a text has its marks: PyYAML's or libyaml's, which are of two types."""
    return mark


def _as_lines(text: str, after: int | None, column: int, entries: Sequence[DenyEntry]) -> str:
    """Put a line an entry behind the line in which the last one ends."""
    if after is None:
        raise NoPlace
    found = text.find("\n", after - 1 if text[after - 1 : after] == "\n" else after)
    before, behind = (text, "") if found < 0 else (text[: found + 1], text[found + 1 :])
    end = "\r\n" if before.endswith("\r\n") else "\n"
    if not before.endswith("\n"):
        before += end
    return before + "".join(f"{' ' * column}- {entry.as_yaml()}{end}" for entry in entries) + behind
