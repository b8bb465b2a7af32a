import re

import pytest

from gateway.config.schema_types import (
    DURATION_PATTERN,
    FINGERPRINT_PATTERN,
    FORMS,
    ID_PATTERN,
    MOMENT_PATTERN,
    SECRET_PATTERN,
    SIZE_PATTERN,
    octets,
    seconds,
)


@pytest.mark.parametrize(
    ("text", "length"), [("0s", 0), ("90s", 90), ("5m", 300), ("1h", 3600), ("7d", 604800)]
)
def test_durations(text: str, length: int) -> None:
    assert re.search(DURATION_PATTERN, text)
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "1.5s", "05s", "5 s", "5S", "1h30m", "1000000s"])
def test_no_durations(text: str) -> None:
    assert not re.search(DURATION_PATTERN, text)


@pytest.mark.parametrize(
    ("text", "count"), [("0B", 0), ("512B", 512), ("64KiB", 65536), ("10MiB", 10485760), ("1GiB", 2**30)]
)
def test_sizes(text: str, count: int) -> None:
    assert re.search(SIZE_PATTERN, text)
    assert octets(text) == count


@pytest.mark.parametrize("text", ["", "5", "MiB", "-1B", "1.5MiB", "05B", "5 B", "5MB", "5mib", "1000000B"])
def test_no_sizes(text: str) -> None:
    assert not re.search(SIZE_PATTERN, text)


def test_ids() -> None:
    for text in ("a", "orders-read", "team_a", "0", "a" * 63):
        assert re.search(ID_PATTERN, text)
    for text in ("", "A", "-a", "a-", "a:b", "a.b", "a/b", "ä", "a" * 64, "a b"):
        assert not re.search(ID_PATTERN, text)


def test_secrets_are_references() -> None:
    for text in ("env:NAME", "env:_n1", "file:a", "file:/run/secrets/x"):
        assert re.search(SECRET_PATTERN, text)
    for text in ("hunter2", "env:", "env:1", "env:A-B", "file:", "vault:x", " env:A"):
        assert not re.search(SECRET_PATTERN, text)


def test_moments_have_a_zone() -> None:
    for text in ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00+02:00"):
        assert re.search(MOMENT_PATTERN, text)
    for text in ("2026-12-01", "2026-12-01T00:00:00", "2026-12-01 00:00:00Z", "1796083200", "tomorrow"):
        assert not re.search(MOMENT_PATTERN, text)


def test_a_fingerprint_is_one_of_a_token() -> None:
    assert re.search(FINGERPRINT_PATTERN, "tfp1_abcdefghijklmn27")
    for text in (
        "sfp1_abcdefghijklmn27",
        "tfp1_abcdefghijklmn2",
        "tfp1_ABCDEFGHIJKLMN27",
        "tfp1_abcdefghijklmn01",
    ):
        assert not re.search(FINGERPRINT_PATTERN, text)


def test_every_pattern_is_explained() -> None:
    assert set(FORMS) == {
        DURATION_PATTERN,
        SIZE_PATTERN,
        ID_PATTERN,
        SECRET_PATTERN,
        MOMENT_PATTERN,
        FINGERPRINT_PATTERN,
    }
