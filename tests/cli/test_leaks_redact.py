import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.configuration import Run
from tests.leaks.made import Maker

M = Maker(5)
TOKEN = M.jwt()
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
