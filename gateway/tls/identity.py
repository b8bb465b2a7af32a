"""Which names does the other side's certificate show, and which certificate is it?

Of its subject alternative names the URIs and DNS names, exactly: never the common name (RFC 9525 section 2),
and no wildcard stands for anybody. A session that was resumed shows nobody: its certificate was verified
once, perhaps by an authority that is gone (Python cannot have OpenSSL forget the sessions of TLS 1.2).
"""

import ssl
from hashlib import sha256
from typing import Final, TypeGuard, cast

from gateway.core.binding import NO_CERTIFICATE

NOBODY: Final[frozenset[str]] = frozenset()


def identities(handshake: object) -> frozenset[str]:
    """Give the names that a certificate shows which this handshake has verified; else none.

    `handshake` is what asyncio's `get_extra_info("ssl_object")` gives. A DNS name in lower case.
    """
    if not _tells(handshake):
        return NOBODY
    names = cast("tuple[tuple[str, str], ...]", (handshake.getpeercert() or {}).get("subjectAltName", ()))
    return frozenset(_named(kind, name) for kind, name in names if kind in {"URI", "DNS"})


def thumbprint(handshake: object) -> bytes:
    """Give what a token is bound to (RFC 8705 section 3.1), of the certificate that has been verified.

    NO_CERTIFICATE where there is none. A session that was resumed has proved nothing of it anew: without the
    extended master secret (RFC 7627) it can be somebody else's.
    """
    der = handshake.getpeercert(binary_form=True) if _tells(handshake) else None
    return sha256(der).digest() if der else NO_CERTIFICATE


def certificate_shown(handshake: object) -> bytes | None:
    """Give the thumbprint of what a client has shown to a listener of ours; NO_CERTIFICATE: nothing.

    None where there was no handshake, or nobody was asked for a certificate: then nobody can say.
    """
    if not isinstance(handshake, ssl.SSLObject) or handshake.context.verify_mode is ssl.CERT_NONE:
        return None
    return thumbprint(handshake)


# --- private ---


def _tells(handshake: object) -> TypeGuard[ssl.SSLObject | ssl.SSLSocket]:
    return isinstance(handshake, ssl.SSLObject | ssl.SSLSocket) and not handshake.session_reused


def _named(kind: str, name: str) -> str:
    return name.lower() if kind == "DNS" else name
