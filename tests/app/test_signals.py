"""Does every signal reach the loop, and does none end the process when the loop is gone?"""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.app.process import served
from tests.cli.configuration import write

_PROGRAM: Final = """
import asyncio, atexit, os, signal, sys
import uvloop
from gateway.app.signals import heed, ignore

NUMBER = signal.Signals(int(sys.argv[1]))
kick = lambda: os.kill(os.getpid(), NUMBER)
atexit.register(kick)

async def main():
    first, second = asyncio.Event(), asyncio.Event()
    heed(NUMBER, first.set)
    asyncio.get_running_loop().call_later(0.05, kick)  # while it waits and nothing else happens
    await first.wait()
    heed(NUMBER, second.set)
    kick()
    await second.wait()
    ignore(NUMBER)
    kick()
    return 7

code = uvloop.run(main())
kick()
sys.exit(code)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_heeded_in_the_loop_and_ignored_behind_it(number: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(int(number))], capture_output=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, b"", b"")


_SERVING: Final = """
import atexit, os, sys
from pathlib import Path
from gateway.app.serve import serve

kick = lambda: os.kill(os.getpid(), int(sys.argv[2]))
atexit.register(kick)
code = serve(Path(sys.argv[1]), 1)
kick()
sys.exit(code)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_same_where_it_could_not_begin(tmp_path: Path, number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        decision = {"host": "127.0.0.1", "port": taken.getsockname()[1]}
        file = write(tmp_path, served(listeners={"decision": decision}))
        done = subprocess.run(
            [sys.executable, "-c", _SERVING, file, str(int(number))],
            capture_output=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.decode().startswith("gateway: cannot listen: 127.0.0.1 port ")
    assert done.stderr.count(b"\n") == 1
