"""What every gateway has, and how it lives."""

import socket
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from gateway.app import gateway as module
from gateway.app.gateway import start
from gateway.app.parts import CLOCK
from gateway.app.setting import open_setting
from gateway.app.single import open_single
from gateway.config.compile import load_world
from gateway.core.headers import Headers
from gateway.dialects.wire import HttpRequest
from gateway.keys.custody import Custody
from gateway.keys.memory import MemoryStore
from gateway.server.deny_list import DenyList
from gateway.server.keys_pages import JWKS_PATH
from tests import builders as b
from tests.app.process import served
from tests.cli.configuration import write
from tests.sources.fake_time import until
from tests.wire.processes import accepts, free_port


@pytest.mark.usefixtures("process_hooks")
async def test_an_address_that_is_taken_leaves_nothing_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, (tmp_path / "lines").open("wb") as out:
        ports = [free_port(), free_port(), taken.getsockname()[1]]
        names = ("decision", "keys", "admin")
        listeners = {
            name: {"host": "127.0.0.1", "port": port} for name, port in zip(names, ports, strict=True)
        }
        world = load_world(write(tmp_path, served(listeners=listeners)))
        with pytest.raises(OSError, match="in use"):
            await start(open_setting(world, out), world, {}, open_single)
        assert not accepts(ports[0])
        assert not accepts(ports[1])


class Turning(Custody):
    """Has another key at the second look; the first one is our bug."""

    looks = 0

    async def look(self) -> bool:
        self.looks += 1
        if self.looks == 1:
            raise RecursionError
        if self.looks == 2:
            self.open()
        return self.looks == 2


@pytest.mark.usefixtures("process_hooks")
async def test_another_keyring_is_published_and_a_defect_does_not_end_the_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.01)
    free = {"host": "127.0.0.1", "port": 0}
    world = load_world(write(tmp_path, served(listeners={"decision": free, "keys": free, "admin": free})))
    custody = Turning(MemoryStore(), algorithm="ES256", rotate_every_s=None, clock=CLOCK)
    first = custody.open()
    out = BytesIO()
    gateway = await start(replace(open_setting(world, out), custody=custody), world, {}, open_single)
    try:
        await until(lambda: custody.looks >= 3)
        pages = gateway._pages(
            HttpRequest(method=b"GET", target=JWKS_PATH, headers=Headers.of(()), peer=b.PEER)
        )
        assert pages.body == custody.keyring.jwks() != first.jwks()
        assert b"RecursionError" in out.getvalue()
    finally:
        await gateway.stop()
    assert gateway.why_not_ready() == "draining"


@pytest.mark.usefixtures("process_hooks")
async def test_a_defect_in_telling_of_revocations_ends_nothing_and_they_are_told_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DENIED_EVERY_S", 0.01)
    free = {"host": "127.0.0.1", "port": 0}
    listed = tmp_path / "revoked.yaml"
    listed.write_text("revoked: []\n")
    listeners = {"decision": free, "keys": free, "admin": free}
    world = load_world(write(tmp_path, served(listeners=listeners, revocations={"file": "revoked.yaml"})))
    out = BytesIO()
    gateway = await start(open_setting(world, out), world, {}, open_single)
    front = type(gateway._front)
    told: list[DenyList | None] = []
    tell = front.denied_changed

    def fails_once(_: object) -> None:
        told.append(gateway.configured.denied)
        if len(told) == 1:
            raise RecursionError
        tell(gateway._front)

    monkeypatch.setattr(front, "denied_changed", fails_once)
    try:
        listed.write_text("revoked:\n  - {issuer: corp, jti: jti-of-theirs}\n")
        await until(lambda: len(told) >= 2)
        assert told[1] is not None
        assert told[1].current.count == 1
        assert b"RecursionError" in out.getvalue()
    finally:
        await gateway.stop()
