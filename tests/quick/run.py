"""Do the tests of single parts pass? `make quick`.

    python -m tests.quick.run [--jobs 2]

As many runs of pytest side by side as there are jobs, each with files of its own: a run collects only what it
runs, and reports to nobody. It is well only where every one of them came to its end and is well.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final, NamedTuple

from tests.quick.part import Report, read
from tests.quick.split import files, split

ROOT: Final = Path(__file__).parents[2]
SECONDS: Final = ROOT / ".pytest_cache" / "quick.json"
"""What the files took when last they ran: the next run splits them by it."""
_PYTEST: Final = (
    *(sys.executable, "-m", "pytest", "-m", "not wire and not long"),
    *("-p", "tests.wire.what_ran", "-p", "tests.quick.part"),
    *("-p", "no:cacheprovider"),  # two that end together would each write over what the other has found
)
_ENVIRONMENT: Final = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
"""Nobody out there is asked: to read whom this machine trusts takes a client as long as ten tests."""


def main(arguments: list[str] | None = None) -> int:
    """Run all. 0 if every part is well, else the exit code of one that is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.quick.run")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default 2)")
    jobs = parser.parse_args(arguments).jobs
    began = time.perf_counter()
    paths = [path.relative_to(ROOT) for path in files(ROOT / "tests")]
    parts = [part for part in split(paths, _known(), jobs) if part]
    with tempfile.TemporaryDirectory(prefix="quick-") as folder, _started(parts, Path(folder)) as begun:
        ended = [_ended(one) for one in begun]
    _remember(ended)
    for number, part in enumerate(ended, 1):
        if part.fault is not None:
            print(f"part {number} of {len(ended)} is red: it {part.fault}")
    ran = sum(part.report.ran for part in ended if part.report)
    print(f"{ran} tests in {len(ended)} parts, {time.perf_counter() - began:.1f} s")
    return next((abs(part.code) or 1 for part in ended if part.fault is not None), 0)


# --- private ---


class _Begun(NamedTuple):
    files: Sequence[Path]
    process: subprocess.Popen[bytes]
    output: IO[bytes] | None
    """What it prints, unless it prints it to ours: two at once could not be read."""
    report: Path


class _Ended(NamedTuple):
    files: Sequence[Path]
    code: int
    report: Report | None

    @property
    def fault(self) -> str | None:
        if self.code:
            return f"ended with {self.code}"
        if self.report is None:
            return "ended with 0 before its end"
        unread = {path.as_posix() for path in self.files} - self.report.seconds.keys()
        return f"did not read {', '.join(sorted(unread))}" if unread else None


@contextlib.contextmanager
def _started(parts: Sequence[Sequence[Path]], folder: Path) -> Iterator[list[_Begun]]:
    begun: list[_Begun] = []
    with contextlib.ExitStack() as stack:
        for number, part in enumerate(parts):
            listed, report = folder / f"{number}.list", folder / f"{number}.json"
            listed.write_text("".join(f"{path}\n" for path in part))
            output = stack.enter_context((folder / f"{number}.txt").open("w+b")) if number else None
            process = subprocess.Popen(
                _command(listed, report),
                cwd=ROOT,
                env={**os.environ, **_ENVIRONMENT},
                stdout=output,
                stderr=output,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)  # where we are stopped; else it has ended
            begun.append(_Begun(part, process, output, report))
        yield begun


def _command(listed: Path, report: Path) -> list[str]:
    color = "yes" if sys.stdout.isatty() else "auto"
    return [*_PYTEST, f"--color={color}", f"--part-files={listed}", f"--part-report={report}"]


def _ended(one: _Begun) -> _Ended:
    code = one.process.wait()
    if one.output is not None:
        one.output.seek(0)
        sys.stdout.buffer.write(one.output.read())
        sys.stdout.flush()
    return _Ended(one.files, code, read(one.report))


def _known() -> dict[str, float]:
    try:
        known = json.loads(SECONDS.read_text())
        return {path: float(seconds) for path, seconds in known.items()}
    except (OSError, ValueError, AttributeError):  # there is none, or it is damaged: it is only a hint
        return {}


def _remember(ended: Sequence[_Ended]) -> None:
    seconds = {
        path: round(taken, 3) for part in ended if part.report for path, taken in part.report.seconds.items()
    }
    SECONDS.parent.mkdir(exist_ok=True)
    SECONDS.write_text(json.dumps(_known() | seconds, indent=0))


if __name__ == "__main__":
    sys.exit(main())
