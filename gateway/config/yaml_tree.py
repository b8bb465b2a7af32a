"""What is written in this file, and where?

A narrow YAML: one document of mappings, lists and scalars. Anchors, aliases, merge keys, tags and
duplicate keys are refused, because a reader of the file would miss what they do. Only `true`, `false`,
`null` and plain numbers are not text, so that `on`, `no`, `0123` and `12:30` mean what they show
(YAML 1.2, section 10.3, where PyYAML reads YAML 1.1).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from gateway.config.problem import Path, Problem, render_path
from gateway.config.tree import Mark, Node
from gateway.config.yaml_syntax import character_problem, escape_problem, syntax_problem

MAX_DEPTH: Final = 24
MAX_STREAM_DEPTH: Final = 64
"""The managed fields of an object in a List nest to about 30."""

Result = TypeVar("Result")


class NotYaml(Exception):
    """The text cannot be read as a configuration at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_tree(text: str, file: str, *, top: str = "policies:") -> tuple[Node, tuple[Problem, ...]]:
    """Read one file into a tree whose top is a mapping, with the duplicates found in it.

    `top` is a key that such a file begins with. Raises: NotYaml for syntax, an empty file, another top, and
    everything that is refused outright. Never: prints a value of the file.
    """
    if _PLAIN.fullmatch(text) is not None:
        try:
            return _read(text, _Reader(file=file, top=top), _FAST)
        except NotYaml:
            pass  # to be told by the parser that is always there, in its own words
    return _read(text, _Reader(file=file, top=top), _USUAL)


def read_stream(text: str, file: str) -> tuple[tuple[Node, tuple[Problem, ...]], ...]:
    """Read every document of a stream, each with the duplicates found in it; empty ones are left out.

    For files that others write: texts may hold line ends, and values nest deeper. All else is refused as
    above. Raises: NotYaml for the stream as a whole. Never: prints a value of the file.
    """
    reader = _Reader(file=file, top="apiVersion:", prose=True, max_depth=MAX_STREAM_DEPTH)
    return _guarded(text, reader, _USUAL, lambda: tuple(reader.documents()))


# --- private ---

# Where PyYAML has libyaml, it takes a twelfth of the time. A file must mean the same with and without it: so
# where the two are known to differ (`?`, tabs, byte order marks and the like), and where libyaml refuses, the
# parser that is always there has the word.
_USUAL: Final = yaml.SafeLoader
_FAST: Final = getattr(yaml, "CSafeLoader", _USUAL)
_PLAIN: Final = re.compile("[\n -\x3e@-~\xa1-\u2027\u202a-\ud7ff]*+")


def _read(text: str, reader: "_Reader", loader: type[yaml.SafeLoader]) -> tuple[Node, tuple[Problem, ...]]:
    root = _guarded(text, reader, loader, reader.document)
    return root, tuple(reader.problems)


def _guarded(
    text: str, reader: "_Reader", loader: type[yaml.SafeLoader], read: Callable[[], Result]
) -> Result:
    file = reader.file
    try:
        reader.events = yaml.parse(text, Loader=loader)
        return read()
    except yaml.MarkedYAMLError as error:
        raise NotYaml(syntax_problem(file, error)) from None
    except yaml.YAMLError:
        raise NotYaml(character_problem(file, text)) from None
    except (ValueError, OverflowError):  # PyYAML 6.0 lets chr() raise for "\UFFFFFFFF"
        raise NotYaml(escape_problem(file, text)) from None


