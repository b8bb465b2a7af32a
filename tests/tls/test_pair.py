"""What cannot be used is said to be unfit, and what is in it never."""

import ssl

import pytest

from gateway.tls.pair import Pair, UnfitCertificates, check_authority, check_own, load_authority, load_own
from tests.tls.authority import Authority

OURS = Authority("ours")
GOOD, OTHER = OURS.server(), OURS.server()


def pair(chain: bytes, key: bytes) -> Pair:
    return Pair(chain=chain, key=key)


def context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def test_a_pair_is_loaded_and_its_key_not_printed() -> None:
    good = pair(GOOD.chain, GOOD.key)
    load_own(context(), good)
    assert repr(GOOD.key) not in repr(good)


@pytest.mark.parametrize(
    "unfit",
    [pair(GOOD.chain, OTHER.key), pair(GOOD.key, GOOD.key), pair(GOOD.chain, b""), pair(b"", b"")],
    ids=["another key", "a key twice", "no key", "nothing"],
)
def test_no_pair(unfit: Pair) -> None:
    with pytest.raises(UnfitCertificates, match="no pair") as caught:
        load_own(context(), unfit)
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize("pem", [b"", b"nothing", b"\xff", GOOD.key], ids=["empty", "text", "octets", "key"])
def test_no_authority(pem: bytes) -> None:
    with pytest.raises(UnfitCertificates, match="authority of clients is not"):
        load_authority(context(), pem, "clients")


def test_each_can_be_tried_alone() -> None:
    check_own(pair(GOOD.chain, GOOD.key))
    with pytest.raises(UnfitCertificates, match="no pair"):
        check_own(pair(GOOD.chain, OTHER.key))
    check_authority(OURS.pem, "servers")
    with pytest.raises(UnfitCertificates, match="authority of servers is not"):
        check_authority(GOOD.key, "servers")
