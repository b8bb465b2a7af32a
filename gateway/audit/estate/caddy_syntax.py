"""Which directives are in this Caddyfile, and which blocks belong to them?

https://caddyserver.com/docs/caddyfile/concepts (structure, tokens, snippets, `import`). A file is a block:
its members are the sites, the snippets and the global options.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from gateway.audit.estate.place import Place
from gateway.config.problem import Problem, show

MAX_DEPTH: Final = 40
MAX_DIRECTIVES: Final = 50_000
"""Once snippets are written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One line, and what is in its braces."""

    words: tuple[str, ...]
    place: Place
    block: "tuple[Directive, ...] | None" = None
    """None where it has no braces."""

    @property
    def name(self) -> str:
        """Give its first word; empty for a block of global options."""
        return self.words[0] if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Give the words after the first."""
        return self.words[1:]

    def within(self, name: str) -> "Iterator[Directive]":
        """Give the members of that name."""
        return (one for one in self.block or () if one.name == name)


class CaddyText(NamedTuple):
    """What could be read, snippets written out, and what could not."""

    directives: tuple[Directive, ...]
    problems: tuple[Problem, ...]


@lru_cache(maxsize=8)  # the reader and every rule ask for the same few files
def read_caddyfile(text: str, file: str) -> CaddyText:
    """Read a file. Raises nothing. An `import` of another file stays, as a directive."""
    reader = _Reader(file, tuple(_tokens(text)))
    found = reader.block(0, "")
    snippets = {_snippet(one): one.block or () for one in found if _snippet(one)}
    importing = _Importing(snippets, file)
    whole = tuple(importing.written_out(tuple(one for one in found if not _snippet(one)), 0))
    return CaddyText(whole, (*reader.problems, *importing.problems))


# --- private ---


class _Token(NamedTuple):
    text: str
    line: int
    column: int
    is_quoted: bool
    is_first: bool
    """On its line."""


_SPACE: Final = re.compile(r"[ \t\r]+")
_WORD: Final = re.compile(r"(?:[^\s\\]|\\.)+")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BACKTICKS: Final = re.compile(r"`[^`]*`")
_HEREDOC: Final = re.compile(r"<<([A-Za-z0-9_-]+)\r?\n")
_FIRST_WORD: Final = re.compile(r"^[ \t]*([A-Za-z0-9_-]+)", re.MULTILINE)
_ARGUMENT: Final = re.compile(r"\{args(?:\[([0-9]+)\]|\.([0-9]+))\}")
_ALL_ARGUMENTS: Final = "{args[:]}"


def _tokens(text: str) -> Iterator[_Token]:
    at, line, begin, is_first = 0, 1, 0, True
    ends = _heredoc_ends(text) if "<<" in text else {}
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        if text[at] == "\n":
            at, line, is_first = at + 1, line + 1, True
            begin = at
            continue
        if text.startswith(("\\\n", "\\\r\n"), at):  # goes on in the next line
            at = text.index("\n", at) + 1
            line, begin = line + 1, at
            continue
        if text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        content, end, is_quoted = _token(text, at, ends)
        yield _Token(content, line, at - begin + 1, is_quoted, is_first)
        is_first = False
        lines = text.count("\n", at, end)
        if lines:
            line, begin = line + lines, text.rfind("\n", at, end) + 1
        at = end


