"""Do the registered claims hold, at this moment, for us?

`SignedClaims` in, `ValidClaims` out, at one clock reading. Types are strict: a string is not a number,
a boolean is not one either. What is not exactly so is refused, with a reason of its own.

Sources: RFC 7519 section 4.1, RFC 9068 section 4, RFC 8725 sections 3.8-3.12.
"""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from gateway.core.binding import check_binding
from gateway.core.claim_path import ABSENT, follow, same
from gateway.core.jws import SignedClaims
from gateway.core.presets import describe, fitting, is_access_token
from gateway.core.reason import Reason, Refusal
from gateway.core.trust import Issuer, Shape

MAX_AUDIENCES: Final = 32
MAX_JTI_LENGTH: Final = 512
_LONG_S: Final = 10**9


class Span(NamedTuple):
    """The whole seconds from `start` on and before `end`."""

    start: int
    end: int


class ValidClaims(NamedTuple):
    """Signed claims whose registered members hold at `checked_at`."""

    issuer: Issuer
    claims: Mapping[str, Any]
    audiences: frozenset[str]
    expires_at: int
    """`exp`, rounded down, without leeway."""
    checked_at: int
    span: Span
    """Every moment at which this very check gives the same."""

    def __repr__(self) -> str:
        return f"ValidClaims(issuer={self.issuer.id!r}, checked_at={self.checked_at})"


def check(signed: SignedClaims, issuer: Issuer, *, now: int, certificate: bytes | None = None) -> ValidClaims:
    """Refuse a claim set whose registered claims do not hold at `now`, or for whoever presents it.

    Rule: RFC 7519 section 4.1.4, "on or after which the JWT MUST NOT be accepted": exp + leeway == now is
    expired. Units: whole seconds since the epoch; `leeway_s` is added to exp, nbf and iat. `certificate` is
    the one that the client showed (`gateway.core.binding`); None, and a bound token is refused.
    Raises: Refusal, one reason a rule.
    Never: accepts a missing exp or aud; reads the clock.
    """
    claims = signed.claims
    if claims.get("iss") != issuer.issuer:  # by construction it is; a slip above must not matter
        raise Refusal(Reason.ISSUER_UNKNOWN)
    _check_type(signed, issuer.shape)
    _check_kind(signed, issuer)
    check_binding(claims, certificate)
    _string(claims, "jti", MAX_JTI_LENGTH)
    audiences = _audiences(signed, issuer)
    expires, span = _check_times(signed, issuer, now)
    _check_tenant(claims, issuer)
    return ValidClaims(issuer, claims, audiences, math.floor(expires), now, span)


# --- private ---


def _check_type(signed: SignedClaims, shape: Shape) -> None:
    """RFC 8725 section 3.11: compared as a media type, without case, `application/` left out."""
    seen = signed.header.get("typ")
    if seen is not None:
        seen = seen.lower().removeprefix("application/")
    if seen not in shape.token_types:
        raise Refusal(Reason.TYPE_NOT_ALLOWED, _hint(signed))


def _check_kind(signed: SignedClaims, issuer: Issuer) -> None:
    if not is_access_token(issuer.shape.token_test, signed.header, signed.claims, issuer.audiences):
        raise Refusal(Reason.NOT_AN_ACCESS_TOKEN, _hint(signed))


def _hint(signed: SignedClaims) -> str:
    presets = ", ".join(fitting(signed.header, signed.claims)) or "none"
    return f"seen: {describe(signed.header, signed.claims)}; presets that fit: {presets}"


