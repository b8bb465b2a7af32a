"""A token is taken out of the query, and nothing else of the target changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.query import target_without


@pytest.mark.parametrize(
    ("target", "left"),
    [
        (b"/a?t=1", b"/a"),
        (b"/a?t", b"/a"),
        (b"/a?b=%2f&t=1&a=+", b"/a?b=%2f&a=+"),
        (b"/a?t=1;b=2", b"/a?b=2"),
        (b"/a?b=2;t=1&c", b"/a?b=2&c"),
        (b"/a?b?t=1&t=2?", b"/a?b?t=1"),
        (b"/a?&&t=1&", b"/a?&&"),
        (b"/a?tt=1", None),
        (b"/a?", None),
        (b"/a", None),
        (b"/t=1", None),
    ],
)
def test_the_token_goes_and_the_rest_stays(target: bytes, left: bytes | None) -> None:
    assert target_without(target, frozenset({b"t"})) == left


@given(st.lists(st.sampled_from([b"t", b"t=x", b"a", b"b=%74", b"", b"tt"]), max_size=6), st.data())
def test_no_reader_of_either_separator_finds_it_again(pairs: list[bytes], data: st.DataObject) -> None:
    marks = data.draw(st.lists(st.sampled_from([b"&", b";"]), min_size=len(pairs), max_size=len(pairs)))
    query = b"".join(pair + mark for pair, mark in zip(pairs, marks, strict=True))
    left = target_without(b"/a?" + query, frozenset({b"t"}))
    rest = query if left is None else left.partition(b"?")[2]
    names = [pair.partition(b"=")[0] for pair in rest.replace(b";", b"&").split(b"&")]
    assert b"t" not in names
    kept = [pair for pair in pairs if pair.partition(b"=")[0] != b"t" and pair]
    assert [pair for pair in rest.replace(b";", b"&").split(b"&") if pair] == kept


def test_without_a_query_credential_nothing_is_touched() -> None:
    assert target_without(b"/a?t=1", frozenset()) is None
