"""The commands as a whole: exit codes, and what is not repeated."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import __version__
from tests import builders as b
from tests.cli.configuration import Run

COMMANDS = (
    *("init", "serve", "check", "explain", "token", "keys", "certificates", "snippet", "leaks"),
    *("dev", "audit", "audit rules", "audit admission"),
)


def test_help_names_every_command(gateway: Run) -> None:
    ran = gateway("--help")
    assert ran.code == 0
    assert all(re.search(rf"^    {command}(?:  |$)", ran.out, re.MULTILINE) for command in COMMANDS)


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_is_for(gateway: Run, command: str) -> None:
    ran = gateway(*command.split(), "--help")
    assert ran.code == 0
    assert f"gateway {command}" in ran.out


def test_the_version_is_said(gateway: Run) -> None:
    assert gateway("--version").out == f"token-gateway {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [(), ("unheard-of",), ("check",), ("keys",), ("certificates",), ("snippet", "envoy")]
)
def test_wrong_usage_is_exit_2(gateway: Run, arguments: tuple[str, ...]) -> None:
    ran = gateway(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: gateway")


def test_standard_input_that_is_closed_is_said(
    gateway: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    for words in (
        ("init", "--ingress", "-"), ("explain", "-c", config, "--url", "https://a/", "--token-file", "-"),
        ("leaks", "scan", "-"), ("leaks", "redact"), ("audit", "-"), ("audit", "coverage", "-"),
    ):  # fmt: skip
        ran = gateway(*words)
        assert ran.code == 2, words
        assert "is closed" in ran.out + ran.err, words


def test_a_token_in_the_place_of_a_file_is_not_repeated(gateway: Run) -> None:
    for words in (
        ("check", "-c"), ("check", "--json", "-c"), ("init", "--ingress"), ("token", "--provider"),
        ("leaks", "scan"), ("leaks", "redact"), ("audit",), ("audit", "coverage"),
        ("audit", "--format", "json"),
    ):  # fmt: skip
        ran = gateway(*words, b.token())
        assert ran.code in {2, 78}, words
        assert not any(part in ran.out + ran.err for part in b.token().split(".")), words


@pytest.mark.parametrize("where", [("explain",), ("check", "-c", "x"), ("token", "--provider", "x"), ()])
def test_a_token_where_none_belongs_is_not_repeated(gateway: Run, where: tuple[str, ...]) -> None:
    token = b.token()
    ran = gateway(*where, token)
    assert ran.code == 2
    assert token not in ran.out + ran.err
    assert token.split(".")[1] not in ran.out + ran.err


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [("check",), ("explain", "--url", "https://a/"), ("keys", "list"), ("snippet", "nginx"), ("serve",)],
    ids=lambda command: command[0],
)
def test_a_configuration_that_is_not_there_is_exit_78(
    gateway: Run, command: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "nowhere.yaml"
    ran = gateway(*command, "-c", file)
    assert (ran.code, ran.out) == (78, "")
    assert ran.err.startswith(f"{file}:1:1 ")
    assert ran.err.endswith("1 problem; nothing was started.\n")


@pytest.mark.long
def test_a_reader_that_leaves_early_is_no_error(config: Path) -> None:
    command = f"{sys.executable} -m gateway snippet nginx -c {config} | head -n 1"
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.stdout.startswith("# Token Gateway")
    assert ran.stderr == ""


@pytest.mark.long
def test_streams_that_are_full_closed_or_know_few_letters(config: Path, tmp_path: Path) -> None:
    (tmp_path / "été.log").write_text(b.token())
    run = f"{sys.executable} -m gateway"
    full = "gateway: not all could be written: no space left on device\n"
    for shell, code, out, err in (
        (f"env -u PYTHONUNBUFFERED {run} check -c {config} > /dev/full", 2, "", full),
        (f"PYTHONUNBUFFERED=1 {run} check -c {config} > /dev/full", 2, "", full),
        (f"echo 'a line' | {run} leaks redact 2>&-", 0, "a line\n", ""),
        (f"echo 'a line' | {run} leaks redact 2>/dev/full", 0, "a line\n", ""),
        (f"PYTHONIOENCODING=ascii {run} leaks scan *.log 2>&- | cut -d: -f1", 0, "\\xe9t\\xe9.log\n", ""),
        (f"{run} leaks scan *.log 2>&- | true; exit ${{PIPESTATUS[0]}}", 1, "", ""),
    ):
        ran = subprocess.run(
            ["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == (code, out, err), shell
