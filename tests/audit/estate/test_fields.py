from gateway.audit.estate.fields import at, flag, items, members, number, text, texts
from gateway.audit.estate.yaml_objects import read_documents
from gateway.config.tree import Node


def node(written: str) -> Node:
    (document,) = read_documents(written, "given.yaml")
    assert document.root is not None
    return document.root


def test_a_field_is_given_as_its_type_or_not_at_all() -> None:
    root = node("{a: {b: x}, n: 5, f: true, l: [a, 1, {c: d}], e: '', z: null, r: 1.5}")
    assert text(root, "a", "b") == "x"
    assert [text(root, one) for one in ("n", "f", "r", "e", "a", "l", "z", "missing")] == [
        *("5", "true", "1.5", ""),
        *(None, None, None, None),
    ]
    assert (number(root, "n"), number(root, "f"), number(root, "a")) == (5, None, None)
    assert (flag(root, "f"), flag(root, "n"), flag(root, "missing")) == (True, None, None)
    assert texts(root, "l") == ("a", "1")
    assert [len(items(root, one)) for one in ("l", "a", "missing")] == [3, 0, 0]
    assert [name for name, _ in members(root, "a")] == ["b"]
    assert list(members(root, "l")) == []
    assert at(root, "a", "b", "c") is None
    assert at(root, "z") is None
    assert text(None, "a") is None
