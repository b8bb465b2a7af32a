"""Are these a certificate and its key, and who is to be believed?

PEM in memory, given to OpenSSL: the files may be replaced while they are read.
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class UnfitCertificates(ValueError):
    """They cannot be used together. The text says which, and never what is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What one side shows, and the key to it."""

    chain: bytes
    """Its own certificate, then those between it and a root."""
    key: bytes = field(repr=False)


def load_own(context: ssl.SSLContext, pair: Pair) -> None:
    """Show this certificate. Raises: UnfitCertificates."""
    with _as_file(pair.chain + b"\n" + pair.key) as path:
        try:
            # An encrypted key would have OpenSSL ask at the terminal.
            context.load_cert_chain(path, password=b"")
        except (ssl.SSLError, ValueError, OSError):
            raise UnfitCertificates(
                "the certificate and the key are no pair of PEM without password"
            ) from None


def load_authority(context: ssl.SSLContext, pem: bytes, whose: str) -> None:
    """Believe what these have signed. Raises: UnfitCertificates, which says `whose` authority it is."""
    try:
        context.load_verify_locations(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise UnfitCertificates(f"the authority of {whose} is not one or more certificates in PEM") from None


def check_own(pair: Pair) -> None:
    """Raises: UnfitCertificates where this cannot be shown."""
    load_own(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), pair)


def check_authority(pem: bytes, whose: str) -> None:
    """Raises: UnfitCertificates where these could vouch for nobody."""
    load_authority(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), pem, whose)


# --- private ---


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """OpenSSL reads a key from a path alone: one that is in memory, and nobody else's to open."""
    descriptor = os.memfd_create("certificates", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
