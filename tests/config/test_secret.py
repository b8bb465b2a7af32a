from pathlib import Path

import pytest

from gateway.config.secret import (
    SecretFile,
    SecretUnavailable,
    SecretVariable,
    parse_reference,
    read_secret,
)


def test_references(tmp_path: Path) -> None:
    assert parse_reference("env:NAME", tmp_path) == SecretVariable("NAME")
    assert parse_reference("file:a/b", tmp_path) == SecretFile(tmp_path / "a/b")
    assert parse_reference("file:/a:b", tmp_path) == SecretFile(Path("/a:b"))


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"key", b"key"),
        (b"key\n", b"key"),
        (b"key\r\n", b"key"),
        (b"key\n\n", b"key\n"),
        (b" key ", b" key "),
    ],
)
def test_a_file_without_its_last_line_end(tmp_path: Path, content: bytes, secret: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    assert read_secret(SecretFile(tmp_path / "secret")) == secret


def test_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TEST_SECRET", "käy")
    assert read_secret(SecretVariable("GATEWAY_TEST_SECRET")) == "käy".encode()
    monkeypatch.delenv("GATEWAY_TEST_SECRET")
    with pytest.raises(SecretUnavailable, match="is not set"):
        read_secret(SecretVariable("GATEWAY_TEST_SECRET"))


def test_files_that_hold_no_secret(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 65537)
    for path, why in (
        (tmp_path / "large", "larger than 64 KiB"),
        (tmp_path / "missing", "no such file"),
        (tmp_path, "directory"),
        (Path("a\0b"), "not a path"),
    ):
        with pytest.raises(SecretUnavailable, match=why):
            read_secret(SecretFile(path))
