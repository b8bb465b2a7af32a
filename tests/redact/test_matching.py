import importlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redact import matching
from gateway.redact.beginnings import beginnings
from gateway.redact.matching import BoundedStarts, LinearStarts, Start, compiled, re2_module, starts

RE2 = importlib.import_module("re2")  # a dependency of the tests: pip install -e '.[leaks]'

SOME = (
    Start("ab[0-9]{2}", ("ab",)),
    Start("(?i:key)=", ("key",)),
    Start("[xy]z", ("xz", "yz")),
    Start(r"\\n|://[^@\n]{1,9}@", ("\\n", "://")),
)


ALL = beginnings()

pieces = st.lists(
    st.sampled_from(
        [b"ab12", b"ab", b"1", b"KEY=", b"key", b"=", b"xz", b"y", b"\n", b"\\n", b"://", b"a@", b"\xff"]
    )
    | st.binary(max_size=4),
    max_size=12,
).map(b"".join)


@given(pieces, st.integers(0, 20), st.integers(0, 40))
def test_both_engines_find_the_same_places(text: bytes, at: int, size: int) -> None:
    at = min(at, len(text))
    end = min(at + size, len(text))
    linear, bounded = LinearStarts(RE2, SOME), BoundedStarts(SOME)
    while True:
        place = linear.next(text, at, end)
        assert bounded.next(text, at, end) == place
        if place < 0:
            break
        at = place + 1


@given(pieces, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=8))
def test_both_find_them_in_whatever_order_they_are_asked(text: bytes, asked: list[tuple[int, int]]) -> None:
    linear, bounded = LinearStarts(RE2, SOME), BoundedStarts(SOME)
    for at, size in asked:
        end = min(at + size, len(text))
        assert bounded.next(text, min(at, end), end) == linear.next(text, min(at, end), end)


def test_a_place_that_was_passed_can_be_asked_for_again() -> None:
    bounded = BoundedStarts(SOME)
    text = b"ab12 ab34 key="
    assert [bounded.next(text, at, len(text)) for at in (0, 6, 1, 0)] == [0, 10, 5, 0]
    assert bounded.next(b"key=", 0, 4) == 0


def test_what_lies_beyond_the_end_is_not_looked_at() -> None:
    for engine in (LinearStarts(RE2, SOME), BoundedStarts(SOME)):
        assert engine.next(b"ab12", 0, 3) == -1
        assert engine.next(b"ab12", 0, 4) == 0


@pytest.mark.long
def test_every_pattern_names_a_word_of_all_that_it_matches() -> None:
    from tests.leaks.corpus.samples import true_samples  # noqa: PLC0415 - a large table

    for sample in true_samples():
        small = sample.text.lower()
        for one in ALL:
            if re.search(one.pattern.encode(), sample.text):
                assert any(word.encode() in small for word in one.words), one


def test_without_re2_the_bounded_engine_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(starts(SOME), LinearStarts)
    monkeypatch.setattr(matching, "re2_module", lambda: None)
    assert isinstance(starts(SOME), BoundedStarts)


def test_re2_that_cannot_be_imported_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", none)
    assert re2_module() is None


def test_within_lines_no_expression_reaches_over_one() -> None:
    assert compiled(RE2, r"a\sb").search(b"a\nb") is not None
    assert compiled(RE2, r"a\sb", within_lines=True).search(b"a\nb") is None


def test_octets_are_no_text() -> None:
    assert compiled(RE2, r"\xff.").search(b"\xff\xfe").span() == (0, 2)
