import fcntl
import gzip
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import leaks_redact
from gateway.leaks.waking import signals_or
from tests.cli.configuration import Run
from tests.leaks.made import Maker

M = Maker(5)
TOKEN = M.jwt()
ENDING = (signal.SIGTERM, signal.SIGINT)
COMMAND = [sys.executable, "-m", "gateway", "leaks", "redact"]


def started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def test_a_file_is_passed_on_without_its_secrets(gateway: Run, tmp_path: Path) -> None:
    file, key = tmp_path / "a.log", tmp_path / "key"
    file.write_bytes(b"one\r\n" + TOKEN + b" no line feed")
    key.write_bytes(b"k" * 32)
    ran = gateway("leaks", "redact", file, "--fingerprint-key-file", key)
    assert (ran.code, ran.err) == (0, "")
    before, mark = ran.out.split("[", 1)
    assert before in {"one\n", "one\r\n"}
    assert mark.startswith("REDACTED:jwt:tfp1_")
    assert mark.endswith("] no line feed")


def test_an_output_is_written_whole_or_not_at_all(gateway: Run, tmp_path: Path) -> None:
    file, output = tmp_path / "a.log", tmp_path / "b.log"
    file.write_bytes(b"\xff\x00\r\n" + TOKEN)
    assert gateway("leaks", "redact", file, "--output", output).code == 0
    assert output.read_bytes().startswith(b"\xff\x00\r\n[REDACTED:jwt:")
    assert output.stat().st_mode & 0o777 == 0o600
    output.chmod(0o644)
    assert gateway("leaks", "redact", output, "--output", output).code == 0  # in its own place
    assert output.stat().st_mode & 0o777 == 0o644
    assert output.read_bytes().startswith(b"\xff\x00\r\n[REDACTED:jwt:")
    kept = output.read_bytes()
    ran = gateway("leaks", "redact", tmp_path / "none", "--output", output)
    assert ran.code == 2
    assert f"{tmp_path}/none cannot be read: no such file" in ran.err
    assert output.read_bytes() == kept
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.log", "b.log"]
    assert gateway("leaks", "redact", file, "--output", tmp_path / "no" / "b").code == 2


