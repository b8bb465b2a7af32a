"""Which directives are in this nginx configuration, and where was each written?

The grammar of nginx itself (`ngx_conf_read_token`): words, quoted words, `;`, and blocks. What is wrong is
said, and the rest is kept: one broken server costs no other. A comment `# token-gateway.dev/public: reason`
counts as a directive of that name: its block is open on purpose.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.audit.estate.objects import PUBLIC
from gateway.config.problem import Problem, show

MAX_DEPTH: Final = 24
"""Of blocks. nginx knows five levels, and locations in locations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One directive, with its place."""

    name: str
    arguments: tuple[str, ...]
    """Without quotes, with escapes undone."""
    file: str
    line: int
    column: int
    block: "tuple[Directive, ...] | None" = None
    """What is between its braces; None where it ends with a semicolon."""

    @property
    def first(self) -> str:
        """Give its first argument, or nothing."""
        return self.arguments[0] if self.arguments else ""

    def option(self, name: str) -> str | None:
        """Give `value` of an argument `name=value`."""
        found = (one.partition("=")[2] for one in self.arguments if one.startswith(f"{name}="))
        return next(found, None)


class NginxTree(NamedTuple):
    """What could be read, and what could not."""

    directives: tuple[Directive, ...]
    problems: tuple[Problem, ...]


def read_nginx(text: str, file: str) -> NginxTree:
    """Read one file. Raises nothing. Never prints an argument. Takes time in proportion to the text."""
    reader = _Reader(text=text, file=file)
    reader.read()
    return NginxTree(tuple(reader.open[0].within), tuple(reader.problems))


# --- private ---

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<mark>[;{}])
    |"(?P<double>(?:[^"\\]|\\.)*)"
    |'(?P<single>(?:[^'\\]|\\.)*)'
    |(?P<open>["'])
    |(?P<word>(?:[^\s;{\\$]+|\\.?|\$\{?)+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MEANT: Final = {"t": "\t", "r": "\r", "n": "\n", '"': '"', "'": "'", "\\": "\\"}
_LUA: Final = re.compile(r"""--\[\[|\[\[|--[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[{}]""")
_PUBLIC: Final = re.compile(rf"#\s*{re.escape(PUBLIC)}:\s*(\S.*)")
_LUA_BLOCK: Final = "_by_lua_block"
_MOST: Final = 50
"""Problems of one file. After that it is something else."""


class _Word(NamedTuple):
    text: str
    offset: int


@dataclass(slots=True)
class _Open:
    """A block that is not closed yet."""

    head: list[_Word]
    within: list[Directive] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    text: str
    file: str
    words: list[_Word] = field(default_factory=list)
    open: list[_Open] = field(default_factory=lambda: [_Open([])])
    problems: list[Problem] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Where each begins."""

    def read(self) -> None:
        self.lines = [0, *(found.end() for found in re.finditer("\n", self.text))]
        offset = 0
        while len(self.problems) < _MOST and (token := _TOKEN.match(self.text, offset)) is not None:
            offset = token.end()
            match token.lastgroup:
                case "mark":
                    offset = self._mark(token.group(), token.start(), offset)
                case "word":
                    self.words.append(_Word(_unescaped(token.group()), token.start()))
                case "double" | "single" as quoted:
                    self.words.append(_Word(_unescaped(token.group(quoted)), token.start()))
                case "space":
                    self._comment(token.group(), token.start())
                case "open":
                    self._problem(token.start(), "a quotation mark is never closed", "close it")
                    break
                case _:
                    pass
        self._end()

    def _comment(self, written: str, start: int) -> None:
        found = _PUBLIC.match(written) if written.startswith("#") and not self.words else None
        if found is not None:
            self._keep([_Word(PUBLIC, start), _Word(found.group(1), start)], None)

    def _mark(self, mark: str, start: int, end: int) -> int:
        match mark:
            case ";":
                self._close_words(None)
            case "{":
                if self.words and self.words[0].text.endswith(_LUA_BLOCK):
                    end = self._after_lua(end)
                    self._close_words(())
                else:
                    self._open_block(start)
            case _:
                self._close_block(start)
        return end

    def _open_block(self, start: int) -> None:
        if not self.words:
            self._problem(start, "a block has no name", "write what it is, or take the brace away")
        if len(self.open) == MAX_DEPTH:
            self._problem(start, "nested too deeply", "nest it less deeply")
        self.open.append(_Open(self.words))
        self.words = []

    def _close_block(self, start: int) -> None:
        self._unended()
        if len(self.open) == 1:
            self._problem(start, "closes a block that was never opened", "take it away")
            return
        closed = self.open.pop()
        if closed.head and len(self.open) < MAX_DEPTH:
            self._keep(closed.head, tuple(closed.within))

    def _close_words(self, block: tuple[Directive, ...] | None) -> None:
        if self.words:
            self._keep(self.words, block)
            self.words = []

    def _keep(self, words: list[_Word], block: tuple[Directive, ...] | None) -> None:
        name, *arguments = words
        line, column = self._place(name.offset)
        self.open[-1].within.append(
            Directive(
                name=name.text.lower(),
                arguments=tuple(one.text for one in arguments),
                file=self.file,
                line=line,
                column=column,
                block=block,
            )
        )

    def _unended(self) -> None:
        if self.words:
            name = self.words[0]
            self._problem(name.offset, f"{show(name.text)} is not ended", "write a semicolon at its end")
            self._close_words(None)

    def _end(self) -> None:
        self._unended()
        while len(self.open) > 1:
            head = self.open[-1].head
            if head:
                self._problem(
                    head[0].offset, f"the block {show(head[0].text)} is never closed", "close it with }"
                )
            closed = self.open.pop()
            if head and len(self.open) < MAX_DEPTH:
                self._keep(head, tuple(closed.within))

    def _after_lua(self, offset: int) -> int:
        """Skip a program in another language, up to its brace."""
        depth = 1
        while depth and (found := _LUA.search(self.text, offset)) is not None:
            offset = found.end()
            match found.group():
                case "{":
                    depth += 1
                case "}":
                    depth -= 1
                case "[[" | "--[[":
                    closed = self.text.find("]]", offset)
                    offset = len(self.text) if closed < 0 else closed + 2
                case _:
                    pass
        if depth:
            self._problem(self.words[0].offset, "its program is never closed", "close it with }")
            return len(self.text)
        return offset

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.lines, offset)
        return line, offset - self.lines[line - 1] + 1

    def _problem(self, offset: int, what: str, fix: str) -> None:
        line, column = self._place(offset)
        if len(self.problems) < _MOST:
            self.problems.append(
                Problem(file=self.file, line=line, column=column, path="", what=what, fix=fix)
            )


def _unescaped(written: str) -> str:
    """Undo nginx's own escapes; in a regular expression a backslash before a dot stays where it is."""
    if "\\" not in written:
        return written
    return _ESCAPED.sub(lambda found: _MEANT.get(found.group(1), found.group()), written)
