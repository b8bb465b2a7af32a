"""Which files does each part of `make quick` take?"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

LEFT_OUT: Final = ("properties", "hostile", "fuzz", "corpus", "app", "image", "server/edge", "server/grpc")
"""Crowds, processes, long searches: folders of `tests` that are left to `make test`."""
_NOT_OURS: Final = {"node_modules", "__pycache__"}
_WHOLLY_MARKED: Final = re.compile(r"^pytestmark = .*\bpytest\.mark\.(?:wire|long)\b", re.MULTILINE)


def files(tests: Path) -> tuple[Path, ...]:
    """Every file that may hold a test of a single part, sorted.

    One that is marked `wire` or `long` as a whole holds none: it would be collected for nothing.
    """
    left_out = tuple(tests / folder for folder in LEFT_OUT)
    return tuple(
        path
        for path in sorted(tests.rglob("test_*.py"))
        if _NOT_OURS.isdisjoint(path.parts)
        if not any(path.is_relative_to(folder) for folder in left_out)
        if _WHOLLY_MARKED.search(path.read_text("utf-8")) is None
    )


def split(paths: Iterable[Path], seconds: Mapping[str, float], parts: int) -> list[list[Path]]:
    """Give each part about the same time: the longest file first, to whoever has least so far.

    `seconds` are those of an earlier run, by path; a file that it does not know is taken for a usual one.
    Each file is in one part, and no part is empty unless there are more parts than files. A part keeps the
    order of the files.
    """
    known = sorted(seconds.values())
    usual = known[len(known) // 2] if known else 1.0
    weight = {path: seconds.get(path.as_posix(), usual) for path in paths}
    sums, taken = [0.0] * parts, [set[Path]() for _ in range(parts)]
    for path in sorted(weight, key=lambda one: -weight[one]):
        least = min(range(parts), key=sums.__getitem__)
        sums[least] += weight[path]
        taken[least].add(path)
    return [[path for path in weight if path in mine] for mine in taken]
