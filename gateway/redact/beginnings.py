"""How does each kind of secret begin, and who measures what begins there?

All patterns are one alternation for the engine that looks for places; which of them it was that matched there
is asked again, in the order of the rules.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from gateway.redact import beside, pem, values
from gateway.redact.compact_token import START as COMPACT_START
from gateway.redact.compact_token import WORDS as COMPACT_WORDS
from gateway.redact.compact_token import CompactTokens
from gateway.redact.encoded_token import START as ENCODED_START
from gateway.redact.encoded_token import EncodedTokens
from gateway.redact.known_key import KnownKey
from gateway.redact.known_keys import KEYS
from gateway.redact.mark import MARK
from gateway.redact.matching import Start
from gateway.redact.names import COOKIES
from gateway.redact.span import NOTHING, Measured, Passed, Reach

Measure = Callable[[bytes, int, Reach], Measured]

_ENDS: Final = frozenset((b"", b" ", b'"', b"'", b"<", b">", b"\r", b"\n"))
_ENDS_MOST: Final = _ENDS | {b"&"}


class Rule(NamedTuple):
    """How something begins, and how it is measured."""

    first: str
    """Every character that it can begin with."""
    start: Start
    measure: Measure
    ends: frozenset[bytes] = frozenset()
    """Where it is the name of a value that stands right behind it: what ends one without quotes."""


Match = Callable[[bytes, int, int], re.Match[bytes] | None]
ByFirst = tuple[tuple[tuple[Match, Measure, frozenset[bytes]], ...], ...]


def beginnings(cookies: tuple[str, ...] = COOKIES) -> tuple[Start, ...]:
    """Give all that is looked for: what the engine alone has to do."""
    every = (*kinds(CompactTokens(), frozenset()), *named(cookies))
    return (MARKS.start, *(rule.start for rule in every))


def kinds(compact: CompactTokens, own_issuers: frozenset[str]) -> tuple[Rule, ...]:
    """Give what is known by its own form."""
    return (
        Rule("-", Start(pem.START, ("-----begin",)), pem.measure),
        Rule("e", Start(COMPACT_START, COMPACT_WORDS), compact.measure),
        Rule("Z", Start(ENCODED_START, ("zxlk",)), EncodedTokens(own_issuers).measure),
        *(Rule(one.first, Start(one.pattern, one.keywords()), KnownKey(one).measure) for one in KEYS),
    )


def named(cookies: tuple[str, ...]) -> tuple[Rule, ...]:
    """Give what is known by the name before it."""
    return (
        Rule("aA", Start(values.AUTHORIZATION_START, ("authorization",)), values.authorization, _ENDS),
        Rule("bBdDnN", Start(values.SCHEME_START, values.SCHEME_WORDS), values.scheme, _ENDS),
        Rule("xXaApPjJdDoO", Start(values.HEADER_START, values.HEADER_WORDS), values.header, _ENDS_MOST),
        Rule(
            _beginnings(cookies), Start(values.cookie_start(cookies), _words(cookies)),
            values.Cookies(cookies).measure,
            _ENDS_MOST,
        ),
        Rule(
            "?&;%\\", Start(values.PARAMETER_START, values.PARAMETER_WORDS), values.parameter,
            _ENDS_MOST,
        ),
        Rule("tTsSaApPjJcCvVbB", Start(values.NAMED_START, values.NAMED_WORDS), values.named, _ENDS_MOST),
        Rule("nNkK", Start(beside.PAIR_START, beside.PAIR_WORDS), beside.pair),
        Rule("<", Start(beside.ELEMENT_START, values.NAMED_WORDS), beside.element),
        Rule("-", Start(beside.OPTION_START, values.NAMED_WORDS), beside.option),
        Rule("pPiIl", Start(beside.WORDS_START, beside.WORDS), beside.said),
        Rule("-", Start(values.CURL_USER_START, ("-u ", "-u=", "--user", "--proxy-user")), values.curl_user),
        Rule(":", Start(values.USERINFO_START, ("://",)), values.userinfo),
    )  # fmt: skip


def _words(cookies: Iterable[str]) -> tuple[str, ...]:
    return (*(f"{name.lower()}=" for name in cookies), "__host-", "__secure-")


def _beginnings(cookies: Iterable[str]) -> str:
    letters = {name[0] for name in cookies} | {"_"}
    return "".join(sorted({*map(str.lower, letters), *map(str.upper, letters)}))


def by_first(rules: Iterable[Rule]) -> ByFirst:
    """Give the rules that can begin with each octet, in their order."""
    found: list[list[tuple[Match, Measure, frozenset[bytes]]]] = [[] for _ in range(256)]
    for rule in rules:
        matches = re.compile(rule.start.pattern.encode()).match
        for octet in rule.first.encode():
            found[octet].append((matches, rule.measure, rule.ends))
    return tuple(map(tuple, found))


def _passed(text: bytes, at: int, reach: Reach) -> Measured:
    mark = MARK.match(text, at, reach.end)
    return NOTHING if mark is None else Passed(mark.end())


MARKS: Final = Rule("[", Start(r"\[REDACTED:", ("[redacted:",)), _passed)
"""What was redacted before."""
