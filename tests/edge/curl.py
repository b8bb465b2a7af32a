"""How does curl ask at the edge, and what does it get?"""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tests.edge.stack import host_of, token
from tests.wire.components import Component, locate

TIMEOUT_S = 120.0


def command(port: int, name: str, target: str, *options: str | Path) -> Sequence[str | Path]:
    """With a good token, in HTTP/1.1 where the options say nothing else."""
    asks = ["-H", f"Host: {host_of(name)}", "-H", f"Authorization: Bearer {token()}", "--path-as-is"]
    return [locate(Component.CURL), "-sS", "--http1.1", *asks, *options, f"http://127.0.0.1:{port}{target}"]


def curl(
    port: int, name: str, target: str, *options: str | Path, stdin: IO[bytes] | int = subprocess.DEVNULL
) -> bytes:
    """What it writes. Raises: CalledProcessError where it says that something went wrong."""
    asks = command(port, name, target, *options)
    return subprocess.run(asks, stdin=stdin, capture_output=True, timeout=TIMEOUT_S, check=True).stdout
