"""Which requests can this path mean, at most? And do two paths have one in common?

Compared without regard to case: some controllers match that way, and so do some backends.
"""

from typing import NamedTuple

from gateway.core.route import ONE, REST, Template, parse_template


class Reach(NamedTuple):
    """The paths of a template, or where that is not enough all those that begin with a text."""

    template: str | None
    stem: str = ""
    """Counts without a template: every path begins with it. Empty: every path."""


EVERYTHING = Reach(None)


def meets(path: str, reach: Reach) -> bool:
    """Whether a request can be in both. In doubt yes."""
    mine = _folded(path)
    if reach.template is not None:
        return _templates_meet(mine, _folded(reach.template))
    return _meets_stem(mine, reach.stem.lower())


def prefers(first: str, second: str) -> bool:
    """Whether the policy takes the first path where both match: `gateway.core.route`, in one line."""
    return _order(_folded(first)) < _order(_folded(second))


def same(first: str, second: str) -> bool:
    """Whether the policy cannot tell them apart, in one case or another."""
    return _folded(first) == _folded(second)


# --- private ---


def _folded(path: str) -> Template:
    return tuple(part if part in {ONE, REST} else part.lower() for part in parse_template(path))


def _order(template: Template) -> tuple[int, ...]:
    """The end of a path counts as a literal: `/a` before `/a/**`."""
    return (*(2 if part == REST else 1 if part == ONE else 0 for part in template), 0)


def _templates_meet(first: Template, second: Template) -> bool:
    if not first or not second:
        return (first or second) in {(), (REST,)}
    one, other = first[0], second[0]
    if REST in {one, other}:
        return True
    return (one == other or ONE in {one, other}) and _templates_meet(first[1:], second[1:])


def _meets_stem(template: Template, stem: str) -> bool:
    whole, _, begun = stem.removeprefix("/").rpartition("/")
    rest = list(template)
    for segment in whole.split("/") if whole else []:
        if not rest:
            return False
        part = rest.pop(0)
        if part == REST:
            return True
        if part not in {ONE, segment}:
            return False
    if not rest:
        return begun == ""
    return rest[0] in {ONE, REST} or rest[0].startswith(begun)