@dataclass(slots=True)
class _Reader:
    file: str
    top: str
    prose: bool = False
    """Whether texts may hold line ends."""
    max_depth: int = MAX_DEPTH
    events: Iterator[Event] = field(default_factory=lambda: iter(()))
    problems: list[Problem] = field(default_factory=list)

    def document(self) -> Node:
        event = self._next()
        while isinstance(event, StreamStartEvent | DocumentStartEvent):
            event = self._next()
        if isinstance(event, StreamEndEvent) or (isinstance(event, ScalarEvent) and event.value == ""):
            raise self._stop((1, 1), (), "the file is empty", f"begin with {self.top}")
        if not isinstance(event, MappingStartEvent):
            raise self._stop(
                _mark(event),
                (),
                "the top of the file is not a mapping",
                f"begin with a key such as {self.top}",
            )
        root = self._node(event, ())
        while isinstance(event := self._next(), DocumentEndEvent):
            pass
        if not isinstance(event, StreamEndEvent):
            raise self._stop(_mark(event), (), "a second document begins here", "keep one document a file")
        return root

    def documents(self) -> Iterator[tuple[Node, tuple[Problem, ...]]]:
        while not isinstance(event := self._next(), StreamEndEvent):
            if isinstance(event, StreamStartEvent | DocumentStartEvent | DocumentEndEvent):
                continue
            if isinstance(event, ScalarEvent) and event.implicit[0] and _scalar(event) is None:
                continue  # nothing between two `---`
            if not isinstance(event, MappingStartEvent):
                fix = f"begin each document with a key such as {self.top}"
                raise self._stop(_mark(event), (), "a document is not a mapping", fix)
            self.problems = []
            root = self._node(event, ())
            yield root, tuple(self.problems)

    def _next(self) -> Event:
        return next(self.events)

    def _node(self, event: Event, path: Path, mark: Mark | None = None) -> Node:
        self._refuse_cleverness(event, path)
        if len(path) > self.max_depth:
            raise self._stop(_mark(event), (), "nested too deeply", "use the format of config/README.md")
        match event:
            case ScalarEvent():
                return Node(path=path, mark=_mark(event), value=_scalar(event))
            case SequenceStartEvent():
                return Node(path=path, mark=mark or _mark(event), value=tuple(self._items(path)))
            case _:
                return Node(path=path, mark=mark or _mark(event), value=self._members(path))

    def _items(self, path: Path) -> Iterator[Node]:
        position = 0
        while not isinstance(event := self._next(), SequenceEndEvent):
            yield self._node(event, (*path, position))
            position += 1

    def _members(self, path: Path) -> dict[str, Node]:
        members: dict[str, Node] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            self._refuse_cleverness(event, path)
            if not isinstance(event, ScalarEvent):
                raise self._stop(_mark(event), path, "a key is not a word", "write key: value")
            key, mark = event.value, _mark(event)
            node = self._node(self._next(), (*path, key), mark)
            if key in members:
                self.problems.append(self._duplicate(members[key], (*path, key), mark))
            else:
                members[key] = node
        return members

    def _duplicate(self, first: Node, path: Path, mark: Mark) -> Problem:
        return self._problem(
            mark, path, f"the key is there twice, first in line {first.mark[0]}", "keep one of the two"
        )

    def _refuse_cleverness(self, event: Event, path: Path) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._stop(_mark(event), path, "anchors and aliases are refused", "write the value out")
        if getattr(event, "tag", None) is not None:
            raise self._stop(_mark(event), path, "a YAML tag is refused", "leave the tag out")
        unprintable = _UNWRITTEN if self.prose else _UNPRINTABLE
        if isinstance(event, ScalarEvent) and unprintable.search(event.value):
            raise self._stop(
                _mark(event), path, "text with a line end or control character", "write one line of text"
            )
        if isinstance(event, ScalarEvent) and event.value == "<<" and event.implicit[0]:
            raise self._stop(_mark(event), path, "merge keys are refused", "write the keys out")

    def _problem(self, mark: Mark, path: Path, what: str, fix: str) -> Problem:
        line, column = mark
        return Problem(file=self.file, line=line, column=column, path=render_path(path), what=what, fix=fix)

    def _stop(self, mark: Mark, path: Path, what: str, fix: str) -> NotYaml:
        return NotYaml(self._problem(mark, path, what, fix))


_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""No field has any of these, and each has surprised a program that did not expect it."""
_UNWRITTEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""The same without tabs and line ends, which an annotation of a manifest may well have."""
_LEADING_ZERO: Final = re.compile(r"0[0-9]+")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


def _mark(event: Event) -> Mark:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _scalar(event: ScalarEvent) -> str | int | float | bool | None:
    text: str = event.value
    if not event.implicit[0]:  # quoted or a block: text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not _LEADING_ZERO.fullmatch(text):
        return float(text)
    return text
