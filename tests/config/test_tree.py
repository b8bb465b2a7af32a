import pytest

from gateway.config.tree import Node, written_at


def tree() -> Node:
    return written_at((3, 1), (), {"a": [{"b": 1}, {"b": 2}, {"b": 3}], "c": "x"})


def test_plain_is_what_was_written_with_lists_that_cannot_change() -> None:
    assert tree().plain() == {"a": ({"b": 1}, {"b": 2}, {"b": 3}), "c": "x"}


def test_what_is_left_keeps_its_place() -> None:
    pruned = tree().without(frozenset({("a", 0), ("c",)}))
    assert pruned.plain() == {"a": ({"b": 2}, {"b": 3})}
    items = pruned.child("a")
    assert items is not None
    first = items.child(0)
    assert first is not None
    assert first.path == ("a", 1)
    assert pruned.descendant(("a", 1)) is first
    assert pruned.descendant(("a", 0)) is None


def test_children() -> None:
    assert tree().child("nothing") is None
    assert tree().child(0) is None
    items = tree().child("a")
    assert items is not None
    assert items.child(3) is None
    assert items.child(-1) is None
    assert items.child("b") is None


def test_a_member_is_put_in_by_its_original_path() -> None:
    pruned = tree().without(frozenset({("a", 0)}))
    filled = pruned.with_member(("a", 2, "d"), written_at((9, 9), ("a", 2, "d"), "new"))
    assert filled.plain() == {"a": ({"b": 2}, {"b": 3, "d": "new"}), "c": "x"}
    assert pruned.plain() == {"a": ({"b": 2}, {"b": 3}), "c": "x"}


def test_walk_reaches_everything() -> None:
    assert len(list(tree().walk())) == 9


def test_only_json_can_be_written() -> None:
    with pytest.raises(TypeError):
        written_at((1, 1), (), object())
