"""Is this token in the hands that it is bound to?

A token with a `cnf` is no bearer token: whoever has copied it must not be able to use it. One kind of binding
is checked, the certificate of mutual TLS (RFC 8705 section 3.1); every other one (a DPoP key, RFC 9449; a key
in the token, RFC 7800) is refused, and so is a token of which nobody can say whose certificate came with it.
"""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, Final

from gateway.core.base64url import NotCanonical, decode
from gateway.core.reason import Reason, Refusal

CLAIM: Final = "cnf"
THUMBPRINT: Final = "x5t#S256"
THUMBPRINT_BYTES: Final = 32
NO_CERTIFICATE: Final = b""
"""In place of a thumbprint: whoever tells us of certificates says that the client showed none."""


def is_bound(claims: Mapping[str, Any]) -> bool:
    """Whether the token says that it is bound. Of `ValidClaims` that it is, then, to who presents it."""
    return CLAIM in claims


def check_binding(claims: Mapping[str, Any], certificate: bytes | None) -> None:
    """Refuse a bound token unless the certificate that it names is the one that was shown.

    Rule: RFC 8705 section 3, "MUST verify that the certificate matches". `certificate` is the SHA-256 of its
    DER, NO_CERTIFICATE where the client showed none, None where nobody can say. Raises:
    Refusal(binding_unsupported | certificate_missing | certificate_mismatch).
    Never: takes a `cnf` that is null, empty, or names anything beside the thumbprint.
    """
    if not is_bound(claims):
        return
    expected = _thumbprint(claims[CLAIM])
    if expected is None:
        raise Refusal(Reason.BINDING_UNSUPPORTED, "no binding to a certificate alone")
    if certificate is None:
        raise Refusal(Reason.BINDING_UNSUPPORTED, "no client_certificate in the policy, or not this proxy's")
    if certificate == NO_CERTIFICATE:
        raise Refusal(Reason.CERTIFICATE_MISSING)
    if not compare_digest(certificate, expected):
        raise Refusal(Reason.CERTIFICATE_MISMATCH)


# --- private ---


def _thumbprint(confirmation: object) -> bytes | None:
    """A member that we do not know could be another condition (RFC 7800 section 3.1 lets us ignore it)."""
    if not isinstance(confirmation, dict) or set(confirmation) != {THUMBPRINT}:
        return None
    text = confirmation[THUMBPRINT]
    if not isinstance(text, str):
        return None
    try:
        octets = decode(text.encode("ascii", "replace"))
    except NotCanonical:
        return None
    return octets if len(octets) == THUMBPRINT_BYTES else None
