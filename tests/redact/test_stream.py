import random

import pytest

from gateway.redact.find import Finder
from gateway.redact.settle import TOO_LONG_LINE
from gateway.redact.span import MAX_LINE_BYTES, MAX_LINES_BYTES
from gateway.redact.stream import REST, Piece, Stream
from tests.leaks.made import Maker
from tests.redact.test_replace import redacted

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
    for cut in (MAX_LINE_BYTES, MAX_LINE_BYTES - MAX_LINES_BYTES):
        text = b"z" * (cut + shift - 100) + b" " + token + b" " + b"z" * 70_000
        found = pieces(text, 100_000)
        assert whole(found) == text
        assert secrets(found) == [(cut + shift - 99, "jwt")]


def left(found: list[Piece]) -> bytes:
    """What of the stream is no secret."""
    kept = []
    for one in found:
        done = one.start
        for span in one.spans:
            assert span.canonical == b""
            kept.append(one.text[done : span.start])
            done = span.end
        kept.append(one.text[done : one.end])
    return b"".join(kept)


@pytest.mark.parametrize("step", [50_000, 1 << 21])
def test_a_secret_without_end_is_swallowed_to_what_parts_words(step: int) -> None:
    text = b"w" * 900_000 + b" ?token=" + b"a1B2" * 600_000 + b"&next=1 end\nline\n"
    found = pieces(text, step)
    assert left(found) == b"w" * 900_000 + b" ?token=&next=1 end\nline\n"
    assert sum(one.end - one.start for one in found) == len(text)


@pytest.mark.parametrize("step", [70_000, 1 << 21])
def test_it_may_be_the_last(step: int) -> None:
    text = b"w ?token=" + b"a1B2" * 600_000
    found = pieces(text, step)
    assert left(found) == b"w ?token="
    assert sum(one.end - one.start for one in found) == len(text)


@pytest.mark.long
@pytest.mark.parametrize("step", [70_000, 1 << 21])
def test_where_all_hangs_together_it_is_taken_as_one(step: int) -> None:
    # Before each of these a name might be, so there is no place where nothing looks over.
    text = b"first\n" + b"://a,b" * 300_000 + b" end\nnext\n"
    found = pieces(text, step)
    assert left(found) == b"first\n end\nnext\n"
    assert {span.type for one in found for span in one.spans} == {TOO_LONG_LINE, REST}


@pytest.mark.long
@pytest.mark.parametrize("step", [65_536, 1 << 22])
def test_nor_are_lines_kept_that_secrets_join_without_end(step: int) -> None:
    first, *_, last = M.pem(size=100).splitlines(keepends=True)
    joined = first + b"A" * 64 + b"\n" + last
    found = pieces(joined * 10_000 + b" end\n", step)
    assert whole(found) == joined * 10_000 + b" end\n"
    assert len(secrets(found)) == 10_000


@pytest.mark.long
def test_it_holds_no_more_than_two_lines_the_overlap_and_a_chunk() -> None:
    stream = Stream(FINDER)
    most = 0
    for _ in range(60):
        stream.feed(b"no line feed, and no secret " * 4096)
        most = max(most, len(stream._text) + stream._pending_bytes)
    assert most <= 2 * MAX_LINE_BYTES + MAX_LINES_BYTES + 28 * 4096


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


def test_the_rest_of_what_is_too_long_is_joined_to_nothing() -> None:
    stream = Stream(FINDER)
    stream.feed(b"?token=" + b"a1B2" * 300_000)
    held = stream._text
    for _ in range(1000):
        assert stream.feed(b"a1B2") == []
    assert stream._text is held


FILLED = [
    b"w" * 60_000, b'{"a":"b","n":12},' * 9_000, b"some plain words and, more of them; " * 9_000,
    b"'a b' \"c\" " * 500,
    b'"token":"eyJ0aGlzIjoxfQ", ' * 900, (M.text(50).encode() + b"&" + M.text(9).encode() + b"=") * 2_000,
    b"token='" * 3 + b"a1B2" * 20_000, M.jwt() + b", ", M.pem().replace(b"\n", b"\\n"), b'password: "a b c', b"://u:",
    b"curl -u a:secret1", b"?access_token=" + b"a1B2" * 400_000, b" ", b"&", b"glued" + M.jwt("RS256"),
]  # fmt: skip


@pytest.mark.long
def test_no_mark_is_cut_in_two() -> None:
    line = b'"token":"[REDACTED:named-secret:tfp1_eh224wdggsh5c5vs]" ' * 30_000
    for shift in (0, 20, 40):
        text = b"z" * shift + line + b"\nlast\n"
        assert redacted(text, range(0, len(text), 65_536)) == text


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_line_without_limit_is_redacted_once_and_alike_too(seed: int) -> None:
    chance = random.Random(seed)
    text = b"first\n" + b"".join(chance.choice(FILLED) for _ in range(60)) + b"\nlast\n"
    assert len(text) > 2 * MAX_LINE_BYTES
    once = redacted(text)
    assert redacted(once) == once
    assert redacted(text, [chance.randrange(len(text)) for _ in range(50)]) == once
    assert once.startswith(b"first\n")
    assert once.endswith(b"\nlast\n")
