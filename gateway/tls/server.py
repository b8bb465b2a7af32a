"""What does a listener show, and whose certificates does it believe?

TLS 1.2 and later. Certificates change while connections stay: each handshake takes the newest ones, of
several the one for the name that the client asks for. No tickets are given, so that a client shows its
certificate at every connection (RFC 8446 section 2.2); OpenSSL still knows the sessions of TLS 1.2 by their
ids, and to `identity` those show nobody.
"""

import ssl
from dataclasses import dataclass, field
from typing import Final

from gateway.tls.names import ByName, dns_names
from gateway.tls.pair import Pair, UnfitCertificates, load_authority, load_own
from gateway.tls.validity import Validity, validity_of

HTTP_1: Final = "http/1.1"
HTTP_2: Final = "h2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """As PEM, in memory."""

    chain: bytes
    """The listener's own certificate, then those between it and a root."""
    key: bytes = field(repr=False)
    client_ca: bytes | None = None
    """Who vouches for clients. None: no client is asked for a certificate."""
    client_required: bool = False
    """A client without a certificate gets no connection. Else who believes what it shows is the policy's."""
    more: tuple[Pair, ...] = ()
    """Further certificates, each for the DNS names that it shows."""
    names_alone: bool = False
    """Whoever asks for no name of a certificate gets no connection, and not the first certificate."""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Give all of them, the first one first."""
        return (Pair(chain=self.chain, key=self.key), *self.more)


class Handshakes:
    """The context of a listener, whose certificates can be changed."""

    __slots__ = ("_newest", "_protocols", "context", "validity")

    def __init__(self, certificates: Certificates, *protocols: str) -> None:
        """`protocols` are those spoken inside, the best first (RFC 7301). Raises: UnfitCertificates."""
        self._protocols = protocols
        self._newest = contexts_of(certificates, *protocols)
        self.context: Final = context_of(certificates, *protocols)
        """For the listener. What it holds itself is never used."""
        self.context.sni_callback = self._choose
        self.validity: Validity | None = validity_of(pair.chain for pair in certificates.pairs)
        """Of all that is shown now, that of what ends first."""

    def renew(self, certificates: Certificates) -> None:
        """Take others from the next handshake on.

        Raises: UnfitCertificates; then the former ones stay. Whether clients are asked for a certificate is
        settled before a handshake chooses, and cannot be changed.
        """
        newest = contexts_of(certificates, *self._protocols)
        if _verify_mode(certificates) is not self.context.verify_mode:
            raise UnfitCertificates(
                "whether clients are asked for certificates, or must show one, cannot change"
            )
        self._newest = newest
        self.validity = validity_of(pair.chain for pair in certificates.pairs)

    # --- private ---

    def _choose(self, handshake: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        """Called once a handshake has begun, whether the client named a host or not (RFC 6066 section 3)."""
        newest = self._newest.find(name)
        if newest is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        handshake.context = newest
        return None


def contexts_of(certificates: Certificates, *protocols: str) -> ByName[ssl.SSLContext]:
    """Make a context for each certificate. Raises: UnfitCertificates."""
    contexts = [_context(pair, certificates, protocols) for pair in certificates.pairs]
    names = [dns_names(pair.chain) for pair in certificates.pairs]
    other = None if certificates.names_alone else contexts[0]
    return ByName(zip(names, contexts, strict=True), other=other)


def context_of(certificates: Certificates, *protocols: str) -> ssl.SSLContext:
    """Make the context of the first certificate. Raises: UnfitCertificates."""
    return _context(certificates.pairs[0], certificates, protocols)


# --- private ---


def _context(pair: Pair, certificates: Certificates, protocols: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.num_tickets = 0
    context.set_alpn_protocols(list(protocols or (HTTP_1,)))
    load_own(context, pair)
    if certificates.client_ca is not None:
        load_authority(context, certificates.client_ca, "clients")
    context.verify_mode = _verify_mode(certificates)
    return context


def _verify_mode(certificates: Certificates) -> ssl.VerifyMode:
    """Optional unless asked for, so that a caller without one can still say a secret."""
    if certificates.client_ca is None:
        if certificates.client_required:
            raise UnfitCertificates("clients must have a certificate, and nobody vouches for one")
        return ssl.CERT_NONE
    return ssl.CERT_REQUIRED if certificates.client_required else ssl.CERT_OPTIONAL
