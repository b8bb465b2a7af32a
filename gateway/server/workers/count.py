"""How many workers are worth having? As many as there are processors to use.

A container's quota counts, not the machine: more processes than that only wait for each other.
"""

import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")
OWN: Final = Path("/proc/self/cgroup")


def default_count(usable: int, *, cgroups: Path = CGROUPS, own: Path = OWN) -> int:
    """Give the processors that may be used (`usable` where there is no quota), rounded up, at least 1."""
    quotas = [quota for quota in _quotas(cgroups, _text(own)) if quota is not None]
    return max(1, math.ceil(min([usable, *quotas])))


def quota_v2(cpu_max: str) -> float | None:
    """Read `cpu.max`: quota and period in microseconds. None is no quota, or nothing that we understand."""
    match cpu_max.split():
        case [quota, period]:
            return _ratio(quota, period)
        case _:
            return None


def quota_v1(quota_us: str, period_us: str) -> float | None:
    """Read `cpu.cfs_quota_us` and `cpu.cfs_period_us`; -1 is no quota."""
    return _ratio(quota_us.strip(), period_us.strip())


# --- private ---


def _quotas(cgroups: Path, own: str) -> Iterator[float | None]:
    """The quota of our group and of each group around it: the smallest holds."""
    for line in own.splitlines():
        match line.split(":", 2):
            case ["0", "", path]:
                yield from (quota_v2(_text(at / "cpu.max")) for at in _upwards(cgroups, path))
            case [_, controllers, path] if "cpu" in controllers.split(","):
                for at in _upwards(cgroups / "cpu", path):
                    yield quota_v1(_text(at / "cpu.cfs_quota_us"), _text(at / "cpu.cfs_period_us"))
            case _:
                pass


def _upwards(mount: Path, path: str) -> Iterator[Path]:
    """From the group to the mount. In a container the mount is the group, and the rest is not there."""
    inside = PurePosixPath(path.lstrip("/"))
    for group in (inside, *inside.parents):
        yield mount / group


def _ratio(quota: str, period: str) -> float | None:
    try:
        found = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return None
    return found if found > 0 else None


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
