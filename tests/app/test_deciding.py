"""One process that decides, on a port of its own or on one that it shares."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from gateway.app.deciding import Deciding, Means, Peers, open_deciding
from gateway.app.parts import engine_world
from gateway.app.setting import open_setting
from tests import builders as b
from tests.app.process import served
from tests.app.test_single import configured, welcome
from tests.wire.processes import free_port


async def opened(folder: Path, ports: Mapping[str, int]) -> Deciding:
    given = configured(folder)
    around = open_setting(given.world, BytesIO())
    seen = engine_world(
        given.world, sources=given.sources, signer=around.custody.signer, revoked=b.nothing_revoked
    )
    means = Means(
        metrics=around.metrics,
        log=around.log,
        bugs=around.bugs,
        lines=around.lines,
        fingerprint_key=b"k" * 32,
        clock=around.clock,
    )
    return await open_deciding(given.world, seen, means, ports=ports)


async def test_two_may_share_a_port(tmp_path: Path) -> None:
    port = free_port()
    one, other = await opened(tmp_path, {"decision": port}), await opened(tmp_path, {"decision": port})
    assert one.listening.ports == other.listening.ports == {"decision": port}
    assert (await welcome(port)).status == 200
    await one.drain(1)
    assert (await welcome(port)).status == 200
    await other.drain(1)


async def test_a_port_of_its_own_is_not_shared(tmp_path: Path) -> None:
    alone = await opened(tmp_path, {})
    with pytest.raises(OSError, match="in use"):
        await opened(tmp_path, alone.listening.ports)
    await alone.drain(1)


def test_peers_are_those_of_any_policy_and_follow_the_configuration(tmp_path: Path) -> None:
    policies = {"orders": served()["policies"]["orders"]}
    peers = Peers(configured(tmp_path, policies=policies).world)
    assert peers("127.0.0.1")
    assert not peers("10.1.2.3")
    assert not peers("")
    policies["orders"]["peers"] = ["10.0.0.0/8"]
    peers.follow(configured(tmp_path, policies=policies).world)
    assert peers("10.1.2.3")
    assert peers("::ffff:10.1.2.3")
    assert not peers("127.0.0.1")
