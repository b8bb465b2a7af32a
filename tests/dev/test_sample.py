"""The configuration of `gateway dev` is one that `gateway check` accepts."""

from pathlib import Path

import pytest

from gateway.config.compile import load_world
from gateway.config.world import Address
from gateway.dev.ports import HOST, Ports
from gateway.dev.sample import configuration

PORTS = Ports(front=1, provider=2, backend=3, decision=4, keys=5, admin=6)


@pytest.mark.parametrize("edge", [False, True], ids=["behind nginx", "at the edge"])
def test_it_compiles_and_only_loopback_is_listened_on_and_trusted(tmp_path: Path, *, edge: bool) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(configuration(PORTS, edge=edge))
    world = load_world(file)
    assert world.refused == ()
    at = world.listeners
    assert {at.decision.host, at.keys.host, at.admin.host} == {HOST}
    assert (at.decision.port, at.keys.port, at.admin.port) == (4, 5, 6)
    (policy,) = world.snapshot.policies.values()
    assert [str(peer) for peer in policy.peers] == ([] if edge else ["127.0.0.1/32"])
    assert policy.at_the_edge is edge
    assert at.edge == (Address(host=HOST, port=1) if edge else None)
    assert set(world.upstreams) == ({"http://127.0.0.1:3"} if edge else set())
    # All that is insecure about it is asked for by name, and said.
    assert sorted(warning.split(": ")[1] for warning in world.warnings) == [
        "issuers.dev.allow_http",
        "issuers.dev.allow_private_network",
        *([] if edge else ["policies.shop.callers"]),
        *(["listeners.edge"] if edge else []),
        "policies.shop.routes[2]",
    ]
