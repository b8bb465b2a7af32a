"""What does it cost to redact a gigabyte of logs, beside the bare engine on the same octets?

Both read a pipe, on the server's processor. Compared is processor time, as MB for each second of it; memory
is the most that the process ever had; what the start takes is reckoned out. A tenth of it is redacted too:
if that takes as much memory and as long for each MB, neither grows with the length.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Final, NamedTuple

from loadtest import logs, machine, processes
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
    starts: dict[tuple[str, ...], float] = {words: _used(words, ()).cpu_s for words in (_BARE, _GATEWAY)}
    works = {"bare": (_BARE, size), "redact-tenth": (_GATEWAY, size // 10), "redact": (_GATEWAY, size)}
    samples: Samples = {}
    for name, (words, octets) in works.items():
        used = _used(words, logs.streamed(text, octets))
        cpu_s = used.cpu_s - starts[words]
        samples[f"leaks.{name}"] = {
            "mb_per_cpu_s": [octets / 1e6 / cpu_s],
            "cpu_s": [cpu_s],
            "rss_mb": [used.rss_mb],
        }
    return samples


# --- private ---


class _Used(NamedTuple):
    cpu_s: float
    rss_mb: float


def _used(words: tuple[str, ...], octets: Iterable[memoryview]) -> _Used:
    """What comes out goes to nobody. Used is what wait4(2) says of the child."""
    process = subprocess.Popen(
        ["taskset", "--cpu-list", str(machine.SERVER_CORE), sys.executable, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if process.stdin is None:
        raise RuntimeError("no pipe")
    with process.stdin:
        for part in octets:
            process.stdin.write(part)
        process.stdin.flush()
        rss_mb = processes.most_rss_bytes(process.pid) / 1e6
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
    return _Used(used.ru_utime + used.ru_stime, rss_mb)
