from gateway.redact.mark import MARK
from gateway.redact.redacted_lines import RedactedLines, lines_of
from gateway.redact.span import Span

TEXT = b"no\na SECRET b\nno\nSEC\nRET c OTHER\nno"
SPANS = [Span(5, 11, "jwt", b""), Span(17, 24, "private-key", b""), Span(27, 32, "jwt", b"")]


def test_lines_are_those_of_a_secret_each_once() -> None:
    found = [TEXT[begun:end] for begun, end in lines_of(TEXT, SPANS, 0, len(TEXT))]
    assert found == [b"a SECRET b\n", b"SEC\nRET c OTHER\n"]
    assert lines_of(TEXT, SPANS[:1], 4, 12) == [(4, 12)]


def test_what_is_found_in_them_stands_in_the_text() -> None:
    lines = RedactedLines(TEXT, SPANS, lines_of(TEXT, SPANS, 0, len(TEXT)))
    marks = list(MARK.finditer(lines.text))
    assert MARK.sub(b"*", lines.text) == b"a * b\n* c *\n"
    assert [lines.back(Span(*one.span(), "", b""))[:2] for one in marks] == [one[:2] for one in SPANS]
    at = lines.text.index(b"b\n")
    assert lines.back(Span(at, at + 1, "", b""))[:2] == (12, 13)
    wide = lines.back(Span(0, marks[0].end() + 2, "", b""))
    assert TEXT[wide.start : wide.end] == b"a SECRET b"
