"""Which route does a path fall under, in the plainest possible words?

Every template is tried and the most specific taken: no tries, no order, nothing of the product. Knows
two kinds of backend: one that routes on unescaped paths, and one that routes on them as sent.
"""

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

from gateway.core.policy import Route

Spelling = Callable[[str], str]


def route_seen(path: bytes, routes: Iterable[Route], spelling: Spelling = str) -> str | None:
    """The id of the route that a backend would serve this path under; it compares after `spelling`."""
    segments = [one for one in _text(path).split("/")[1:] if one]  # a trailing slash does not count
    ranked = [
        (rank, route.id)
        for route in routes
        for template in route.paths
        if (rank := _rank(template.split("/")[1:], segments, spelling)) is not None
    ]
    return min(ranked)[1] if ranked else None


# --- private ---


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _rank(template: list[str], segments: list[str], spelling: Spelling) -> tuple[int, ...] | None:
    """Literal before placeholder before rest, left to right; None where the template does not fit."""
    template = [part for part in template if part]
    rank: list[int] = []
    for index, part in enumerate(template):
        if part == "**":
            return (*rank, 2)
        if index == len(segments):
            return None
        if part.startswith("{"):
            rank.append(1)
        elif _is(segments[index], part, spelling):
            rank.append(0)
        else:
            return None
    return tuple(rank) if len(template) == len(segments) else None


def _is(segment: str, literal: str, spelling: Spelling) -> bool:
    """Equal as text, or as the one escaped spelling that a backend routing on raw paths would list."""
    as_sent = re.sub("%[0-9a-fA-F]{2}", lambda match: match[0].upper(), segment)
    raw = quote(literal, safe="!$&'()*+,=:@;~")
    return spelling(segment) == spelling(literal) or spelling(as_sent) == spelling(raw)
