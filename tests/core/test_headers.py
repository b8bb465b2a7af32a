"""A request is a shape and its values."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core import headers as headers_module
from gateway.core.headers import MAX_REMEMBERED_NAMES, MAX_REMEMBERED_OCTETS, MAX_SHAPES, Headers, shape_of

NAMES = st.sampled_from((b"Host", b"host", b"Accept", b"X-A", b"x-a", b"Cookie"))
PAIRS = st.lists(st.tuples(NAMES, st.binary(max_size=4)), max_size=8).map(tuple)


@given(PAIRS)
def test_headers_are_the_pairs_they_were_made_of_with_lower_case_names(
    pairs: tuple[tuple[bytes, bytes], ...],
) -> None:
    made = Headers.of(pairs)
    expected = tuple((name.lower(), value) for name, value in pairs)
    assert made.pairs == expected
    for name in {name for name, _ in expected}:
        assert made.all(name) == [value for one, value in expected if one == name]
        assert [made.values[place] for place in made.shape.places(name)] == made.all(name)
    assert made.all(b"absent") == []


def test_the_same_names_are_one_shape_and_another_case_is_another() -> None:
    assert shape_of((b"A", b"B")) is shape_of((b"A", b"B"))
    assert shape_of((b"A", b"B")) is not shape_of((b"a", b"B"))
    assert shape_of((b"A", b"B")) is not shape_of((b"B", b"A"))


def test_what_is_remembered_is_bounded() -> None:
    for number in range(3 * MAX_SHAPES):
        shape_of((b"x-%d" % number,))
    assert len(headers_module._SHAPES) <= MAX_SHAPES


@pytest.mark.parametrize(
    "names",
    [
        tuple(b"x-%d" % number for number in range(MAX_REMEMBERED_NAMES + 1)),
        (b"x" * (MAX_REMEMBERED_OCTETS + 1),),
    ],
)
def test_what_is_large_is_read_each_time(names: tuple[bytes, ...]) -> None:
    assert shape_of(names) is not shape_of(names)
    assert shape_of(names).names == names


def test_headers_are_compared_by_what_they_say_and_are_no_key() -> None:
    assert Headers.of(((b"A", b"1"),)) == Headers.of(((b"a", b"1"),))
    assert Headers.of(((b"A", b"1"),)) != Headers.of(((b"a", b"2"),))
    with pytest.raises(TypeError):
        hash(Headers.of(()))


def test_nothing_is_printed() -> None:
    pairs = ((b"authorization", b"Bearer c4n4ry"), (b"c4n4ry", b""))
    assert "c4n4ry" not in repr(Headers.of(pairs))
    assert "c4n4ry" not in repr(list(chain((Headers.of(pairs),), ())))
