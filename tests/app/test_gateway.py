"""What every gateway has, and how it lives."""

import logging
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.app.custody import open_custody
from gateway.app.gateway import start
from gateway.app.single import open_single
from gateway.config.compile import load_world
from gateway.telemetry.lines import Lines
from tests.app.process import served
from tests.cli.configuration import write
from tests.wire.processes import accepts, free_port


@pytest.fixture
def process_hooks() -> Iterator[None]:
    """`start` takes over what belongs to a process; this process is pytest's."""
    root = logging.getLogger()
    before = threading.excepthook, sys.unraisablehook, root.handlers[:], root.level
    yield
    threading.excepthook, sys.unraisablehook, root.handlers[:], level = before
    root.setLevel(level)


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
            await start(world, {}, open_custody(world), Lines(out), open_single)
        assert not accepts(ports[0])
        assert not accepts(ports[1])
