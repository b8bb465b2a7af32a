"""For which paths does Envoy itself verify tokens, and does it pass them on?

https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/jwt_authn/v3/config.proto
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.fields import at, flag, items, members, text
from gateway.audit.exposure import Auth, Mechanism, PathMatch, Reaches, TokenFate
from gateway.audit.normal.envoy_file import File
from gateway.audit.normal.envoy_routes import conditions_of, methods_of, path_of
from gateway.audit.normal.parts import EVERYWHERE, Asking
from gateway.audit.overlap import path_covers
from gateway.config.tree import Node


class Rule(NamedTuple):
    """Some requests, and what they need."""

    node: Node
    path: PathMatch
    requires: Node | None
    """None: nothing."""
    is_narrow: bool = False
    """Whether it is about more than the path: other requests of it are not meant."""

    @property
    def needs(self) -> bool:
        """Whether a request without a token is refused."""
        return bool(self.requires and self.requires.value) and not is_optional(self.requires)


def rules_of(config: Node, told: Node | None) -> Iterator[Rule]:
    """Give the rules of a filter; what a route is told counts in their place."""
    named = text(told, "requirement_name")
    if told is not None and named is not None:
        yield Rule(told, EVERYWHERE, at(config, "requirement_map", named))
        return
    for one in items(config, "rules"):
        match, named = at(one, "match"), text(one, "requirement_name")
        requires = at(one, "requires") if named is None else at(config, "requirement_map", named)
        narrow = bool(conditions_of(match)) or methods_of(match) is not None
        yield Rule(one, path_of(match), requires, narrow)


def askings_of(file: File, config: Node, told: Node | None) -> Iterator[Asking]:
    """Give for which paths a token is needed: the first rule whose match fits decides.

    One that is about more than the path lets requests pass, and protects nothing.
    """
    open_before: list[PathMatch] = []
    for rule in rules_of(config, told):
        if not rule.needs:
            open_before.append(rule.path)
        elif not rule.is_narrow:
            auth = Auth(mechanism=Mechanism.JWT, place=file.place(rule.node))
            yield Asking(auth, (rule.path,), tuple(open_before))


def fate_of(file: File, config: Node, told: Node | None, path: PathMatch) -> TokenFate | None:
    """Say what becomes of the token of whoever asks for this path; None where nothing is looked at.

    A token that was verified is taken away, unless `forward` is set; one that failed, and may, stays.
    """
    for rule in rules_of(config, told):
        if not path_covers(rule.path, path) or (rule.is_narrow and rule.needs):
            continue
        if not rule.requires or not rule.requires.value:
            return None
        return _after(file, config, rule)
    return None


def is_optional(requires: Node | None) -> bool:
    """Whether a request without a token fulfils it."""
    if any(at(requires, one) is not None for one in _LETS_PASS):
        return True
    every = items(requires, "requires_all", "requirements")
    if every and all(is_optional(one) for one in every):
        return True
    return any(is_optional(one) for one in items(requires, "requires_any", "requirements"))


# --- private ---

_LETS_PASS: Final = ("allow_missing", "allow_missing_or_failed", "extract_only_without_validation")


def _after(file: File, config: Node, rule: Rule) -> TokenFate:
    place = file.place(rule.node)
    below = tuple(rule.requires.walk()) if rule.requires is not None else ()
    fails = any(at(one, "allow_missing_or_failed") is not None for one in below)
    names = {text(one, "provider_name") for one in below} - {None}
    each = [at(one, "forward") for name, one in members(config, "providers") if not names or name in names]
    passed = [one for one in each if flag(one)]
    if passed and (names or len(passed) == len(each)):
        return TokenFate(Reaches.YES, "forward passes the token on", file.place(passed[0]))
    if passed or fails:
        return TokenFate(Reaches.CANNOT_TELL, "a token that fails stays, or one of some issuers", place)
    return TokenFate(Reaches.NO, "the token is taken away once it is verified", place)
