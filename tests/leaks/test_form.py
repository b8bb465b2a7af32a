import gzip

import pytest

from gateway.leaks.form import FORMS, HEAD_BYTES, form_of, is_undecided


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (gzip.compress(b"a")[:HEAD_BYTES], "gzip"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"\x5f\x2a\x4d\x18", "Zstandard"),
        ("a".encode("utf-16"), "UTF-16"),
        (b"\xef\xbb\xbfa", None),
        (b"a\x1f\x8b\x08", None),
    ],
)
def test_it_is_told_by_its_first_octets(head: bytes, form: str | None) -> None:
    assert form_of(head) == form


def test_less_than_those_tells_nothing() -> None:
    for marks in FORMS.values():
        for mark in marks:
            for count in range(len(mark)):
                assert form_of(mark[:count]) is None
                assert is_undecided(mark[:count])
    assert not is_undecided(b"a")
    assert not is_undecided(b"\x1f\x8b\x09")
