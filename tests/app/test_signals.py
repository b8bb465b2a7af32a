"""Does every signal reach the loop, and does none end the process when the loop is gone?"""

import signal
import subprocess
import sys
from typing import Final

import pytest

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
