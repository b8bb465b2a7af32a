"""Is one place named, and are names and days that cannot be refused?"""

from pathlib import Path

import pytest

from tests.cli.configuration import Run


@pytest.mark.parametrize("arguments", [(), ("--directory", "x", "--secret", "y")])
def test_one_place_is_named(gateway: Run, arguments: tuple[str, ...]) -> None:
    assert gateway("certificates", "show", *arguments).code == 2


def test_what_goes_with_a_secret_alone(gateway: Run, tmp_path: Path) -> None:
    for option in ("--server", "--token-file", "--ca-file"):
        ran = gateway("certificates", "show", "--directory", tmp_path, option, "x")
        assert (ran.code, "go with --secret" in ran.err) == (2, True)


def test_a_machine_that_is_no_pod(gateway: Run) -> None:
    for action in (("show",), ("init", "--name", "gate"), ("renew",)):
        ran = gateway("certificates", *action, "--secret", "shop/gate-tls")
        assert (ran.code, "this is not a pod" in ran.err) == (2, True)


def test_names_and_days(gateway: Run, tmp_path: Path) -> None:
    there = ("certificates", "init", "--directory", tmp_path / "x")
    for name in ("127.0.0.1", "Gate", "a..b", "-a", "*.shop", "a b", "", "::1", "a" * 64, f"{'a.' * 127}a"):
        ran = gateway(*there, f"--name={name}")
        assert (ran.code, "--name is a DNS name" in ran.err) == (2, True), name
    for days in ("0", "366", "-1"):
        ran = gateway(*there, "--name", "gate", f"--days={days}")
        assert (ran.code, ran.err) == (2, "gateway: --days is from 1 to 365\n")
    assert gateway(*there).code == 2
    assert not (tmp_path / "x").exists()
    assert gateway(*there, "--name", "gate", "--days", "365").code == 0
