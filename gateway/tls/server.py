"""What does a listener show, and whose certificates does it believe?

TLS 1.2 and later. Certificates change while connections stay: each handshake takes the newest ones. No
tickets are given, so that a client shows its certificate at every connection (RFC 8446 section 2.2);
OpenSSL still knows the sessions of TLS 1.2 by their ids, and to `identity` those show nobody.
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

HTTP_1: Final = "http/1.1"
HTTP_2: Final = "h2"


class UnfitCertificates(ValueError):
    """They cannot be used together. The text says which, and never what is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """As PEM, in memory: the files may be replaced while they are read."""

    chain: bytes
    """The listener's own certificate, then those between it and a root."""
    key: bytes = field(repr=False)
    client_ca: bytes | None = None
    """Who vouches for clients. None: no client is asked for a certificate."""


class Handshakes:
    """The context of a listener, whose certificates can be changed."""

    __slots__ = ("_newest", "_protocol", "context")

    def __init__(self, certificates: Certificates, protocol: str = HTTP_1) -> None:
        """`protocol` is the one that is spoken inside (RFC 7301). Raises: UnfitCertificates."""
        self._protocol = protocol
        self._newest = context_of(certificates, protocol)
        self.context: Final = context_of(certificates, protocol)
        """For the listener. What it holds itself is never used."""
        self.context.sni_callback = self._choose

    def renew(self, certificates: Certificates) -> None:
        """Take others from the next handshake on.

        Raises: UnfitCertificates; then the former ones stay. Whether clients are asked for a certificate is
        settled before a handshake chooses, and cannot be changed.
        """
        newest = context_of(certificates, self._protocol)
        if newest.verify_mode is not self.context.verify_mode:
            raise UnfitCertificates("whether there is an authority of clients cannot change")
        self._newest = newest

    # --- private ---

    def _choose(self, handshake: ssl.SSLObject, _: str | None, __: ssl.SSLContext) -> None:
        """Called once a handshake has begun, whether the client named a host or not (RFC 6066 section 3)."""
        handshake.context = self._newest


def context_of(certificates: Certificates, protocol: str = HTTP_1) -> ssl.SSLContext:
    """Make a context. Raises: UnfitCertificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.num_tickets = 0
    context.set_alpn_protocols([protocol])
    _load_own(context, certificates)
    if certificates.client_ca is not None:
        _load_authority(context, certificates.client_ca)
    return context


def check_authorities(pem: bytes) -> None:
    """Raises: UnfitCertificates where these could vouch for no server."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise UnfitCertificates("the authority of servers is not one or more certificates in PEM") from None


# --- private ---


def _load_own(context: ssl.SSLContext, certificates: Certificates) -> None:
    with _as_file(certificates.chain + b"\n" + certificates.key) as path:
        try:
            # An encrypted key would have OpenSSL ask at the terminal.
            context.load_cert_chain(path, password=b"")
        except (ssl.SSLError, ValueError, OSError):
            raise UnfitCertificates(
                "the certificate and the key are no pair of PEM without password"
            ) from None


def _load_authority(context: ssl.SSLContext, pem: bytes) -> None:
    try:
        context.load_verify_locations(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise UnfitCertificates("the authority of clients is not one or more certificates in PEM") from None
    # Optional, so that a caller without one can still say a secret; who believes it is the policy's to say.
    context.verify_mode = ssl.CERT_OPTIONAL


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """OpenSSL reads a key from a path alone: one that is in memory, and nobody else's to open."""
    descriptor = os.memfd_create("certificates", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
