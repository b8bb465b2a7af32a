"""When does this rule of HAProxy hold? Its `if` or `unless`, as the ways in which it does.

https://docs.haproxy.org/3.2/configuration.html#7.1 (ACLs), #7.2 (`if a b || c`, `{ ... }`, `!`), #7.4
(predefined ones).
"""

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final, NamedTuple

from gateway.audit.estate.haproxy_syntax import Line
from gateway.audit.exposure import PathKind, PathMatch
from gateway.config.problem import show

MAX_WAYS: Final = 64


class Criterion(NamedTuple):
    """One test of a sample, such as `path_beg /api`."""

    sample: str
    """What is looked at: `hdr(host)`, with its converters."""
    matching: str
    """How: `str`, `beg`, `end`, `reg`, `found` ..."""
    values: tuple[str, ...]
    is_negated: bool
    name: str
    """For people: the ACL's name, or the sample. Never the values."""

    def negation(self) -> "Criterion":
        """Give its opposite."""
        return self._replace(is_negated=not self.is_negated)


Way = tuple[Criterion, ...]
"""All of these hold."""
Acls = Mapping[str, tuple[Criterion, ...]]
"""Each name with its definitions, of which one is enough."""


def acls_of(lines: Iterable[Line]) -> dict[str, tuple[Criterion, ...]]:
    """Give the named ACLs of a section."""
    found: dict[str, list[Criterion]] = {}
    for line in lines:
        if len(line.words) > 2 and line.words[0] == "acl":
            found.setdefault(line.words[1], []).append(_test(line.words[2:], line.words[1]))
    return {name: tuple(tests) for name, tests in found.items()}


def ways_of(words: tuple[str, ...], acls: Acls) -> tuple[Way, ...] | None:
    """Read the condition at the end of a line: one empty way where there is none. None: too much to tell."""
    at = next((n for n, word in enumerate(words) if word in {"if", "unless"}), None)
    if at is None:
        return ((),)
    is_negated = words[at] == "unless"
    alternatives = [_factors(one, acls, is_negated=is_negated) for one in _split(words[at + 1 :])]
    if not is_negated:
        return _bounded(way for factors in alternatives for way in _all(factors))
    return _bounded(_all([[way for factor in factors for way in factor] for factors in alternatives]))


