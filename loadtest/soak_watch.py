"""What happens to the server in a soak, beside the traffic? It is reloaded, and its memory is sampled."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from loadtest import processes

RELOAD_EVERY_S = 5.0
SAMPLE_EVERY_S = 1.0


@dataclass(slots=True)
class Watch:
    """What was seen so far."""

    seconds: list[float] = field(default_factory=list)
    pss_mb: list[float] = field(default_factory=list)
    reloads: int = 0


@contextmanager
def watched(pid: int, file: Path) -> Iterator[Watch]:
    """Sample the server's memory and reload its configuration file until the block ends."""
    watch, stop = Watch(), threading.Event()
    thread = threading.Thread(target=_look, args=(pid, file, watch, stop))
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join()


# --- private ---


def _look(pid: int, file: Path, watch: Watch, stop: threading.Event) -> None:
    began = reloaded = time.monotonic()
    reloads = _catches_hangup(pid)
    while not stop.wait(SAMPLE_EVERY_S):
        now = time.monotonic()
        watch.seconds.append(now - began)
        watch.pss_mb.append(processes.pss_bytes(processes.tree(pid)) / 1e6)
        if reloads and now - reloaded >= RELOAD_EVERY_S:
            reloaded = now
            _change(file)
            os.kill(pid, signal.SIGHUP)
            watch.reloads += 1


def _catches_hangup(pid: int) -> bool:
    """Whether SIGHUP has a handler (proc(5), SigCgt). Without one it would end the server."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> (signal.SIGHUP - 1) & 1)


def _change(file: Path) -> None:
    """Give minted tokens another life, so that there is something to reload; in one step."""
    old = file.read_text()
    new = old.replace('"60s"', '"50s"') if '"60s"' in old else old.replace('"50s"', '"60s"')
    beside = file.with_suffix(".new")
    beside.write_text(new)
    beside.replace(file)
