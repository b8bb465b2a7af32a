import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.leaks import follow
from tests.cli.configuration import Run
from tests.leaks.made import Maker

M = Maker(3)
TOKEN = M.jwt()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "key").write_bytes(b"k" * 32)
    folder = tmp_path / "logs"
    (folder / "old").mkdir(parents=True)
    (folder / "a.log").write_bytes(b"one\nGET /?access_token=" + TOKEN + b" x\n")
    (folder / "old" / "b.gz").write_bytes(gzip.compress(b"two " + TOKEN))
    (folder / "old" / "clean.bin").write_bytes(bytes(range(256)) * 10)
    return folder


def test_findings_are_shown_by_type_place_and_fingerprint(gateway: Run, logs: Path) -> None:
    ran = gateway("leaks", "scan", logs, "--fingerprint-key-file", logs.parent / "key")
    assert ran.code == 1
    first, second = ran.out.splitlines()
    assert first.startswith(f"{logs}/a.log:2:20: jwt tfp1_")
    assert second.startswith(f"{logs}/old/b.gz:1:5: jwt tfp1_")
    assert first.split()[2] == second.split()[2]
    assert TOKEN[:10].decode() not in ran.out + ran.err
    assert ran.err == ""


def test_nothing_found_is_exit_0(gateway: Run, logs: Path) -> None:
    ran = gateway("leaks", "scan", logs / "old" / "clean.bin")
    assert (ran.code, ran.out) == (0, "")


def test_a_file_that_cannot_be_read_is_named_and_exit_2_after_the_rest(gateway: Run, logs: Path) -> None:
    (logs / "a.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    ran = gateway("leaks", "scan", logs.parent / "none", logs, "--format", "json")
    assert ran.code == 2
    assert len(ran.document["findings"]) == 2
    assert ran.document["unread"] == [
        f"{logs.parent}/none cannot be read: no such file or directory", f"{logs}/a.gz ends too early"
    ]  # fmt: skip
    assert all(f"gateway: {one}\n" in ran.err for one in ran.document["unread"])


def test_of_a_damaged_file_what_came_before_is_scanned_to_its_end(gateway: Run, tmp_path: Path) -> None:
    packed = gzip.compress(b"a line without its end " + TOKEN)
    for name, octets in (("cut.gz", packed[:-8]), ("more.gz", packed + b"not packed")):
        file = tmp_path / name
        file.write_bytes(octets)
        ran = gateway("leaks", "scan", file)
        assert (ran.code, ran.out.split()[:2]) == (2, [f"{file}:1:24:", "jwt"]), name
        assert f"gateway: {file} " in ran.err


def test_sarif(gateway: Run, logs: Path) -> None:
    document = gateway("leaks", "scan", logs, "--format", "sarif").document
    assert [one["ruleId"] for one in document["runs"][0]["results"]] == ["jwt", "jwt"]


def test_a_name_that_somebody_else_has_chosen_is_shown_as_one_line_without_its_token(
    gateway: Run, tmp_path: Path
) -> None:
    name = b"a\nb:1:1: jwt \xff" + TOKEN
    (tmp_path / os.fsdecode(name)).write_bytes(TOKEN)
    (tmp_path / os.fsdecode(b"gone " + TOKEN)).symlink_to("none")
    for form in ("text", "json", "sarif"):
        ran = gateway("leaks", "scan", tmp_path, "--format", form)
        assert ran.code == 2
        assert TOKEN.decode() not in ran.out + ran.err
        assert TOKEN.decode().split(".")[2] not in ran.out + ran.err
        assert "gone [REDACTED:jwt:" in ran.err
        if form == "text":
            assert ran.out.count("\n") == 1
            assert r"/a\nb:1:1: jwt \xff[REDACTED:jwt:" in ran.out
        else:
            assert len(ran.document.get("findings", ran.document.get("runs"))) == 1


def test_utf_16_is_searched(gateway: Run, tmp_path: Path) -> None:
    file, text = tmp_path / "a.gz", b"one\r\n" + TOKEN + b"\r\n"
    for octets in (text.decode().encode("utf-16"), b"\xfe\xff" + text.decode().encode("utf-16-be")):
        file.write_bytes(gzip.compress(octets))
        ran = gateway("leaks", "scan", file)
        assert (ran.code, ran.out.split()[:2]) == (1, [f"{file}:2:1:", "jwt"])


@pytest.mark.long
def test_what_cannot_be_shown_is_no_finding_and_a_reader_that_leaves_is_one(logs: Path) -> None:
    run = f"{sys.executable} -m gateway leaks scan"
    full = ["gateway: standard output cannot be written: no space left on device"]
    for shell, code, said in (
        (f"{run} . > /dev/full", 2, full),
        (f"{run} . --format json > /dev/full", 2, full),
        (f"timeout 30 {run} --follow a.log > /dev/full", 2, full),
        (f"{run} . >&-", 2, ["gateway: standard output is closed"]),
        (f"timeout 30 {run} - <&-", 2, []),
        (f"{run} . | true; exit ${{PIPESTATUS[0]}}", 1, []),
    ):
        ran = subprocess.run(["bash", "-c", shell], cwd=logs, timeout=60, capture_output=True, check=False)
        assert (ran.returncode, ran.stderr.decode().splitlines()[1:]) == (code, said), shell


@pytest.mark.long
def test_a_document_that_is_ended_early_holds_what_was_found_and_says_so(logs: Path) -> None:
    os.mkfifo(logs / "pipe")  # opened by the time that all before it was scanned
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "leaks", "scan", "a.log", "pipe", "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=logs,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        with (logs / "pipe").open("wb"):
            running.send_signal(signal.SIGINT)
            document = json.loads(running.stdout.read())
        assert running.wait(20) == 130
    assert [one["file"] for one in document["findings"]] == ["a.log"]
    assert document["unread"] == ["the scan was stopped before its end"]


@pytest.mark.long
def test_what_was_found_is_shown_by_the_time_that_it_is_ended(logs: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "leaks", "scan", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(TOKEN + b"\n")
        running.stdin.flush()
        assert running.stdout.readline().startswith(b"-:1:1: jwt ")
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        assert len(running.stderr.read().splitlines()) == 1  # that fingerprints are of this run


def test_usage_that_cannot_be(gateway: Run, logs: Path) -> None:
    for words in (("--follow", "-"), ("--follow", logs, "--format", "sarif"), ()):
        ran = gateway("leaks", "scan", *words)
        assert (ran.code, ran.out) == (2, ""), words


@pytest.mark.long
def test_stdin() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "gateway", "leaks", "scan", "-"],
        input=b"a " + TOKEN, capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"-:1:3: jwt tfp1_")


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


