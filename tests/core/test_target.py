"""The target grammar: refuse what two readers could read differently, and nothing else."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.reason import Reason, Refusal
from gateway.core.target import MAX_SEGMENTS, MAX_TARGET_BYTES, MAX_UNESCAPINGS, Oddity, fold, parse_target
from tests.corpus.targets import ROWS, Row
from tests.strategies import targets


def reason_of(target: bytes) -> Reason | None:
    try:
        parse_target(target)
    except Refusal as refusal:
        return refusal.reason
    return None


ODDITIES = {
    Reason.TARGET_ESCAPED_SLASH: Oddity.ESCAPED_SLASH,
    Reason.TARGET_ESCAPED_PERCENT: Oddity.ESCAPED_PERCENT,
    Reason.TARGET_ESCAPED_UNRESERVED: Oddity.ESCAPED_UNRESERVED,
    Reason.TARGET_SEMICOLON: Oddity.SEMICOLON,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_row_of_the_corpus_is_refused_for_its_reason_or_read(row: Row) -> None:
    expected = row.outcome if isinstance(row.outcome, Reason) else None
    if reason_of(row.target) is None:
        path = parse_target(row.target)
        # What a route may admit by name is decided by the table; what has no route, too.
        odd = expected is not None and ODDITIES.get(expected) in path.oddities
        assert odd or expected in {None, Reason.PATH_NOT_ALLOWED}
    else:
        assert reason_of(row.target) is expected


@pytest.mark.parametrize(
    ("target", "segments"),
    [
        (b"/", ()),
        (b"/a", ("a",)),
        (b"/a/", ("a",)),
        (b"/a/b?c=/../d", ("a", "b")),
        (b"/a%20b", ("a b",)),
        (b"/caf%C3%A9", ("café",)),
        (b"/caf%c3%a9", ("café",)),
        (b"/a:b@c", ("a:b@c",)),
    ],
)
def test_segments_are_split_first_and_unescaped_once(target: bytes, segments: tuple[str, ...]) -> None:
    assert parse_target(target).segments == segments


def test_the_longest_target_and_the_most_segments_are_still_read() -> None:
    assert parse_target(b"/" + b"a" * (MAX_TARGET_BYTES - 1)).segments
    assert len(parse_target(b"/a" * MAX_SEGMENTS).segments) == MAX_SEGMENTS
    assert reason_of(b"/" + b"a" * MAX_TARGET_BYTES) is Reason.TARGET_TOO_LONG
    assert reason_of(b"/a" * (MAX_SEGMENTS + 1)) is Reason.TARGET_TOO_LONG
    assert reason_of(b"/%41" + b"/a" * MAX_SEGMENTS) is Reason.TARGET_TOO_LONG
    assert len(parse_target(b"/%41" + b"/a" * (MAX_SEGMENTS - 1) + b"/").segments) == MAX_SEGMENTS
    assert reason_of(b"/%41" + b"/" * (MAX_SEGMENTS + 1)) is Reason.TARGET_TOO_LONG


@pytest.mark.long
def test_no_character_beyond_ascii_maps_to_one_that_splits() -> None:
    """Every character there is, one by one: the check looks at all of a segment at once."""
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x30000)):
        mapped = unicodedata.normalize("NFKC", chr(code))
        if set(mapped) & set("./\\%;?#:@ "):
            assert reason_of(b"/a" + quote(chr(code)).encode() + b"b") is Reason.TARGET_CONFUSABLE


@pytest.mark.parametrize(
    ("target", "oddity"),
    [
        (b"/a%2Fb", Oddity.ESCAPED_SLASH),
        (b"/100%25", Oddity.ESCAPED_PERCENT),
        (b"/%7Euser", Oddity.ESCAPED_UNRESERVED),
        (b"/a;v=1", Oddity.SEMICOLON),
    ],
)
def test_an_oddity_is_named_and_comes_with_its_other_readings(target: bytes, oddity: Oddity) -> None:
    path = parse_target(target)
    assert path.oddities == {oddity}
    assert len(set(path.other_readings)) > 1


def test_every_unescaping_is_a_reading() -> None:
    nested = b"/%" + b"25" * (MAX_UNESCAPINGS - 1) + b"41"
    readings = {"".join(reading) for reading in parse_target(nested).other_readings}
    assert {"%252541", "%2541", "%41", "A"} <= readings
    assert reason_of(b"/%" + b"25" * MAX_UNESCAPINGS + b"41") is Reason.TARGET_ESCAPED_PERCENT


@pytest.mark.parametrize(
    ("target", "reading"),
    [
        (b"/users%2fme;a%2fb", ("users", "me")),  # cut, then unescaped: Tomcat
        (b"/users%2fme;a%2fb", ("users%2fme",)),  # cut and not unescaped
        (b"/users%2fme;a%2fb", ("users", "me", "b")),  # unescaped, then cut
        (b"/users%2fme;a%2fb", ("users", "me;a", "b")),  # unescaped and not cut
        (b"/a%252fb;c%252fd", ("a", "b")),  # cut, then unescaped twice
        (b"/a%252fb;c%252fd", ("a%2fb",)),  # cut, then unescaped once
    ],
)
def test_parameters_are_cut_before_and_after_each_unescaping(target: bytes, reading: tuple[str, ...]) -> None:
    """Found by fuzzing: a broad route that admits both spellings could hide a narrower one from us."""
    assert reading in parse_target(target).other_readings


@pytest.mark.parametrize("character", "!$&'()*+,=:@")
def test_an_escaped_delimiter_is_another_reading_than_the_raw_one(character: str) -> None:
    # RFC 3986 section 2.2: the two are not equivalent, and readers differ.
    escaped = f"%{ord(character):02X}"
    path = parse_target(b"/a" + escaped.encode() + b"b")
    assert path.segments == (f"a{character}b",)
    assert path.other_readings == ((f"a{escaped}b",),)


@pytest.mark.parametrize("octet", [*range(0x20), 0x7F])
def test_no_control_character_passes_raw_or_escaped(octet: int) -> None:
    assert reason_of(b"/a" + bytes((octet,))) is Reason.TARGET_CHARACTER
    assert reason_of(b"/a?" + bytes((octet,))) is Reason.TARGET_CHARACTER
    assert reason_of(b"/a%%%02x" % octet) is Reason.TARGET_ESCAPED_CONTROL


def test_every_byte_has_one_fate_in_a_path() -> None:
    # RFC 3986 section 3.3: pchar and slash, of which `;` is an oddity and `%` begins an escape.
    for octet in range(256):
        raw = b"/a" + bytes((octet,)) + b"b"
        clean = re.fullmatch(rb"[A-Za-z0-9._~!$&'()*+,=:@/-]", bytes((octet,))) is not None
        if clean or octet == 0x3F:
            assert reason_of(raw) is None, octet
            assert parse_target(raw).oddities == frozenset(), octet
        elif octet == 0x3B:
            assert parse_target(raw).oddities == {Oddity.SEMICOLON}
        else:
            assert reason_of(raw) is not None, octet


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Admin", "ADMIN"),
        ("stra\u00dfe", "STRASSE"),
        ("\ufb01le", "FILE"),
        ("adm\u0131n", "ADMIN"),
        ("\u017fecret", "Secret"),
    ],
)
def test_fold_gives_one_spelling_for_all_that_case_blind_readers_confuse(one: str, other: str) -> None:
    assert fold(one) == fold(other)


CASED = [*range(0x3000), *range(0xA640, 0xAC00), *range(0xFB00, 0x10000), *range(0x10400, 0x10450)]


@pytest.mark.parametrize("reader", [str.upper, str.lower, str.casefold, str.swapcase, fold])
def test_no_case_blind_reader_arrives_at_a_spelling_that_fold_does_not_know(
    reader: Callable[[str], str],
) -> None:
    characters = [chr(c) for c in CASED if chr(c).isprintable()]
    assert [c for c in characters if fold(reader(c)) != fold(c)] == []


@given(targets())
def test_what_is_accepted_has_the_structure_that_every_reader_sees(target: bytes) -> None:
    try:
        path = parse_target(target)
    except Refusal:
        return
    assert target.startswith(b"/")
    for reading in (path.segments, *path.other_readings):
        assert all(segment and segment.strip(".") for segment in reading)
        assert not any(segment[-1] in ". " or "\\" in segment for segment in reading)


@given(targets(), st.binary(max_size=12))
def test_the_query_never_changes_what_is_read(target: bytes, query: bytes) -> None:
    path, _, _ = target.partition(b"?")
    try:
        bare, asked = parse_target(path), parse_target(path + b"?" + query)
    except Refusal:
        return
    assert bare == asked


@given(st.one_of(targets(), st.binary(max_size=40)))
def test_any_bytes_are_read_or_refused(target: bytes) -> None:
    reason = reason_of(target)
    assert reason is None or reason.value.startswith("target_")
