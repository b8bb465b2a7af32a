from itertools import pairwise

import pytest

from gateway.audit.estate.yaml_objects import MAX_ALIASED, Document, read_documents, read_embedded


def read(text: str) -> list[Document]:
    return list(read_documents(text, "given.yaml"))


def values(text: str) -> list[object]:
    documents = read(text)
    assert not [one.problems for one in documents if one.problems]
    return [one.root.plain() for one in documents if one.root is not None]


def problem(text: str) -> str:
    (found,) = [str(one) for document in read(text) for one in document.problems]
    return found


def test_documents_are_read_each_by_itself() -> None:
    assert values("a: 1\n---\n---\n# nothing\n---\nb: 2\n...\n--- {c: 3}\n") == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert values("%YAML 1.1\n---\na: 1\n") == [{"a": 1}]
    assert values('{"a": ["b", null, true, 1.5]}') == [{"a": ("b", None, True, 1.5)}]
    assert values("a: 1\r\n---\r\nb: |\r\n  c\r\n") == [{"a": 1}, {"b": "c\n"}]


def test_a_separator_within_a_text_is_text() -> None:
    assert values("a: |\n  ---\n  b\nc: d") == [{"a": "---\nb\n", "c": "d"}]


def test_a_broken_document_costs_no_other() -> None:
    first, broken, last = read("a: 1\n---\nb: [\n---\nc: 3\n")
    assert first.root is not None
    assert broken.root is None
    assert last.root is not None
    assert last.root.child("c") is not None
    assert str(broken.problems[0]).startswith("given.yaml:4:1 ")


def test_every_value_has_its_place() -> None:
    (document,) = read("# one\n---\na:\n  b: x\n  c:\n  - d\n")
    assert document.root is not None
    marks = {node.path: node.mark for node in document.root.walk()}
    assert marks == {
        (): (3, 1),
        ("a",): (3, 1),
        ("a", "b"): (4, 6),
        ("a", "c"): (5, 3),
        ("a", "c", 0): (6, 5),
    }
    (inline,) = read("---\n--- {a: 1}")
    assert inline.root is not None
    assert inline.root.mark == (2, 5)


def test_words_mean_what_kubectl_makes_of_them() -> None:
    text = "[yes, On, 'yes', off, ~, 0, -3, 0x1f, 010, 1_000, 2026-01-01, !!str 5]"
    assert values(f"a: {text}") == [
        {"a": (True, True, "yes", False, None, 0, -3, "0x1f", "010", "1_000", "2026-01-01", "5")}
    ]


def test_anchors_and_merge_keys_are_followed() -> None:
    text = "base: &b {a: 1, c: 2}\nown:\n  <<: *b\n  a: 3\nmany:\n  <<: [*b, {a: 4, d: 5}]\nsame: *b\n"
    assert values(text) == [
        {
            "base": {"a": 1, "c": 2},
            "own": {"a": 3, "c": 2},
            "many": {"a": 1, "c": 2, "d": 5},
            "same": {"a": 1, "c": 2},
        }
    ]


def test_a_merge_of_which_readers_make_different_things_is_told() -> None:
    # go-yaml v2, which kubectl has, lets the later of the two win: YAML 1.1 says that the key does
    (after,) = read("a: {url: x, <<: {url: y, other: z}}\n")
    assert [one.what for one in after.problems] == [
        "url is merged after it was written, and readers differ in which counts"
    ]
    (twice,) = read("a:\n  <<: {b: 1}\n  <<: {b: 2}\n")
    assert [(one.line, one.what) for one in twice.problems] == [
        (3, "a second merge key, and readers differ in which counts")
    ]
    (apart,) = read("a: {url: x, <<: {other: z}}\n")
    assert apart.problems == ()


@pytest.mark.long
def test_aliases_have_a_bound_and_an_end() -> None:
    names = "abcdefghij"
    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{this}: &{this} [{', '.join([f'*{former}'] * 9)}]\n" for former, this in pairwise(names)
    )
    assert "too much once its aliases are written out" in problem(laughs)
    assert MAX_ALIASED < 9**9
    assert "an alias stands for what it is in" in problem("a: &a [*a]")
    assert "an alias stands for what it is in" in problem("a: &a\n  b: {<<: *a}")


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 2000, "a:\n" * 3 + "  - " * 4000])
def test_depth_has_a_bound(text: str) -> None:
    assert problem(text)


def test_the_last_of_two_keys_counts_and_is_told() -> None:
    (document,) = read("a: 1\nb: {c: 1, c: 2}\n")
    assert document.root is not None
    assert document.root.plain() == {"a": 1, "b": {"c": 2}}
    assert [str(one) for one in document.problems] == [
        "given.yaml:2:11 the key c is there twice, and the last one counts. Fix: keep one of the two."
    ]


def test_what_is_no_yaml_is_told_without_its_text() -> None:
    for text in (
        "a: 'hunter2",
        "? [hunter2]\n: x",
        'a: "\\UFFFFFFFF hunter2"',
        "a: \x01hunter2",
        "hunter2: @x",
    ):
        assert "hunter2" not in problem(text)
        assert "given.yaml:" in problem(text)


def test_a_template_that_is_no_yaml_is_to_be_rendered() -> None:
    for text in (
        "a:\n  {{- toYaml .Values.a | nindent 2 }}\n",
        "a: {{ .Values.a }}\n",
        "{{ if .a }}\nb: 1\n",
    ):
        assert "Fix: render it, if it is a template: helm template CHART | gateway audit -." in problem(text)
    assert values("a: '{{ .Values.a }}'\n") == [{"a": "{{ .Values.a }}"}]
    assert "render" not in problem("a: [\n")


def test_yaml_in_a_value_has_the_lines_of_the_file() -> None:
    (document,) = read("kind: ConfigMap\nstored:\n  mesh: |\n    accessLog: /x\n    list:\n    - one\n")
    assert document.root is not None
    node = document.root.descendant(("stored", "mesh"))
    assert node is not None
    inside = read_embedded(node, "given.yaml")
    assert inside is not None
    assert {one.path: one.mark[0] for one in inside.walk()} == {
        ("stored", "mesh"): 4,
        ("stored", "mesh", "accessLog"): 4,
        ("stored", "mesh", "list"): 5,
        ("stored", "mesh", "list", 0): 6,
    }
    assert read_embedded(document.root, "given.yaml") is None
