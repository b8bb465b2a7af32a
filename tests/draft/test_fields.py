"""A field of another type is a mistake, and never as if it were not there."""

import pytest

from gateway.config.problem import Unfit
from gateway.config.yaml_tree import read_stream
from gateway.draft.fields import at, items, members, number, shown, text, texts

((NODE, _),) = read_stream("a: {b: text, c: 1, d: [x, y], e: null, f: '', g: true}", "x")


def test_what_is_there() -> None:
    assert text(NODE, "a", "b") == "text"
    assert number(NODE, "a", "c") == 1
    assert texts(NODE, "a", "d") == ("x", "y")
    assert [name for name, _, _ in members(at(NODE, "a", "d") and NODE, "z")] == []


def test_what_is_absent() -> None:
    assert text(NODE, "a", "z") is None
    assert text(NODE, "a", "e") is None
    assert text(NODE, "a", "f") is None
    assert text(NODE, "z", "y", "x") is None
    assert items(NODE, "a", "e") == ()
    assert shown(None) == "nothing"


def test_what_is_of_another_type() -> None:
    for read in (
        lambda: text(NODE, "a", "c"),
        lambda: text(NODE, "a", "b", "x"),
        lambda: number(NODE, "a", "b"),
        lambda: number(NODE, "a", "g"),
        lambda: items(NODE, "a", "b"),
        lambda: list(members(NODE, "a", "d")),
    ):
        with pytest.raises(Unfit):
            read()
