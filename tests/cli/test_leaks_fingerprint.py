"""`gateway leaks fingerprint`: tokens in on stdin, out by name, and nothing of them else."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import leaks_fingerprint
from gateway.redact.fingerprint import Fingerprints
from tests import builders as b
from tests.cli.configuration import Json, Ran, Run, configuration, write

KEY = "k" * 32


class Stdin(io.TextIOWrapper):
    """What is piped in."""

    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()))


@pytest.fixture
def ask(gateway: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The command, at `b.NOW`, with this on stdin."""
    monkeypatch.setattr(leaks_fingerprint, "CLOCK", lambda: float(b.NOW))
    monkeypatch.setenv("FINGERPRINT_KEY", KEY)
    (tmp_path / "corp.json").write_bytes(b.jwks(b.KEY))
    file = write(tmp_path, traced())

    def run(stdin: str, *arguments: str, config: Path = file) -> Ran:
        monkeypatch.setattr(sys, "stdin", Stdin(stdin))
        return gateway("leaks", "fingerprint", "-c", config, *arguments)

    return run


def traced() -> Json:
    """A configuration with a key of fingerprints, and the issuer's keys at hand."""
    changed = configuration()
    changed["audit"] = {"fingerprint_key": "env:FINGERPRINT_KEY"}
    changed["issuers"]["corp"]["jwks_file"] = "corp.json"
    return changed


def name_of(token: str) -> str:
    return Fingerprints(KEY.encode()).token(token.encode())


def test_a_live_token_is_a_finding(ask: Any) -> None:
    ran = ask(b.token())
    until = "2027-01-15T08:05:00Z"
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == f"{name_of(b.token())}  of issuer corp, signature good, live until {until}\n"


def test_dead_ones_are_none(ask: Any) -> None:
    forged = b.token(signature=b"\1" * 64)
    ran = ask(f"{b.token(exp=b.NOW - 60)}\nBearer {forged}\n")
    assert ran.code == 0
    dead, bad = ran.out.splitlines()
    assert dead.endswith("of issuer corp, signature good, dead since 2027-01-15T07:59:00Z")
    assert "signature bad: nobody takes it" in bad


def test_every_kind_has_its_words(ask: Any) -> None:
    tokens = {
        b.token(nbf=b.NOW + 100): "not yet live: from 2027-01-15T08:01:40Z until 2027-01-15T08:05:00Z",
        b.token(nbf=b.NOW + 100, exp=b.OMIT): "from 2027-01-15T08:01:40Z until a time that it does not say",
        b.token(exp=10**15): "live until a time outside the years 1 to 9999",
        b.token(exp=-(10**15)): "dead since a time outside the years 1 to 9999",
        b.token(iss="https://elsewhere.example"): "of an issuer that the configuration does not name",
        b.token(iss=b.DOWNSTREAM_ISSUER): "ours, made for a backend, signature not checked (no key at hand)",
        b.token(exp=b.OMIT): "it does not say until when",
        "ghp_0123456789": "no JWT that the gateway reads (token_malformed)",
    }
    ran = ask("\n".join(tokens))
    assert ran.code == 1
    for token, line, words in zip(tokens, ran.out.splitlines(), tokens.values(), strict=True):
        assert line.startswith(f"{name_of(token)}  ")
        assert words in line


def test_json_says_the_same(ask: Any) -> None:
    (one,) = ask(b.token(), "--json").document["tokens"]
    assert one == {
        "fingerprint": name_of(b.token()),
        "whose": "issuer",
        "issuer": "corp",
        "signature": "good",
        "life": "live",
        "not_before": "2027-01-15T07:59:50Z",
        "expires_at": "2027-01-15T08:05:00Z",
        "revoked": False,
        "may_be_used": True,
        "reason": None,
    }


def test_what_is_on_the_deny_list_is_no_finding(ask: Any, tmp_path: Path) -> None:
    file = write(tmp_path, {**traced(), "revocations": {"file": "revoked.yaml"}}, "denying.yaml")
    (tmp_path / "revoked.yaml").write_text(f"revoked:\n  - {{fingerprint: {name_of(b.token())}}}\n")
    ran = ask(b.token(), config=file)
    assert ran.code == 0
    assert ran.out.endswith(", on the deny list\n")
    (tmp_path / "revoked.yaml").write_text("revoked: 7\n")
    assert ask(b.token(), config=file).code == 78


def test_a_record_leads_back_to_the_token(ask: Any) -> None:
    stdin = f"{b.token(jti='other')}\n{b.token()}"
    ran = ask(stdin, "--matches", name_of(b.token()))
    assert (ran.code, ran.out) == (0, f"{name_of(b.token())} is token 2 of standard input\n")
    assert ask(stdin, "--matches", name_of("x"), "--json").document == {"matches": []}
    assert ask(stdin, "--matches", name_of("x")).code == 1
    wrong = ask(stdin, "--matches", b.token())
    assert wrong.code == 2
    assert b.token() not in wrong.err


def test_without_a_key_there_is_nothing_to_compare(ask: Any, config: Path) -> None:
    ran = ask(b.token(), config=config)
    assert (ran.code, ran.out) == (78, "")
    assert "audit.fingerprint_key: is not set" in ran.err


def test_wrong_input_is_wrong_usage(ask: Any) -> None:
    for stdin in ("", "\n \n", "tfp1_abcdefghijklmnop"):
        ran = ask(stdin)
        assert (ran.code, ran.out) == (2, "")
        assert "standard input" in ran.err


def test_a_token_as_an_argument_is_refused_and_not_repeated(ask: Any) -> None:
    ran = ask("", b.token())
    assert (ran.code, ran.out) == (2, "")
    assert b.token().split(".")[1] not in ran.err


def test_nothing_of_a_token_is_repeated(ask: Any) -> None:
    for token in (b.token(), b.token(iss="https://elsewhere.example"), "opaque-s3cret-0123"):
        for form in ((), ("--json",)):
            ran = ask(token, *form)
            for part in (*token.split("."), "alice", "jti-of-theirs", "elsewhere"):
                assert part not in ran.out + ran.err
