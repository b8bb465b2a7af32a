import pytest

from gateway.redact import pem
from gateway.redact.span import MAX_LINES_BYTES, Looked, Measured, Open, Reach, Span
from tests.leaks.made import Maker

M = Maker(51)


def measure(text: bytes, *, whole: bool = True) -> Measured:
    return pem.measure(text, 0, Reach(0, len(text), whole))


def end_of(text: bytes) -> int:
    measured = measure(text)
    assert not isinstance(measured, Looked)
    (span, *_) = measured
    assert isinstance(span, Span)
    return span.end


@pytest.mark.parametrize(
    "kind",
    ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"],
)
@pytest.mark.parametrize("size", [16, 47, 48, 49, 150, 2400])
def test_from_its_first_line_to_its_last(kind: str, size: int) -> None:
    key = M.pem(kind, size)
    for spelt in (
        key,
        key.replace(b"\n", b"\r\n"),
        key.replace(b"\n", b"\\n"),
        key.replace(b"\n", b"\n    "),
        key.replace(b"\n", b" "),
    ):
        assert end_of(spelt + b" and more") == len(spelt)


def test_headers_are_part_of_it() -> None:
    begin, rest = M.pem("RSA PRIVATE KEY").split(b"\n", 1)
    key = (
        begin + b"\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n" + rest
    )
    assert end_of(key) == len(key)


def test_without_an_end_it_ends_with_its_last_whole_line() -> None:
    lines = M.pem(size=300).splitlines(keepends=True)[:4]
    assert end_of(b"".join(lines) + b"INFO next\n") == len(b"".join(lines)) - 1


def test_what_stands_behind_its_begin_decides_and_nothing_later() -> None:
    begin = b"-----BEGIN PRIVATE KEY-----\n"
    header = begin + b"Comment: one (it).\n"
    assert end_of(header + b"and more") == len(header) - 1
    for first in (b"and more", b"[REDACTED:jwt:tfp1_abcdefghijklmnop]", b"short"):
        assert isinstance(measure(begin + first + b"\n" + b"A" * 64 + b"\n"), Looked), first


def test_a_text_about_keys_is_none() -> None:
    for text in (
        b"-----BEGIN PRIVATE KEY----- is how it begins",
        b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
    ):
        assert isinstance(measure(text), Looked), text


def test_it_is_open_while_its_end_may_come() -> None:
    lines = M.pem(size=300).splitlines(keepends=True)
    for count in range(1, len(lines)):
        assert measure(b"".join(lines[:count]), whole=False) == Open(0), count
    assert isinstance(measure(b"".join(lines), whole=False), tuple)
    assert measure(b"".join(lines[:3]) + b"INFO: next\n", whole=False) != Open(0)


def test_it_is_not_open_for_ever() -> None:
    text = b"-----BEGIN PRIVATE KEY-----\n" + (b"A" * 64 + b"\n") * (MAX_LINES_BYTES // 60)
    measured = measure(text, whole=False)
    assert not isinstance(measured, Looked)
    (span, *_) = measured
    assert isinstance(span, Span)
    assert span.end <= MAX_LINES_BYTES
