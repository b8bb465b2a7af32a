"""Is there one writer at a time, and none for ever?"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.keys.lock import FILE_NAME, Locked, lock


def test_one_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            with lock(tmp_path, attempts=10_000):
                inside.append(number)
                assert inside == [number]
                inside.clear()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


@pytest.mark.long
def test_who_waits_too_long_is_told_and_may_try_again(tmp_path: Path) -> None:
    with lock(tmp_path), pytest.raises(Locked), lock(tmp_path, attempts=2):
        pass
    with lock(tmp_path, attempts=1):
        pass


def test_an_exception_frees_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), lock(tmp_path):
        raise KeyError
    with lock(tmp_path, attempts=1):
        pass


_PROGRAM = """
import sys
from pathlib import Path
from gateway.keys.lock import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_dead_hold_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Locked), lock(tmp_path, attempts=1):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    with lock(tmp_path, attempts=1):
        pass


def opened(path: Path) -> int:
    """The descriptor under which this process has a file open."""
    place = path.stat()
    return next(
        int(entry.name)
        for entry in sorted(Path("/proc/self/fd").iterdir())
        if entry.exists() and os.path.samestat(entry.stat(), place)
    )


def test_a_child_that_was_forked_meanwhile_does_not_go_on_holding_it(tmp_path: Path) -> None:
    with lock(tmp_path):
        copied = os.dup(opened(tmp_path / FILE_NAME))  # the same open file, as a forked process has it
    try:
        with lock(tmp_path, attempts=1):
            pass
    finally:
        os.close(copied)


def test_a_lock_file_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).symlink_to("elsewhere")
    with pytest.raises(OSError, match="symbolic"), lock(tmp_path):
        pass
    assert not (tmp_path / "elsewhere").exists()
