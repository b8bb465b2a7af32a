from pathlib import Path
from typing import Any

import pytest

from gateway.cli import leaks_engine
from gateway.redact.fingerprint import Fingerprints
from tests.cli.configuration import Run
from tests.leaks.made import CLAIMS, Maker

TOKEN = Maker(1).jwt()
KEY = b"k" * 32


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "a.log"
    file.write_bytes(b"token " + TOKEN + b"\n")
    return file


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_bytes(KEY + b"\n")
    return file


def test_the_key_of_a_file_gives_the_fingerprint_of_the_records(gateway: Run, log: Path, key: Path) -> None:
    ran = gateway("leaks", "scan", log, "--fingerprint-key-file", key)
    assert Fingerprints(KEY).token(TOKEN) in ran.out
    assert ran.err == ""


def test_without_a_key_it_is_said_that_fingerprints_are_of_this_run(gateway: Run, log: Path) -> None:
    first, second = (gateway("leaks", "scan", log) for _ in range(2))
    assert first.out != second.out
    assert first.err.startswith("gateway: fingerprints are of this run alone: ")
    assert first.err.count("\n") == 1


def test_a_configuration_names_the_key_and_our_own_issuer(
    gateway: Run, config: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_FINGERPRINT_KEY", KEY.decode())
    config.write_text(config.read_text() + "\naudit:\n  fingerprint_key: env:A_FINGERPRINT_KEY\n")
    issuer = next(
        line.split(":", 1)[1].strip()
        for line in config.read_text().partition("downstream:")[2].splitlines()
        if "issuer:" in line
    )
    ours: dict[str, Any] = {**CLAIMS, "iss": issuer}
    log.write_bytes(Maker(2).jwt("ES256", ours) + b"\n" + TOKEN)
    ran = gateway("leaks", "scan", log, "-c", config)
    assert ran.err == ""
    assert "token-gateway-token tfp1_" in ran.out
    assert f"jwt {Fingerprints(KEY).token(TOKEN)}" in ran.out


def test_a_bad_key_bad_rules_and_a_bad_cookie_are_wrong_usage(
    gateway: Run, log: Path, tmp_path: Path
) -> None:
    short = tmp_path / "short"
    short.write_bytes(b"k" * 31)
    for words, says in (
        (("--fingerprint-key-file", short), "holds no key of 32 bytes and more"),
        (
            ("--fingerprint-key-file", tmp_path / "none"),
            "-key-file cannot be read: no such file",
        ),
        (("--rules", tmp_path / "none.toml"), "none.toml: cannot be read"),
        (("--cookie", "a b"), "--cookie is no name of a cookie"),
    ):
        for action in (("scan", log), ("redact", log)):
            ran = gateway("leaks", *action, *words)
            assert (ran.code, ran.out) == (2, "")
            assert says in ran.err


def test_a_secret_in_the_place_of_a_file_is_not_repeated(gateway: Run, log: Path) -> None:
    key, token = "0123456789abcdef", TOKEN.decode()
    for option, name in (
        ("--fingerprint-key-file", key * 4),
        ("--fingerprint-key-file", key * 20),  # longer than a name can be
        ("--rules", token),
        ("--output", f"no/{token}"),
    ):
        ran = gateway("leaks", "redact", log, option, name)
        assert (ran.code, ran.out) == (2, ""), option
        assert not any(part in ran.err for part in (key, *token.split("."))), option


def test_an_empty_name_is_not_the_working_directory(gateway: Run, log: Path) -> None:
    for words in (("scan", ""), ("scan", log, ""), ("redact", ""), ("redact", log, "--output", "")):
        ran = gateway("leaks", *words)
        assert (ran.code, ran.out) == (2, ""), words
        assert "an empty name: is a variable of the shell not set?" in ran.err


def test_cookies_and_rules_are_found_beside_our_own(
    gateway: Run, log: Path, key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("[[rules]]\nid = 'own'\nregex = 'own-[0-9]+'\n")
    log.write_bytes(b"basket=0123456789abcdef own-1")
    ran = gateway(
        "leaks", "redact", log, "--rules", file, "--cookie", "basket", "--fingerprint-key-file", key
    )
    assert "basket=[REDACTED:session-cookie:tfp1_" in ran.out
    assert " [REDACTED:own:tfp1_" in ran.out


def test_the_names_that_every_action_shares() -> None:
    assert callable(leaks_engine.add)
    assert leaks_engine.LeaksEngine._fields == ("finder", "fingerprints")