def before_condition(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give the words of a rule without its condition."""
    at = next((n for n, word in enumerate(words) if word in {"if", "unless"}), len(words))
    return words[:at]


def hosts_of(test: Criterion) -> frozenset[str] | None:
    """Give the hosts that it names; empty where they cannot be told; None where it is no test of the host."""
    sample = test.sample.partition(",")[0]
    if sample not in _HOST_SAMPLES:
        return None
    if test.matching in {"str", "dom"} and test.values:
        return frozenset(one.lower().partition(":")[0] for one in test.values)
    if test.matching == "end" and all(one.startswith(".") for one in test.values):
        return frozenset(f"*{one.lower()}" for one in test.values)
    return frozenset()


def paths_of(test: Criterion) -> tuple[PathMatch, ...] | None:
    """Give the paths that a test names; None where it is no test of the path."""
    if test.sample.partition(",")[0] not in _PATH_SAMPLES:
        return None
    kind = _PATH_KINDS.get(test.matching, PathKind.UNKNOWN)
    if not test.values or "," in test.sample:
        kind = PathKind.UNKNOWN
    return tuple(PathMatch(kind, one) for one in test.values) or (PathMatch(kind, ""),)


def methods_of(test: Criterion) -> frozenset[str] | None:
    """Give the methods that a test names; None where it is no test of the method."""
    return frozenset(test.values) if test.sample == "method" and test.values else None


# --- private ---

_HOST_SAMPLES: Final = frozenset(
    {"hdr(host)", "req.hdr(host)", "req.fhdr(host)", "ssl_fc_sni", "req.ssl_sni", "req_ssl_sni"}
)
_PATH_SAMPLES: Final = frozenset({"path", "pathq", "url", "baseq", "base", "capture.req.uri"})
_PATH_KINDS: Final = {"str": PathKind.EXACT, "beg": PathKind.BEGINS_WITH, "reg": PathKind.REGEX}
_SAMPLE: Final = re.compile(r"[a-z0-9_.]+(?:\([a-z0-9_.-]*\))?")
_PLAIN: Final = re.compile(r"[A-Za-z0-9.-]*")
_SUFFIXES: Final = ("beg", "end", "reg", "dir", "dom", "sub", "len")
_PREDEFINED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "METH_CONNECT": ("method", ("CONNECT",)),
    "METH_DELETE": ("method", ("DELETE",)),
    "METH_GET": ("method", ("GET", "HEAD")),
    "METH_HEAD": ("method", ("HEAD",)),
    "METH_OPTIONS": ("method", ("OPTIONS",)),
    "METH_POST": ("method", ("POST",)),
    "METH_PUT": ("method", ("PUT",)),
    "METH_TRACE": ("method", ("TRACE",)),
    "LOCALHOST": ("src", ("127.0.0.1/8", "::1")),
}


def _test(words: tuple[str, ...], name: str = "") -> Criterion:
    sample, matching = _split_sample(words[0])
    values: list[str] = []
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if word == "-m" and rest:
            matching = rest.pop(0)
        elif word in {"-f", "-M", "-u", "-n"}:
            matching = "file" if word == "-f" else matching
            rest[:1] = []
        elif word == "--":
            values, rest = [*values, *rest], []
        elif word != "-i":
            values.append(word)
    hosts = [_names(one) for one in values] if sample in _HOST_SAMPLES and matching == "reg" else []
    if hosts and all(hosts):
        matching, values = "str", [name for names in hosts for name in names]
    return Criterion(
        sample, matching, tuple(values), is_negated=False, name=show(name) if name else _spoken(sample)
    )


def _names(pattern: str) -> tuple[str, ...]:
    r"""Read a pattern that only lists names, as `^(?i)(a|b)\.example\.com`; give none for another one."""
    if not pattern.startswith("^"):
        return ()
    text = pattern[1:].removeprefix("(?i)").removesuffix("$").replace("\\.", ".")
    before, bracket, rest = text.partition("(")
    inside, _, after = rest.partition(")")
    middle = inside.removeprefix("?:").split("|") if bracket else [""]
    if not all(_PLAIN.fullmatch(one) for one in (before, *middle, after)):
        return ()
    names = tuple(f"{before}{one}{after}" for one in middle)
    return names if all("." in one for one in names) else ()


def _spoken(sample: str) -> str:
    name = sample.partition(",")[0]
    return name if _SAMPLE.fullmatch(name) else show(name)


def _split_sample(word: str) -> tuple[str, str]:
    """`path_beg` and `hdr_dom(host)` are older spellings of `path -m beg` and `hdr(host) -m dom`."""
    base, bracket, rest = word.partition("(")
    stem, _, suffix = base.rpartition("_")
    if stem and suffix in _SUFFIXES and "," not in base:
        return f"{stem}{bracket}{rest}".lower(), suffix
    head, comma, converters = word.partition(",")
    return head.lower() + comma + converters, "str"


def _split(words: tuple[str, ...]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for word in words:
        if word in {"||", "or"}:
            found.append([])
        else:
            found[-1].append(word)
    return found


def _factors(words: list[str], acls: Acls, *, is_negated: bool) -> list[list[Way]]:
    """Each item of an alternative as the ways in which it holds, or does not."""
    found: list[list[Way]] = []
    flipped = is_negated
    rest = list(words)
    while rest:
        word = rest.pop(0)
        while word.startswith("!"):
            flipped, word = not flipped, word[1:]
        if not word:
            continue
        if word == "{":
            end = rest.index("}") if "}" in rest else len(rest)
            inside, rest = rest[:end], rest[end + 1 :]
            tests: tuple[Criterion, ...] = (_test(tuple(inside)),) if inside else ()
        else:
            tests = _named(word, acls)
        if flipped:
            found.append([tuple(one.negation() for one in tests)])
        else:
            found.append([(one,) for one in tests[: MAX_WAYS + 1]])  # more are too much to tell anyway
        flipped = is_negated
    return found


def _named(word: str, acls: Acls) -> tuple[Criterion, ...]:
    if word in acls:
        return acls[word]
    sample, values = _PREDEFINED.get(word, (f"acl:{word}", ()))
    return (Criterion(sample, "str", values, is_negated=False, name=show(word)),)


def _all(factors: list[list[Way]]) -> Iterable[Way]:
    size = 1
    for one in factors:
        size *= len(one)
    if size > MAX_WAYS:
        return [()] * (MAX_WAYS + 1)
    return (tuple(test for way in ways for test in way) for ways in product(*factors))


def _bounded(ways: Iterable[Way]) -> tuple[Way, ...] | None:
    found = tuple(ways)
    return found if len(found) <= MAX_WAYS else None
