"""Does each handshake take the newest certificates, and is nobody known by those of another authority?"""

import asyncio
import socket
import ssl
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from gateway.tls.identity import identities
from gateway.tls.server import Certificates, Handshakes, UnfitCertificates, check_authorities, context_of
from tests.tls.authority import Authority, Pair

OURS, THEIRS = Authority("ours"), Authority("theirs")
SPIFFE = "spiffe://cluster.local/ns/ingress/sa/nginx"


def certificates(authority: Authority = OURS, client_ca: Authority | None = OURS) -> Certificates:
    own = authority.server()
    return Certificates(chain=own.chain, key=own.key, client_ca=client_ca.pem if client_ca else None)


def client_context(folder: Path, trusts: Authority = OURS, shows: Pair | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=trusts.pem.decode())
    if shows is not None:
        file = folder / "client.pem"
        file.write_bytes(shows.chain + shows.key)
        context.load_cert_chain(file)
    return context


class Server:
    """Tells a client which names it has shown."""

    def __init__(self, handshakes: Handshakes) -> None:
        self._handshakes = handshakes

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._tell, "127.0.0.1", 0, ssl=self._handshakes.context)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _tell(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        names = identities(writer.get_extra_info("ssl_object"))
        writer.write(" ".join(sorted(names)).encode() + b"\n")
        writer.close()

    async def asked(self, context: ssl.SSLContext, host: str | None = "gateway", **more: Any) -> str:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self._port, ssl=context, server_hostname=host, **more
            )
            try:
                line = await reader.readline()
            finally:
                writer.close()
        if not line:
            raise ConnectionError("no answer")
        return line.decode().strip()

    def asked_again(
        self, context: ssl.SSLContext, session: ssl.SSLSession | None
    ) -> tuple[str, ssl.SSLSession | None, bool | None]:
        """With a session of an earlier connection, which asyncio's clients never offer. To be called in a
        thread; gives what the server told, the session, and whether it was resumed.
        """
        with (
            socket.create_connection(("127.0.0.1", self._port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="gateway", session=session) as connection,
        ):
            line = connection.recv(1000)
            if not line:
                raise ConnectionError("no answer")
            return line.decode().strip(), connection.session, connection.session_reused


async def test_a_client_is_known_by_its_names(tmp_path: Path) -> None:
    async with Server(Handshakes(certificates())) as server:
        names = (SPIFFE, "Ingress.example.com", "*.wild.example", "root@example.com")
        shows = OURS.client(*names, common_name="root.example.com")
        told = await server.asked(client_context(tmp_path, shows=shows))
        assert told == f"*.wild.example ingress.example.com {SPIFFE}"
        assert await server.asked(client_context(tmp_path, shows=OURS.client(common_name="root"))) == ""
        assert await server.asked(client_context(tmp_path)) == ""


async def test_a_certificate_of_somebody_else_ends_the_handshake(tmp_path: Path) -> None:
    expired = OURS.client(SPIFFE, life=timedelta(days=-1))
    async with Server(Handshakes(certificates())) as server:
        for shows in (THEIRS.client(SPIFFE), expired, OURS.server()):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await server.asked(client_context(tmp_path, shows=shows))


async def test_without_an_authority_nobody_is_known(tmp_path: Path) -> None:
    async with Server(Handshakes(certificates(client_ca=None))) as server:
        assert await server.asked(client_context(tmp_path, shows=OURS.client(SPIFFE))) == ""


@pytest.mark.parametrize("host", ["gateway", "127.0.0.1"], ids=["named", "by address, which names no host"])
async def test_the_newest_certificates_are_those_of_the_next_handshake(tmp_path: Path, host: str) -> None:
    handshakes = Handshakes(certificates())
    async with Server(handshakes) as server:
        ours, theirs = client_context(tmp_path), client_context(tmp_path, THEIRS)
        assert await server.asked(ours, host) == ""
        with pytest.raises(ssl.SSLError):
            await server.asked(theirs, host)
        handshakes.renew(certificates(THEIRS, OURS))
        assert await server.asked(theirs, host) == ""
        with pytest.raises(ssl.SSLError):
            await server.asked(ours, host)


async def test_an_authority_that_is_taken_away_vouches_for_nobody(tmp_path: Path) -> None:
    handshakes = Handshakes(certificates())
    async with Server(handshakes) as server:
        of_ours = client_context(tmp_path, shows=OURS.client(SPIFFE))
        assert await server.asked(of_ours) == SPIFFE
        handshakes.renew(certificates(OURS, THEIRS))
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await server.asked(of_ours)
        assert await server.asked(client_context(tmp_path, shows=THEIRS.client(SPIFFE))) == SPIFFE


@pytest.mark.parametrize(("before", "after"), [(OURS, None), (None, OURS)])
def test_whether_clients_are_asked_cannot_change(before: Authority | None, after: Authority | None) -> None:
    handshakes = Handshakes(certificates(OURS, before))
    with pytest.raises(UnfitCertificates, match="cannot change"):
        handshakes.renew(certificates(OURS, after))


VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@VERSIONS
async def test_a_session_of_before_shows_nobody(tmp_path: Path, version: ssl.TLSVersion) -> None:
    async with Server(Handshakes(certificates())) as server:
        context = client_context(tmp_path, shows=OURS.client(SPIFFE))
        context.maximum_version = version
        told, session, _ = await asyncio.to_thread(server.asked_again, context, None)
        assert told == SPIFFE
        told, _, resumed = await asyncio.to_thread(server.asked_again, context, session)
        # OpenSSL resumes a session of TLS 1.2 by its id. Without tickets there is none of 1.3.
        assert resumed is (version is ssl.TLSVersion.TLSv1_2)
        assert told == ("" if resumed else SPIFFE)


@VERSIONS
async def test_an_authority_that_is_taken_away_does_not_vouch_for_a_session_of_before(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    handshakes = Handshakes(certificates())
    async with Server(handshakes) as server:
        context = client_context(tmp_path, shows=OURS.client(SPIFFE))
        context.maximum_version = version
        _, session, _ = await asyncio.to_thread(server.asked_again, context, None)
        handshakes.renew(certificates(OURS, THEIRS))
        told = ""
        with suppress(ssl.SSLError, ConnectionError):
            told, _, _ = await asyncio.to_thread(server.asked_again, context, session)
        assert told == ""


async def test_old_versions_are_not_spoken(tmp_path: Path) -> None:
    context = client_context(tmp_path)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or the client itself would not speak it
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with Server(Handshakes(certificates())) as server:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await server.asked(context)


def test_what_does_not_fit_is_refused_and_not_shown() -> None:
    good = certificates()
    other = OURS.server()
    for unfit in (
        Certificates(chain=good.chain, key=other.key),
        Certificates(chain=good.key, key=good.key),
        Certificates(chain=b"", key=b""),
        Certificates(chain=good.chain, key=good.key, client_ca=b"nothing"),
        Certificates(chain=good.chain, key=good.key, client_ca=b""),
        Certificates(chain=good.chain, key=good.key, client_ca=b"\xff"),
    ):
        with pytest.raises(UnfitCertificates) as caught:
            context_of(unfit)
        assert "BEGIN" not in str(caught.value)
    assert good.key.decode() not in repr(good)


def test_who_vouches_for_a_server_must_be_certificates() -> None:
    check_authorities(OURS.pem)
    for unfit in (b"", b"nothing", b"\xff", certificates().key):
        with pytest.raises(UnfitCertificates) as caught:
            check_authorities(unfit)
        assert "BEGIN" not in str(caught.value)


def test_unfit_ones_leave_the_former_in_use() -> None:
    handshakes = Handshakes(certificates())
    before = handshakes._newest
    with pytest.raises(UnfitCertificates):
        handshakes.renew(Certificates(chain=b"", key=b""))
    assert handshakes._newest is before
