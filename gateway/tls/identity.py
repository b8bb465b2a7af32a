"""Which names does a client's certificate show?

Of its subject alternative names the URIs and DNS names, exactly: never the common name (RFC 9525 section 2),
and no wildcard stands for anybody. A session that was resumed shows nobody: its certificate was verified
once, perhaps by an authority that is gone (Python cannot have OpenSSL forget the sessions of TLS 1.2).
"""

import ssl
from typing import cast


def identities(handshake: object) -> frozenset[str]:
    """Give the names that a certificate shows which this handshake has verified; else none.

    `handshake` is what asyncio's `get_extra_info("ssl_object")` gives. A DNS name in lower case.
    """
    if not isinstance(handshake, ssl.SSLObject | ssl.SSLSocket):
        return frozenset()
    if handshake.session_reused:
        return frozenset()
    names = cast("tuple[tuple[str, str], ...]", (handshake.getpeercert() or {}).get("subjectAltName", ()))
    return frozenset(_named(kind, name) for kind, name in names if kind in {"URI", "DNS"})


# --- private ---


def _named(kind: str, name: str) -> str:
    return name.lower() if kind == "DNS" else name
