"""From when until when may what we show be believed?"""

from collections.abc import Iterable
from typing import NamedTuple

from cryptography import x509


class Validity(NamedTuple):
    """Of a certificate (RFC 5280 section 4.1.2.5). Units: whole seconds since the epoch, both included."""

    not_before: int
    not_after: int


def validity_of(chains: Iterable[bytes]) -> Validity | None:
    """Give that of the certificate which ends first, of all in these chains of PEM; None where there is none.

    Also of those between a server's own and a root: whoever is shown one that has ended believes none of
    them. What cannot be read counts for nothing.
    """
    return min((each for chain in chains for each in _validities(chain)), key=_end, default=None)


# --- private ---


def _validities(chain: bytes) -> list[Validity]:
    try:
        return [_validity(certificate) for certificate in x509.load_pem_x509_certificates(chain)]
    except ValueError:
        return []


def _validity(certificate: x509.Certificate) -> Validity:
    return Validity(
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
    )


def _end(validity: Validity) -> int:
    return validity.not_after
