"""What is printed, whatever the ports are called and wherever this Python is."""

import shutil
import sys
from pathlib import Path

import pytest

from gateway.dev import tour
from gateway.dev.ports import Ports

PORTS = Ports(front=65535, provider=65534, backend=65533, decision=65532, keys=65531, admin=65530)


def widths(text: str) -> list[int]:
    return [len(line) for line in text.splitlines()]


@pytest.mark.parametrize("edge", [False, True], ids=["behind nginx", "at the edge"])
def test_it_fits_the_screen(monkeypatch: pytest.MonkeyPatch, *, edge: bool) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "executable", "/home/somebody/src/token-gateway/.venv/bin/python")
    text = tour.text(PORTS, {"header": {}}, edge=edge)
    assert max(widths(text)) <= tour.WIDTH


def test_a_gateway_of_another_environment_is_not_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: str(tmp_path / "gateway"))
    text = tour.text(PORTS, {})
    assert "\n  gateway token" not in text
    assert f"{Path(sys.executable).with_name('gateway')} token" in text


def test_a_path_with_a_space_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "a b" / "python"))
    assert f"'{tmp_path}/a b/python' -m gateway token" in tour.text(PORTS, {})


def test_at_the_edge_the_commands_are_the_same_and_the_gateway_is_called() -> None:
    behind, edge = (tour.text(PORTS, {}, edge=edge) for edge in (False, True))
    assert edge.partition("# 200")[2] == behind.partition("# 200")[2]
    assert [line for line in edge.splitlines() if line not in behind] == [
        "  gateway             http://127.0.0.1:65535     call this one: it stands in front itself"
    ]
    assert "65532" not in edge
