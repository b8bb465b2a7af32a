"""How many connections each listener may have, of the files that may be open."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from gateway.app.room import MAX_GRPC, room_for
from gateway.config.world import World
from gateway.server import descriptors
from gateway.telemetry.lines import Lines
from gateway.telemetry.log import Log
from tests import builders as b
from tests.app.process import served
from tests.app.test_single import configured

EDGE: dict[str, Any] = {"edge": {"host": "127.0.0.1", "port": 0, "max_connections": 10_000}}
BESIDE = 1024 + 64
"""To the one server of the one upstream."""


def world(folder: Path, *, peers: bool = True, edge: bool = True) -> World:
    config = served()
    orders = config["policies"]["orders"]
    if not peers:
        del orders["peers"], orders["callers"]
    if edge:
        for route in orders["routes"]:
            route["upstream"] = "http://127.0.0.1:9"
    free = {"host": "127.0.0.1", "port": 0}
    listeners = {"decision": free, "keys": free, "admin": free, "grpc": free, **(EDGE if edge else {})}
    return configured(folder, policies={"orders": orders}, listeners=listeners).world


def room(one: World, files: int, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, int], str]:
    monkeypatch.setattr(descriptors, "raise_limit", lambda wanted: min(files, wanted))
    out = BytesIO()
    lines = Lines(out)
    found = dict(room_for(one, Log(lines.write, lambda: b.NOW)))
    lines.flush()
    return found, out.getvalue().decode()


def test_all_get_what_they_want_where_there_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, said = room(world(tmp_path), 10**6, monkeypatch)
    assert found == {"decision": 10_000, "grpc": MAX_GRPC, "edge": 10_000}
    assert said == ""


def test_where_there_is_less_each_gets_less_and_the_operator_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, said = room(world(tmp_path), 12_000, monkeypatch)
    assert sum(found.values()) <= 12_000 - BESIDE - descriptors.RESERVED
    assert found["edge"] == pytest.approx(found["decision"], abs=2)
    assert found["grpc"] == pytest.approx(found["decision"] * MAX_GRPC / 10_000, abs=2)
    assert "few_descriptors" in said


def test_a_decision_listener_that_nobody_may_ask_gets_what_the_others_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = world(tmp_path, peers=False)
    found, said = room(one, 14_000, monkeypatch)
    assert (found["edge"], found["grpc"], said) == (10_000, MAX_GRPC, "")
    assert 64 < found["decision"] == 14_000 - BESIDE - descriptors.RESERVED - 10_000 - MAX_GRPC
    assert room(one, 10**6, monkeypatch)[0]["decision"] == 10_000


def test_without_an_edge_nothing_is_kept_for_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = room(world(tmp_path, edge=False), descriptors.RESERVED + 10_000 + MAX_GRPC, monkeypatch)
    assert found == {"decision": 10_000, "grpc": MAX_GRPC}
