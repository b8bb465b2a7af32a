import json
import re
from datetime import datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.json_line import json_line, shortened, timestamp

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=40) | st.text(
    '\x00\x7f\x85\u2028\u2029\ud800\udc00"\\a'
)


@given(ANY_TEXT)
def test_one_line_of_printable_ascii_that_a_strict_reader_takes(text: str) -> None:
    line = json_line({"text": text})
    assert re.fullmatch(rb"[\x20-\x7e]+\n", line)
    assert set(orjson.loads(line)) == {"text"}


@given(st.text(max_size=40))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert json.loads(json_line({"text": text, "more": [text]})) == {"text": text, "more": [text]}


def test_a_lone_surrogate_is_mended_and_the_rest_kept() -> None:
    assert json.loads(json_line({"text": "a\ud800b", "number": 1})) == {"text": "a\ufffdb", "number": 1}


def test_a_large_integer_is_written() -> None:
    assert json_line({"number": 2**70}) == b'{"number":1180591620717411303424}\n'


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", "abc"), ("abcdefgh", "abcdefgh"), ("abcdefghi", "abcde...")]
)
def test_a_long_text_is_cut(text: str, expected: str) -> None:
    assert shortened(text, 8) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_800_000_000.25, "2027-01-15T08:00:00.250Z"),
        (1_800_000_000.9999, "2027-01-15T08:00:00.999Z"),
        (1_709_164_800, "2024-02-29T00:00:00.000Z"),
    ],
)
def test_rfc3339_in_utc_to_the_millisecond(now: float, expected: str) -> None:
    assert timestamp(now) == expected
    assert datetime.fromisoformat(expected).timestamp() == pytest.approx(now, abs=0.001)
