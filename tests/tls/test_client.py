"""Is nobody talked to but whom the operator has named? With real handshakes."""

import asyncio
import ssl

import pytest

from gateway.tls.client import Trust, Trusted, UnexpectedPeer, trusted_of
from gateway.tls.pair import Pair, UnfitCertificates
from gateway.tls.server import Certificates, Handshakes
from tests.tls.authority import Authority
from tests.tls.test_server import Server

OURS, THEIRS = Authority("ours"), Authority("theirs")
SPIFFE = "spiffe://cluster.local/ns/shop/sa/orders"
HOST = "orders.shop.example"


def server(*names: str, authority: Authority = OURS) -> Server:
    """One that shows these names, and knows its callers by OURS."""
    own = authority.serving(*names)
    return Server(Handshakes(Certificates(chain=own.chain, key=own.key, client_ca=OURS.pem)))


async def ask(server: Server, trusted: Trusted, host: str = HOST) -> str:
    """As our own connections do: shake hands, look, and only then speak."""
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", server.port, ssl=trusted.context, server_hostname=host
        )
        try:
            trusted.check(writer.get_extra_info("ssl_object"))
            return (await reader.readline()).decode().strip()
        finally:
            writer.close()


def trust(*names: str, authority: Authority = OURS, shows: Pair | None = None) -> Trusted:
    return trusted_of(Trust(authority=authority.pem, names=frozenset(names), shows=shows))


async def test_the_host_that_is_asked_must_answer() -> None:
    async with server(HOST, SPIFFE) as there:
        assert await ask(there, trust()) == ""
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(there, trust(), "other.example")


async def test_a_pinned_name_takes_the_place_of_the_host() -> None:
    async with server("elsewhere.example", SPIFFE) as there:
        for names in ((SPIFFE,), ("elsewhere.example",), (SPIFFE, "other")):
            assert await ask(there, trust(*names), "10.0.0.1") == ""
        for names in ((SPIFFE + "/x",), ("spiffe://cluster.local",), (HOST,), ("shop.example",)):
            with pytest.raises(UnexpectedPeer) as caught:
                await ask(there, trust(*names))
            assert str(caught.value) == ""


async def test_no_wildcard_stands_for_a_pinned_name() -> None:
    async with server("*.shop.example") as there:
        assert await ask(there, trust()) == ""
        with pytest.raises(UnexpectedPeer):
            await ask(there, trust(HOST))


async def test_the_common_name_is_no_name() -> None:
    async with server(SPIFFE) as there:  # its common name is the host's
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(there, trust())


@pytest.mark.parametrize("names", [(), (SPIFFE,)], ids=["by host", "pinned"])
async def test_another_authority_vouches_for_nobody(names: tuple[str, ...]) -> None:
    async with server(HOST, SPIFFE, authority=THEIRS) as there:
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(there, trust(*names))
        assert await ask(there, trust(*names, authority=THEIRS)) == ""
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(there, trusted_of(Trust(names=frozenset(names))))  # nor does the system


async def test_what_is_shown_is_what_it_knows_us_by() -> None:
    own = OURS.client("gateway.example")
    async with server(HOST) as there:
        shows = Pair(chain=own.chain, key=own.key)
        assert await ask(there, trust(shows=shows)) == "gateway.example"
        assert await ask(there, trust()) == ""


async def test_another_value_is_for_the_connections_to_come() -> None:
    async with server(HOST, SPIFFE) as there:
        before, after = trust(), trust(SPIFFE + "/x")
        assert await ask(there, before) == ""
        with pytest.raises(UnexpectedPeer):
            await ask(there, after)
        assert await ask(there, before) == ""


def test_what_does_not_fit_is_refused() -> None:
    own = OURS.client("gateway.example")
    for unfit in (
        Trust(authority=b"nothing"),
        Trust(shows=Pair(chain=own.chain, key=OURS.client().key)),
    ):
        with pytest.raises(UnfitCertificates):
            trusted_of(unfit)
    assert repr(own.key) not in repr(Trust(shows=Pair(chain=own.chain, key=own.key)))


def test_old_versions_are_not_spoken_and_protocols_are_offered() -> None:
    context = trusted_of(Trust(), "h2", "http/1.1").context
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
