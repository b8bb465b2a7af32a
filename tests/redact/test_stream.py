import pytest

from gateway.redact.find import Finder
from gateway.redact.span import MAX_LINES_BYTES
from gateway.redact.stream import MAX_LINE_BYTES, OVERLAP_BYTES, REST, Piece, Stream
from tests.leaks.made import Maker

FINDER = Finder()
M = Maker(11)


def pieces(text: bytes, step: int) -> list[Piece]:
    stream = Stream(FINDER)
    found = [one for start in range(0, len(text), step) for one in stream.feed(text[start : start + step])]
    return [*found, *stream.close()]


def whole(found: list[Piece]) -> bytes:
    return b"".join(one.text[one.start : one.end] for one in found)


def secrets(found: list[Piece]) -> list[tuple[int, str]]:
    """Where each begins in the stream, and what it is."""
    given, places = 0, []
    for one in found:
        places += [(given + span.start - one.start, span.type) for span in one.spans if span.type != REST]
        given += one.end - one.start
    return places


LONG = (
    b"x" * (MAX_LINE_BYTES - 100)
    + b" "
    + M.jwt("RS256")
    + b" "
    + b"y" * 300_000
    + b" "
    + M.jwt()
    + b" end\nnext\n"
)


@pytest.mark.parametrize("step", [4096, 65_536, 262_144, 1 << 20, 1 << 22])
def test_a_line_without_limit_is_given_whole_with_all_its_secrets(step: int) -> None:
    found = pieces(LONG, step)
    assert whole(found) == LONG
    assert secrets(found) == [(MAX_LINE_BYTES - 99, "jwt"), (LONG.rindex(b"eyJhbGci"), "jwt")]


@pytest.mark.parametrize("shift", [-200, -1, 0, 1, 200])
def test_wherever_a_long_line_is_cut_a_secret_is_whole(shift: int) -> None:
    token = M.jwt()
    for cut in (MAX_LINE_BYTES, MAX_LINE_BYTES - OVERLAP_BYTES):
        text = b"z" * (cut + shift - 100) + b" " + token + b" " + b"z" * 70_000
        found = pieces(text, 100_000)
        assert whole(found) == text
        assert secrets(found) == [(cut + shift - 99, "jwt")]


@pytest.mark.parametrize("step", [50_000, 1 << 21])
def test_a_secret_without_end_is_swallowed_to_what_parts_words(step: int) -> None:
    text = b"w" * 900_000 + b" ?token=" + b"a1B2" * 600_000 + b"&next=1 end\nline\n"
    stream = Stream(FINDER)
    kept = []
    for start in range(0, len(text), step):
        for one in stream.feed(text[start : start + step]):
            done = one.start
            for span in one.spans:
                assert span.canonical == b""
                kept.append(one.text[done : span.start])
                done = span.end
            kept.append(one.text[done : one.end])
    assert b"".join(kept) == b"w" * 900_000 + b" ?token=&next=1 end\nline\n"
    assert whole(stream.close()) == b""


def test_it_holds_no_more_than_two_lines_the_overlap_and_a_chunk() -> None:
    stream = Stream(FINDER)
    most = 0
    for _ in range(60):
        stream.feed(b"no line feed, and no secret " * 4096)
        most = max(most, len(stream._text) + stream._pending_bytes)
    assert most <= 2 * MAX_LINE_BYTES + OVERLAP_BYTES + 28 * 4096


@pytest.mark.long
def test_what_has_no_end_is_not_waited_for_without_one() -> None:
    begun = b"-----BEGIN PRIVATE KEY-----\n"
    line = b"A" * 64 + b"\n"
    stream = Stream(FINDER)
    given = b"".join(whole(stream.feed(one)) for one in [begun, *[line] * (2 * MAX_LINES_BYTES // 65)])
    assert len(given) > MAX_LINES_BYTES


def test_small_pieces_are_not_joined_again_and_again() -> None:
    stream = Stream(FINDER)
    for _ in range(1000):
        assert stream.feed(b"no line feed") == []
    assert stream._text == b""
    assert whole(stream.feed(b"\n")) == b"no line feed" * 1000 + b"\n"
