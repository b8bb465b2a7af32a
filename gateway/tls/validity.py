"""Until when can a listener show its certificates?"""

from collections.abc import Iterable

from cryptography import x509

from gateway.tls.pair import Pair


def ends(pairs: Iterable[Pair]) -> float | None:
    """Give when the first of these certificates ends, seconds since the epoch; None where there is none.

    The chain's own certificate counts, not those between it and a root.
    """
    found = [end for pair in pairs if (end := _end(pair.chain)) is not None]
    return min(found, default=None)


# --- private ---


def _end(chain: bytes) -> float | None:
    try:
        return x509.load_pem_x509_certificates(chain)[0].not_valid_after_utc.timestamp()
    except ValueError:
        return None
