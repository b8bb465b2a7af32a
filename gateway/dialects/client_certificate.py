"""Which certificate has the client shown to the proxy?

A policy names one form in which it is told, and its headers alone are read: never a form that was not asked
for, for what a proxy does not set, its client can. The proxy must therefore set or remove every header of the
form before it asks (our snippets do); twice, in another spelling or in another shape they are refused.

What comes of it is a thumbprint (RFC 8705 section 3.1), the SHA-256 of the DER; and, where a route asks for
them, the names that the certificate shows. Those are read of the whole certificate, wherever it is told.
"""

import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from gateway.core.binding import NO_CERTIFICATE
from gateway.core.facts import ClientCertificate
from gateway.core.headers import Headers
from gateway.core.policy import CertificateFrom, Policy
from gateway.core.reason import Reason, Refusal
from gateway.dialects.certificate_names import names_in
from gateway.dialects.hygiene import take_carriers

HEADERS: Final[Mapping[CertificateFrom, tuple[bytes, ...]]] = {
    CertificateFrom.NGINX: (b"ssl-client-cert", b"ssl-client-verify"),
    CertificateFrom.TRAEFIK: (b"x-forwarded-tls-client-cert",),
    CertificateFrom.ENVOY_XFCC: (b"x-forwarded-client-cert",),
    CertificateFrom.HAPROXY: (b"x-ssl-client-cert",),
    CertificateFrom.RFC9440: (b"client-cert",),
}
"""All that a form is read from. What is not here is not told in a header."""


def certificate_of(headers: Headers, policy: Policy) -> ClientCertificate | None:
    """Give what is told of the certificate, that there is none included; None where no header would tell.

    Raises: Refusal(carrier_duplicate | header_lookalike | carrier_malformed).
    """
    form = policy.certificate_from
    names = None if form is None else HEADERS.get(form)
    if form is None or names is None:
        return None
    told = take_carriers(headers, names, policy.places.headers)
    try:
        return _read(form, told, policy.asks_identities)
    except _MalformedError:
        raise Refusal(Reason.CARRIER_MALFORMED, names[0].decode()) from None


def certificate_in(text: bytes, policy: Policy, carrier: str) -> ClientCertificate:
    """The same of escaped PEM that no header holds. Raises: Refusal(carrier_malformed)."""
    try:
        return _read(CertificateFrom.ENVOY_GRPC, (text,), policy.asks_identities)
    except _MalformedError:
        raise Refusal(Reason.CARRIER_MALFORMED, carrier) from None


# --- private ---

MAX_REMEMBERED: Final = 512

_VERIFIED: Final = b"SUCCESS"
_UNVERIFIED: Final = b"FAILED:"
_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n?")
# Envoy puts what may hold one of `,;=` between quotes, and a backslash before a quote in it.
_XFCC_PAIR: Final = re.compile(rb'([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=]*))(;|\Z)', re.DOTALL)
_LAST_URI: Final = re.compile(rb'(?:.*;)?URI=([^",;=]*)', re.DOTALL)
_HEX: Final = re.compile(rb"[0-9a-f]{64}")


class _MalformedError(ValueError):
    """Not of the form. Never holds the text."""


class _Told(NamedTuple):
    """What a header says: a thumbprint, and the whole certificate or else the names in it."""

    thumbprint: bytes
    der: bytes | None = None
    names: frozenset[str] | None = None


_NONE: Final = _Told(NO_CERTIFICATE, names=frozenset())


@lru_cache(maxsize=MAX_REMEMBERED)
def _read(form: CertificateFrom, said: tuple[bytes | None, ...], named: bool) -> ClientCertificate:  # noqa: FBT001
    """Names only where they are asked for: to read X.509 takes longer than all the rest."""
    told = _told(form, said)
    if not named:
        return ClientCertificate(told.thumbprint, None)
    return ClientCertificate(told.thumbprint, told.names if told.der is None else names_in(told.der))


def _told(form: CertificateFrom, said: tuple[bytes | None, ...]) -> _Told:
    first = said[0]
    match form:
        case CertificateFrom.NGINX:
            return _nginx(*said)
        case CertificateFrom.TRAEFIK:
            return _traefik(first) if first else _NONE
        case CertificateFrom.ENVOY_XFCC:
            return _xfcc(first) if first else _NONE
        case CertificateFrom.ENVOY_GRPC:
            return _whole(_escaped_pem(first)) if first else _NONE
        case CertificateFrom.HAPROXY:
            return _whole(_der(first)) if first else _NONE
        case CertificateFrom.RFC9440:
            return _rfc9440(first) if first else _NONE
        case CertificateFrom.TLS:
            raise _MalformedError  # no header is


def _nginx(certificate: bytes | None, verified: bytes | None) -> _Told:
    """$ssl_client_verify is NONE, SUCCESS or FAILED:why; a variable without a value sends no header."""
    if not verified and not certificate:
        return _NONE
    if verified == _VERIFIED and certificate:
        return _whole(_escaped_pem(certificate))
    if verified == b"NONE" or (verified or b"").startswith(_UNVERIFIED):
        return _NONE
    raise _MalformedError


def _traefik(text: bytes) -> _Told:
    """The client's own comes first (RFC 8446 section 4.4.2); the rest is what leads to a root."""
    own, *_ = [_whole(_der(one)) for one in text.split(b",")]
    return own


def _xfcc(text: bytes) -> _Told:
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
    whole = _whole(_escaped_pem(given[b"cert"])) if b"cert" in given else None
    digest = _digest(given[b"hash"]) if b"hash" in given else None
    if whole is None:
        return _Told(digest or NO_CERTIFICATE, names=_xfcc_uri(text, [name for name, _ in pairs]))
    if digest not in {None, whole.thumbprint}:
        raise _MalformedError
    return whole


def _xfcc_uri(text: bytes, names: Sequence[bytes]) -> frozenset[str] | None:
    """The one URI that nothing can have come out of: without quotes, a name may go on as further pairs.

    Envoy writes its URIs behind all that it puts between quotes, and its DNS names behind those. So where one
    URI is the end of the text, and no DNS name stands before it, it is whole, and the certificate's. Of any
    other text nobody can say it: `Cert` is needed.
    """
    last = _LAST_URI.fullmatch(text)
    if last is None or names.count(b"uri") > 1 or b"dns" in names:
        return None
    return frozenset({last[1].decode("ascii", "replace")} if last[1] else ())


def _digest(text: bytes) -> bytes:
    if _HEX.fullmatch(text) is None:
        raise _MalformedError
    return bytes.fromhex(text.decode("ascii"))


def _rfc9440(text: bytes) -> _Told:
    """A byte sequence of a structured field (RFC 8941 section 3.3.5), without parameters."""
    if len(text) < 3 or text[:1] != b":" or text[-1:] != b":":
        raise _MalformedError
    return _whole(_der(text[1:-1]))


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


def _whole(der: bytes) -> _Told:
    """Of one whole SEQUENCE (X.690 section 8.1.3.5): a certificate that was cut is none."""
    count = der[1] & 0x7F if len(der) > 2 and der[:1] == b"\x30" else 0
    if not 1 <= count <= 3 or len(der) != 2 + count + int.from_bytes(der[2 : 2 + count]):
        raise _MalformedError
    return _Told(sha256(der).digest(), der)
