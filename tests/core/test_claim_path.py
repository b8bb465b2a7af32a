"""Does a path lead where it says, and is a value only itself?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.claim_path import ABSENT, follow, same

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.text("01tru", max_size=2)


def test_a_path_goes_from_object_to_object() -> None:
    claims = {"a": {"b": {"c": 1}}, "a.b": 2}
    assert follow(claims, ("a", "b", "c")) == 1
    assert follow(claims, ("a.b",)) == 2
    assert follow(claims, ("a", "b")) == {"c": 1}


@pytest.mark.parametrize(
    ("claims", "path"),
    [
        ({}, ("a",)),
        ({"a": {}}, ("a", "b")),
        ({"a": None}, ("a", "b")),
        ({"a": ["b"]}, ("a", "b")),
        ({"a": ["x", "y"]}, ("a", "0")),
        ({"a": "b"}, ("a", "b")),
        ({"a": "b"}, ("a", "0")),
        ({"A": 1}, ("a",)),
    ],
)
def test_what_is_not_there_is_absent(claims: dict[str, Any], path: tuple[str, ...]) -> None:
    assert follow(claims, path) is ABSENT


def test_a_null_is_there() -> None:
    assert follow({"a": None}, ("a",)) is None


@given(scalars, st.booleans() | st.integers(-3, 3) | st.text("01tru", max_size=2))
def test_two_values_are_the_same_only_with_the_same_type(left: Any, right: str | int | bool) -> None:  # noqa: FBT001
    assert same(left, right) is (left == right and type(left).__name__ == type(right).__name__)


@pytest.mark.parametrize(
    ("left", "right"), [(True, 1), (1, True), (0, False), ("1", 1), (1.0, 1), ("true", True)]
)
def test_one_true_and_a_string_of_one_are_three_values(left: Any, right: str | int | bool) -> None:  # noqa: FBT001
    assert not same(left, right)


def test_absence_is_the_same_as_nothing() -> None:
    assert not any(same(ABSENT, value) for value in ("", 0, False))