def _audiences(signed: SignedClaims, issuer: Issuer) -> frozenset[str]:
    claim = issuer.shape.audience_from
    value = signed.claims.get(claim)
    if value is None:
        raise Refusal(Reason.AUDIENCE_MISMATCH, f"no {claim}; {_hint(signed)}")
    values = value if isinstance(value, list) and claim == "aud" else [value]
    if len(values) > MAX_AUDIENCES:
        raise Refusal(Reason.CLAIM_MALFORMED, claim)
    for one in values:
        if not isinstance(one, str):
            raise Refusal(Reason.CLAIM_MALFORMED, claim)
    audiences = frozenset(values)
    if audiences.isdisjoint(issuer.audiences):
        raise Refusal(Reason.AUDIENCE_MISMATCH, f"{len(audiences)} in {claim}; {_hint(signed)}")
    return audiences


def _check_times(signed: SignedClaims, issuer: Issuer, now: int) -> tuple[float, Span]:
    claims, shape, leeway = signed.claims, issuer.shape, issuer.leeway_s
    expires, starts, issued = _time(claims, "exp"), _time(claims, "nbf"), _time(claims, "iat")
    if expires is None:
        raise Refusal(Reason.CLAIM_MISSING, "exp")
    if now >= expires + leeway:
        raise Refusal(Reason.TOKEN_EXPIRED, f"{_seconds(now - expires)} ago")
    if starts is not None and now + leeway < starts:
        raise Refusal(Reason.TOKEN_NOT_YET_VALID, f"in {_seconds(starts - now)}")
    if issued is not None and now + leeway < issued:
        raise Refusal(Reason.TOKEN_ISSUED_IN_FUTURE, f"in {_seconds(issued - now)}")
    lifetime = expires - (now if issued is None else issued)
    if lifetime > shape.max_lifetime_s:
        raise Refusal(
            Reason.LIFETIME_EXCEEDED,
            f"{_seconds(lifetime)}, at most {shape.max_lifetime_s} s; {_hint(signed)}",
        )
    if shape.max_age_s is not None:
        _check_age(issued, shape.max_age_s + leeway, now)
    return expires, _span(expires, starts, issued, issuer)


def _span(expires: float, starts: float | None, issued: float | None, issuer: Issuer) -> Span:
    """The checks above, solved for `now`."""
    leeway, shape = issuer.leeway_s, issuer.shape
    end = math.ceil(expires) + leeway
    if issued is None:
        start = math.ceil(expires) - shape.max_lifetime_s
    else:
        start = math.ceil(issued) - leeway
        if shape.max_age_s is not None:
            end = min(end, math.floor(issued) + shape.max_age_s + leeway + 1)
    return Span(start if starts is None else max(start, math.ceil(starts) - leeway), end)


def _check_age(issued: float | None, max_age_s: int, now: int) -> None:
    if issued is None:
        raise Refusal(Reason.CLAIM_MISSING, "iat")
    if now - issued > max_age_s:
        raise Refusal(Reason.LIFETIME_EXCEEDED, f"issued {_seconds(now - issued)} ago")


def _seconds(span: float) -> str:
    """Say a span to the operator. Two doubles may lie further apart than a double can say."""
    return f"{math.ceil(span)} s" if span < _LONG_S else f"more than {_LONG_S} s"


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    """NumericDate (RFC 7519 section 2): a JSON number, fractions allowed. A boolean is not a number."""
    value = claims.get(name, ABSENT)
    if value is ABSENT:
        return None
    if type(value) is not int and type(value) is not float:
        raise Refusal(Reason.CLAIM_MALFORMED, name)
    return value


def _string(claims: Mapping[str, Any], name: str, longest: int) -> None:
    value = claims.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise Refusal(Reason.CLAIM_MALFORMED, name)


def _check_tenant(claims: Mapping[str, Any], issuer: Issuer) -> None:
    if issuer.tenant:
        for path, admitted in issuer.tenant.items():
            value = follow(claims, path)
            if value is ABSENT or not any(same(value, one) for one in admitted):
                raise Refusal(Reason.TENANT_MISMATCH, ".".join(path))
    elif issuer.shape.requires_tenant:  # the configuration cannot say this
        raise Refusal(Reason.TENANT_MISMATCH, "no tenant claim configured")
