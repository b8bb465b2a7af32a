"""On what was it measured, and who else was at work meanwhile?"""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cryptography
from cryptography.hazmat.backends.openssl.backend import backend

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
CLIENT_CORE = CORES[-1]
"""The same one only where there is no second: the report says so."""
BUSY = 0.10
"""Processors that others may use in a window before its figures are marked."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Seconds of processor time since boot, of all processors (proc(5), /proc/stat)."""

    busy_s: float
    stolen_s: float
    """Ran on the host, but not for us."""


def clock() -> Clock:
    """Read it."""
    user, nice, system, _, _, irq, softirq, steal = map(int, _first_line().split()[1:9])
    return Clock(busy_s=(user + nice + system + irq + softirq) / _TICKS, stolen_s=steal / _TICKS)


def facts() -> dict[str, str]:
    """The machine, without a name of its own."""
    memory = Path("/proc/meminfo").read_text().split()[1]
    return {
        "processor": f"{len(CORES)} x {_processor()}",
        "memory": f"{int(memory) / 1024**2:.0f} GiB",
        "kernel": platform.release(),
        "distribution": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "uvloop": version("uvloop"),
        "cryptography": f"{cryptography.__version__} ({backend.openssl_version_text()})",
    }


def _first_line() -> str:
    with Path("/proc/stat").open() as file:
        return file.readline()


def _processor() -> str:
    fields = [line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines()]
    found = {name.strip(): value.strip() for name, _, value in fields}
    model = found.get("model name", platform.machine())
    return f"{model}, family {found.get('cpu family', '?')} model {found.get('model', '?')}"