def test_a_thousand_descriptors_before_its_own_are_none_too_many(gateway: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    file.write_bytes(b"one\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        assert gateway("leaks", "redact", file).out == "one\n"
    finally:
        for one in others:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_what_nothing_would_be_found_in_is_refused(gateway: Run, tmp_path: Path) -> None:
    file, output = tmp_path / "a.log", tmp_path / "out"
    output.write_bytes(b"as it was")
    before = [signal.getsignal(one) for one in ENDING]
    zstandard = b"\x28\xb5\x2f\xfd" + bytes(9)
    for octets, what in (
        (gzip.compress(TOKEN), "gzip"), (zstandard, "Zstandard"), (TOKEN.decode().encode("utf-16"), "UTF-16"),
    ):  # fmt: skip
        file.write_bytes(octets)
        ran = gateway("leaks", "redact", file, "--output", output)
        assert ran.code == 2
        assert f"this is {what}, in which nothing would be found" in ran.err
    assert [signal.getsignal(one) for one in ENDING] == before
    for octets in (b"\x1f\x8b", b"\xff", b"\x28\xb5\x2f", b"\xef\xbb\xbf" + TOKEN):
        file.write_bytes(octets)
        assert gateway("leaks", "redact", file, "--output", tmp_path / "other").code == 0
        assert (tmp_path / "other").read_bytes()[:3] == octets[:3]
    assert output.read_bytes() == b"as it was"


def test_so_it_is_however_little_comes_at_a_time(
    gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaks_redact, "CHUNK_BYTES", 1)
    file = tmp_path / "a.log"
    file.write_bytes(gzip.compress(TOKEN))
    ran = gateway("leaks", "redact", file)
    assert (ran.code, ran.out) == (2, "")
    assert "this is gzip" in ran.err


def test_an_output_keeps_its_link_and_no_device_is_replaced(gateway: Run, tmp_path: Path) -> None:
    file, link, pipe = tmp_path / "a.log", tmp_path / "link", tmp_path / "pipe"
    file.write_bytes(TOKEN + b"\n")
    link.symlink_to(file)
    assert gateway("leaks", "redact", link, "--output", link).code == 0
    assert link.is_symlink()
    assert file.read_bytes().startswith(b"[REDACTED:jwt:")
    os.mkfifo(pipe)
    for output in (pipe, tmp_path):
        ran = gateway("leaks", "redact", file, "--output", output)
        assert (ran.code, ran.err.splitlines()[-1:]) == (
            2, [f"gateway: {output} is no regular file, whose place another can take"],
        )  # fmt: skip
    assert pipe.is_fifo()
    ran = gateway("leaks", "redact", file, "--output", tmp_path / "no" / "b")
    assert f"{tmp_path}/no/b cannot be written: no such file" in ran.err


def test_told_to_end_when_its_output_was_just_made_it_leaves_none(
    gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, make = tmp_path / "a.log", tempfile.mkstemp
    file.write_bytes(TOKEN)

    def made(**how: Any) -> tuple[int, str]:
        found = make(**how)
        signal.raise_signal(signal.SIGTERM)
        return found

    monkeypatch.setattr(tempfile, "mkstemp", made)
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    ran = gateway("leaks", "redact", file, "--output", file)
    assert (ran.code, ran.err.splitlines()[-1]) == (143, f"gateway: stopped before the end of {file}")
    assert [one.name for one in tmp_path.iterdir()] == ["a.log"]
    assert file.read_bytes() == TOKEN
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == before


def test_told_to_end_when_it_begins_to_read_it_ends(
    gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.log"
    file.write_bytes(TOKEN)

    @contextmanager
    def told(source: int) -> Iterator[Callable[[], int]]:
        signal.raise_signal(signal.SIGTERM)
        with signals_or(source) as waits:
            yield waits

    monkeypatch.setattr(leaks_redact, "signals_or", told)
    ran = gateway("leaks", "redact", file, "--output", tmp_path / "out")
    assert ran.code == 143
    assert [one.name for one in tmp_path.iterdir()] == ["a.log"]


@pytest.mark.long
def test_told_to_end_within_a_file_it_leaves_the_output_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    with file.open("wb") as stream:
        stream.write(b"one\n")
        stream.truncate(1 << 34)  # a hole that takes long
    with subprocess.Popen(
        [*COMMAND, str(file), "--output", str(file)], stderr=subprocess.PIPE, cwd=tmp_path
    ) as running:
        assert running.stderr is not None
        assert b"of this run alone" in running.stderr.readline()
        while len(list(tmp_path.iterdir())) < 2:  # what is written meanwhile
            assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        assert running.stderr.read() == f"gateway: stopped before the end of {file}\n".encode()
        assert running.wait(20) == 128 + signal.SIGTERM
    assert file.stat().st_size == 1 << 34
    assert [one.name for one in tmp_path.iterdir()] == ["a.log"]


def test_told_to_end_right_before_it_listens_it_ends(
    gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.log").write_bytes(b"one\n")
    listen = signal.set_wakeup_fd

    def late(descriptor: int) -> int:
        monkeypatch.setattr(signal, "set_wakeup_fd", listen)
        signal.raise_signal(signal.SIGTERM)
        return listen(descriptor)

    monkeypatch.setattr(signal, "set_wakeup_fd", late)
    ran = gateway("leaks", "redact", tmp_path / "a.log", "--output", tmp_path / "out")
    assert ran.code == 128 + signal.SIGTERM
    assert not (tmp_path / "out").exists()
    listen(-1)


@pytest.mark.long
def test_told_to_end_while_nobody_has_opened_the_pipe_it_ends(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen([*COMMAND, "pipe"], stderr=subprocess.PIPE, cwd=tmp_path) as running:
        assert running.stderr is not None
        assert b"of this run alone" in running.stderr.readline()
        status = Path("/proc", str(running.pid), "status")  # proc_pid_status(5): which signals are caught
        while not int(status.read_text().partition("SigCgt:")[2].split()[0], 16) >> signal.SIGTERM - 1 & 1:
            assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 128 + signal.SIGTERM
        assert running.stderr.read() == b"gateway: stopped before the end of pipe\n"


@pytest.mark.long
def test_what_is_closed_or_full_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"one\n")
    run = " ".join(COMMAND)
    for shell, said in (
        (f"{run} a.log > /dev/full", "standard output cannot be written: no space left on device"),
        (f"{run} a.log >&-", "standard output is closed"),
        (f"{run} <&-", "standard input is closed"),
    ):
        ran = subprocess.run(
            ["bash", "-c", shell], cwd=tmp_path, timeout=30, capture_output=True, check=False
        )
        assert ran.returncode == 2, shell
        assert ran.stderr.decode().splitlines()[-1] == f"gateway: {said}"


@pytest.mark.long
def test_a_line_comes_out_while_its_reader_waits() -> None:
    with started() as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for line, out in ((b"one\n", b"one\n"), (TOKEN + b"\n", b"[REDACTED:jwt:tfp1_")):
            running.stdin.write(line)
            running.stdin.flush()
            assert running.stdout.readline().startswith(out)
        running.stdin.write(b"no line feed")
        running.stdin.close()
        assert running.stdout.read() == b"no line feed"
        assert running.wait(20) == 0


@pytest.mark.long
def test_told_to_end_it_passes_on_what_it_has_read() -> None:
    with started() as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b"one\nbegun " + TOKEN)
        running.stdin.flush()
        assert running.stdout.readline() == b"one\n"
        running.send_signal(signal.SIGTERM)
        assert running.stdout.read().startswith(b"begun [REDACTED:jwt:")
        assert running.wait(20) == 0


def fill(pipe: int, held: int) -> None:
    """Write until nobody reads, and more than the pipes hold: who stands between waits for its reader."""
    os.set_blocking(pipe, False)
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    written = 0
    while (ready := poll.poll(1000)) or written <= held:
        written += os.write(pipe, b"a line of a log\n" * 256) if ready else 0


@pytest.mark.long
def test_a_second_signal_ends_it_while_nobody_reads() -> None:
    with started() as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b"one\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"one\n"
        held = sum(fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) for pipe in (running.stdin, running.stdout))
        fill(running.stdin.fileno(), held)
        for _ in range(200):
            running.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                running.wait(0.05)
                break
        else:
            running.kill()
        assert running.wait(20) in {128 + signal.SIGTERM, -signal.SIGTERM}  # the latter by a third


@pytest.mark.long
def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    pipe = f"yes 'a line of a log' | head -n 200000 | {' '.join(COMMAND)} 2>err | head -n 1"
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{pipe}; echo ${{PIPESTATUS[2]}}; cat err"],
        capture_output=True, timeout=60, check=False, cwd=tmp_path,
    )  # fmt: skip
    first, code, *said = ran.stdout.decode().splitlines()
    assert (first, code) == ("a line of a log", "0")
    assert len(said) == 1  # that fingerprints are of this run
