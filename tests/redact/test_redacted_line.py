from gateway.redact.mark import MARK
from gateway.redact.redacted_line import RedactedLine
from gateway.redact.settle import plain_mark
from gateway.redact.span import Span

TEXT = b"no\na SECRET b SEC\nRET c\nno"
SPANS = [Span(5, 11, "jwt", b""), Span(14, 21, "private-key", b"")]
LINE = RedactedLine(TEXT, 3, 24, SPANS, plain_mark)


def test_a_mark_stands_for_each_secret() -> None:
    assert MARK.sub(b"*", LINE.line) == b"a * b * c\n"
    assert LINE.marks == [one.span() for one in MARK.finditer(LINE.line)]


def test_what_is_found_in_it_stands_in_the_text() -> None:
    assert [LINE.back(Span(*one, "", b""))[:2] for one in LINE.marks] == [one[:2] for one in SPANS]
    at = LINE.line.index(b"b ")
    assert LINE.back(Span(at, at + 1, "", b""))[:2] == (12, 13)
    wide = LINE.back(Span(0, LINE.marks[0][1] + 2, "", b""))
    assert TEXT[wide.start : wide.end] == b"a SECRET b"


def test_so_does_what_follows_it() -> None:
    behind = LINE.back(Span(len(LINE.line), len(LINE.line) + 2, "", b""))
    assert TEXT[behind.start : behind.end] == b"no"
    assert LINE.back(Span(len(LINE.line) - 2, len(LINE.line) + 2, "", b""))[:2] == (22, 26)


def test_there_and_back() -> None:
    for place in (3, 4, 12, 13, 22, 23):
        assert LINE.place(LINE.place_of(place)) == place
    assert [LINE.place_of(place) for place in (5, 10, 14, 20)] == [
        begun for begun, _ in LINE.marks for _ in "12"
    ]
