"""What does the certificate in this Secret say?

Only where the Secret was given with what is in it. Nothing of it is ever printed but names and days.
"""

import binascii
import warnings
from base64 import b64decode
from datetime import date
from typing import Final, NamedTuple

from cryptography import x509

from gateway.audit.estate.fields import text
from gateway.audit.estate.objects import Object

MAX_CHAIN: Final = 1 << 16


class Certificate(NamedTuple):
    """The first of a chain."""

    names: frozenset[str]
    """DNS names of its subject alternative names, in lower case."""
    ends: date
    """Its last day, in UTC."""

    def is_for(self, host: str) -> bool:
        """Whether it shows this name, or `*.` in place of its first label (RFC 9525 section 6.3)."""
        return host in self.names or f"*.{host.partition('.')[2]}" in self.names


def chain_of(secret: Object) -> bytes | None:
    """Give `tls.crt`; None where the Secret was given without it, and empty where it is no base64."""
    plain = text(secret.node, "stringData", "tls.crt")
    if plain is not None:
        return plain.encode()[:MAX_CHAIN]
    encoded = text(secret.node, "data", "tls.crt")
    if not encoded:
        return None
    try:
        return b64decode("".join(encoded.split()), validate=True)[:MAX_CHAIN]
    except (ValueError, binascii.Error):
        return b""


def read_certificate(chain: bytes) -> Certificate | None:
    """Read the first certificate of a chain in PEM; None where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about old certificates is not our question
            own = x509.load_pem_x509_certificates(chain)[0]
            ends = own.not_valid_after_utc.date()
            return Certificate(_names(own), ends)
    except (
        ValueError,
        IndexError,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        x509.InvalidVersion,
    ):
        return None


# --- private ---


def _names(own: x509.Certificate) -> frozenset[str]:
    try:
        names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name.lower() for name in names.get_values_for_type(x509.DNSName))
