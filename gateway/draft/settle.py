"""Of all the rules of one host, which may stand in the policy?

A policy takes the most specific path, a proxy its own order. Wherever a request that one rule's route would
let in may be sent to the backend of another, that route is taken out, or the methods in question are: it
would hand out a token for one backend, by one backend's requirements, and another would get the request.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.config.http_names import METHODS
from gateway.draft.controllers import SERVER_OF_ITS_OWN
from gateway.draft.reach import meets, prefers, same
from gateway.draft.rule import ANY_HOST, DEFAULT_RANK, Found, Rule, Via

READING: Final = frozenset({"GET", "HEAD"})
"""The guess where a rule names no method: never one that writes."""


@dataclass(slots=True)
class Kept:
    """A rule that stands in the policy, and with which methods."""

    rule: Rule
    path: str
    methods: frozenset[str]

    @property
    def guessed(self) -> bool:
        """Whether the methods are a guess of ours."""
        return self.rule.methods is None


def settle(rules: Sequence[Rule], others: Iterable[Rule], found: Found) -> tuple[Kept, ...]:
    """Give the rules of one host that may stand. `others` are about other hosts, and may be about it too.

    What is taken out is said.
    """
    kept = [
        Kept(rule=rule, path=rule.path, methods=_methods(rule, found))
        for rule in rules
        if rule.path is not None
    ]
    rivals = [*rules, *others]
    while _narrow_once(kept, rivals, found):  # what falls out leaves its paths to broader ones: look again
        kept = [one for one in kept if one.methods]
    return tuple(one for one in kept if one.methods)


# --- private ---


def _methods(rule: Rule, found: Found) -> frozenset[str]:
    if rule.methods is None:
        return READING
    unknown = rule.methods - METHODS
    if unknown:
        found.omit(rule.place, "it names a method that no policy can allow", "name another, or leave it out")
    return rule.methods & METHODS


def _narrow_once(kept: list[Kept], rivals: Sequence[Rule], found: Found) -> bool:
    changed = False
    for one in [one for one in kept if one.methods]:
        for rival in rivals:
            taken = one.methods & frozenset(_taken(one, rival, kept))
            if taken and rival is not one.rule:
                one.methods -= taken
                changed = True
                _say(one, rival, taken, found)
    return changed


def _taken(one: Kept, rival: Rule, kept: list[Kept]) -> Iterator[str]:
    """Give the methods that the rival has, or may have, where the policy would use this route."""
    standing = next((other for other in kept if other.rule is rival and other.methods), None)
    if standing is not None and same(one.path, standing.path):
        yield from _taken_on_one_path(one, standing, kept)
    elif _apart(one.rule, rival) and _may_win(rival, one.rule) and meets(one.path, rival.reach):
        spoken_for = standing is not None and prefers(standing.path, one.path)
        if not spoken_for or rival.reach.template is None:
            yield from METHODS if rival.methods is None else rival.methods


def _taken_on_one_path(one: Kept, standing: Kept, kept: list[Kept]) -> Iterator[str]:
    if not _apart(one.rule, standing.rule):
        if kept.index(standing) < kept.index(one):  # said twice: one of them is enough
            yield from standing.methods
    elif _may_win(standing.rule, one.rule):
        yield from METHODS if standing.rule.methods is None else standing.rule.methods


def _apart(one: Rule, rival: Rule) -> bool:
    """Whether it makes a difference which of them gets a request."""
    return one.backend[:2] != rival.backend[:2]


def _may_win(rival: Rule, one: Rule) -> bool:
    """Whether the proxy may take the rival where both match. In doubt yes."""
    if rival.rank == DEFAULT_RANK and rival.via is Via.INGRESS:
        return one.rank == DEFAULT_RANK
    if rival.rank is None or one.rank is None or rival.via is not one.via:
        return True
    if rival.host != one.host and rival.via is not Via.TRAEFIK:
        return True
    return rival.rank <= one.rank


def _say(one: Kept, rival: Rule, taken: frozenset[str], found: Found) -> None:
    if not _apart(one.rule, rival):
        return
    where = f"{rival.place.name}, line {rival.place.line}"
    if one.methods:
        found.remark(
            one.rule.place,
            f"the route is without {', '.join(sorted(taken))}, which may go to another backend ({where})",
            "add a route by hand if that is not so",
        )
    else:
        fix = "end the other rule's path with /, or give it one that a policy can say"
        found.omit(one.rule.place, f"a part of its requests may go to another backend ({where})", fix)


def is_for_all_hosts(rule: Rule) -> bool:
    """Whether a rule without a host also gets requests for hosts that have rules of their own.

    Not where such a host is a server of its own: in nginx, and for Gateway API by its order of hostnames.
    """
    return rule.host == ANY_HOST and rule.via is not Via.HTTP_ROUTE and rule.target not in SERVER_OF_ITS_OWN
