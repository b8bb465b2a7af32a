"""Whom do we believe at the other end of a connection of ours, and what do we show there?

TLS 1.2 and later. The other side must show a certificate of the authority, for the host that was asked; or,
where names are pinned, for one of these: a SPIFFE ID is no host name, so that `check` looks after the
handshake, before anything is sent. A value that never changes: to reload is to make another one, for the
connections to come.
"""

import ssl
from dataclasses import dataclass

from gateway.tls.identity import identities
from gateway.tls.pair import Pair, load_authority, load_own


class UnexpectedPeer(Exception):
    """The certificate is good, and shows none of the pinned names. Says none of those that it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What an operator says of another server."""

    authority: bytes | None = None
    """Who vouches for it, as PEM, instead of all that the system trusts."""
    shows: Pair | None = None
    """What it is shown. None: it knows us otherwise, or not at all."""
    names: frozenset[str] = frozenset()
    """Its certificate shows one of these, whatever the host: URIs as written, DNS names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What a connection is made with. `check` it before the first octet is sent."""

    context: ssl.SSLContext
    names: frozenset[str]

    def check(self, handshake: object) -> None:
        """Look who has answered; `handshake` is what asyncio's `get_extra_info("ssl_object")` gives.

        Raises: UnexpectedPeer. Without pinned names the handshake has compared the host itself.
        """
        if self.names and self.names.isdisjoint(identities(handshake)):
            raise UnexpectedPeer


def trusted_of(trust: Trust, *protocols: str) -> Trusted:
    """Make what connections are made with; `protocols` are offered, the best first.

    Raises: UnfitCertificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.hostname_checks_common_name = False  # RFC 9525 section 2
    if protocols:
        context.set_alpn_protocols(list(protocols))
    if trust.authority is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        load_authority(context, trust.authority, "the server")
    if trust.shows is not None:
        load_own(context, trust.shows)
    if trust.names:
        context.check_hostname = False  # by `check` instead; the chain is verified all the same
    return Trusted(context=context, names=trust.names)
