from hypothesis import given
from hypothesis import strategies as st

from gateway.leaks.scan import Scan, find, scan
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from tests.leaks.made import Maker, wrapped

FINDER, PRINTS = Finder(), Fingerprints(bytes(range(16)))
M = Maker(91)
TOKENS = [M.jwt(), M.jwt("RS256"), wrapped(M.jwt("RS256"), 64), M.pem()]


def test_a_finding_names_its_place_and_no_value() -> None:
    token = M.jwt()
    text = b"one\n\nthree " + token + b"\nfour"
    (one,) = find(text, FINDER, PRINTS, file="a.log")
    assert (one.type, one.file, one.line, one.column) == ("jwt", "a.log", 3, 7)
    assert text[one.start : one.end] == token
    assert one.fingerprint == PRINTS.token(token)
    assert token[:12].decode() not in repr(one)


def test_nor_is_one_named_that_is_in_the_name_of_the_file() -> None:
    file = f"saved/{TOKENS[0].decode()}.html"
    (one,) = find(TOKENS[1], FINDER, PRINTS, file=file)
    assert one.file == f"saved/[REDACTED:jwt:{PRINTS.token(TOKENS[0])}].html"


@given(
    st.lists(st.sampled_from([*TOKENS, b"\n", b"\r\n", b" ", b"text", b"\xff"]), max_size=12).map(b" ".join),
    st.integers(1, 700),
)
def test_places_are_those_of_the_whole_however_it_is_cut(text: bytes, size: int) -> None:
    whole = list(find(text, FINDER, PRINTS))
    parts = (text[start : start + size] for start in range(0, len(text), size))
    assert list(scan(parts, "-", FINDER, PRINTS)) == whole
    for one in whole:
        before = text[: one.start]
        assert one.line == before.count(b"\n") + 1
        assert one.column == one.start - before.rfind(b"\n")


def test_a_new_file_of_the_name_begins_at_its_first_line() -> None:
    one = Scan("a", FINDER, PRINTS)
    assert next(one.feed(b"a\n" + TOKENS[0] + b"\n")).line == 2
    assert list(one.close()) == []
    one.begin_anew()
    assert next(one.feed(TOKENS[0] + b"\n")).line == 1


def test_what_is_too_long_is_found_once() -> None:
    text = b" ?token=" + b"a1B2" * 700_000 + b" end\n" + TOKENS[0]
    found = list(
        scan((text[start : start + 99_999] for start in range(0, len(text), 99_999)), "-", FINDER, PRINTS)
    )
    assert [(one.type, one.fingerprint == "too-long") for one in found] == [
        ("query-token", True),
        ("jwt", False),
    ]
    assert (found[1].line, found[1].column, found[1].start) == (2, 1, len(text) - len(TOKENS[0]))
