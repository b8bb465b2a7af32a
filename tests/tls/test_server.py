"""Does each handshake take the newest certificates, and is nobody known by those of another authority?"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import pytest

from gateway.tls.identity import identities, thumbprint
from gateway.tls.pair import Pair as Own
from gateway.tls.pair import UnfitCertificates
from gateway.tls.server import Certificates, Handshakes, context_of
from gateway.tls.validity import validity_of
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


def names_of(handshake: object) -> str:
    return " ".join(sorted(identities(handshake)))


class Server:
    """Tells a client which names it has shown, or what else it is to tell."""

    def __init__(self, handshakes: Handshakes, tells: Callable[[object], str] = names_of) -> None:
        self._handshakes, self._tells = handshakes, tells

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._tell, "127.0.0.1", 0, ssl=self._handshakes.context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _tell(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._tells(writer.get_extra_info("ssl_object")).encode() + b"\n")
        writer.close()

    async def asked(self, context: ssl.SSLContext, host: str | None = "gateway", **more: Any) -> str:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, ssl=context, server_hostname=host, **more
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
            socket.create_connection(("127.0.0.1", self.port), timeout=10) as plain,
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


@VERSIONS
async def test_rfc8705_3_1_the_thumbprint_is_that_of_the_certificate_and_no_session_has_one(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    async with Server(Handshakes(certificates()), lambda handshake: thumbprint(handshake).hex()) as server:
        shows = OURS.client(SPIFFE)
        context = client_context(tmp_path, shows=shows)
        context.maximum_version = version
        expected = sha256(ssl.PEM_cert_to_DER_cert(shows.chain.decode())).hexdigest()
        told, session, _ = await asyncio.to_thread(server.asked_again, context, None)
        assert told == expected
        told, _, resumed = await asyncio.to_thread(server.asked_again, context, session)
        assert told == ("" if resumed else expected)
        assert await server.asked(client_context(tmp_path)) == ""


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
    assert repr(good.key) not in repr(good)


def test_unfit_ones_leave_the_former_in_use() -> None:
    handshakes = Handshakes(certificates())
    before, until = handshakes._newest, handshakes.validity
    for unfit in (Certificates(chain=b"", key=b""), certificates(client_ca=None)):
        with pytest.raises(UnfitCertificates):
            handshakes.renew(unfit)
        assert handshakes._newest is before
        assert handshakes.validity is until is not None


def test_of_several_the_first_to_end_says_until_when_and_others_when_they_are_renewed() -> None:
    long, short = (OURS.server(name, timedelta(days=days)) for name, days in (("a", 30), ("b", 2)))
    alone = Certificates(chain=long.chain, key=long.key)
    handshakes = Handshakes(replace(alone, more=(Own(chain=short.chain, key=short.key),)))
    assert handshakes.validity == validity_of([short.chain]) != validity_of([long.chain])
    handshakes.renew(alone)
    assert handshakes.validity == validity_of([long.chain])


# --- several certificates, by the name that is asked for ---


def several(**more: Any) -> Certificates:
    first, second, wild = (
        OURS.serving(*names) for names in (("a.example",), ("b.example",), ("*.c.example",))
    )
    others = tuple(Own(chain=one.chain, key=one.key) for one in (second, wild))
    return Certificates(chain=first.chain, key=first.key, more=others, **more)


def trusting(folder: Path, shows: Pair | None = None) -> ssl.SSLContext:
    """Believes OURS, and looks at the name itself."""
    context = client_context(folder, shows=shows)
    context.check_hostname = False
    return context


async def shown_to(server: Server, context: ssl.SSLContext, host: str | None) -> list[str]:
    """The names of the certificate that a client is shown which asks for this host."""
    async with asyncio.timeout(10):
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=context, server_hostname=host)
        try:
            shown = writer.get_extra_info("peercert")
        finally:
            writer.close()
    return [name for _, name in shown["subjectAltName"]]


@VERSIONS
async def test_a_client_is_shown_the_certificate_of_the_name_it_asks_for(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    context = trusting(tmp_path)
    context.maximum_version = version
    async with Server(Handshakes(several())) as server:
        for asked, shown in (
            ("a.example", "a.example"),
            ("b.example", "b.example"),
            ("B.Example", "b.example"),
            ("x.c.example", "*.c.example"),
            ("x.y.c.example", "a.example"),
            ("unknown.example", "a.example"),
            ("127.0.0.1", "a.example"),
        ):
            assert await shown_to(server, context, asked) == [shown]


async def test_whoever_asks_for_no_name_of_ours_may_get_no_connection(tmp_path: Path) -> None:
    context = trusting(tmp_path)
    async with Server(Handshakes(several(names_alone=True))) as server:
        assert await shown_to(server, context, "b.example") == ["b.example"]
        for asked in ("unknown.example", "127.0.0.1"):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await shown_to(server, context, asked)


async def test_a_connection_stays_while_the_certificates_change(tmp_path: Path) -> None:
    handshakes = Handshakes(several())
    async with Server(handshakes) as server:
        context = trusting(tmp_path)
        first = await asyncio.open_connection(
            "127.0.0.1", server.port, ssl=context, server_hostname="b.example"
        )
        other = OURS.serving("d.example")
        handshakes.renew(Certificates(chain=other.chain, key=other.key))
        assert await shown_to(server, context, "b.example") == ["d.example"]
        assert await first[0].readline() == b"\n"
        first[1].close()


async def test_a_client_may_have_to_show_a_certificate(tmp_path: Path) -> None:
    required = several(client_ca=OURS.pem, client_required=True)
    async with Server(Handshakes(required)) as server:
        for host in ("a.example", "b.example"):
            shows = trusting(tmp_path, OURS.client(SPIFFE))
            assert await server.asked(shows, host) == SPIFFE
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await server.asked(trusting(tmp_path), host)


@pytest.mark.parametrize(("spoken", "offered", "chosen"), [
    (("h2", "http/1.1"), ["http/1.1", "h2"], "h2"),
    (("h2", "http/1.1"), ["http/1.1"], "http/1.1"),
    (("http/1.1",), ["h2"], None),
    ((), ["http/1.1"], "http/1.1"),
])  # fmt: skip
async def test_rfc7301_the_best_protocol_that_both_speak(
    tmp_path: Path, spoken: tuple[str, ...], offered: list[str], chosen: str | None
) -> None:
    context = trusting(tmp_path)
    context.set_alpn_protocols(offered)
    async with Server(Handshakes(several(), *spoken)) as server:
        for host in ("a.example", "b.example"):
            _, writer = await asyncio.open_connection(
                "127.0.0.1", server.port, ssl=context, server_hostname=host
            )
            assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == chosen
            writer.close()


def test_certificates_that_cannot_be_told_apart_are_refused() -> None:
    again, nameless = OURS.serving("a.example"), OURS.serving()
    for unfit, words in ((again, "one name"), (nameless, "no DNS name")):
        more = (Own(chain=unfit.chain, key=unfit.key),)
        with pytest.raises(UnfitCertificates, match=words):
            Handshakes(Certificates(chain=again.chain, key=again.key, more=more))
    with pytest.raises(UnfitCertificates, match="nobody vouches"):
        Handshakes(several(client_required=True))


@pytest.mark.parametrize("required", [True, False])
def test_whether_clients_must_show_one_cannot_change(required: bool) -> None:  # noqa: FBT001
    handshakes = Handshakes(several(client_ca=OURS.pem, client_required=required))
    with pytest.raises(UnfitCertificates, match="cannot change"):
        handshakes.renew(several(client_ca=OURS.pem, client_required=not required))
