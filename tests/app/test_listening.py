"""The open listeners of one process, each with its own certificates and protocol."""

import re
import ssl
from asyncio import open_connection
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from gateway.app.front import Configured
from gateway.app.room import MAX_GRPC
from gateway.app.setting import open_setting
from gateway.app.single import Single, open_single
from tests.app.test_over_grpc import LISTENERS
from tests.app.test_single import configured
from tests.tls.authority import DAY, Authority

FREE = {"host": "127.0.0.1", "port": 0}
OURS, THEIRS = Authority("ours"), Authority("theirs")
TLS = {"certificate": "file:tls.crt", "key": "file:tls.key"}


def show(folder: Path, authority: Authority, life: timedelta = DAY) -> None:
    pair = authority.server(life=life)
    (folder / "tls.crt").write_bytes(pair.chain)
    (folder / "tls.key").write_bytes(pair.key)


def given(folder: Path) -> Configured:
    with_tls = dict.fromkeys(("decision", "grpc"), FREE | {"tls": TLS})
    return configured(folder, listeners={**LISTENERS, **with_tls})


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Single]:
    show(tmp_path, OURS)
    shown = given(tmp_path)
    opened = await open_single(open_setting(shown.world, BytesIO()), shown)
    yield opened
    await opened.drain(0)


async def spoken(port: int, trusts: Authority) -> str | None:
    context = ssl.create_default_context(cadata=trusts.pem.decode())
    context.set_alpn_protocols(["h2", "http/1.1"])
    _, writer = await open_connection("127.0.0.1", port, ssl=context)
    agreed: str | None = writer.get_extra_info("ssl_object").selected_alpn_protocol()
    writer.transport.abort()
    return agreed


async def test_each_speaks_its_protocol_and_renews_its_certificates(front: Single, tmp_path: Path) -> None:
    assert await spoken(front.ports["decision"], OURS) == "http/1.1"
    assert await spoken(front.ports["grpc"], OURS) == "h2"
    show(tmp_path, THEIRS)
    front.adopt(given(tmp_path))
    assert await spoken(front.ports["decision"], THEIRS) == "http/1.1"
    assert await spoken(front.ports["grpc"], THEIRS) == "h2"
    with pytest.raises(ssl.SSLCertVerificationError):
        await spoken(front.ports["grpc"], OURS)


def shown_until(front: Single) -> dict[str, float]:
    """When what is shown ends, by the labels of the page."""
    page = b"".join(front.exposition()[0]).decode()
    rows = re.findall(r"certificate_not_after_timestamp_seconds\{(.*)\} (\S+)", page)
    return {labels: float(seconds) for labels, seconds in rows}


async def test_each_says_until_when_what_it_shows_is_good(front: Single, tmp_path: Path) -> None:
    async def seen(name: str, trusts: Authority) -> int:
        context = ssl.create_default_context(cadata=trusts.pem.decode())
        _, writer = await open_connection("127.0.0.1", front.ports[name], ssl=context)
        until = ssl.cert_time_to_seconds(writer.get_extra_info("peercert")["notAfter"])
        writer.transport.abort()
        return until

    named = {name: f'listener="{name}",upstream=""' for name in ("decision", "grpc")}
    before = {label: await seen(name, OURS) for name, label in named.items()}
    assert shown_until(front) == before
    show(tmp_path, THEIRS, life=timedelta(hours=6))
    front.adopt(given(tmp_path))
    assert shown_until(front) == {label: await seen(name, THEIRS) for name, label in named.items()} != before


async def test_each_counts_its_own_connections_within_its_own_bound(front: Single) -> None:
    listening = front._deciding.listening
    assert listening.listeners["grpc"]._connections._limits.max_connections == MAX_GRPC
    _, writer = await open_connection(
        "127.0.0.1", front.ports["grpc"], ssl=ssl._create_unverified_context(), server_hostname="gateway"
    )
    writer.write(b"x")
    await writer.drain()
    assert set(listening.ports) == {"decision", "grpc"}
    writer.transport.abort()
