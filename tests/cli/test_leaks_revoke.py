"""`gateway leaks revoke`: what it writes, what it does not, and what it says of either."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.cli import leaks_revoke
from tests import builders as b
from tests.cli.configuration import Json, Ran, Run, write
from tests.cli.test_leaks_fingerprint import Stdin, name_of, traced

NAME = "tfp1_abcdefghijklmnop"
UNTIL = "2027-01-15T08:05:00Z"


def denying() -> Json:
    return {**traced(), "revocations": {"file": "revoked.yaml"}}


@pytest.fixture
def revoke(gateway: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The command, at `b.NOW`, with this on stdin, and an empty deny list."""
    monkeypatch.setattr(leaks_revoke, "CLOCK", lambda: float(b.NOW))
    monkeypatch.setenv("FINGERPRINT_KEY", "k" * 32)
    (tmp_path / "corp.json").write_bytes(b.jwks(b.KEY))
    (tmp_path / "revoked.yaml").write_text("# ours\nrevoked: []\n")
    file = write(tmp_path, denying())

    def run(*arguments: str, stdin: str = "", config: Path = file) -> Ran:
        monkeypatch.setattr(sys, "stdin", Stdin(stdin))
        return gateway("leaks", "revoke", "-c", config, *arguments)

    return run


def listed(tmp_path: Path) -> list[dict[str, str]]:
    document = yaml.load((tmp_path / "revoked.yaml").read_text(), yaml.BaseLoader)
    entries: list[dict[str, str]] = document["revoked"]
    return entries


def test_a_fingerprint(revoke: Any, tmp_path: Path) -> None:
    ran = revoke("--fingerprint", NAME, "--why", "found: in a log", "--until", "2027-02-01T00:00:00Z")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"added to {tmp_path}/revoked.yaml: {NAME}, until 2027-02-01T00:00:00Z\n"
    assert listed(tmp_path) == [
        {"fingerprint": NAME, "until": "2027-02-01T00:00:00Z", "why": "found: in a log"}
    ]
    again = revoke("--fingerprint", NAME)
    assert (again.code, again.out) == (0, f"on {tmp_path}/revoked.yaml already: {NAME}\n")
    assert len(listed(tmp_path)) == 1


def test_a_token_that_a_key_vouches_for_goes_by_its_jti(revoke: Any, tmp_path: Path) -> None:
    ran = revoke(stdin=f"Bearer {b.token()}\n")
    assert (ran.code, ran.err) == (0, "")
    assert "a jti of issuer corp" in ran.out
    assert "jti-of-theirs" not in ran.out
    assert listed(tmp_path) == [{"issuer": "corp", "jti": "jti-of-theirs", "until": UNTIL}]


def test_one_that_nobody_vouches_for_goes_by_its_fingerprint(revoke: Any, tmp_path: Path) -> None:
    (tmp_path / "corp.json").unlink()
    assert revoke(stdin=b.token()).code == 0
    assert listed(tmp_path) == [{"fingerprint": name_of(b.token()), "until": UNTIL}]


def test_several_go_in_one_step(revoke: Any, tmp_path: Path) -> None:
    ran = revoke("--json", stdin=f"{b.token()}\n{b.token(jti='2')}\nghp_0123456789\n")
    assert ran.code == 0
    assert len(ran.document["added"]) == 3
    assert ran.document["written"] is True
    assert [one.get("jti") for one in listed(tmp_path)] == ["jti-of-theirs", "2", None]


def test_what_is_dead_needs_no_entry(revoke: Any, tmp_path: Path) -> None:
    forged = b.token(signature=b"\1" * 64)
    ran = revoke(stdin=f"{b.token(exp=b.NOW - 60)}\n{forged}")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.count("no entry for tfp1_") == 2
    assert listed(tmp_path) == []


def test_what_the_list_cannot_stop_is_a_finding(revoke: Any, tmp_path: Path) -> None:
    for token, words in (
        (b.token(iss=b.DOWNSTREAM_ISSUER), f"It ends at {UNTIL}"),
        (b.token(iss=b.DOWNSTREAM_ISSUER, exp=b.OMIT), "It ends at no time that is known"),
        (b.token(iss="https://elsewhere.example"), "Revoke it there"),
    ):
        ran = revoke(stdin=token)
        assert (ran.code, ran.out) == (1, "")
        assert words in ran.err
    assert listed(tmp_path) == []


def test_no_entry_ends_before_its_token(revoke: Any, tmp_path: Path) -> None:
    ran = revoke("--until", "2027-01-15T08:04:59Z", stdin=b.token())
    assert (ran.code, ran.out) == (2, "")
    assert "--until is before the end of token 1" in ran.err
    assert listed(tmp_path) == []
    assert revoke("--until", "2027-01-15T09:05:00+01:00", stdin=b.token()).code == 0
    assert len(listed(tmp_path)) == 1


def test_a_dry_run_writes_nothing(revoke: Any, tmp_path: Path) -> None:
    ran = revoke("--fingerprint", NAME, "--dry-run")
    assert (ran.code, ran.out) == (0, f"- {{fingerprint: {NAME}}}\n")
    ran = revoke("--fingerprint", NAME, "--dry-run", "--json")
    assert ran.document == {"entries": [{"fingerprint": NAME}], "written": False}
    assert listed(tmp_path) == []


def test_wrong_usage_repeats_nothing(revoke: Any, tmp_path: Path) -> None:
    token = b.token()
    for arguments in (
        ("--fingerprint", token),
        ("--fingerprint", NAME, "--why", f"was {token}"),
        ("--fingerprint", NAME, "--why", ""),
        ("--fingerprint", NAME, "--why", "two\nlines"),
        ("--fingerprint", NAME, "--until", token),
        ("--fingerprint", NAME, "--until", "2027-02-30T00:00:00Z"),
        ("--fingerprint", NAME, "--until", "2001-01-01T00:00:00Z"),
        (),
        (token,),
    ):
        ran = revoke(*arguments)
        assert (ran.code, ran.out) == (2, ""), arguments
        assert token.split(".")[1] not in ran.err
    assert listed(tmp_path) == []


def test_without_a_deny_list_it_says_how_to_have_one(revoke: Any, tmp_path: Path) -> None:
    ran = revoke("--fingerprint", NAME, config=write(tmp_path, traced(), "without.yaml"))
    assert (ran.code, ran.out) == (78, "")
    assert "add `revocations: {file: revoked.yaml}`" in ran.err


def test_a_broken_list_is_a_mistake_of_the_configuration(revoke: Any, tmp_path: Path) -> None:
    (tmp_path / "revoked.yaml").write_text("revoked: 7\n")
    ran = revoke("--fingerprint", NAME)
    assert (ran.code, ran.out) == (78, "")
    assert ran.err.startswith(f"{tmp_path}/revoked.yaml:1:")


def test_a_list_that_cannot_be_written_is_told_with_what_to_paste(
    revoke: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "fchmod", refuse)
    ran = revoke("--fingerprint", NAME)
    assert (ran.code, ran.out) == (1, "")
    assert f"  - {{fingerprint: {NAME}}}" in ran.err
    assert [path.name for path in tmp_path.glob(".new-*")] == []


def test_without_anything_that_names_it_a_token_stays(revoke: Any, tmp_path: Path) -> None:
    bare = {**denying()}
    del bare["audit"]
    ran = revoke(stdin=b.token(jti=b.OMIT), config=write(tmp_path, bare, "bare.yaml"))
    assert (ran.code, ran.out) == (1, "")
    assert "no entry for token 1: it has no jti" in ran.err
