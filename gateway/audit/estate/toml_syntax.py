"""Which values are in this TOML, and where was each written?

`tomllib` reads it and knows no lines. So the lines of the keys are looked up after that: those of tables and
of `key = value`; what is in an inline table or a list has the place of its key.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.yaml_objects import MAX_DEPTH, Document
from gateway.config.problem import Path, Problem
from gateway.config.tree import Mark, Node

MAX_TOML: Final = 4 << 20
"""Characters: what a proxy's file has a hundred times over."""

MAX_DOTS: Final = 1000
"""Of one key: tomllib copies what it has read of it at each."""


class Under(NamedTuple):
    """Where the text stands, if it is a value of another file, as in a ConfigMap."""

    path: Path = ()
    lines: int = 0
    """How many are before it."""


WHOLE: Final = Under()


def read_toml(text: str, file: str, under: Under = WHOLE) -> Document:
    """Read a file, or a value that is one. Raises nothing. Never prints a value."""
    if len(text) > MAX_TOML:
        return Document(None, (_problem(file, under, "is larger than 4 MiB", "split it"),))
    text = text.replace("\r\n", "\n")
    if any(line.count(".") > MAX_DOTS and _has_long_key(line) for line in text.split("\n")):
        return Document(None, (_problem(file, under, "nested too deeply", "nest it less deeply"),))
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Document(None, (_broken(file, under, str(error)),))
    except RecursionError:
        return Document(None, (_problem(file, under, "nested too deeply", "nest it less deeply"),))
    if _depth(read) > MAX_DEPTH:
        return Document(None, (_problem(file, under, "nested too deeply", "nest it less deeply"),))
    marks = dict(reversed(tuple(_marks(text))))  # where each is named first
    return Document(_node(read, (), (1, 1), _Places(under, marks)), ())


# --- private ---

_WHERE: Final = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")
_KEY: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED: Final = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_LINE: Final = re.compile(
    rf"[ \t]*(?:\[\[[ \t]*(?P<item>{_DOTTED})[ \t]*\]\]|"
    rf"\[[ \t]*(?P<table>{_DOTTED})[ \t]*\]|(?P<key>{_DOTTED})[ \t]*=)"
)
_PART: Final = re.compile(_KEY)
_BEFORE_A_KEY: Final = re.compile(r"[=,{\[]")
_LONG: Final = re.compile(r"\"\"\"|'''")


class _Places(NamedTuple):
    under: Under
    marks: dict[Path, Mark]


def _broken(file: str, under: Under, said: str) -> Problem:
    """Of what `tomllib` says only the place is used: the rest may quote the file."""
    found = _WHERE.search(said)
    line, column = (int(found[1]), int(found[2])) if found else (1, 1)
    what, fix = "is no TOML from here on", "correct it, or leave it out"
    return Problem(file=file, line=line + under.lines, column=column, path="", what=what, fix=fix)


def _problem(file: str, under: Under, what: str, fix: str) -> Problem:
    return Problem(file=file, line=1 + under.lines, column=1, path="", what=what, fix=fix)


def _depth(value: object) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [below for one in level for below in _below(one)]
        if deepest > MAX_DEPTH:
            break
    return deepest


def _below(value: object) -> list[object]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []


def _marks(text: str) -> Iterator[tuple[Path, Mark]]:
    """Give where each key stands. The text is known to be TOML."""
    table: Path = ()
    counts: dict[Path, int] = {}
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if inside:  # a text of several lines ends with what it began with
            inside = "" if line.count(inside) % 2 else inside
            continue
        found = _LINE.match(line)
        if found is not None and found.lastgroup is not None:
            name = found.lastgroup
            path = tuple(_plain(one) for one in _PART.findall(found[name]))
            mark = (number, found.start(name) + 1)
            if name == "key":
                yield from _each((*table, *path), mark, len(table))
            else:
                table = _in_lists(path, counts)
                if name == "item":
                    at = counts[table] = counts.get(table, -1) + 1
                    table = (*table, at)
                yield from _each(table, mark, 0)
        long = _LONG.search(line)
        if long is not None and line.count(long[0]) % 2:
            inside = long[0]


def _in_lists(path: Path, counts: dict[Path, int]) -> Path:
    """`[a.b]` below `[[a]]` is of its last item."""
    found: Path = ()
    for position, step in enumerate(path):
        found = (*found, step)
        if found in counts and position + 1 < len(path):
            found = (*found, counts[found])
    return found


def _each(path: Path, mark: Mark, known: int) -> Iterator[tuple[Path, Mark]]:
    for end in range(known + 1, len(path) + 1):
        yield path[:end], mark


def _plain(key: str) -> str:
    return key[1:-1] if key[0] in "\"'" else key


def _node(value: object, path: Path, above: Mark, places: _Places) -> Node:
    mark = places.marks.get(path, above)
    whole = (*places.under.path, *path)
    at = (mark[0] + places.under.lines, mark[1])
    match value:
        case dict():
            members = {name: _node(one, (*path, name), mark, places) for name, one in value.items()}
            return Node(path=whole, mark=at, value=members)
        case list():
            items = tuple(_node(one, (*path, index), mark, places) for index, one in enumerate(value))
            return Node(path=whole, mark=at, value=items)
        case str() | bool() | int() | float():
            return Node(path=whole, mark=at, value=value)
        case _:  # a date
            return Node(path=whole, mark=at, value=str(value))


def _has_long_key(line: str) -> bool:
    return any(part.count(".") > MAX_DOTS for part in _BEFORE_A_KEY.split(line))
