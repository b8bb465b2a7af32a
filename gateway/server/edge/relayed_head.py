"""Which head does the client get of an upstream's answer?

Rebuilt: the registry's phrase, the headers that neither end with the upstream's connection nor are kept back
by the rules of the request, and framing of our own. What the names alone fix is worked out once for each list
of them.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from gateway.core.headers import Shape
from gateway.dialects.set_cookie import cookie_set
from gateway.dialects.wire import ReplyRules
from gateway.server.edge.request_head import HOP_BY_HOP, line_of
from gateway.server.edge.response_head import AnswerHead
from gateway.server.http1.writer import status_line


def relayed_head(head: AnswerHead, rules: ReplyRules, lines: bytes) -> bytes:
    """Write the head for the client, with `lines` (whole ones) behind what is left of the upstream's."""
    shape, values = head.headers.shape, head.headers.values
    form: _Form = shape.findings.get(rules) or _remembered_form(shape, rules)
    template = form.template
    if head.nominated or form.cookies:
        tossed = [place for place in form.cookies if cookie_set(values[place]) in rules.cookies]
        template = _template(shape, rules, nominated=head.nominated, tossed=tossed)
    line = b"HTTP/1.1 %d " % head.status if head.status < 200 else status_line(head.status)
    return b"".join((line, b"\r\n", template % values, lines, b"\r\n"))


# --- private ---


class _Form(NamedTuple):
    """What the names alone fix of a head, under one set of rules."""

    template: bytes
    cookies: tuple[int, ...]
    """Where cookies are set, if there is one that must not be."""


_NOTHING: Final[frozenset[bytes]] = frozenset()


def _remembered_form(shape: Shape, rules: ReplyRules) -> _Form:
    cookies = shape.places(b"set-cookie") if rules.cookies else ()
    form = shape.findings[rules] = _Form(_template(shape, rules, nominated=_NOTHING, tossed=()), cookies)
    return form


def _template(
    shape: Shape, rules: ReplyRules, *, nominated: frozenset[bytes], tossed: Collection[int]
) -> bytes:
    gone = HOP_BY_HOP | nominated | rules.names
    kept = [
        name not in gone and place not in tossed and not name.startswith(rules.prefixes)
        for place, name in enumerate(shape.names)
    ]
    return b"".join([line_of(name, kept=one) for name, one in zip(shape.names, kept, strict=True)])
