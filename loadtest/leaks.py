"""What does it cost to redact a gigabyte of logs, beside the bare engine on the same octets?

Both read a pipe, on the server's processor. Compared is processor time, as MB for each second of it; memory
is the most that the process ever had. A tenth of it is redacted too: if that takes as much memory and as
long for each MB, neither grows with the length.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Final

from loadtest import logs, machine
from loadtest.measure import Bench
from loadtest.samples import Samples

TITLE: Final = "A gigabyte of mixed logs through `gateway leaks redact`, a token in every twenty-fifth line"
SIZE: Final = 1_000_000_000
"""With --seconds below one, so much less."""
ROWS: Final = ("bare", "redact-tenth", "redact")

_GATEWAY: Final = ("-m", "gateway", "leaks", "redact")
_BARE: Final = ("-m", "loadtest.bare_engine")


def leaks(bench: Bench) -> Samples:
    """Once each: it takes its time. Raises: RuntimeError where a command fails."""
    text = logs.block()
    size = int(SIZE * min(1.0, bench.seconds))
    return {
        "leaks.bare": _measured(_BARE, logs.streamed(text, size)),
        "leaks.redact-tenth": _measured(_GATEWAY, logs.streamed(text, size // 10)),
        "leaks.redact": _measured(_GATEWAY, logs.streamed(text, size)),
    }


# --- private ---


def _measured(words: tuple[str, ...], octets: Iterable[memoryview]) -> dict[str, list[float]]:
    """What comes out goes to nobody. Used is what wait4(2) says of the child, its start included."""
    process = subprocess.Popen(
        [sys.executable, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {machine.SERVER_CORE}),  # noqa: PLW1509 - no threads here
    )
    if process.stdin is None:
        raise RuntimeError("no pipe")
    sent = 0
    with process.stdin:
        for part in octets:
            process.stdin.write(part)
            sent += len(part)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
    cpu_s = used.ru_utime + used.ru_stime
    return {"mb_per_cpu_s": [sent / 1e6 / cpu_s], "cpu_s": [cpu_s], "rss_mb": [used.ru_maxrss / 1024]}
