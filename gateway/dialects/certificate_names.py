"""Which names does a certificate show that a proxy has verified?

As `gateway.tls.identity` gives those of our own connections: the URIs as written and the DNS names in lower
case, of its subject alternative names. Never the common name (RFC 9525 section 2).
"""

import warnings
from typing import Final

from cryptography import x509


def names_in(der: bytes) -> frozenset[str]:
    """Give the names; none of what cannot be read, or is odd anywhere in its extensions."""
    try:
        with warnings.catch_warnings(
            action="ignore"
        ):  # of a serial number of 0, say: the proxy has verified it
            extensions = x509.load_der_x509_certificate(der).extensions
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
        return frozenset((*uris, *(name.lower() for name in names.get_values_for_type(x509.DNSName))))
    except _UNREADABLE:
        return frozenset()


# --- private ---

_UNREADABLE: Final = (
    ValueError,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
