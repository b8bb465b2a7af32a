"""Is the end that is told that of the certificate that goes first?"""

from datetime import timedelta

from cryptography import x509

from gateway.tls.pair import Pair
from gateway.tls.validity import ends
from tests.tls.authority import Authority

OURS = Authority()


def pair(life: timedelta) -> Pair:
    made = OURS.client("spiffe://x/y", life=life)
    return Pair(chain=made.chain, key=made.key)


def end(one: Pair) -> float:
    return x509.load_pem_x509_certificate(one.chain).not_valid_after_utc.timestamp()


def test_the_first_that_ends_counts() -> None:
    soon, late = pair(timedelta(days=1)), pair(timedelta(days=9))
    assert ends([late, soon]) == ends([soon]) == end(soon) < end(late)


def test_of_a_chain_its_own_certificate_counts() -> None:
    own = pair(timedelta(days=9))
    whole = Pair(chain=own.chain + pair(timedelta(days=1)).chain, key=own.key)
    assert ends([whole]) == end(own)


def test_of_nothing_there_is_no_end() -> None:
    assert ends([]) is None
    assert ends([Pair(chain=b"garbage", key=b"")]) is None
