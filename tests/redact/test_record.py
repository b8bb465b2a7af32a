"""What of a line is the writer's, in every form; and that no mark makes a record of a line that was none."""

from gateway.redact.record import FORMS, Form, Record
from tests.leaks.records import CRI, CRI_CUT, JSON_FILE, OTHERS, WRITERS, json_file

TEXT = b"MIIEvQ+/"


def form_of(line: bytes, place: int) -> tuple[Form, Record]:
    """As whoever follows a text from `place` on."""
    return next((form, own) for form in FORMS if (own := form.own(line, 0, place)) is not None)


def test_its_text_begins_behind_what_the_writer_put_there() -> None:
    for how, write in WRITERS.items():
        one, two = write(1, TEXT), write(2, TEXT)
        form, own = form_of(one.line, len(one.before))
        read = form.read(two.line, 0, len(two.line) - 1)
        assert read is not None, how
        assert read.text == len(two.before), how
        stop = len(one.before) + len(TEXT)
        place = stop + (2 if one.behind.startswith(b"\\") else 1)
        end = form.end(own, one.line, stop, place, len(one.line))
        assert end is not None, how
        assert (end.line, end.whose, end.is_cut) == (len(one.line), read.whose, False), how


def test_whose_it_is() -> None:
    for how, write in OTHERS.items():
        line = WRITERS[how](1, TEXT)
        form, _ = form_of(line.line, len(line.before))
        one, other = (form.read(text, 0, len(text) - 1) for text in (line.line, write(2, TEXT).line))
        assert one is not None, how
        assert other is not None, how
        assert one.whose != other.whose, how


def test_a_line_that_was_cut_says_so() -> None:
    for write, cut in ((CRI, False), (CRI_CUT, True), (JSON_FILE, False), (json_file(end=""), True)):
        one = write(1, TEXT)
        form, own = form_of(one.line, len(one.before))
        stop = len(one.before) + len(TEXT)
        end = form.end(own, one.line, stop, stop, len(one.line))
        assert (end is not None) == cut
        assert end is None or (end.is_cut and end.line == len(one.line))


def test_a_place_within_what_the_writer_put_there_is_in_no_text() -> None:
    line = CRI(1, TEXT)
    assert FORMS[0].own(line.line, 0, len(line.before) - 1) is None


def test_a_mark_makes_no_record_of_a_line() -> None:
    """Put in the place of any part of the line: what is a record then was one before, with the same text."""
    mark = b"[REDACTED:jwt:tfp1_abcdefghijklmnop]"
    for how, write in WRITERS.items():
        line = write(1, b"a " + TEXT).line[:-1]
        for form in FORMS:
            was = form.read(line, 0, len(line))
            for start in range(len(line)):
                for end in (start + 1, start + 5, start + 30):
                    marked = line[:start] + mark + line[end:]
                    now = form.read(marked, 0, len(marked))
                    if now is not None and not form.is_half(marked, now.text):
                        assert now == was, (how, marked)


def test_what_is_none() -> None:
    for line in (
        b"", b"a plain line of text", b"-----BEGIN PRIVATE KEY-----", TEXT * 8, b'{"msg":"a"}',
        b'{"log":"a\\n","stream":"stdout"}', b"key: value", b"12:30:00 it began",
        b"stdout F a", b"2026-11-28T04:45:00Z",
    ):  # fmt: skip
        assert [form for form in FORMS if form.read(line, 0, len(line)) is not None] == [], line
