"""Can these certificates be used?"""

from pathlib import Path

from gateway.config.compile_secrets import secret_at
from gateway.config.schema import TlsSection
from gateway.config.schema_edge import EdgeTlsSection
from gateway.config.secret import ReadSecret
from gateway.config.spot import Spot
from gateway.tls.pair import UnfitCertificates
from gateway.tls.server import Certificates, contexts_of


def compile_tls(
    section: EdgeTlsSection | None, directory: Path, spot: Spot, read: ReadSecret
) -> Certificates | None:
    """Read the certificates, and try them. What is wrong goes to the spot."""
    if section is None:
        return None
    chain = secret_at(section.certificate, directory, spot / "certificate", read)
    key = secret_at(section.key, directory, spot / "key", read)
    asked, client_ca = section.client_ca if isinstance(section, TlsSection) else None, None
    if asked is not None:
        client_ca = secret_at(asked, directory, spot / "client_ca", read)
    if chain is None or key is None or (asked is not None and client_ca is None):
        return None
    certificates = Certificates(chain=chain, key=key, client_ca=client_ca)
    try:
        contexts_of(certificates)
    except UnfitCertificates as unfit:
        spot.refuse(
            str(unfit), "name the two files of one pair, and the authority of the proxies' certificates"
        )
        return None
    return certificates
