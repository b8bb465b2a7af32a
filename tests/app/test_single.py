"""Everything in one process: a decision, and the one after a reload."""

import asyncio
from pathlib import Path
from typing import Any

from gateway.app.front import Configured
from gateway.app.setting import open_setting
from gateway.app.single import open_single
from gateway.app.sources import key_sources
from gateway.config.compile import load_world
from tests import builders as b
from tests.app.process import served
from tests.cli.configuration import write
from tests.wire.raw_client import Response, send


def configured(folder: Path, **changes: Any) -> Configured:
    free = {"host": "127.0.0.1", "port": 0}
    listeners = {"decision": free, "keys": free, "admin": free}
    world = load_world(write(folder, served(listeners=listeners) | changes))
    return Configured(world=world, readings={}, sources=key_sources(world), denied=None)


async def welcome(port: int) -> Response:
    carriers = [("X-Original-Method", "GET"), ("X-Original-URL", "https://api.example.com/")]
    return await asyncio.to_thread(send, port, "/auth/nginx/orders", [*carriers, ("X-Real-IP", "192.0.2.1")])


async def test_it_decides_by_the_configuration_that_was_adopted_last(tmp_path: Path) -> None:
    (tmp_path / "issuer.json").write_bytes(b.jwks(b.KEY))
    first = configured(tmp_path)
    with (tmp_path / "out").open("wb") as out:
        around = open_setting(first.world, out)
        front = await open_single(around, first)
        assert front.why_not() is None
        front.keys_read("corp")
        front.signing_changed()
        assert (await welcome(front.ports["decision"])).status == 200
        front.adopt(configured(tmp_path, policies={"other": served()["policies"]["orders"]}))
        assert (await welcome(front.ports["decision"])).status == 403
        await front.drain(1)
        around.lines.flush()
    text = b"".join(front.exposition()[0]).decode()
    assert 'verdict="permit"' in text
    assert 'token_gateway_connections{listener="decision"} 0.0' in text
    assert (tmp_path / "out").read_text().count('"decide"') == 2
