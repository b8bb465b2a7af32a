"""Which certificate has the client shown to the proxy?

A policy names one form in which it is told, and its headers alone are read: never a form that was not asked
for, for what a proxy does not set, its client can. The proxy must therefore set or remove every header of the
form before it asks (our snippets do); twice, in another spelling or in another shape they are refused.

What comes of it is a thumbprint (RFC 8705 section 3.1), the SHA-256 of the DER: no reader of X.509 is needed.
"""

import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Final
from urllib.parse import unquote_to_bytes

from gateway.core.binding import NO_CERTIFICATE
from gateway.core.headers import Headers
from gateway.core.policy import CertificateFrom, Policy
from gateway.core.reason import Reason, Refusal
from gateway.dialects.hygiene import take_carriers

HEADERS: Final[Mapping[CertificateFrom, tuple[bytes, ...]]] = {
    CertificateFrom.NGINX: (b"ssl-client-cert", b"ssl-client-verify"),
    CertificateFrom.TRAEFIK: (b"x-forwarded-tls-client-cert",),
    CertificateFrom.ENVOY_XFCC: (b"x-forwarded-client-cert",),
    CertificateFrom.HAPROXY: (b"x-ssl-client-cert",),
    CertificateFrom.RFC9440: (b"client-cert",),
}
"""All that a form is read from. What is not here is not told in a header."""


def certificate_of(headers: Headers, policy: Policy) -> bytes | None:
    """Give the thumbprint; NO_CERTIFICATE where the client showed none, None where no header would tell.

    Raises: Refusal(carrier_duplicate | header_lookalike | carrier_malformed).
    """
    form = policy.certificate_from
    names = None if form is None else HEADERS.get(form)
    if form is None or names is None:
        return None
    told = take_carriers(headers, names, policy.places.headers)
    try:
        return _thumbprint(form, told)
    except _MalformedError:
        raise Refusal(Reason.CARRIER_MALFORMED, names[0].decode()) from None


def certificate_in(text: bytes, carrier: str) -> bytes:
    """The same of escaped PEM that no header holds. Raises: Refusal(carrier_malformed)."""
    try:
        return _thumbprint(CertificateFrom.ENVOY_GRPC, (text,))
    except _MalformedError:
        raise Refusal(Reason.CARRIER_MALFORMED, carrier) from None


# --- private ---

MAX_REMEMBERED: Final = 512

_VERIFIED: Final = b"SUCCESS"
_UNVERIFIED: Final = b"FAILED:"
_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n?")
# Envoy puts what may hold one of `,;=` between quotes, and a backslash before a quote in it.
_XFCC_PAIR: Final = re.compile(rb'([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=]*))(;|\Z)', re.DOTALL)
_HEX: Final = re.compile(rb"[0-9a-f]{64}")


class _MalformedError(ValueError):
    """Not of the form. Never holds the text."""


@lru_cache(maxsize=MAX_REMEMBERED)
def _thumbprint(form: CertificateFrom, told: tuple[bytes | None, ...]) -> bytes:
    match form:
        case CertificateFrom.NGINX:
            return _nginx(*told)
        case CertificateFrom.TRAEFIK:
            return _traefik(told[0]) if told[0] else NO_CERTIFICATE
        case CertificateFrom.ENVOY_XFCC:
            return _xfcc(told[0]) if told[0] else NO_CERTIFICATE
        case CertificateFrom.ENVOY_GRPC:
            return _hashed(_escaped_pem(told[0])) if told[0] else NO_CERTIFICATE
        case CertificateFrom.HAPROXY:
            return _hashed(_der(told[0])) if told[0] else NO_CERTIFICATE
        case CertificateFrom.RFC9440:
            return _rfc9440(told[0]) if told[0] else NO_CERTIFICATE
        case CertificateFrom.TLS:
            raise _MalformedError  # no header is


def _nginx(certificate: bytes | None, verified: bytes | None) -> bytes:
    """$ssl_client_verify is NONE, SUCCESS or FAILED:why; a variable without a value sends no header."""
    if not verified and not certificate:
        return NO_CERTIFICATE
    if verified == _VERIFIED and certificate:
        return _hashed(_escaped_pem(certificate))
    if verified == b"NONE" or (verified or b"").startswith(_UNVERIFIED):
        return NO_CERTIFICATE
    raise _MalformedError


def _traefik(text: bytes) -> bytes:
    """The client's own comes first (RFC 8446 section 4.4.2); the rest is what leads to a root."""
    own, *_ = [_hashed(_der(one)) for one in text.split(b",")]
    return own


def _xfcc(text: bytes) -> bytes:
    """One element, our proxy's own: a comma outside of quotes begins another one's.

    A name in the certificate is not always quoted, and could bring pairs along: those that we read, Envoy
    writes once, so that two of them are one too many, and a digest must be the certificate's.
    """
    pairs, end = [], 0
    while end < len(text):
        match = _XFCC_PAIR.match(text, end)
        if match is None:
            raise _MalformedError
        pairs.append((match[1].lower(), match[3] if match[2] is None else match[2]))
        end = match.end()
    said = [pair for pair in pairs if pair[0] in {b"hash", b"cert"}]
    given = dict(said)
    if not given or len(given) != len(said):
        raise _MalformedError
    thumbprints = {_xfcc_value(name, value) for name, value in said}
    if len(thumbprints) > 1:
        raise _MalformedError
    return thumbprints.pop()


def _xfcc_value(name: bytes, value: bytes) -> bytes:
    if name == b"cert":
        return _hashed(_escaped_pem(value))
    if _HEX.fullmatch(value) is None:
        raise _MalformedError
    return bytes.fromhex(value.decode("ascii"))


def _rfc9440(text: bytes) -> bytes:
    """A byte sequence of a structured field (RFC 8941 section 3.3.5), without parameters."""
    if len(text) < 3 or text[:1] != b":" or text[-1:] != b":":
        raise _MalformedError
    return _hashed(_der(text[1:-1]))


def _escaped_pem(text: bytes) -> bytes:
    """The DER of the one certificate. A `+` stands for itself: this is no form (RFC 3986 section 2.1).

    A `%` that begins no escape stays, and is not of PEM.
    """
    match = _PEM.fullmatch(unquote_to_bytes(text))
    if match is None:
        raise _MalformedError
    return _der(match[1].replace(b"\n", b""))


def _der(text: bytes) -> bytes:
    """Read base64 in its one spelling (RFC 4648 section 4)."""
    try:
        der = a2b_base64(text, strict_mode=True)
    except Error:
        raise _MalformedError from None
    if b2a_base64(der, newline=False) != text:
        raise _MalformedError
    return der


def _hashed(der: bytes) -> bytes:
    """Of one whole SEQUENCE (X.690 section 8.1.3.5): a certificate that was cut is none."""
    count = der[1] & 0x7F if len(der) > 2 and der[:1] == b"\x30" else 0
    if not 1 <= count <= 3 or len(der) != 2 + count + int.from_bytes(der[2 : 2 + count]):
        raise _MalformedError
    return sha256(der).digest()
