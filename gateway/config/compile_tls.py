"""Can these certificates be used?

What OpenSSL would say of all of them together is asked here of each, so that a mistake is told in its line.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.config.compile_secrets import secret_at
from gateway.config.schema_tls import CertificateSection, EdgeTlsSection, TlsSection
from gateway.config.secret import ReadSecret
from gateway.config.spot import Spot
from gateway.tls.names import dns_names
from gateway.tls.pair import Pair, UnfitCertificates, check_authority, check_own
from gateway.tls.server import Certificates


def compile_tls(
    section: TlsSection | None, directory: Path, spot: Spot, read: ReadSecret
) -> Certificates | None:
    """Read the certificates, and try them. What is wrong goes to the spot."""
    if section is None:
        return None
    shown = [one for one in _all_shown(section, directory, spot, read) if one is not None]
    client_ca = _client_ca(section, directory, spot / "client_ca", read)
    names_alone = isinstance(section, EdgeTlsSection) and section.names_alone
    required = isinstance(section, EdgeTlsSection) and _is_required(section, spot / "client_certificate")
    if len(shown) <= len(section.more or ()) or (section.client_ca is not None and client_ca is None):
        return None
    _check_names(shown, names_alone=names_alone)
    first, *others = [one.pair for one in shown]
    return Certificates(
        chain=first.chain,
        key=first.key,
        client_ca=client_ca,
        client_required=required,
        more=tuple(others),
        names_alone=names_alone,
    )


def pair_at(certificate: str, key: str, directory: Path, spot: Spot, read: ReadSecret) -> Pair | None:
    """Read a certificate and its key, and try them. What is wrong goes to `spot`, of what names both."""
    chain = secret_at(certificate, directory, spot / "certificate", read)
    secret = secret_at(key, directory, spot / "key", read)
    if chain is None or secret is None:
        return None
    pair = Pair(chain=chain, key=secret)
    try:
        check_own(pair)
    except UnfitCertificates as unfit:
        spot.refuse(str(unfit), "name the two files of one pair, its own certificate first")
        return None
    return pair


# --- private ---


class _Shown(NamedTuple):
    """A certificate that can be shown, and where the file names it."""

    pair: Pair
    spot: Spot


def _all_shown(section: TlsSection, directory: Path, spot: Spot, read: ReadSecret) -> Iterator[_Shown | None]:
    yield _shown(section, directory, spot, read)
    for index, one in enumerate(section.more or ()):
        yield _shown(one, directory, spot / "more" / index, read)


def _shown(section: CertificateSection, directory: Path, spot: Spot, read: ReadSecret) -> _Shown | None:
    pair = pair_at(section.certificate, section.key, directory, spot, read)
    return None if pair is None else _Shown(pair, spot)


def _client_ca(section: TlsSection, directory: Path, spot: Spot, read: ReadSecret) -> bytes | None:
    if section.client_ca is None:
        return None
    pem = secret_at(section.client_ca, directory, spot, read)
    try:
        if pem is not None:
            check_authority(pem, "clients")
    except UnfitCertificates as unfit:
        spot.refuse(str(unfit), "name the authority that has signed the clients' certificates")
        return None
    return pem


def _is_required(section: EdgeTlsSection, spot: Spot) -> bool:
    if section.client_certificate is not None and section.client_ca is None:
        spot.refuse(
            "does nothing without client_ca: no client is asked for a certificate",
            "add client_ca: file:tls/ca.crt, or remove it",
        )
    return section.client_certificate == "required"


def _check_names(shown: Sequence[_Shown], *, names_alone: bool) -> None:
    """Each has names to be chosen by, and no name has two."""
    taken: set[str] = set()
    for pair, spot in shown:
        names = dns_names(pair.chain)
        if not names and (len(shown) > 1 or names_alone):
            (spot / "certificate").refuse(
                "shows no DNS name to choose it by", "have it issued with a subject alternative name"
            )
        if not taken.isdisjoint(names):
            (spot / "certificate").refuse(
                "is for a name that a certificate before it is for", "keep one of the two"
            )
        taken |= names
