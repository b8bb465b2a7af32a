"""What do signals do to us, from the start to the very end?

An event loop's own handlers give a signal back to the kernel when they are removed or the loop is closed, and
from then on one more signal would end us by itself, with an exit code that says so. Ours never do.
"""

import asyncio
import signal
from collections.abc import Callable


def heed(number: signal.Signals, call: Callable[[], object]) -> None:
    """Call it in the running loop, which must be uvloop's, whenever this signal comes, in place of what was
    called before.

    uvloop wakes for every signal; the loop of the standard library does so for handlers of its own only.
    """
    loop = asyncio.get_running_loop()
    signal.signal(number, lambda *_: loop.call_soon_threadsafe(call))


def ignore(*numbers: signal.Signals) -> None:
    """From now until the process is gone. Python leaves it so while it ends."""
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)
