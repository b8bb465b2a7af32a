"""Is exactly that JSON accepted which every reader reads the same way, at a bounded cost?"""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import (
    binary,
    booleans,
    characters,
    dictionaries,
    floats,
    integers,
    lists,
    none,
    recursive,
    text,
)

from gateway.core.strict_json import DuplicateMember, JsonLimits, NotStrict, parse_object

LIMITS = JsonLimits(max_bytes=10_000, max_depth=4, max_members=100)
WIDE = JsonLimits(max_bytes=10**6, max_depth=10**6, max_members=10**6)

_names = text(alphabet=characters(codec="utf-8"), max_size=5)
_scalars = (
    none()
    | booleans()
    | integers(-(2**63), 2**64 - 1)
    | floats(allow_nan=False, allow_infinity=False)
    | _names
)
_values = recursive(
    _scalars,
    lambda inner: lists(inner, max_size=4) | dictionaries(_names, inner, max_size=4),
    max_leaves=20,
)


def refusal(document: bytes, limits: JsonLimits = LIMITS) -> str:
    with pytest.raises(NotStrict) as caught:
        parse_object(document, limits)
    return str(caught.value)


def depth(value: Any) -> int:
    match value:
        case dict():
            return 1 + max(map(depth, value.values()), default=0)
        case list():
            return 1 + max(map(depth, value), default=0)
        case _:
            return 0


@given(dictionaries(_names, _values, max_size=5), integers(0, 200), binary(max_size=2))
def test_both_ways_of_reading_read_the_same(value: dict[str, Any], place: int, odd: bytes) -> None:
    # White space behind it keeps the quick way from reading it.
    document = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    changed = document[:place] + odd + document[place:]
    assert read_or_refused(changed) == read_or_refused(changed + b" ")
    assert read_or_refused(document) == ("read", repr(value))


def read_or_refused(document: bytes) -> tuple[str, str]:
    try:
        return "read", repr(parse_object(document, WIDE))
    except NotStrict as error:
        return "refused", str(error)


@pytest.mark.long
@given(dictionaries(_names, _values, max_size=5))
def test_what_everybody_reads_is_read_as_everybody_does(value: dict[str, Any]) -> None:
    document = json.dumps(value).encode()
    assert parse_object(document, WIDE) == json.loads(document)


@pytest.mark.long
@given(dictionaries(_names, _values, max_size=5))
def test_the_depth_is_that_of_the_value(value: dict[str, Any]) -> None:
    document = json.dumps(value).encode()
    deep = depth(value)
    exact = JsonLimits(max_bytes=10**6, max_depth=deep, max_members=10**6)
    assert parse_object(document, exact) == value
    less = JsonLimits(max_bytes=10**6, max_depth=deep - 1, max_members=10**6)
    assert refusal(document, less) == "nested too deeply"


@given(text(alphabet='{}[]",:\\ue01d8.-+ nNaIft\n', max_size=60))
def test_nothing_hides_depth_or_escapes_as_another_error(document: str) -> None:
    try:
        value = parse_object(document.encode(), LIMITS)
    except NotStrict:
        return
    assert depth(value) <= LIMITS.max_depth
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@given(binary(max_size=60))
def test_no_bytes_escape_as_another_error(document: bytes) -> None:
    try:
        parse_object(document, LIMITS)
    except NotStrict:
        return


