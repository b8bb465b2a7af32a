"""What does a gitleaks file of rules say?

https://github.com/gitleaks/gitleaks#configuration: `[[rules]]` with `id`, `regex`, `description`, `keywords`,
`entropy`, `secretGroup` and `allowlists` by `regexes` (of the secret, the match or the line) and `stopwords`.
What is not understood is an error that names the file and the rule, never left out in silence: `path`, which
would ask for less to be scanned, `extend`, `commits`, and what RE2 cannot match within a line.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.redact.extra_rule import Allows, ExtraRule
from gateway.redact.matching import compiled, re2_module


class RulesError(Exception):
    """Says what is wrong, with the file and the rule."""


def read_rules(file: Path) -> tuple[ExtraRule, ...]:
    """Read every rule. Raises: RulesError."""
    re2 = re2_module()
    if re2 is None:
        raise RulesError(
            f"{file}: rules of others are matched by RE2 alone, which is not installed: "
            "pip install 'token-gateway[leaks]'"
        )
    try:
        document = tomllib.loads(file.read_text())
    except OSError as error:
        raise RulesError(f"{file}: cannot be read: {(error.strerror or '').lower()}") from None
    except ValueError as error:  # TOML, or text that is no UTF-8
        raise RulesError(f"{file}: is no TOML: {error}") from None
    if "rules" not in document:
        raise RulesError(f"{file}: has no [[rules]]")
    return _Reader(str(file), re2).rules(document)


# --- private ---

_FILE: Final = {"title", "description", "minVersion", "rules", "allowlist", "allowlists"}
_RULE: Final = {
    "id", "description", "regex", "keywords", "entropy", "secretGroup", "allowlist", "allowlists", "tags",
}  # fmt: skip
_ALLOW: Final = {"description", "condition", "regexes", "regexTarget", "stopwords"}
_Compile = Callable[[str], Any]


class _Reader:
    def __init__(self, file: str, re2: Any) -> None:
        self._place = file
        self._file = file
        self._re2 = re2

    def rules(self, document: Mapping[str, Any]) -> tuple[ExtraRule, ...]:
        self._known(document, _FILE)
        everywhere = self._allowlists(document)
        rules = []
        for number, rule in enumerate(document["rules"], start=1):
            self._place = f"{self._file}: rule {rule.get('id', f'number {number}')}"
            rules.append(self._rule(rule, everywhere))
        return tuple(rules)

    def _rule(self, rule: Mapping[str, Any], everywhere: tuple[Allows, ...]) -> ExtraRule:
        self._known(rule, _RULE)
        id_ = self._text(rule, "id")
        if not id_ or not set(id_) <= _OF_IDS:
            raise RulesError(f"{self._place}: `id` is letters a to z, digits and hyphens, at most 64")
        expression = self._compiled(self._text(rule, "regex"))
        group = rule.get("secretGroup", 0)
        if not isinstance(group, int) or not 0 <= group <= expression.groups:
            raise RulesError(
                f"{self._place}: `secretGroup` is none of the {expression.groups} groups of `regex`"
            )
        entropy = rule.get("entropy", 0)
        if not isinstance(entropy, int | float):
            raise RulesError(f"{self._place}: `entropy` is no number")
        return ExtraRule(
            id=id_,
            search=expression.search,
            keywords=tuple(word.lower().encode() for word in self._texts(rule, "keywords")),
            entropy=float(entropy),
            group=group,
            allows=(*everywhere, *self._allowlists(rule)),
        )

    def _allowlists(self, where: Mapping[str, Any]) -> tuple[Allows, ...]:
        lists = where.get("allowlists", [])
        if "allowlist" in where:  # the older spelling of one
            lists = [where["allowlist"], *lists]
        return tuple(self._allows(one) for one in lists)

    def _allows(self, allowlist: Mapping[str, Any]) -> Allows:
        self._known(allowlist, _ALLOW)
        expressions = tuple(self._compiled(text).search for text in self._texts(allowlist, "regexes"))
        words = tuple(word.lower().encode() for word in self._texts(allowlist, "stopwords"))
        target = allowlist.get("regexTarget", "secret")
        if target not in {"secret", "match", "line"}:
            raise RulesError(f"{self._place}: `regexTarget` is secret, match or line")
        if not (expressions or words):
            raise RulesError(f"{self._place}: an allowlist with neither `regexes` nor `stopwords`")
        every = str(allowlist.get("condition", "OR")).upper() in {"AND", "&&"}
        chosen = all if every and expressions and words else any

        def allows(secret: bytes, match: bytes, line: bytes) -> bool:
            text = {"secret": secret, "match": match, "line": line}[target]
            small = secret.lower()
            return chosen((any(search(text) for search in expressions), any(word in small for word in words)))

        return allows

    def _compiled(self, text: str) -> Any:
        try:
            return compiled(self._re2, f"(?m){text}", within_lines=True)
        except self._re2.error:
            raise RulesError(f"{self._place}: RE2 does not understand its expression") from None

    def _known(self, table: Any, names: set[str]) -> None:
        if not isinstance(table, dict):
            raise RulesError(f"{self._place}: is no table")
        unknown = sorted(set(table) - names)
        if unknown:
            raise RulesError(f"{self._place}: `{unknown[0]}` is not supported here; remove it, or the rule")

    def _text(self, table: Mapping[str, Any], name: str) -> str:
        value = table.get(name)
        if not isinstance(value, str):
            raise RulesError(f"{self._place}: `{name}` is missing, or no text")
        return value

    def _texts(self, table: Mapping[str, Any], name: str) -> list[str]:
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise RulesError(f"{self._place}: `{name}` is no list of texts")
        return value


_OF_IDS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
