"""What is made from a configuration."""

import json
from pathlib import Path

from gateway.app.parts import CLOCK, announce, new_fingerprint_key, policy_routes, recorder
from gateway.config.compile import load_world
from gateway.core.reason import Reason
from gateway.core.verdict import Deny
from gateway.telemetry.lines import Lines
from gateway.telemetry.log import Log
from tests.app.process import served
from tests.cli.configuration import write


def test_routes_are_named_by_their_policy(tmp_path: Path) -> None:
    world = load_world(write(tmp_path, served()))
    assert policy_routes(world) == {"orders": ("orders-read", "orders-write", "welcome")}


def test_what_was_left_out_and_what_is_insecure_is_announced(tmp_path: Path) -> None:
    write(tmp_path, {"policies": {"team": {"hosts": []}}}, "team.yaml")
    world = load_world(write(tmp_path, served(include=["team.yaml"])))
    written: list[bytes] = []
    announce(world, Log(written.append, CLOCK))
    actions = {json.loads(line)["event.action"] for line in written}
    assert actions == {"file_refused", "insecure_choice"}


def test_a_key_of_the_gateway_stands_in_for_that_of_the_operator(tmp_path: Path) -> None:
    world = load_world(write(tmp_path, served()))
    assert len(new_fingerprint_key()) >= 32
    assert new_fingerprint_key() != new_fingerprint_key()
    with (tmp_path / "out").open("wb") as out:
        one = recorder(world, Lines(out), new_fingerprint_key(), clock=CLOCK)
        one.record(Deny(reason=Reason.POLICY_UNKNOWN), None, dialect="nginx", peer="10.0.0.1", seconds=0.1)
    assert (tmp_path / "out").read_bytes().count(b"\n") == 1