@pytest.mark.parametrize(
    "document",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"b":{"a":1,"a":2}}',
        b'{"b":[{"a":1,"a":null}]}',
        b'{"":1,"":2}',
        b'{"\xc3\xa9":1,"\\u00e9":2}',
    ],
)
def test_a_member_twice_is_refused(document: bytes) -> None:
    with pytest.raises(DuplicateMember, match=r"^duplicate member$"):
        parse_object(document, LIMITS)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{}x", "not JSON"),
        (b"{}{}", "not JSON"),
        (b'{"a":1,}', "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b'{"a":01}', "not JSON"),
        (b'{"a":+1}', "not JSON"),
        (b'{"a":.5}', "not JSON"),
        (b'{"a":0x1}', "not JSON"),
        (b'{"a":"\n"}', "not JSON"),
        (b'{"a":"\x00"}', "not JSON"),
        (b'{"a":"\\x41"}', "not JSON"),
        (b"{/**/}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"\xc2\xa0{}", "not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b"1", "not an object"),
        (b'"x"', "not an object"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b'{"a":"\xc0\xaf"}', "not UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8"),
        (b"{\0}\0", "not JSON"),
        (b'{"a":NaN}', "NaN or Infinity"),
        (b'{"a":Infinity}', "NaN or Infinity"),
        (b'{"a":-Infinity}', "NaN or Infinity"),
        (b'{"a":1e400}', "number beyond a double"),
        (b'{"a":-1e400}', "number beyond a double"),
        (b'{"a":18446744073709551616}', "integer beyond 64 bits"),
        (b'{"a":-9223372036854775809}', "integer beyond 64 bits"),
        (b'{"a":99999999999999999999}', "integer beyond 64 bits"),
        (b'{"a":' + b"9" * 5000 + b"}", "integer beyond 64 bits"),
        (b'{"a":"\\ud800"}', "lone surrogate"),
        (b'{"a":"\\udc00\\ud800"}', "lone surrogate"),
        (b'{"\\uDfff":1}', "lone surrogate"),
        (b'{"a":[{"b":["\\ud800"]}]}', "lone surrogate"),
        (b'{"a":[[[[]]]]}', "nested too deeply"),
        (b'{"a":[' + b"1," * 99 + b"1,1]}", "too many members"),
        (b'{"a":"' + b"x" * 10_000 + b'"}', "too large"),
    ],
)
def test_what_readers_read_differently_is_refused(document: bytes, why: str) -> None:
    assert refusal(document) == why


@pytest.mark.parametrize(
    ("document", "value"),
    [
        (b"{}", {}),
        (b' \t\r\n{"a": 1}\n', {"a": 1}),
        (b'{"a":"[[[[[[[[[["}', {"a": "[[[[[[[[[["}),
        (b'{"a":"\\"[[[[[[[["}', {"a": '"[[[[[[[['}),
        (b'{"a":"\\\\","b":[]}', {"a": "\\", "b": []}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a":"\\\\ud800"}', {"a": "\\ud800"}),
        (b'{"a":18446744073709551615,"b":-9223372036854775808}', {"a": 2**64 - 1, "b": -(2**63)}),
        (b'{"a":[[[]]]}', {"a": [[[]]]}),
        (b'{"a":1e308}', {"a": 1e308}),
        (b'{"a":{},"A":{}}', {"a": {}, "A": {}}),
    ],
)
def test_what_they_all_read_is_accepted(document: bytes, value: dict[str, Any]) -> None:
    assert parse_object(document, LIMITS) == value


def test_a_float_stays_a_float_and_an_integer_an_integer() -> None:
    value = parse_object(b'{"a":1.0,"b":1,"c":true,"d":1e2}', LIMITS)
    assert [type(each) for each in value.values()] == [float, int, bool, float]
    assert math.isfinite(value["d"])


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"a":[', b'["', b'"[', b'\\"['])
def test_depth_without_end_is_no_recursion(opening: bytes) -> None:
    limits = JsonLimits(max_bytes=10**6, max_depth=16, max_members=10**6)
    assert refusal(opening * 20_000, limits) in {"not JSON", "nested too deeply"}


@pytest.mark.parametrize("inside", [b'\\"', b"\\", b'"', b"[", b","])
def test_a_string_without_end_costs_no_more_than_its_length(inside: bytes) -> None:
    """500 kB of escaped quotes in a string that never ends took minutes when each began a search.

    There is no clock here: were the cost a square again, this test would not come back.
    """
    brackets = b"[" * 20  # more than the limit: they have to be told from those outside of strings
    document = b'{"a":"' + brackets + inside * (500_000 // len(inside))
    limits = JsonLimits(max_bytes=10**6, max_depth=16, max_members=10**6)
    assert refusal(document, limits) in {"not JSON", "nested too deeply"}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b'{"a":[' + b"[],[]," * 40 + b"[]]}", None),
        (b'{"a":[' + b"[],[]," * 50 + b"[]]}", "too many members"),
        (b'{"a":[' + b"[]" * 120 + b"]}", "too many members"),
        (b"[" * 9_000, "nested too deeply"),
        (b"[]" * 4_000 + b"[[[[[", "too many members"),
        (b"]" * 9_000, "not JSON"),
    ],
)
def test_brackets_are_counted_before_they_are_walked_through(document: bytes, why: str | None) -> None:
    """An array or object is a member or element itself: more of them than there may be members is refused."""
    if why is None:
        assert parse_object(document, LIMITS) == json.loads(document)
    else:
        assert refusal(document) == why
