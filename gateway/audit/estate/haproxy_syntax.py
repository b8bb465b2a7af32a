"""Which sections and lines are in this haproxy.cfg?

https://docs.haproxy.org/3.2/configuration.html#2.2 (quoting and escaping), #2.4 (conditional blocks), #4
(which `defaults` a proxy inherits). Words only: what they mean is `normal/haproxy_file.py`'s.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from gateway.audit.estate.place import Place
from gateway.config.problem import Problem, show

PROXIES: Final = frozenset({"defaults", "frontend", "backend", "listen"})
SECTIONS: Final = PROXIES | {
    *("global", "userlist", "peers", "mailers", "resolvers", "cache", "program", "ring", "log-forward"),
    *("http-errors", "fcgi-app", "crt-store", "traces", "log-profile", "acme", "dynamic-update"),
}
MAX_LINE: Final = 8192
"""Characters; HAProxy itself takes 2 KiB unless it is told more."""


class Line(NamedTuple):
    """One directive."""

    words: tuple[str, ...]
    place: Place
    is_conditional: bool
    """Whether it stands in `.if`: it may or may not be there."""

    def begins(self, *words: str) -> bool:
        """Whether these are its first words."""
        return self.words[: len(words)] == words


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section, with what it inherits."""

    kind: str
    name: str
    place: Place
    lines: tuple[Line, ...]
    inherited: tuple[Line, ...] = ()
    """Of its `defaults`, where it takes any."""

    def of(self, *words: str) -> Iterator[Line]:
        """Give its own lines that begin so."""
        return (one for one in self.lines if one.begins(*words))

    def setting(self, *words: str) -> tuple[Line, ...]:
        """Give the lines that begin so: its own, or where it has none those of its `defaults`."""
        return tuple(self.of(*words)) or tuple(one for one in self.inherited if one.begins(*words))


@dataclass(frozen=True, eq=False)
class HaproxyText:
    """What could be read, and what could not. Equal only to itself."""

    sections: tuple[Section, ...]
    problems: tuple[Problem, ...]

    def named(self, kind: str, name: str) -> Section | None:
        """Give one section, the first where there are several."""
        return self._by_name.get((kind, name))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Section]:
        return {(one.kind, one.name): one for one in reversed(self.sections)}


@lru_cache(maxsize=8)  # the reader and every rule ask for the same few files
def read_haproxy(text: str, file: str) -> HaproxyText:
    """Read a file. Raises nothing; a line that cannot be read is a problem, and left out."""
    reader = _Reader(file=file)
    for number, written in enumerate(text.split("\n"), 1):
        reader.take(number, written.removesuffix("\r"))
    return reader.finished()


def read_lines(text: str, place: Place) -> tuple[Line, ...]:
    """Read lines of a section that stand in an annotation or in a ConfigMap, all at that place."""
    found = (_words(one) for one in text.splitlines() if len(one) <= MAX_LINE)
    return tuple(Line(tuple(words), place, is_conditional=False) for words in found if words)


# --- private ---

_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", " ": " ", "\\": "\\", "#": "#", "'": "'", '"': '"'}
_PLAIN: Final = re.compile(r"""[^\s\\"'#]+""")


@dataclass(slots=True)
class _Open:
    kind: str
    name: str
    words: tuple[str, ...]
    place: Place
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    file: str
    sections: list[_Open] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ifs: list[int] = field(default_factory=list)

    def take(self, number: int, written: str) -> None:
        column = len(written) - len(written.lstrip()) + 1
        if len(written) > MAX_LINE:
            self.complain(number, column, "the line is too long", "split what it says")
            return
        words = _words(written)
        if words is None:
            self.complain(number, column, "a quote is not closed", "close it on the same line")
        elif words and words[0].startswith("."):
            self.condition(words[0], number, column)
        elif words:
            self.directive(tuple(words), number, column)

    def condition(self, word: str, number: int, column: int) -> None:
        match word:
            case ".if":
                self.ifs.append(number)
            case ".endif" if self.ifs:
                self.ifs.pop()
            case ".endif" | ".elif" | ".else" if not self.ifs:
                self.complain(number, column, f"{word} without .if", "remove it, or write the .if")
            case _:
                pass  # .notice, .diag and their like say something while it starts

    def directive(self, words: tuple[str, ...], number: int, column: int) -> None:
        if words[0] in SECTIONS and (column == 1 or not self.sections or words[0] in PROXIES):
            name = words[1] if len(words) > 1 and words[1] != "from" else ""
            owner = f"{words[0]} {show(name)}" if name else words[0]
            place = Place(self.file, number, column, owner, owner)
            self.sections.append(_Open(words[0], name, words, place))
        elif not self.sections:
            what = "a directive stands before the first section"
            self.complain(number, column, what, "put it into a section, such as global")
        else:
            owner = self.sections[-1].place.owner
            place = Place(self.file, number, column, owner, f"{owner}: {_shown(words)}")
            self.sections[-1].lines.append(Line(words, place, bool(self.ifs)))

    def complain(self, number: int, column: int, what: str, fix: str) -> None:
        self.problems.append(Problem(file=self.file, line=number, column=column, path="", what=what, fix=fix))

    def finished(self) -> HaproxyText:
        for number in self.ifs:
            self.complain(number, 1, ".if has no .endif", "write .endif where it ends")
        return HaproxyText(tuple(_inheriting(self.sections)), tuple(self.problems))


def _shown(words: tuple[str, ...]) -> str:
    """The directive without its values, which may be secrets."""
    take = (
        2 if words[0] in {"http-request", "http-response", "http-after-response", "option", "capture"} else 1
    )
    return " ".join(show(one) for one in words[:take])


def _inheriting(sections: Iterable[_Open]) -> Iterator[Section]:
    """Of the `defaults` that it names with `from`, or of the last one before it."""
    last: tuple[Line, ...] = ()
    by_name: dict[str, tuple[Line, ...]] = {}
    for one in sections:
        named = one.words[one.words.index("from") + 1 :][:1] if "from" in one.words else ()
        inherited = by_name.get(named[0], ()) if named else last
        if one.kind == "defaults":
            own = {line.words[:1] for line in one.lines}
            last = (*(line for line in inherited if named and line.words[:1] not in own), *one.lines)
            by_name[one.name] = last
        taken = inherited if one.kind in PROXIES - {"defaults"} else ()
        yield Section(kind=one.kind, name=one.name, place=one.place, lines=tuple(one.lines), inherited=taken)


def _words(written: str) -> list[str] | None:
    """Split a line; None where a quote is not closed."""
    words: list[str] = []
    word: str | None = None
    at, quote = 0, ""
    while at < len(written):
        character = written[at]
        if quote == "'":
            taken, quote = ("", "") if character == "'" else (character, quote)
        elif character == "\\" and at + 1 < len(written):
            at += 1
            taken = _ESCAPES.get(written[at], "\\" + written[at])
        elif character == '"' or (character == "'" and not quote):
            taken, quote = "", "" if quote else character
        elif quote:
            taken = character
        elif character == "#":
            break
        elif character in " \t":
            words += [] if word is None else [word]
            word, at = None, at + 1
            continue
        else:
            found = _PLAIN.match(written, at)
            taken = found[0] if found else character
            at += len(taken) - 1
        word = (word or "") + taken
        at += 1
    words += [] if word is None else [word]
    return None if quote else words
