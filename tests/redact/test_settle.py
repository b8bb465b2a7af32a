"""What is decided of a line, and what it may depend on. That twice is as once: test_replace."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redact.find import Finder, Seen
from gateway.redact.settle import find, merged, plain_mark
from gateway.redact.span import MAX_LINE_BYTES, MAX_LINES_BYTES, Span
from tests.leaks.made import Maker
from tests.leaks.records import OTHERS, WRITERS, log, written
from tests.redact.test_replace import AROUND, SECRETS, redacted

FINDER = Finder()
M = Maker(81)


def found(text: bytes) -> list[bytes]:
    return [text[one.start : one.end] for one in find(FINDER, text).spans]


def test_what_is_one_when_its_neighbour_is_gone_is_found() -> None:
    key, token = b"gl" + b"pat-" + M.text(20).encode(), M.jwt()
    text = b'password="' + token + b' is mine" and ' + key
    assert found(text) == [token + b" is mine", key]


LINES = st.lists(
    st.lists(st.sampled_from([*SECRETS, *AROUND, *AROUND]), max_size=6).map(b"".join), min_size=1, max_size=6
).map(lambda lines: b"\n".join(lines) + b"\n")


@given(LINES, LINES)
def test_what_is_settled_stays_whatever_follows(text: bytes, more: bytes) -> None:
    first = find(FINDER, text, whole=False)
    for behind in (more, b"x\n"):
        every = find(FINDER, text + behind, whole=False)
        assert every.settled >= first.settled
        assert [one for one in every.spans if one.start < first.settled] == first.spans


def test_in_vain_looked_at_a_piece_goes_with_the_secret_that_ends_it() -> None:
    # Ended by a mark, the second line would make a token of the first: the next look would find it.
    token = M.jwt("HS256", kid=M.text(200))
    first, second = token[:250], token[250:]
    assert found(first + b"\n" + second + b"\n") == [first + b"\n" + second]
    key = b"gl" + b"pat-" + M.text(20).encode()
    text = first + b"\n" + second + key + b"\nnext\n"
    assert found(text) == [second + key]
    once = redacted(text)
    assert once.startswith(first + b"\n[REDACTED:gitlab-pat:")
    assert redacted(once) == once


def test_a_wall_is_told_to_who_asks_for_what_follows() -> None:
    token = M.jwt("HS256", kid=M.text(200))
    key = b"gl" + b"pat-" + M.text(20).encode()
    text = token[:250] + b"\n" + token[250:] + key + b"\n" + b"-----BEGIN PRIVATE KEY-----\n"
    first = find(FINDER, text[:-28], whole=False)
    assert first.settled == len(text) - 28
    assert find(FINDER, text, whole=False).settled == first.settled
    assert redacted(text, range(0, len(text), 9)) == redacted(text)


def test_however_much_is_glued_a_line_ends() -> None:
    # Each is a key only when the one behind it is gone.
    chance = random.Random(1)
    key = b"AKIA" + bytes(chance.choice(b"ABCDEFGH234567") for _ in range(16))
    for count in (1, 10, 100, 1000):
        text = b"before " + key * count + b"\nafter\n"
        once = redacted(text)
        assert redacted(once) == once
        assert once.startswith(b"before ")
        assert once.endswith(b"\nafter\n")


def test_what_never_ends_is_taken_with_more_and_more_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    again, looks = Finder.again, []

    def one_more(finder: Finder, text: bytes, limit: int, *, whole: bool, in_a_line: bool = False) -> Seen:
        """As if the last letter before what is gone were always a secret now."""
        seen = again(finder, text, limit, whole=whole, in_a_line=in_a_line)
        place = text.rfind(b"x", 0, limit)
        looks.append(place)
        return seen if place < 0 else seen._replace(spans=[Span(place, place + 1, "jwt", b"x")])

    monkeypatch.setattr(Finder, "again", one_more)
    text = b"first\nAKIA" + b"A" * 16 + b" password=hunter22 a" + b"x" * 5_000 + b" end\nlast\n"
    *_, span = find(FINDER, text).spans
    assert b"x" not in text[: span.start] + text[span.end :]
    assert span.start >= len(b"first\n")
    assert text[span.end :].endswith(b"\nlast\n")
    assert len(looks) < 20


def test_what_is_longer_than_64_kib_has_no_name() -> None:
    (span,) = find(FINDER, b"?token=" + b"a1B2" * MAX_LINES_BYTES).spans
    assert span.canonical == b""
    assert plain_mark(span).startswith(b"[REDACTED:query-token:")


def test_what_reaches_over_another_is_one_with_it() -> None:
    spans = [Span(0, 3, "a", b"a"), Span(5, 9, "b", b"b"), Span(12, 13, "c", b"c")]
    assert merged(spans, [Span(2, 6, "d", b"d")]) == [Span(0, 9, "d", b"d"), spans[2]]
    assert merged(spans, [Span(12, 14, "d", b"d")]) == [*spans[:2], Span(12, 14, "d", b"d")]
    assert merged(spans, [Span(12, 14, "d", b"")]) == [*spans[:2], Span(12, 14, "d", b"")]
    assert merged((), spans) == spans
    part = Span(20, 25, "e", b"e", part=True)
    assert merged([part], [Span(22, 30, "e", b"e", part=True)]) == [part._replace(end=30)]
    assert merged([part], [Span(22, 30, "f", b"f")]) == [Span(20, 30, "f", b"f")]


@pytest.mark.long
@pytest.mark.parametrize("size", [700_000, 1_048_400])
def test_a_long_record_is_redacted_once_and_alike_too(size: int) -> None:
    begin, *rest = M.pem(size=400).split(b"\n")
    text = log(written([b"a, " * (size // 3) + begin, *rest], WRITERS["compose"]))
    once = redacted(text, range(0, len(text), 65_536))
    assert redacted(once) == once
    assert redacted(text) == once
    assert (once.count(b"[REDACTED:private-key:") == len(rest) + 1) == (size < MAX_LINE_BYTES - 100_000)


@pytest.mark.long
def test_keys_that_are_written_at_once_without_end_are_found_all_the_same() -> None:
    key = M.pem(size=100).split(b"\n")
    one, two = written(key * 2_300, WRITERS["CRI"]), written((key * 2_301)[2:], OTHERS["CRI"])
    text = log(record for pair in zip(one, two, strict=False) for record in pair)
    assert len(text) > MAX_LINE_BYTES
    once = redacted(text, range(0, len(text), 65_536))
    assert once.count(b"[REDACTED:private-key:") > 18_300
    assert redacted(once) == once
