"""What do we tell a client ourselves, where no proxy stands between?

Problem details (RFC 9457), or for who asks for a page, a page. Every text is a constant, chosen by a status
and a class of refusal: nothing that the client sent comes back, and nothing says why a token was refused.
The member `error` is RFC 6750's, as all dialects give it. There is no `Vary: Accept`, for nothing of it may
be stored (RFC 9111 section 5.2.2.5).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from gateway.core.headers import HeaderPairs, Headers
from gateway.core.reason import ROWS, Outcome, Reason
from gateway.core.verdict import Deny, Indeterminate, Preflight
from gateway.dialects import answers
from gateway.dialects.challenge import words
from gateway.dialects.wire import HttpAnswer

DETAILS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("Bad Request", "The request is malformed or ambiguous."),
    401: ("Unauthorized", "A bearer token is required."),
    403: ("Forbidden", "The request is not allowed."),
    404: ("Not Found", "There is nothing here."),
    408: ("Request Timeout", "The request took too long to arrive."),
    413: ("Content Too Large", "The request's content is too large."),
    417: ("Expectation Failed", "The request expects what cannot be met."),
    421: ("Misdirected Request", "The host is not served on this connection."),
    429: ("Too Many Requests", "There are too many requests."),
    431: ("Request Header Fields Too Large", "The request's header is too large."),
    500: ("Internal Server Error", "The gateway failed."),
    501: ("Not Implemented", "The gateway does not do this."),
    502: ("Bad Gateway", "The service gave no valid answer."),
    503: ("Service Unavailable", "The service is not available at the moment."),
    504: ("Gateway Timeout", "The service took too long to answer."),
    505: ("HTTP Version Not Supported", "The gateway speaks HTTP/1.1."),
}
"""Every status that is ours to give, with its title (RFC 9110 section 15) and one sentence."""

MAX_ACCEPT: Final = 1024
"""Whoever sends a longer Accept is no browser."""


def render(verdict: Deny | Indeterminate | Preflight) -> HttpAnswer:
    """Give what the client is told of a verdict."""
    answer = answers.render(verdict)
    if isinstance(verdict, Preflight):
        return answer
    facts = verdict.context.facts
    page = facts is not None and wants_page(facts.headers)
    if verdict.reason is Reason.POLICY_UNKNOWN:
        return problem(404, page=page)
    outcome = ROWS[verdict.reason].outcome
    if isinstance(verdict, Indeterminate) and outcome is not Outcome.BUG:
        outcome = Outcome.OUTAGE
    told = _told(answer.status, *words(outcome), page=page)
    return told._replace(headers=told.headers + _without_type(answer.headers))


def problem(status: int, *, page: bool = False, more: HeaderPairs = ()) -> HttpAnswer:
    """Give the answer of one status of `DETAILS`; `more` as headers, such as Retry-After."""
    title, detail = DETAILS[status]
    told = _told(status, title.lower().replace(" ", "_"), detail, page=page)
    return told._replace(headers=told.headers + more)


def wants_page(headers: Headers) -> bool:
    """Whether this is a browser that shows a page: it names text/html, and likes no JSON as much.

    A wildcard names nothing (RFC 9110 section 12.5.1): curl and most libraries send `*/*`.
    """
    joined = b",".join(headers.all(b"accept"))
    if len(joined) > MAX_ACCEPT:
        return False
    liked = dict(_liked(joined))
    json = max(liked.get(b"application/json", 0.0), liked.get(b"application/problem+json", 0.0))
    return liked.get(b"text/html", 0.0) > json


# --- private ---

_JSON: Final = (b"content-type", b"application/problem+json")
_HTML: Final = (b"content-type", b"text/html; charset=utf-8")
_SAFE: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
_OWN: Final = frozenset({b"cache-control", b"content-type"})
_RANGE: Final = re.compile(rb"([a-z0-9*.+/-]+)(?:[ \t]*;[ \t]*q=([01](?:\.[0-9]{0,3})?))?")


@lru_cache(maxsize=2 * (len(DETAILS) + len(Outcome)))
def _told(status: int, error: str, detail: str, *, page: bool) -> HttpAnswer:
    title = DETAILS[status][0]
    if page:
        body = (
            f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{status} {title}</title>\n'
            f"<h1>{title}</h1>\n<p>{detail}</p>\n</html>\n"
        )
        return HttpAnswer(status, (*_SAFE, _HTML), body.encode())
    members = f'"title":"{title}","status":{status},"detail":"{detail}","error":"{error}"'
    return HttpAnswer(status, (*_SAFE, _JSON), f'{{"type":"about:blank",{members}}}\n'.encode())


def _without_type(headers: HeaderPairs) -> HeaderPairs:
    return tuple(pair for pair in headers if pair[0] not in _OWN)


def _liked(joined: bytes) -> Iterator[tuple[bytes, float]]:
    for item in joined.lower().split(b","):
        match = _RANGE.fullmatch(item.strip(b" \t"))
        if match is not None:
            yield match[1], 1.0 if match[2] is None else float(match[2])
