"""What does each class of outcome become on the wire?

One verdict, many renderers: this is the canonical form, and a dialect says only where its proxy needs
another status. Every answer is `no-store`, holds nothing that the client sent, and an allow is exactly
200: the one status that all proxies read as a permit.
"""

from collections.abc import Mapping
from typing import Final, assert_never

from gateway.core.headers import HeaderPairs
from gateway.core.reason import ROWS, Outcome, Reason
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.dialects.challenge import body, challenge
from gateway.dialects.wire import HttpAnswer

STATUSES: Final[Mapping[Outcome, int]] = {
    Outcome.MALFORMED: 400,
    Outcome.MISSING: 401,
    Outcome.TOKEN: 401,
    Outcome.SCOPE: 403,
    Outcome.FORBIDDEN: 403,
    Outcome.OUTAGE: 503,
    Outcome.BUG: 500,
}

PREFLIGHT: Final = (b"x-token-gateway-preflight", b"204")
"""Tells our snippet that this 403 is the answer to a preflight."""

_NO_STORE: Final = ((b"cache-control", b"no-store"),)
_REFUSAL: Final = (*_NO_STORE, (b"content-type", b"application/json"))


def render(verdict: Verdict, statuses: Mapping[Outcome, int] = STATUSES) -> HttpAnswer:
    """Give the answer of a verdict, with the statuses of one dialect."""
    match verdict:
        case Permit():
            return HttpAnswer(status=200, headers=_permit_headers(verdict))
        case Deny():
            return _deny(verdict, statuses)
        case Indeterminate():
            return _indeterminate(verdict, statuses)
        case Preflight():
            return HttpAnswer(status=204, headers=_NO_STORE + verdict.context.cors + verdict.headers)
        case _:
            assert_never(verdict)


def marking_preflights(verdict: Verdict, statuses: Mapping[Outcome, int] = STATUSES) -> HttpAnswer:
    """The same, for a proxy whose configuration makes a 204 of the one refusal that says it is one.

    Any 2xx of ours would be a permit, and the preflight would go on to the backend.
    """
    answer = render(verdict, statuses)
    if isinstance(verdict, Preflight):
        return HttpAnswer(status=403, headers=(*answer.headers, PREFLIGHT))
    return answer


def internal_error() -> HttpAnswer:
    """Give the answer to a defect of ours: opaque."""
    return HttpAnswer(status=500, headers=_REFUSAL, body=body(Outcome.BUG))


# --- private ---


def _permit_headers(permit: Permit) -> HeaderPairs:
    headers = _NO_STORE + permit.identity + permit.context.cors
    if permit.downstream is not None:
        headers += ((b"authorization", b"Bearer " + permit.downstream.text),)
    if permit.cookies_left:
        headers += ((b"cookie", permit.cookies_left),)
    return headers


def _deny(deny: Deny, statuses: Mapping[Outcome, int]) -> HttpAnswer:
    outcome = ROWS[deny.reason].outcome
    headers = _REFUSAL + deny.context.cors
    value = challenge(deny)
    if value is not None:
        headers += ((b"www-authenticate", value),)
    return HttpAnswer(status=statuses[outcome], headers=headers, body=body(outcome))


def _indeterminate(verdict: Indeterminate, statuses: Mapping[Outcome, int]) -> HttpAnswer:
    outcome = Outcome.BUG if verdict.reason is Reason.INTERNAL_ERROR else Outcome.OUTAGE
    headers = (*_REFUSAL, *verdict.context.cors, (b"retry-after", b"%d" % verdict.retry_after_s))
    return HttpAnswer(status=statuses[outcome], headers=headers, body=body(outcome))
