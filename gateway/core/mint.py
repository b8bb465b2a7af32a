"""What does the backend get in place of the client's token?

A token of our own: one audience, the scopes that the route names, seconds of life, and identity headers
beside it for logs. It never outlives the client's token, and carries nothing of it that the route does
not list.

Sources: RFC 7519 section 4.1, RFC 9068 section 2.2, RFC 8693 section 4 (a subject of our own namespace).
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

import orjson

from gateway.core.authorize import Permission
from gateway.core.base64url import encode
from gateway.core.claim_path import ABSENT, follow
from gateway.core.claims import Span
from gateway.core.evidence import Signer
from gateway.core.headers import HeaderPairs
from gateway.core.policy import Downstream, SubjectForm
from gateway.core.principal import Principal
from gateway.core.reason import Outage, Reason, Refusal

IDENTITY_HEADERS: Final = (b"x-auth-subject", b"x-auth-issuer", b"x-auth-client", b"x-auth-scopes")
"""Set on every permit, each exactly once. Backends must trust the token, not these."""

OWN_CLAIMS: Final = frozenset(
    {"iss", "aud", "sub", "scope", "client_id", "iat", "nbf", "exp", "jti", "idp", "idp_sub"}
)
"""What we set ourselves; a route cannot copy a claim of such a name."""

MIN_LIFE_S: Final = 5
"""Less is not enough for a backend with a slow queue; the client's token then counts as expired."""
MAX_LIFE_S: Final = 300
"""No token of ours lives longer, whatever the configuration: the life of our keys is counted with it."""
NOT_BEFORE_S: Final = 5
"""How far a backend's clock may be behind ours before it refuses what we just made."""
MAX_ANSWER_BYTES: Final = 3400
"""nginx reads the whole answer head into one 4 KiB buffer (`proxy_buffer_size`); 696 bytes are for
the status line and the headers that do not vary."""


class DownstreamToken(NamedTuple):
    """What we minted. Printed it names its id and nothing else."""

    text: bytes
    jti: str
    audience: str
    expires_at: int

    def __repr__(self) -> str:
        return f"DownstreamToken(jti={self.jti!r}, audience={self.audience!r})"


class Blank(NamedTuple):
    """A downstream token of which everything is written but the moment, the id and the signature."""

    claims: bytes
    """A JSON object that is not closed yet. Holds claim values: never printed."""
    downstream: Downstream
    ends: int
    """No token made of it lives longer."""

    def __repr__(self) -> str:
        return f"Blank(audience={self.downstream.audience!r})"


def blank_of(permission: Permission, issuer: str) -> Blank:
    """Write what does not depend on the moment."""
    downstream, principal = _downstream(permission), permission.principal
    claims = _claims(principal, downstream)
    claims["iss"] = issuer
    written = orjson.dumps(claims)
    return Blank(written[:-1], downstream, principal.expires_at + principal.leeway_s)


def mint(blank: Blank, signer: Signer | None, *, now: int, jti: str) -> DownstreamToken:
    """Write the rest, and sign.

    Units: now in whole seconds since the epoch; `jti` is of URL-safe characters. `exp` is the earlier of
    now + ttl and the client's exp + leeway. Raises: Refusal(token_expired) where that leaves under 5 s,
    Outage(signing_key_unavailable).
    """
    if signer is None:
        raise Outage(Reason.SIGNING_KEY_UNAVAILABLE)
    downstream = blank.downstream
    expires_at = min(now + downstream.ttl_s, blank.ends)
    if expires_at - now < MIN_LIFE_S:
        raise Refusal(Reason.TOKEN_EXPIRED, f"{expires_at - now} s left, too few to use")
    moment = b',"iat":%d,"nbf":%d,"exp":%d,"jti":"%b"}' % (now, now - NOT_BEFORE_S, expires_at, jti.encode())
    header = _header(signer.algorithm, signer.kid, downstream.token_type)
    signing_input = header + encode(blank.claims + moment)
    text = signing_input + b"." + encode(signer.sign(signing_input))
    return DownstreamToken(text, jti, downstream.audience, expires_at)


def span_of(permission: Permission) -> Span:
    """When the permission holds and a token can be made of it: every moment at which `mint` gives one."""
    principal = permission.principal
    last = principal.expires_at + principal.leeway_s - MIN_LIFE_S
    return Span(principal.span.start, min(principal.span.end, last + 1))


def identity_headers(permission: Permission | None) -> HeaderPairs:
    """Give every identity header, once; empty values where there is nobody to name."""
    if permission is None:
        return tuple((name, b"") for name in IDENTITY_HEADERS)
    principal = permission.principal
    subject, issuer, client, scopes = IDENTITY_HEADERS
    return (
        (subject, _printable(principal.qualified_subject)),
        (issuer, _configured(principal.issuer)),
        (client, _printable(principal.client_id)),
        (scopes, _configured(*_downstream(permission).scopes)),
    )


def check_size(downstream: DownstreamToken | None, headers: HeaderPairs, cookies_left: bytes | None) -> None:
    """Raises: Refusal(answer_too_large) where the answer would not fit into every proxy's buffer."""
    size = sum(map(len, chain.from_iterable(headers))) + 4 * len(headers)
    size += len(cookies_left or b"") + (len(downstream.text) if downstream else 0)
    if size > MAX_ANSWER_BYTES:
        raise Refusal(Reason.ANSWER_TOO_LARGE, f"{size} bytes")


# --- private ---


def _downstream(permission: Permission) -> Downstream:
    downstream = permission.route.downstream
    if downstream is None:  # the configuration cannot say this
        raise Outage(Reason.INTERNAL_ERROR)
    return downstream


def _claims(principal: Principal, downstream: Downstream) -> dict[str, Any]:
    bare = downstream.subject is SubjectForm.BARE
    claims = _copied(principal.claims, downstream.copy_claims) if downstream.copy_claims else {}
    claims["aud"] = downstream.audience
    claims["sub"] = principal.subject if bare else principal.qualified_subject
    claims["scope"] = " ".join(downstream.scopes)
    claims["idp"] = principal.issuer
    claims["idp_sub"] = principal.subject
    if principal.client_id:
        claims["client_id"] = principal.client_id
    return claims


def _copied(claims: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    found = ((name, follow(claims, (name,))) for name in names if name not in OWN_CLAIMS)
    return {name: value for name, value in found if value is not ABSENT}


@lru_cache(maxsize=64)
def _header(algorithm: str, kid: str, token_type: str) -> bytes:
    header = {"alg": algorithm, "kid": kid, "typ": token_type}
    return encode(orjson.dumps(header)) + b"."


_PLAIN: Final = bytes(b for b in range(0x21, 0x7F) if b != 0x25)


@lru_cache(maxsize=1024)  # texts of the configuration alone
def _configured(*texts: str) -> bytes:
    return b" ".join(map(_printable, texts))


def _printable(text: str) -> bytes:
    """Percent-encode what is not visible ASCII, and `%` itself: injective, and safe in any header.

    A space too: at the ends of a value every recipient drops it (RFC 9110 section 5.5).
    """
    octets = text.encode()
    if not octets.translate(None, _PLAIN):
        return octets
    return b"".join(bytes((b,)) if b in _PLAIN else b"%%%02X" % b for b in octets)
