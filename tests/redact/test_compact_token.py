from gateway.redact.compact_token import START, CompactTokens
from gateway.redact.span import Looked, Open, Reach, Span
from tests.leaks.made import Maker, base64url, wrapped

M = Maker(21)


def measure(text: bytes, at: int = 0, *, whole: bool = True) -> tuple[tuple[int, int, bytes], ...] | int:
    """Start, end and plain spelling of each; or where it is open."""
    measured = CompactTokens().measure(text, at, Reach(0, len(text), whole))
    if isinstance(measured, Open):
        return measured.start
    if isinstance(measured, Looked):
        return ()
    return tuple((span.start, span.end, span.canonical) for span in measured if isinstance(span, Span))


def test_a_token_ends_with_its_third_segment() -> None:
    token = M.jwt()
    for after in (b"", b" ", b".", b".more", b"/path", b",", b"\nnext"):
        assert measure(token + after) == ((0, len(token), token),), after


def test_padding_belongs_to_it_and_other_equals_signs_do_not() -> None:
    token = M.jwt("HS256")  # a signature of 43 characters
    assert measure(token + b"= x") == ((0, len(token) + 1, token),)
    assert measure(token + b"%3D&a") == ((0, len(token) + 3, token),)
    assert measure(token + b"== x") == ((0, len(token), token),)


def test_a_token_over_lines_is_joined_only_where_it_fits_together() -> None:
    token = M.jwt("RS256")
    lines = wrapped(token, 64)
    assert measure(lines + b"\nINFO next") == ((0, len(lines), token),)
    short = lines[:-3]
    assert measure(short + b"\nINFO next") != ((0, len(short), token[:-3]),)
    said = wrapped(token, 64, b"\\\n")
    assert measure(said[:-3] + b"\nINFO next") == ((0, len(said) - 3, token[:-3]),)


def test_a_token_whose_signature_ends_with_its_line_takes_nothing_of_the_next() -> None:
    token = M.jwt("ES256")
    width = len(token) // 2 + len(token) % 2
    text = wrapped(token, width)
    assert measure(text + b"\nabcdef\n") == ((0, len(text), token),)


def test_a_text_that_only_begins_like_one_is_none() -> None:
    for text in (b"eyJ0aGlzIjoxfQ", b"eyJust.a.word.here", b"eyJhbGciOiJub25lIn0", b"eyJhbGciOiJub25lIn0."):
        assert measure(text) == (), text


def test_unreadable_it_is_one_by_its_form() -> None:
    text = b"eyJhbGciOiJF____UzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
    assert measure(text) == ((0, len(text), text),)


def test_a_real_header_behind_a_false_beginning_is_preferred() -> None:
    token = M.jwt()
    text = b"eyJunkeyJ" + token
    assert measure(text) == ()
    assert measure(text, 9) == ((9, len(text), token),)


def test_where_the_next_line_is_not_known_it_is_open() -> None:
    lines = wrapped(M.jwt("RS256"), 64).splitlines(keepends=True)
    assert measure(lines[0] + lines[1], whole=False) == 0
    token = M.jwt("RS256")
    assert measure(token + b"\n", whole=False) == ((0, len(token), token),)


def test_an_empty_signature_counts() -> None:
    token = b".".join((base64url(b'{"alg":"none"}'), base64url(b'{"sub":"alice"}'), b""))
    assert measure(token + b" x") == ((0, len(token), token),)


def test_its_beginning_is_bounded() -> None:
    assert len(START) < 80
