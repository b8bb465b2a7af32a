"""Which of several certificates is for the name that a client asks for?

As the certificate itself says, in its DNS names: exactly, or by `*.` for exactly one more label (RFC 9525
section 6.3). Never by its common name.
"""

from collections.abc import Iterable
from typing import Final, Generic, TypeVar

from cryptography import x509

from gateway.tls.pair import UnfitCertificates

T = TypeVar("T")


def dns_names(chain: bytes) -> frozenset[str]:
    """Give the DNS names of a chain's own certificate, in lower case; none of what is no certificate."""
    try:
        own = x509.load_pem_x509_certificates(chain)[0]
        names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return frozenset()
    return frozenset(name.lower() for name in names.get_values_for_type(x509.DNSName))


class ByName(Generic[T]):
    """Finds one of several things by the name that a client has sent (RFC 6066 section 3)."""

    __slots__ = ("_exact", "_other", "_wildcards")

    def __init__(self, named: Iterable[tuple[frozenset[str], T]], *, other: T | None) -> None:
        """`other` is for whoever asks for no name, or for another one; None: they get nothing.

        Raises: UnfitCertificates where two are for one name, or one of several for none.
        """
        self._exact: Final[dict[str, T]] = {}
        self._wildcards: Final[dict[str, T]] = {}
        self._other = other
        several = tuple(named)
        for names, thing in several:
            if not names and (len(several) > 1 or other is None):
                raise UnfitCertificates("a certificate of several shows no DNS name to choose it by")
            for name in names:
                self._add(name, thing)

    def find(self, name: str | None) -> T | None:
        """Give what is for this name, an exact one before a wildcard."""
        if name is None:
            return self._other
        name = name.lower()
        found = self._exact.get(name, self._wildcards.get(name.partition(".")[2]))
        return self._other if found is None else found

    # --- private ---

    def _add(self, name: str, thing: T) -> None:
        wildcard = name.startswith("*.")
        known, key = (self._wildcards, name[2:]) if wildcard else (self._exact, name)
        if known.setdefault(key, thing) is not thing:
            raise UnfitCertificates("two certificates are for one name")
