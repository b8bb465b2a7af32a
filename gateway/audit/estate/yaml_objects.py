"""Which values are in this YAML, and where was each written?

As `kubectl` reads it: several documents, anchors, merge keys, and YAML 1.1's `yes` and `on`. Each document by
itself, so that a broken one costs no other. No document costs more than its length and a bound: an alias
counts as often as it is used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from gateway.config.problem import Path, Problem, show
from gateway.config.tree import Mark, Node
from gateway.config.yaml_syntax import character_problem, escape_problem, syntax_problem

MAX_DEPTH: Final = 64
MAX_ALIASED: Final = 200_000
"""How many values aliases may add to a document, once they are written out."""


class Document(NamedTuple):
    """One document: its tree, or nothing, and what is wrong with it."""

    root: Node | None
    problems: tuple[Problem, ...]


def read_documents(text: str, file: str) -> Iterator[Document]:
    """Read every document of a stream; empty ones are left out. Raises nothing. Never prints a value."""
    for part, lines_before in _parts(text):
        document = _read(part, file, lines_before)
        if document.problems and "{{" in part:
            document = Document(document.root, tuple(replace(one, fix=_RENDER) for one in document.problems))
        if document.root is not None or document.problems:
            yield document


def read_embedded(node: Node, file: str) -> Node | None:
    """Read YAML that is the text of a value, as in a ConfigMap; None where it is none.

    Lines are those of the file, if the text is a block (`|`); columns are those of the text.
    """
    if not isinstance(node.value, str):
        return None
    documents = [one.root for one in read_documents(node.value, file) if one.root is not None]
    return _below(documents[0], node.path, node.mark[0]) if documents else None


# --- private ---

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SEPARATOR: Final = re.compile(r"^(?:---(?=[ \t\n]|$)|\.\.\.[ \t]*$)", re.MULTILINE)
"""YAML 1.2.2 section 9.1.2 forbids these at the start of a line in every scalar."""
_RENDER: Final = "render it, if it is a template: helm template CHART | gateway audit -"
_TOO_MUCH: Final = ("holds too much once its aliases are written out", "write fewer aliases, or split it")


def _parts(text: str) -> Iterator[tuple[str, int]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    begin = lines = 0
    margin = ""
    for separator in _SEPARATOR.finditer(text):
        yield margin + text[begin : separator.start()], lines
        lines += text.count("\n", begin, separator.start())
        begin = separator.start() + 3
        margin = "   "  # behind the dashes may be a value, which keeps its column
    yield margin + text[begin:], lines


def _read(part: str, file: str, lines_before: int) -> Document:
    if not part.strip() or part.lstrip().startswith("%"):  # a directive belongs to what follows `---`
        return Document(None, ())
    reader = _Reader(file=file, lines_before=lines_before, most=len(part) + MAX_ALIASED)
    try:
        return reader.document(yaml.compose(part, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        problem = syntax_problem(file, error)
    except yaml.YAMLError:
        problem = character_problem(file, part)
    except (ValueError, OverflowError):  # PyYAML 6.0 lets chr() raise for "\UFFFFFFFF"
        problem = escape_problem(file, part)
    except RecursionError:
        problem = Problem(
            file=file, line=1, column=1, path="", what="nested too deeply", fix="nest it less deeply"
        )
    return Document(None, (_moved(problem, lines_before),))


def _moved(problem: Problem, lines: int) -> Problem:
    return Problem(
        file=problem.file,
        line=problem.line + lines,
        column=problem.column,
        path=problem.path,
        what=problem.what,
        fix=problem.fix,
    )


class _Refused(Exception):
    def __init__(self, what: str, fix: str, mark: Mark) -> None:
        super().__init__(what)
        self.what, self.fix, self.mark = what, fix, mark


@dataclass(slots=True)
class _Reader:
    file: str
    lines_before: int
    most: int
    """No document has as many values as characters, without aliases."""
    count: int = 0
    above: set[int] = field(default_factory=set)
    """The nodes that we are in: an alias to one of them would have no end."""
    problems: list[Problem] = field(default_factory=list)

    def document(self, root: yaml.Node | None) -> Document:
        if root is None or (isinstance(root, ScalarNode) and root.value == ""):
            return Document(None, ())
        try:
            return Document(self._node(root, (), self._mark(root)), tuple(self.problems))
        except _Refused as refused:
            return Document(None, (*self.problems, self._problem(refused.mark, refused.what, refused.fix)))

    def _node(self, found: yaml.Node, path: Path, mark: Mark) -> Node:
        self.count += 1
        if self.count > self.most:
            raise _Refused(*_TOO_MUCH, mark)
        if isinstance(found, ScalarNode):
            return Node(path=path, mark=mark, value=_scalar(found))
        if len(path) >= MAX_DEPTH:
            raise _Refused("nested too deeply", "nest it less deeply", mark)
        if id(found) in self.above:
            raise _Refused("an alias stands for what it is in", "write the value out", mark)
        self.above.add(id(found))
        if isinstance(found, SequenceNode):
            marked = ((index, one, self._mark(one)) for index, one in enumerate(found.value))
            node = Node(path=path, mark=mark, value=tuple(self._node(n, (*path, i), m) for i, n, m in marked))
        else:
            members = self._members(found, path) if isinstance(found, MappingNode) else {}
            node = Node(path=path, mark=mark, value=members)
        self.above.discard(id(found))
        return node

    def _members(self, found: MappingNode, path: Path) -> dict[str, Node]:
        members: dict[str, Node] = {}
        merged: list[yaml.Node] = []
        for key, value in found.value:
            if not isinstance(key, ScalarNode):
                raise _Refused("a key is not a word", "write key: value", self._mark(key))
            if key.tag == "tag:yaml.org,2002:merge":
                self._merge_is_plain(key, value, members, is_first=not merged)
                merged += value.value if isinstance(value, SequenceNode) else [value]
                continue
            name = key.value
            if name in members:  # the last one counts, as in Go
                what = f"the key {show(name)} is there twice, and the last one counts"
                self.problems.append(self._problem(self._mark(key), what, "keep one of the two"))
            mark = self._mark(value if isinstance(value, ScalarNode) else key)
            members[name] = self._node(value, (*path, name), mark)
        for one in merged:
            if isinstance(one, MappingNode):
                members = {**self._node_members(one, path), **members}
        return members

    def _merge_is_plain(
        self, key: yaml.Node, value: yaml.Node, before: dict[str, Node], *, is_first: bool
    ) -> None:
        """YAML 1.1 lets a key win over what is merged, go-yaml v2 the later of the two: so it is told."""
        merged = value.value if isinstance(value, SequenceNode) else [value]
        keys = {k.value for one in merged if isinstance(one, MappingNode) for k, _ in one.value}
        twice = next((name for name in before if name in keys), None)
        if not is_first:
            what, fix = "a second merge key, and readers differ in which counts", "write << : [*one, *two]"
        elif twice is not None:
            what = f"{show(twice)} is merged after it was written, and readers differ in which counts"
            fix = "write the merge key first"
        else:
            return
        self.problems.append(self._problem(self._mark(key), what, fix))

    def _node_members(self, found: MappingNode, path: Path) -> dict[str, Node]:
        value = self._node(found, path, self._mark(found)).value
        return value if isinstance(value, dict) else {}

    def _mark(self, found: yaml.Node) -> Mark:
        mark = found.start_mark
        return mark.line + 1 + self.lines_before, mark.column + 1

    def _problem(self, mark: Mark, what: str, fix: str) -> Problem:
        return Problem(file=self.file, line=mark[0], column=mark[1], path="", what=what, fix=fix)


def _below(node: Node, path: Path, lines: int) -> Node:
    """The same tree as part of another."""
    value = node.value
    match value:
        case dict():
            value = {name: _below(one, path, lines) for name, one in value.items()}
        case tuple():
            value = tuple(_below(one, path, lines) for one in value)
        case _:
            pass
    line, column = node.mark
    return Node(path=(*path, *node.path), mark=(line + lines, column), value=value)


# What sigs.k8s.io/yaml makes of a plain word (go-yaml v2, resolve.go).
_WORDS: Final[dict[str, bool | None]] = {
    **{word: True for one in ("true", "yes", "on") for word in (one, one.title(), one.upper())},
    **{word: False for one in ("false", "no", "off") for word in (one, one.title(), one.upper())},
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]{1,30}(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")


def _scalar(found: ScalarNode) -> str | int | float | bool | None:
    text: str = found.value
    if found.style or found.tag == "tag:yaml.org,2002:str":  # quoted, a block, or no other word
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not (text[0] == "0" and text[1:2].isdigit()):
        return float(text)
    return text
