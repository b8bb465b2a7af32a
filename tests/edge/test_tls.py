"""Does the edge end TLS as it should, and change its certificate while a thousand clients stay?"""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.process import running
from tests.edge.asking import fresh
from tests.edge.raw_request import converse, request
from tests.edge.recorder import Recorder
from tests.edge.secured import (
    OURS,
    THEIRS,
    connected,
    is_let_in,
    names_shown,
    said,
    secured,
    serial_shown,
    trusting,
    write,
)
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import wait_until

pytestmark = pytest.mark.wire

CROWD = 1000
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]
REFUSED = "ALERT_PROTOCOL_VERSION|UNEXPECTED_EOF"  # asyncio may close before its alert is out


@pytest.fixture(scope="module")
def server() -> Iterator[Recorder]:
    with Recorder() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module")
def gateway(server: Recorder, folder: Path) -> Iterator[GatewayProcess]:
    write(folder, "shop", OURS.serving("shop.example", "*.shop.example"))
    config = secured(folder, server.port, more=[{"certificate": "file:shop.crt", "key": "file:shop.key"}])
    config["listeners"]["edge"]["hsts"] = "365d"
    with running(folder, config) as process:
        yield process


def asks(*headers: bytes) -> bytes:
    return request("api", f"GET {fresh()} HTTP/1.1".encode(), *headers)


def test_the_server_is_told_that_it_was_https(gateway: GatewayProcess, server: Recorder) -> None:
    with connected(gateway.edge_port, trusting()) as client:
        answer = said(client, asks(b"Connection: close", b"X-Forwarded-Proto: http"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nstrict-transport-security: max-age=31536000" in answer
    seen = server.seen()[-1]
    assert seen.values("x-forwarded-proto") == ["https"]
    assert seen.values("forwarded") == ["for=127.0.0.1;host=api.example;proto=https"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("api.example", "api.example"),
        ("shop.example", "shop.example"),
        ("eu.shop.example", "shop.example"),
        ("SHOP.example", "shop.example"),
    ],
)
def test_each_name_has_its_certificate(gateway: GatewayProcess, asked: str, shown: str) -> None:
    assert names_shown(gateway.edge_port, asked)[0] == shown


def test_whoever_asks_for_another_name_gets_the_first(gateway: GatewayProcess) -> None:
    context = trusting()
    context.check_hostname = False
    with connected(gateway.edge_port, context, "other.example") as client:
        certificate = client.getpeercert() or {}
    assert certificate["subjectAltName"] == (("DNS", "api.example"),)


def test_nobody_trusts_another_authority(gateway: GatewayProcess) -> None:
    assert not is_let_in(gateway.edge_port, trusting(trusts=THEIRS))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_nothing_older_than_1_2(gateway: GatewayProcess, version: ssl.TLSVersion) -> None:
    context = trusting()
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # else it is the client that does not want to
    context.minimum_version = context.maximum_version = version
    with pytest.raises(ssl.SSLError, match=REFUSED), connected(gateway.edge_port, context):
        pass


@pytest.mark.parametrize(
    ("version", "name"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_what_is_current_is_spoken(gateway: GatewayProcess, version: ssl.TLSVersion, name: str) -> None:
    context = trusting()
    context.minimum_version = context.maximum_version = version
    with connected(gateway.edge_port, context) as client:
        assert client.version() == name


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), ([], None)]
)
def test_the_protocol_is_http_1_1(gateway: GatewayProcess, offered: list[str], chosen: str | None) -> None:
    context = trusting()
    if offered:
        context.set_alpn_protocols(offered)
    with connected(gateway.edge_port, context) as client:
        assert client.selected_alpn_protocol() == chosen


def test_plain_http_is_not_answered(gateway: GatewayProcess, server: Recorder) -> None:
    before = len(server.seen())
    assert not converse(gateway.edge_port, asks()).startswith(b"HTTP/1.1 200 ")
    assert len(server.seen()) == before


def test_names_alone(server: Recorder, tmp_path: Path) -> None:
    with running(tmp_path, secured(tmp_path, server.port, names_alone=True)) as gateway:
        assert names_shown(gateway.edge_port) == ("api.example",)
        context = trusting()
        context.check_hostname = False
        assert not is_let_in(gateway.edge_port, context, "other.example")


async def test_a_new_certificate_ends_no_connection(gateway: GatewayProcess, folder: Path) -> None:
    old = await asyncio.to_thread(serial_shown, gateway.edge_port)
    context, wire = trusting(), asks()
    gate = asyncio.Semaphore(50)

    async def asked(client: Client) -> bytes:
        reader, writer = client
        writer.write(wire)
        return (await reader.readuntil(b"\r\n\r\n"))[:12]

    async def asked_again(client: Client) -> bytes:
        async with gate:
            return await asked(client)

    async def opened() -> Client:
        """And used: one on which nobody asks is closed before all of them are there."""
        async with gate:
            place = {"host": "127.0.0.1", "port": gateway.edge_port}
            client = await asyncio.open_connection(**place, ssl=context, server_hostname="api.example")  # type: ignore[arg-type]
            assert await asked(client) == b"HTTP/1.1 200"
            return client

    clients = await asyncio.gather(*(opened() for _ in range(CROWD)))
    try:
        write(folder, "api", OURS.serving("api.example"))
        await asyncio.to_thread(
            wait_until, lambda: serial_shown(gateway.edge_port) != old, lambda: "the old one is still shown"
        )
        assert set(await asyncio.gather(*map(asked_again, clients))) == {b"HTTP/1.1 200"}
    finally:
        for _, writer in clients:
            writer.transport.abort()
