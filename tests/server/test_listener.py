"""An address that answers, and stops."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener, listen
from tests.server.http1.served import GET, PATIENCE_S, Answer, answers, echo

Run = Callable[[Coroutine[Any, Any, list[bytes]]], list[bytes]]
CLOSING = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


async def ask(listener: Listener, stream: bytes, context: ssl.SSLContext | None = None) -> Answer:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", listener.port, ssl=context, server_hostname="gateway" if context else None
    )
    writer.write(stream)
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
    writer.close()
    return answer


async def test_answers_with_a_date_where_it_has_a_clock() -> None:
    listener = await listen(echo, host="127.0.0.1", port=0, clock=lambda: 784111777.0)
    answer = await ask(listener, CLOSING)
    assert answer.headers[b"date"] == b"Sun, 06 Nov 1994 08:49:37 GMT"
    refused = await ask(listener, b"\r\n")
    assert refused.headers[b"date"] == b"Sun, 06 Nov 1994 08:49:37 GMT"
    await listener.drain(1)


async def test_needs_no_callbacks_and_no_clock() -> None:
    listener = await listen(echo, host="127.0.0.1", port=0)
    answer = await ask(listener, CLOSING)
    assert b"date" not in answer.headers
    assert (await ask(listener, b"\r\n")).status == 400
    await listener.drain(1)


async def test_a_taken_address_is_an_error_and_a_shared_one_is_not() -> None:
    alone = await listen(echo, host="127.0.0.1", port=0)
    with pytest.raises(OSError, match="ddress already in use"):
        await listen(echo, host="127.0.0.1", port=alone.port)
    await alone.drain(0)
    one = await listen(echo, host="127.0.0.1", port=0, reuse_port=True)
    two = await listen(echo, host="127.0.0.1", port=one.port, reuse_port=True)
    assert one.port == two.port
    for listener in (one, two):
        await listener.drain(0)


@pytest.mark.parametrize("reuse_port", [False, True])
async def test_every_address_is_one_of_either_family(reuse_port: bool) -> None:  # noqa: FBT001
    listener = await listen(echo, host="::", port=0, reuse_port=reuse_port)
    for host in ("127.0.0.1", "::1"):
        reader, writer = await asyncio.open_connection(host, listener.port)
        writer.write(CLOSING)
        async with asyncio.timeout(PATIENCE_S):
            (answer,) = answers(await reader.read())
        assert answer.status == 200
        writer.close()
    if not reuse_port:
        with pytest.raises(OSError, match="in use"):
            await listen(echo, host="::", port=listener.port)
    await listener.drain(1)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_what_had_come_before_the_end_is_answered_though_nobody_had_looked(run: Run) -> None:
    async def new_and_kept() -> list[bytes]:
        listener = await listen(echo, host="127.0.0.1", port=0)
        with socket.socket() as kept, socket.socket() as new:
            kept.connect(("127.0.0.1", listener.port))
            async with asyncio.timeout(PATIENCE_S):
                while listener.connections == 0:  # noqa: ASYNC110 - nobody tells us
                    await asyncio.sleep(0.001)
            new.connect(("127.0.0.1", listener.port))
            for client in (kept, new):
                client.sendall(GET)
                client.setblocking(False)  # noqa: FBT003 - positional alone
            draining = asyncio.create_task(listener.drain(PATIENCE_S))
            loop = asyncio.get_running_loop()
            answered = [await loop.sock_recv(client, 15) for client in (kept, new)]
        await draining  # which is over when the clients are gone
        return answered

    assert run(new_and_kept()) == [b"HTTP/1.1 200 OK"] * 2


async def test_draining_twice_is_no_error() -> None:
    listener = await listen(echo, host="127.0.0.1", port=0)
    await asyncio.gather(listener.drain(1), listener.drain(1))
    await listener.drain(1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("gateway")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "pair.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


async def test_speaks_tls(certificate: Path) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    client = ssl.create_default_context(cafile=certificate)
    listener = await listen(echo, host="127.0.0.1", port=0, ssl=server)
    assert (await ask(listener, CLOSING, client)).headers[b"x-peer"] == b"127.0.0.1"
    assert (await ask(listener, b"GET / HTTP/1.1\n", client)).status == 400
    await listener.drain(1)


async def test_a_silent_tls_client_is_closed(certificate: Path) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    limits = Limits(head_timeout_s=0.03)
    listener = await listen(echo, host="127.0.0.1", port=0, ssl=server, limits=limits)
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""
    writer.close()
    await listener.drain(1)
