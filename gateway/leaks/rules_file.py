"""What does a gitleaks file of rules say?

https://github.com/gitleaks/gitleaks#configuration, as of 8.30: `[[rules]]` with `id`, `regex`, `path`,
`keywords`, `entropy`, `secretGroup`; allowlists of a rule, of some (`targetRules`) or of all, by `paths`,
`regexes` (of the secret, the match or the line) and `stopwords`; `extend` by `path`. The `commits` of an
allowlist are never those of a file, which is said. What is not understood is an error that names the file and
the rule, never left out in silence.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from gateway.leaks.expression import Expressions, NotUnderstood
from gateway.redact.allowlist import Allowlist, Search
from gateway.redact.extra_rule import ExtraRule
from gateway.redact.mark import is_type


class RulesError(Exception):
    """Says what is wrong, with the file and the rule."""


class Rules(NamedTuple):
    """What was read, and what an operator should know of it."""

    rules: tuple[ExtraRule, ...]
    notes: tuple[str, ...]


def read_rules(file: Path, expressions: Expressions | None = None) -> Rules:
    """Read every rule. Raises: RulesError."""
    reader = _Reader(expressions or Expressions())
    document = reader.document(file, _MAX_EXTENDED)
    everywhere = reader.everywhere(document)
    rules = tuple(reader.rule(table, everywhere) for table in document.rules.values())
    return Rules(rules, tuple(reader.notes))


# --- private ---

_MAX_EXTENDED: Final = 2
_MAX_BYTES: Final = 16 << 20
_FILE: Final = {"title", "description", "minVersion", "rules", "allowlist", "allowlists", "extend"}
_RULE: Final = {
    "id", "description", "regex", "path", "keywords", "entropy", "secretGroup", "allowlist", "allowlists",
    "tags",
}  # fmt: skip
_ALLOW: Final = {"description", "condition", "paths", "regexes", "regexTarget", "stopwords", "commits"}
_EXTEND: Final = {"path", "disabledRules", "useDefault"}
_TARGETS: Final[dict[str, Literal["secret", "match", "line"]]] = {
    "": "secret", "secret": "secret", "match": "match", "line": "line"
}  # fmt: skip
_CONDITIONS: Final = {"": False, "OR": False, "||": False, "AND": True, "&&": True}


class _Rule(NamedTuple):
    """A table, and the file that it is in."""

    place: str
    members: Mapping[str, Any]
    allowlists: tuple[Mapping[str, Any], ...]


class _Document(NamedTuple):
    """A file, with what it extends."""

    place: str
    rules: dict[str, _Rule]
    allowlists: tuple[tuple[str, Mapping[str, Any]], ...]


class _Reader:
    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self.notes: list[str] = []

    def document(self, file: Path, depth: int) -> _Document:
        place = str(file)
        members = _toml(file)
        _known(place, members, _FILE)
        if "rules" not in members and "extend" not in members:
            raise RulesError(f"{place}: has no [[rules]]")
        rules: dict[str, _Rule] = {}
        for number, rule in enumerate(_tables(place, members, "rules"), start=1):
            id_ = str(rule.get("id", f"number {number}"))
            if id_ in rules:
                raise RulesError(f"{place}: rule {id_} is there twice; give one of them another `id`")
            own = _Rule(f"{place}: rule {id_}", rule, tuple(_lists(place, rule)))
            _known(own.place, rule, _RULE)
            rules[id_] = own
        document = _Document(place, rules, tuple((place, one) for one in _lists(place, members)))
        return self._extended(document, members["extend"], depth) if "extend" in members else document

    def everywhere(self, document: _Document) -> dict[str, tuple[Allowlist, ...]]:
        """Give those of all rules by the name of no rule, and the others by theirs."""
        found: dict[str, tuple[Allowlist, ...]] = {}
        for place, members in document.allowlists:
            allowlist = self._allowlist(place, members, {*_ALLOW, "targetRules"})
            for id_ in _texts(place, members, "targetRules") or [""]:
                if id_ and id_ not in document.rules:
                    raise RulesError(f"{place}: `targetRules` names {id_}, and there is no such rule")
                found[id_] = (*found.get(id_, ()), allowlist)
        return found

    def rule(self, rule: _Rule, everywhere: Mapping[str, tuple[Allowlist, ...]]) -> ExtraRule:
        place, members = rule.place, rule.members
        id_ = _text(place, members, "id")
        if not is_type(id_):
            raise RulesError(
                f"{place}: `id` is words of the letters a to z, or of up to 9 letters and digits, with"
                " hyphens between them, at most 64 characters"
            )
        regex, path = (_text(place, members, name) if name in members else None for name in ("regex", "path"))
        if regex is None and path is None:
            raise RulesError(f"{place}: `regex` is missing, and so is `path`")
        own = tuple(self._allowlist(place, one, _ALLOW) for one in rule.allowlists)
        found = ExtraRule(
            id=id_,
            search=None,
            keywords=tuple(word.lower().encode() for word in _texts(place, members, "keywords")),
            entropy=_number(place, members, "entropy"),
            allowlists=(*everywhere.get("", ()), *everywhere.get(id_, ()), *own),
            path=None if path is None else self._search(place, path),
        )
        return found if regex is None else self._with_regex(found, place, members, regex)

    # --- private ---

    def _with_regex(self, rule: ExtraRule, place: str, members: Mapping[str, Any], regex: str) -> ExtraRule:
        over = self._search(place, regex)
        groups, group = self._expressions.groups(regex), members.get("secretGroup", 0)
        if type(group) is not int or not 0 <= group <= groups:
            raise RulesError(f"{place}: `secretGroup` is none of the {groups} groups of `regex`")
        return replace(rule, search=self._expressions.search_in_lines(regex), over=over, group=group)

    def _allowlist(self, place: str, members: Mapping[str, Any], known: set[str]) -> Allowlist:
        _known(place, members, known)
        paths, regexes = (self._any_of(place, _texts(place, members, name)) for name in ("paths", "regexes"))
        words = tuple(word.lower().encode() for word in _texts(place, members, "stopwords"))
        target = _TARGETS.get(str(members.get("regexTarget", "")))
        if target is None:
            raise RulesError(f"{place}: `regexTarget` is secret, match or line")
        every = _CONDITIONS.get(str(members.get("condition", "")).upper())
        if every is None:
            raise RulesError(f"{place}: `condition` is AND or OR")
        commits = bool(_texts(place, members, "commits"))
        if not (paths is not None or regexes is not None or words or commits):
            raise RulesError(f"{place}: an allowlist with none of `paths`, `regexes`, `stopwords`")
        if commits and not self.notes:
            self.notes.append(f"{place}: `commits` of allowlists count for nothing: files are searched here")
        return Allowlist(
            paths=None if paths is None else lru_cache(maxsize=8)(paths),  # asked for each rule
            regexes=regexes,
            stopwords=words,
            target=target,
            every=every,
            commits=commits,
        )

    def _any_of(self, place: str, texts: list[str]) -> Search | None:
        for text in texts:
            self._search(place, text)
        return self._search(place, "|".join(f"(?:{text})" for text in texts)) if texts else None

    def _search(self, place: str, text: str) -> Search:
        try:
            return self._expressions.search(text)
        except NotUnderstood as error:
            raise RulesError(f"{place}: {error}") from None

    def _extended(self, document: _Document, extend: Any, depth: int) -> _Document:
        """What is written here counts more than what is written there."""
        place = f"{document.place}: extend"
        _known(place, extend, _EXTEND)
        if extend.get("useDefault"):
            raise RulesError(
                f"{place}: gitleaks' own rules are not part of this; keep its config/gitleaks.toml beside,"
                " and say `path` in place of `useDefault`"
            )
        if not extend.get("path"):
            return document
        if depth == 0:
            raise RulesError(f"{place}: a file extends one that extends one, and no further")
        below = self.document(Path(_text(place, extend, "path")), depth - 1)
        rules = {
            id_: one for id_, one in below.rules.items() if id_ not in _texts(place, extend, "disabledRules")
        }
        for id_, own in document.rules.items():
            rules[id_] = _merged(rules[id_], own) if id_ in rules else own
        return _Document(document.place, rules, (*document.allowlists, *below.allowlists))


def _merged(below: _Rule, own: _Rule) -> _Rule:
    members = {**below.members, **{name: value for name, value in own.members.items() if value}}
    members["keywords"] = [*below.members.get("keywords", ()), *own.members.get("keywords", ())]
    return _Rule(own.place, members, (*below.allowlists, *own.allowlists))


def _toml(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            octets = stream.read(_MAX_BYTES + 1)
        if len(octets) > _MAX_BYTES:
            raise RulesError(f"{file}: is larger than {_MAX_BYTES >> 20} MiB, and no file of rules")
        return tomllib.loads(octets.decode())  # TOML is UTF-8, whatever the locale
    except OSError as error:
        raise RulesError(f"{file}: cannot be read: {(error.strerror or '').lower()}") from None
    except UnicodeDecodeError as error:
        raise RulesError(f"{file}: is no TOML: octet {error.start} is not of UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{file}: is no TOML: {error}") from None
    except RecursionError:
        raise RulesError(f"{file}: holds lists in lists deeper than any rules need") from None


def _lists(place: str, members: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "allowlist" in members:  # the older spelling of one
        yield from _tables(place, {"allowlist": [members["allowlist"]]}, "allowlist")
    yield from _tables(place, members, "allowlists")


def _known(place: str, table: Any, names: set[str]) -> None:
    if not isinstance(table, dict):
        raise RulesError(f"{place}: is no table")
    unknown = sorted(set(table) - names)
    if unknown:
        raise RulesError(f"{place}: `{unknown[0]}` is not supported here; remove it, or the rule")


def _tables(place: str, members: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    tables = members.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise RulesError(f"{place}: `{name}` is no list of tables")
    return tables


def _text(place: str, members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise RulesError(f"{place}: `{name}` is missing, or no text")
    return value


def _texts(place: str, members: Mapping[str, Any], name: str) -> list[str]:
    value = members.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RulesError(f"{place}: `{name}` is no list of texts")
    return value


def _number(place: str, members: Mapping[str, Any], name: str) -> float:
    value = members.get(name, 0)
    if not isinstance(value, int | float):
        raise RulesError(f"{place}: `{name}` is no number")
    return float(value)
