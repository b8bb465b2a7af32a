"""The configuration of `gateway dev` is one that `gateway check` accepts."""

from pathlib import Path

from gateway.config.compile import load_world
from gateway.dev.sample import HOST, Ports, configuration

PORTS = Ports(front=1, provider=2, backend=3, decision=4, keys=5, admin=6)


def test_it_compiles_and_only_loopback_is_listened_on_and_trusted(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(configuration(PORTS))
    world = load_world(file)
    assert world.refused == ()
    at = world.listeners
    assert {at.decision.host, at.keys.host, at.admin.host} == {HOST}
    assert (at.decision.port, at.keys.port, at.admin.port) == (4, 5, 6)
    (policy,) = world.snapshot.policies.values()
    assert [str(peer) for peer in policy.peers] == ["127.0.0.1/32"]
    # All that is insecure about it is asked for by name, and said.
    assert sorted(warning.split(": ")[1] for warning in world.warnings) == [
        "issuers.dev.allow_http",
        "issuers.dev.allow_private_network",
        "policies.shop.callers",
        "policies.shop.routes[2]",
    ]
