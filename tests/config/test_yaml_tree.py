import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import yaml_tree
from gateway.config.problem import Problem
from gateway.config.yaml_tree import NotYaml, read_stream, read_tree


def refused(text: str) -> Problem:
    with pytest.raises(NotYaml) as caught:
        read_tree(text, "f.yaml")
    return caught.value.problem


def test_values_and_their_places() -> None:
    tree, problems = read_tree("a: 1\nb:\n  - x\n  - {c: true}\n", "f.yaml")
    assert problems == ()
    assert tree.plain() == {"a": 1, "b": ("x", {"c": True})}
    places = {node.path: node.mark for node in tree.walk()}
    assert places == {
        (): (1, 1),
        ("a",): (1, 4),
        ("b",): (2, 1),  # a mapping or list is where its key is
        ("b", 0): (3, 5),
        ("b", 1): (4, 5),
        ("b", 1, "c"): (4, 9),
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("0777", "0777"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("0123", "0123"),
        (".inf", ".inf"),
        ("60s", "60s"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("0", 0),
        ("-7", -7),
        ("1.5", 1.5),
        ("99999999999999999999", 1e20),  # a number no field takes: never cut, never text
    ],
)
def test_scalars_mean_what_they_show(text: str, value: object) -> None:
    tree, _ = read_tree(f"a: {text}", "f.yaml")
    plain = tree.plain()
    assert plain == {"a": value}
    assert isinstance(plain, dict)
    assert type(plain["a"]) is type(value)


def test_every_key_that_is_there_twice() -> None:
    tree, problems = read_tree("a: 1\nb: {c: 1, c: 2}\na: 3\n", "f.yaml")
    assert tree.plain() == {"a": 1, "b": {"c": 1}}
    assert [(p.line, p.column, p.path, p.what) for p in problems] == [
        (2, 11, "b.c", "the key is there twice, first in line 2"),
        (3, 1, "a", "the key is there twice, first in line 1"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("", 1, 1, "empty"),
        ("# only a comment\n", 1, 1, "empty"),
        ("---\n", 1, 1, "empty"),
        ("- a\n", 1, 1, "not a mapping"),
        ("text\n", 1, 1, "not a mapping"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("a:\n\t- b\n", 2, 1, "a tab"),
        ("a: b: c\n", 1, 5, "where there can be none"),
        ("a: [1\n", 2, 1, "not YAML"),
        ("a: 'x\n", 2, 1, "never closed"),
        ("a: 1\nb: &x 1\n", 2, 4, "anchors"),
        ("a: 1\nb: *x\n", 2, 4, "anchors"),
        ("&x a: 1\n", 1, 1, "anchors"),
        ("<<: {a: 1}\n", 1, 1, "merge keys"),
        ("a: !!python/name:os.system x\n", 1, 4, "tag"),
        ("a: !secret x\n", 1, 4, "tag"),
        ("? [a]\n: 1\n", 1, 3, "a key is not a word"),
        ("a: 1\nb: \x07\n", 2, 4, "control character"),
        ('a: "x\\0"\n', 1, 4, "control character"),
        ('"\\uD800": 1\n', 1, 1, "control character"),
        ('a: "\\UFFFFFFFF"\n', 1, 5, "names no character"),
        ("a: |\n  x\n", 1, 4, "a line end"),
    ],
)
def test_refused(text: str, line: int, column: int, what: str) -> None:
    problem = refused(text)
    assert (problem.file, problem.line) == ("f.yaml", line)
    assert problem.column == column
    assert what in problem.what
    assert problem.fix


@pytest.mark.long
def test_depth_is_bounded() -> None:
    assert "nested too deeply" in refused("a: " + "[" * 100_000).what


def test_a_quoted_merge_key_is_a_key() -> None:
    tree, _ = read_tree('"<<": 1', "f.yaml")
    assert tree.plain() == {"<<": 1}


# --- with libyaml and without --------------------------------------------------------------

LIST = """\
revoked:
  - {issuer: corp, jti: "7f..", why: 'found', until: 2026-12-01T00:00:00Z}
  - issuer: corp
    subject: "al\\u00e9ce"
"""
POLICY = """\
# what may be asked
policies:
  orders:
    hosts: [api.example.com, "*.example.net"]
    routes:
      - id: read
        paths: ["/v1/{order}",
                /v1/**]
        require: {scopes: [orders:read]}
        downstream:
          audience: |
            orders
          ttl: 60s

      - {id: empty, paths:  , note: >-
          folded}
"""
PIECES = [*" \n:,-[]{}\"'#&*!|>%@`\\?~<=\t\r\xe9\u4e2d\xa0\x85\u2028\ufeff\x00", "\n  ", "---\n", "...", ": "]


def understood(text: str) -> object:
    try:
        tree, problems = read_tree(text, "f", top="revoked:")
    except NotYaml as refusal:
        return refusal.problem
    # Where a value that is not there would be, each says otherwise.
    return [(n.path, n.plain() is not None and n.mark, n.plain()) for n in tree.walk()], problems


def usually_understood(text: str) -> object:
    with pytest.MonkeyPatch.context() as without:
        without.setattr(yaml_tree, "_FAST", yaml_tree._USUAL)
        return understood(text)


@given(
    text=st.sampled_from([LIST, POLICY]),
    edits=st.lists(
        st.tuples(st.integers(0, len(POLICY)), st.integers(0, 4), st.sampled_from(["", *PIECES])), max_size=4
    ),
)
def test_a_file_means_the_same_with_libyaml_and_without(text: str, edits: list[tuple[int, int, str]]) -> None:
    for place, left_out, put_in in edits:
        text = text[:place] + put_in + text[place + left_out :]
    assert understood(text) == usually_understood(text)


def test_libyaml_is_there_and_used() -> None:
    assert yaml_tree._FAST is not yaml_tree._USUAL


def test_the_advice_names_what_such_a_file_begins_with() -> None:
    for text in ("", "- a\n"):
        with pytest.raises(NotYaml) as caught:
            read_tree(text, "f", top="revoked:")
        assert caught.value.problem.fix.endswith("revoked:")


def test_a_stream_gives_each_document_with_its_own_duplicates_and_lines() -> None:
    text = "a: 1\na: 2\n---\n# nothing\n---\nb: |\n  one\n  two\n...\n"
    (first, twice), (second, none) = read_stream(text, "x")
    assert [problem.line for problem in twice] == [2]
    assert (second.plain(), none) == ({"b": "one\ntwo\n"}, ())
    assert (first.mark, second.mark) == ((1, 1), (6, 1))
    assert read_stream("", "x") == ()


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1",
        "a: *x",
        "a: !t 1",
        "<<: {}",
        "- a",
        "a: 1\n---\n- b",
        'a: "\\0"',
        "a: " + "[" * 99 + "]" * 99,
    ],
)
def test_a_stream_is_as_narrow_as_a_file(text: str) -> None:
    with pytest.raises(NotYaml):
        read_stream(text, "x")
