"""The format of a deny list: what it means, and each mistake with its place."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.problem import ConfigError, Problem
from gateway.config.revocations import (
    MAX_ENTRIES,
    MAX_PROBLEMS,
    RevocationList,
    parse_revocations,
)
from gateway.config.world import RevocationFile
from gateway.core.revocation import Revocations
from tests import builders as b
from tests.config.files import problems_of, remove, valid, world_of

FINGERPRINT = "tfp1_abcdefghijklmnop"
FILE = RevocationFile(
    path="revoked.yaml", issuer_ids=frozenset({"corp", "partner"}), fingerprint=b.FINGERPRINTS.token
)
NO_KEY = RevocationFile(path="revoked.yaml", issuer_ids=frozenset({"corp"}))
NOON = 1_796_040_000
"""2026-11-30T12:00:00Z."""


def read(text: str, file: RevocationFile = FILE, now: int = NOON) -> RevocationList:
    return parse_revocations(text.encode(), file, now=now)


def entry(text: str) -> Revocations:
    return read(f"revoked:\n  - {text}\n").revocations


def problems(text: str | bytes, file: RevocationFile = FILE) -> tuple[Problem, ...]:
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(ConfigError) as caught:
        parse_revocations(content, file, now=NOON)
    return caught.value.problems


# --- what it means ----------------------------------------------------------------


def test_each_kind_of_entry() -> None:
    assert entry("{issuer: corp, jti: a}").jtis == {("corp", "a")}
    assert entry("{issuer: corp, kid: a}").keys == {("corp", "a")}
    assert entry("{issuer: corp, subject: a}").subjects == {("corp", "a"): None}
    before = "2026-11-30T12:00:00Z"
    assert entry(f"{{issuer: corp, subject: a, issued_before: {before}}}").subjects == {("corp", "a"): NOON}
    assert entry(f"{{fingerprint: {FINGERPRINT}}}").fingerprints == {FINGERPRINT}


def test_a_moment_may_have_any_zone() -> None:
    text = "{issuer: corp, subject: a, issued_before: 2026-11-30T14:00:00+02:00}"
    assert entry(text).subjects == {("corp", "a"): NOON}


def test_an_empty_list_is_a_list() -> None:
    assert read("revoked: []").revocations.count == 0


def test_the_same_twice_is_said_once_and_the_wider_entry_counts() -> None:
    early, late = "2026-11-29T12:00:00Z", "2026-11-30T12:00:00Z"
    both = [f"{{issuer: corp, subject: a, issued_before: {moment}}}" for moment in (late, early)]
    for order in (both, both[::-1]):
        assert read("revoked:\n" + "".join(f"- {one}\n" for one in order)).revocations.subjects == {
            ("corp", "a"): NOON
        }
    all_of_them = read(f"revoked:\n- {both[0]}\n- {{issuer: corp, subject: a}}\n").revocations
    assert all_of_them.subjects == {("corp", "a"): None}


def test_text_is_taken_as_it_stands() -> None:
    assert entry("{issuer: corp, subject: 'Alice '}").subjects == {("corp", "Alice "): None}
    assert entry("{issuer: corp, jti: 0123}").jtis == {("corp", "0123")}


def test_what_is_read_refuses_the_token_that_it_names() -> None:
    listed = entry(f"{{fingerprint: {b.FINGERPRINTS.token(b.token().encode())}}}")
    tags = b.tags()
    assert listed.names(tags, b.token().encode())
    assert not listed.names(tags, b.token(jti="other").encode())


# --- until --------------------------------------------------------------------------


@pytest.mark.parametrize(("late_s", "counts"), [(0, True), (299, True), (300, False)])
def test_an_entry_outlives_its_token_by_the_longest_leeway(late_s: int, *, counts: bool) -> None:
    text = "revoked:\n- {issuer: corp, jti: a, until: 2026-11-30T12:00:00Z}\n- {issuer: corp, jti: b}\n"
    listed = read(text, now=NOON + late_s)
    assert (("corp", "a") in listed.revocations.jtis) is counts
    assert listed.ended == (0 if counts else 1)
    assert listed.changes_at == (NOON + 300 if counts else None)
    assert listed.revocations.count == 1 + counts


# --- mistakes -----------------------------------------------------------------------

GOOD = "{issuer: corp, jti: good}"


@pytest.mark.parametrize(
    ("wrong", "path", "words"),
    [
        ("{issuer: corp}", "", "names nothing"),
        ("{}", "", "names nothing"),
        ("{issuer: corp, jti: a, kid: b}", "", "names jti and kid"),
        ("{jti: a}", ".issuer", "is missing"),
        ("{kid: a}", ".issuer", "is missing"),
        ("{subject: a}", ".issuer", "is missing"),
        ("{issuer: crop, jti: a}", ".issuer", "there is no issuer crop"),
        ("{issuer: Corp, jti: a}", ".issuer", "is not an id"),
        ("{isuer: corp, jti: a}", ".isuer", "is not a known key"),
        ("{issuer: corp, jti: ''}", ".jti", "is empty"),
        ("{issuer: corp, jti: }", ".jti", "has no value"),
        ("{issuer: corp, jti: 17}", ".jti", "is a number, not text"),
        ("{issuer: corp, jti: [a]}", ".jti", "is a list, not text"),
        ("{issuer: corp, subject: a, issued_before: yesterday}", ".issued_before", "is not a moment"),
        ("{issuer: corp, subject: a, issued_before: 2026-02-30T00:00:00Z}", ".issued_before", "is no moment"),
        ("{issuer: corp, subject: a, issued_before: 2026-02-03}", ".issued_before", "is not a moment"),
        ("{issuer: corp, jti: a, issued_before: 2026-02-03T00:00:00Z}", ".issued_before", "does nothing"),
        ("{issuer: corp, jti: a, until: 1796083200}", ".until", "is a number, not text"),
        ("{fingerprint: sfp1_abcdefghijklmnop}", ".fingerprint", "is not the fingerprint of a token"),
        ("{fingerprint: tfp1_abc}", ".fingerprint", "is not the fingerprint of a token"),
        ("{issuer: corp, fingerprint: tfp1_abcdefghijklmnop}", ".issuer", "does nothing here"),
        ("{issuer: corp, jti: eyJhbGciOiJub25lIn0.e30.c2ln}", ".jti", "is a token itself"),
        ("{issuer: corp, jti: a, jti: b}", ".jti", "there twice"),
        ("corp", "", "is text, not a mapping"),
        (f"{{issuer: corp, subject: {'a' * 256}}}", ".subject", "longer than 255"),
    ],
)
def test_each_mistake_is_told_with_its_line(wrong: str, path: str, words: str) -> None:
    (problem,) = problems(f"revoked:\n  - {GOOD}\n  - {wrong}\n  - {GOOD}\n")
    assert (problem.file, problem.line, problem.path) == ("revoked.yaml", 3, f"revoked[1]{path}")
    assert words in problem.what
    assert problem.fix
    assert "eyJ" not in str(problem)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("# nothing\n", 1, "the file is empty"),
        ("- {issuer: corp, jti: a}\n", 1, "not a mapping"),
        ("revoked:\n", 1, "has no value"),
        ("revoked: {}\n", 1, "a mapping, not a list"),
        ("revoke: []\n", 1, "is not a known key"),
        ("revoked: []\nmore: 1\n", 2, "is not a known key"),
        ("revoked:\n  - {issuer: corp, jti: a\n", 3, "not YAML"),
        ("revoked: []\n---\nrevoked: []\n", 2, "second document"),
        ("revoked:\n  - &a {issuer: corp, jti: a}\n", 2, "anchors"),
        (b"revoked:\n  - {issuer: corp, jti: '\xff'}\n", 2, "not UTF-8"),
    ],
)
def test_what_is_no_list_at_all(text: str | bytes, line: int, words: str) -> None:
    first = problems(text)[0]
    assert first.line == line
    assert words in first.what


def test_the_advice_for_an_empty_file_is_about_this_file() -> None:
    assert [problem.fix for problem in problems("")] == ["begin with revoked:"]


def test_a_fingerprint_needs_a_key_that_outlives_the_process() -> None:
    (problem,) = problems(f"revoked:\n  - {{fingerprint: {FINGERPRINT}}}\n", NO_KEY)
    assert (problem.line, problem.path) == (2, "revoked[0].fingerprint")
    assert "audit.fingerprint_key" in problem.fix


def test_every_mistake_at_once_also_far_down() -> None:
    lines = [f"  - {GOOD}"] * 1000
    lines[3] = lines[700] = "  - {issuer: nobody, jti: a}"
    lines[999] = "  - {isuer: corp, jti: a}"
    found = problems("\n".join(["revoked:", *lines]))
    places = [(problem.line, problem.path) for problem in found]
    assert places == [
        (5, "revoked[3].issuer"),
        (702, "revoked[700].issuer"),
        (1001, "revoked[999].isuer"),
    ]


def test_the_same_mistake_is_not_told_without_end() -> None:
    assert len(problems("revoked:\n" + "  - {jti: a}\n" * 1000)) == MAX_PROBLEMS


@pytest.mark.long
def test_the_longest_list_and_one_that_is_longer() -> None:
    longest = "revoked:\n" + f"- {GOOD}\n" * MAX_ENTRIES
    assert read(longest).revocations.count == 1
    (problem,) = problems(longest + f"- {GOOD}\n")
    assert "50000 entries" in problem.what


# --- in gateway.yaml ------------------------------------------------------------------


def test_the_configuration_says_where_the_file_is(tmp_path: Path) -> None:
    file = world_of(tmp_path, valid()).revocations
    assert file is not None
    assert file.path == str(tmp_path / "revoked.yaml")
    assert file.issuer_ids == {"corp", "keys-at", "in-file"}
    assert file.fingerprint is not None
    assert "kkkk" not in repr(file)


def test_no_key_no_fingerprint_and_no_file_no_list(tmp_path: Path) -> None:
    config = valid()
    remove("audit", "fingerprint_key")(config)
    file = world_of(tmp_path, config).revocations
    assert file is not None
    assert file.fingerprint is None
    remove("revocations")(config)
    assert world_of(tmp_path, config).revocations is None


def test_a_list_without_a_file_is_a_mistake(tmp_path: Path) -> None:
    config = valid()
    config["revocations"] = {}
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "revocations.file"


# --- whatever is in it -------------------------------------------------------------------

scalars = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["corp", FINGERPRINT])
)
entries = st.dictionaries(
    st.sampled_from(["issuer", "jti", "subject", "kid", "fingerprint", "issued_before", "until", "why", "x"]),
    scalars | st.lists(scalars, max_size=2),
    max_size=4,
)


@given(
    content=st.binary(max_size=64)
    | st.builds(lambda found: json.dumps({"revoked": found}).encode(), st.lists(entries, max_size=3))
)
def test_nothing_in_a_file_brings_down_whoever_reads_it(content: bytes) -> None:
    found: tuple[Problem, ...] = ()
    try:
        parse_revocations(content, FILE, now=NOON)
    except ConfigError as error:
        found = error.problems
    assert all(problem.line >= 1 and problem.fix for problem in found)
