"""What does a server use: processor time, memory, descriptors? Of its whole process tree."""

import time
from pathlib import Path

_CPUCLOCK_SCHED = 2


def tree(root: int) -> list[int]:
    """The process and all its descendants, the root first (proc(5), field 4 of /proc/PID/stat)."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for pid in found:  # grows while it is read
        found += children.get(pid, [])
    return found


def cpu_s(pids: list[int]) -> float:
    """User and system time of the processes, ended threads included.

    It is the sum that /proc/PID/stat shows in fields 14 and 15, in nanoseconds instead of ticks of 10 ms: the
    process's own clock, whose number is made of its id (clock_getcpuclockid(3)).
    """
    return sum(time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED) for pid in pids)


def pss_bytes(pids: list[int]) -> int:
    """Memory in RAM; what processes share is counted once, in parts (proc_pid_smaps(5))."""
    return sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in pids)


def rss_bytes(pid: int) -> int:
    """Memory in RAM of one process, with what it shares."""
    return _kilobytes(pid, "status", "VmRSS:")


def most_rss_bytes(pid: int) -> int:
    """The most memory in RAM that one process ever had since it became a program, with what it shares.

    `ru_maxrss` of wait4(2) also counts what it was before that: a copy of us.
    """
    return _kilobytes(pid, "status", "VmHWM:")


def open_files(pids: list[int]) -> int:
    """How many descriptors are open."""
    return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)


def _kilobytes(pid: int, file: str, field: str) -> int:
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise LookupError(f"no {field} in /proc/PID/{file}")