class NoLock:
    """Where a lock is taken while a signal comes that takes it too, nobody ever has it again."""

    def __init__(self) -> None:
        raise AssertionError("a lock, and a signal that may come while it is held")


def test_a_signal_that_comes_at_any_moment_ends_it(
    gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.log").write_bytes(TOKEN)
    monkeypatch.setattr(threading, "Event", NoLock)
    once = iter([signal.SIGTERM])
    monkeypatch.setattr(follow.Followed, "_is_another", lambda *_: any(map(signal.raise_signal, once)))
    ran = gateway("leaks", "scan", "--follow", tmp_path / "a.log")
    assert (ran.code, ran.out.count(" jwt ")) == (1, 1)


@pytest.mark.long
def test_follow_says_what_it_waits_for_and_what_it_cannot_read(tmp_path: Path) -> None:
    packed = tmp_path / "old.gz"
    packed.write_bytes(gzip.compress(TOKEN))
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "leaks", "scan", "--follow", "later.log", "old.gz"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
    ) as running:  # fmt: skip
        assert running.stderr is not None
        said = [running.stderr.readline() for _ in range(3)][1:]  # the first is of the fingerprints
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 2
        assert said == [
            b"gateway: later.log is not there yet, and is waited for\n",
            b"gateway: old.gz cannot be read: it is gzip, in which nothing would be found\n",
        ]
        assert running.stderr.read() == b""


def places(pid: int, file: Path) -> list[int]:
    """How far the process has read the file, wherever it has it open (proc(5), /proc/PID/fdinfo)."""
    here = Path(f"/proc/{pid}")
    open_here = [one.name for one in (here / "fd").iterdir() if one.readlink() == file]
    said = [(here / "fdinfo" / name).read_text() for name in open_here]
    return [int(text.split("pos:")[1].split()[0]) for text in said]


@pytest.mark.long
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_follow_goes_on_over_rotation_until_it_is_told_to_end(tmp_path: Path, end: signal.Signals) -> None:
    log, out = tmp_path / "app.log", tmp_path / "out"
    with out.open("wb") as stream:
        running = subprocess.Popen(
            [sys.executable, "-m", "gateway", "leaks", "scan", "--follow", "--format", "json", str(log)],
            stdout=stream, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        log.write_bytes(b"one\n" + TOKEN + b"\n")
        until(lambda: out.read_bytes().count(b"\n") == 1)
        log.rename(tmp_path / "app.log.1")
        log.write_bytes(M.jwt() + b"\n")
        until(lambda: out.read_bytes().count(b"\n") == 2)
        log.write_bytes(b"")
        until(lambda: places(running.pid, log) == [0])  # it has seen that it is shorter now
        log.write_bytes(b"\n\n" + M.jwt() + b"\n")
        until(lambda: out.read_bytes().count(b"\n") == 3)
        with log.open("ab") as more:
            more.write(b"no line feed " + M.jwt())
        running.send_signal(end)  # it looks once more
        assert running.wait(20) == 1
    finally:
        running.kill()
        running.wait()
    assert [json.loads(line)["line"] for line in out.read_text().splitlines()] == [2, 1, 3, 4]
