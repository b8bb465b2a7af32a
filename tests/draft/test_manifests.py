"""Which objects a stream holds, and which streams are refused."""

import pytest

from gateway.config.problem import ConfigError
from gateway.draft.manifests import MAX_BYTES, MAX_OBJECTS, read_manifests
from gateway.draft.rule import Found
from tests.draft.manifests import ingress, stream

TEXT = stream(ingress(("Prefix", "/", "orders")))


def names(content: bytes) -> list[str]:
    return [
        f"{one.kind} {one.group} {one.version} {one.name}" for one in read_manifests(content, "x", Found())
    ]


def test_documents_and_lists_are_taken_apart() -> None:
    one = "Ingress networking.k8s.io v1 orders"
    assert names(b"---\n" + TEXT + b"---\n# nothing\n---\n" + TEXT + b"...\n") == [one, one]
    inner = {"kind": "IngressList", "items": [ingress(("Prefix", "/", "orders"))]}
    assert names(stream({"apiVersion": "v1", "kind": "List", "items": [inner]})) == [one]
    assert names(stream({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}})) == [
        "Service  v1 s"
    ]
    assert names(b"") == []


def test_an_annotation_may_have_lines_and_tabs() -> None:
    text = TEXT.replace(
        b"annotations: {}", b'annotations:\n    a: "x\\n\\ty"\n    b: |\n      one\n      two'
    )
    assert len(names(text)) == 1


def test_an_object_with_a_key_twice_is_left_out() -> None:
    found = Found()
    twice = TEXT + b"spec: {}\n---\n" + TEXT
    assert len(read_manifests(twice, "x", found)) == 1
    assert "twice" in str(found.left_out[0])


@pytest.mark.long
@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a: [", 1),
        (b"- a\n", 1),
        (b"text", 1),
        (b"kind: A\n---\n- b\n", 3),
        (b"a: &x [1]\nb: [*x, *x]\n", 1),
        (b"a: !!python/object:os.system x\n", 1),
        (b"<<: {a: 1}\n", 1),
        (b"a: \x00\n", 1),
        (b"a: \xff\n", 1),
        (b"a: " + b"[" * 100 + b"]" * 100, 1),
        (b"a" * (MAX_BYTES + 1), 1),
        (b"kind: A\n---\n" * (MAX_OBJECTS + 1), 1),
    ],
    ids=range(12),
)
def test_what_cannot_be_read_is_refused_as_a_whole(content: bytes, line: int) -> None:
    with pytest.raises(ConfigError) as refused:
        read_manifests(content, "x", Found())
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("x", line)


@pytest.mark.long
def test_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        read_manifests(b"#" * (MAX_BYTES + 1), "x", Found())
    assert names(b"#" * MAX_BYTES) == []
