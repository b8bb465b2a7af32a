"""What does a rule of Traefik match? Its alternatives, each a list of matchers that must all hold.

https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/: `&&` binds
closer than `||`; arguments are in backticks or double quotes, as in Go. The same grammar has the rules of
Traefik 2, whose matchers have other names and may have more arguments.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

MAX_RULE: Final = 4096
MAX_ALTERNATIVES: Final = 64
MAX_DEPTH: Final = 16


class RuleUnread(ValueError):
    """It is no rule, or too long a one. Never holds a part of it."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


class Matcher(NamedTuple):
    """One of them, as `PathPrefix` and its arguments."""

    name: str
    arguments: tuple[str, ...]
    negated: bool = False


Alternative = tuple[Matcher, ...]


def parse_rule(rule: str) -> tuple[Alternative, ...]:
    """Read a rule. Raises: RuleUnread."""
    if len(rule) > MAX_RULE:
        raise RuleUnread(f"a rule of more than {MAX_RULE} characters", _BY_HAND)
    parser = _Parser(tokens=_tokens(rule))
    found = parser.either(0)
    if parser.tokens[parser.at] != _END:
        raise RuleUnread("is not a rule as Traefik 3 reads it", "correct it, or write it as in Traefik 3")
    return found


# --- private ---

_BY_HAND: Final = "split it, or write the routes by hand"
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<sign>&&|\|\||[!(),])|(?P<name>[A-Za-z]+)|`(?P<raw>[^`]*)`|\"(?P<quoted>(?:[^\"\\]|\\.)*)\")"
)

_ESCAPED: Final = re.compile(r"\\(.)")
"""Of Go's escapes the two that a rule has a use for: of a backslash and of a quote."""


class _Token(NamedTuple):
    kind: str
    text: str


_END: Final = _Token("end", "")


def _tokens(rule: str) -> list[_Token]:
    found, at, rule = [], 0, rule.rstrip()
    while at < len(rule):
        token = _TOKEN.match(rule, at)
        if token is None or token.lastgroup is None:
            raise RuleUnread("is not a rule as Traefik 3 reads it", "correct it, or write it as in Traefik 3")
        match token.lastgroup:
            case "raw":
                found.append(_Token("text", token["raw"]))
            case "quoted":
                found.append(_Token("text", _ESCAPED.sub(r"\1", token["quoted"])))
            case kind:
                found.append(_Token(kind, token[kind]))
        at = token.end()
    return [*found, _END]


@dataclass(slots=True)
class _Parser:
    tokens: Sequence[_Token]
    at: int = 0

    def either(self, depth: int) -> tuple[Alternative, ...]:
        found = self._both(depth)
        while self._takes("||"):
            found = _bounded((*found, *self._both(depth)))
        return found

    def _both(self, depth: int) -> tuple[Alternative, ...]:
        found = self._one(depth)
        while self._takes("&&"):
            right = self._one(depth)
            found = _bounded(tuple((*one, *other) for one in found for other in right))
        return found

    def _one(self, depth: int) -> tuple[Alternative, ...]:
        if depth > MAX_DEPTH:
            raise RuleUnread("a rule of too many parentheses", _BY_HAND)
        if self._takes("!"):
            return _negated(self._one(depth + 1))
        if self._takes("("):
            found = self.either(depth + 1)
            self._needs(")")
            return found
        return ((self._matcher(),),)

    def _matcher(self) -> Matcher:
        name = self._next("name")
        self._needs("(")
        arguments = [self._next("text")]
        while self._takes(","):
            arguments.append(self._next("text"))
        self._needs(")")
        return Matcher(name, tuple(arguments))

    def _takes(self, sign: str) -> bool:
        taken = self.tokens[self.at] == _Token("sign", sign)
        self.at += taken
        return taken

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise RuleUnread("is not a rule as Traefik 3 reads it", "correct it, or write it as in Traefik 3")

    def _next(self, kind: str) -> str:
        token = self.tokens[self.at]
        if token.kind != kind:
            raise RuleUnread("is not a rule as Traefik 3 reads it", "correct it, or write it as in Traefik 3")
        self.at += 1
        return token.text


def _negated(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    """None of the alternatives: of each one matcher does not hold (De Morgan)."""
    found: tuple[Alternative, ...] = ((),)
    for alternative in alternatives:
        opposites = [matcher._replace(negated=not matcher.negated) for matcher in alternative]
        found = _bounded(tuple((*one, opposite) for one in found for opposite in opposites))
    return found


def _bounded(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    if len(alternatives) > MAX_ALTERNATIVES:
        raise RuleUnread(f"a rule of more than {MAX_ALTERNATIVES} alternatives", _BY_HAND)
    return alternatives