def _heredoc_ends(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where each word begins a line: once for the whole text, however many heredocs want to know."""
    found: dict[str, list[tuple[int, int]]] = {}
    for one in _FIRST_WORD.finditer(text):
        found.setdefault(one[1], []).append(one.span())
    return found


def _token(text: str, at: int, ends: Mapping[str, list[tuple[int, int]]]) -> tuple[str, int, bool]:
    if text[at] == "`" and (found := _BACKTICKS.match(text, at)):
        return found[0][1:-1], found.end(), True
    if text[at] == '"' and (found := _QUOTED.match(text, at)):
        return found[0][1:-1].replace('\\"', '"'), found.end(), True
    if heredoc := _HEREDOC.match(text, at):
        closing = ends.get(heredoc[1], [])
        index = bisect_left(closing, (heredoc.end(), 0))
        if index < len(closing):
            begin, end = closing[index]
            return text[heredoc.end() : begin], end, True
    found = _WORD.match(text, at)
    written = found[0] if found else text[at]
    return written.replace("\\\\", "\\"), at + len(written), False


@dataclass(slots=True)
class _Reader:
    file: str
    tokens: tuple[_Token, ...]
    at: int = 0
    problems: tuple[Problem, ...] = ()

    def block(self, depth: int, owner: str) -> tuple[Directive, ...]:
        """Read until the closing brace, or the end."""
        found: list[Directive] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if _is(token, "}"):
                self.at += 1
                if depth:
                    return tuple(found)
                self.complain(token, "a brace is closed that was not opened", "remove it")
            else:
                found.append(self.directive(depth, owner))
        if depth and self.tokens:
            self.complain(self.tokens[-1], "a brace is not closed", "close it")
        return tuple(found) if depth else _bare_site(found)

    def directive(self, depth: int, owner: str) -> Directive:
        first = self.tokens[self.at]
        words: list[str] = []
        block: tuple[Directive, ...] | None = None
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            goes_on = depth == 0 and bool(words) and words[-1].endswith(",")  # addresses, line after line
            if token is not first and ((token.is_first and not goes_on) or _is(token, "}")):
                break
            self.at += 1
            if _is(token, "{"):
                name = owner if depth else " ".join(show(one.rstrip(",")) for one in words)
                block = self.inside(token, depth, name)
                break
            words.append(token.text)
        name = owner if depth else " ".join(show(one.rstrip(",")) for one in words)
        shown = f"{name}: {show(words[0])}" if depth and words else name
        place = Place(self.file, first.line, first.column, name or "global options", shown)
        return Directive(words=tuple(words), place=place, block=block)

    def inside(self, token: _Token, depth: int, owner: str) -> tuple[Directive, ...]:
        if depth < MAX_DEPTH:
            return self.block(depth + 1, owner)
        self.complain(token, "nested too deeply", "nest it less deeply")
        self.at = len(self.tokens)
        return ()

    def complain(self, token: _Token, what: str, fix: str) -> None:
        problem = Problem(file=self.file, line=token.line, column=token.column, path="", what=what, fix=fix)
        self.problems = (*self.problems, problem)


def _is(token: _Token, text: str) -> bool:
    return token.text == text and not token.is_quoted


def _bare_site(found: list[Directive]) -> tuple[Directive, ...]:
    """A file of one site may do without its braces: its first line is the address."""
    sites = [one for one in found if one.words and not _snippet(one)]
    if not sites or sites[0].block is not None:
        return tuple(found)
    before = found[: found.index(sites[0])]
    rest = tuple(_owned(one, sites[0]) for one in found[len(before) + 1 :])
    return (*before, replace(sites[0], block=rest))


def _owned(directive: Directive, site: Directive) -> Directive:
    owner = site.place.owner
    place = directive.place._replace(owner=owner, pointer=f"{owner}: {show(directive.name)}")
    block = None if directive.block is None else tuple(_owned(one, site) for one in directive.block)
    return replace(directive, place=place, block=block)


def _snippet(directive: Directive) -> str:
    name = directive.name
    is_one = len(directive.words) == 1 and name.startswith("(") and name.endswith(")")
    return name[1:-1] if is_one and directive.block is not None else ""


@dataclass(slots=True)
class _Importing:
    snippets: Mapping[str, tuple[Directive, ...]]
    file: str
    problems: tuple[Problem, ...] = ()
    count: int = 0

    def written_out(self, block: tuple[Directive, ...], depth: int) -> Iterator[Directive]:
        for one in block:
            self.count += 1
            known = one.name == "import" and one.arguments and one.arguments[0] in self.snippets
            if depth > MAX_DEPTH or self.count > MAX_DIRECTIVES:
                self.complain(one)
                return
            if known:
                taken = self.snippets[one.arguments[0]]
                given = tuple(_given(part, one) for part in taken)
                yield from self.written_out(given, depth + 1)
            elif one.block is not None:
                yield replace(one, block=tuple(self.written_out(one.block, depth + 1)))
            else:
                yield one

    def complain(self, directive: Directive) -> None:
        if not self.problems:
            line, column = directive.place.line, directive.place.column
            what, fix = "snippets import too much", "let no snippet import itself"
            self.problems = (Problem(file=self.file, line=line, column=column, path="", what=what, fix=fix),)


def _given(directive: Directive, imported: Directive) -> Directive:
    """A part of a snippet as it stands where it is imported: its arguments put in, and `{block}`."""
    arguments = imported.arguments[1:]
    words: list[str] = []
    for word in directive.words:
        words += (
            arguments if word == _ALL_ARGUMENTS else [_ARGUMENT.sub(lambda m: _argument(m, arguments), word)]
        )
    block = directive.block
    if block is not None:
        block = tuple(
            part
            for one in block
            for part in (imported.block or () if one.words == ("{block}",) else (_given(one, imported),))
        )
    return replace(directive, words=tuple(words), block=block)


def _argument(found: re.Match[str], arguments: tuple[str, ...]) -> str:
    index = int(found[1] or found[2])
    return arguments[index] if index < len(arguments) else found[0]
