"""What ends a value. That it is found at all, and as what: the corpus of tests/leaks."""

import re

import pytest

from gateway.redact.find import Finder
from gateway.redact.judge import MAX_JUDGED_BYTES
from gateway.redact.settle import find
from gateway.redact.span import Reach
from gateway.redact.values import TYPES, cookie_start, extent

FINDER = Finder()


def values(text: bytes) -> list[bytes]:
    return [text[one.start : one.end] for one in find(FINDER, text).spans]


def plainly(text: bytes) -> list[bytes]:
    return [one.canonical for one in find(FINDER, text).spans]


def test_a_quoted_value_ends_with_its_quote() -> None:
    assert values(b'{"password":"a, b; c&d e"}') == [b"a, b; c&d e"]
    assert values(b"password='it is \"mine\"' x") == [b'it is "mine"']
    assert values(b'{"password":"a\\"b\\\\","x":1}') == [b'a\\"b\\\\']
    assert values(b'{"m":"{\\"password\\":\\"hunter2\\"}"}') == [b"hunter2"]


def test_a_parameter_ends_with_what_parts_parameters() -> None:
    assert values(b"/a?id_token=x;y&b=c") == [b"x;y"]
    assert values(b"/a?id_token=x#part") == [b"x"]
    assert values(b'"/a?id_token=x"') == [b"x"]
    assert values(b"?n=%3Fid_token%3Dx%26b%3Dc&d") == [b"x"]
    assert values(b"a\\u0026id_token=x\\u0026b") == [b"x"]


def test_an_unquoted_value_ends_with_what_parts_words() -> None:
    assert values(b"password=hunter22, user=alice") == [b"hunter22"]
    assert values(b"password=hunter22; x") == [b"hunter22"]
    assert values(b"[password=hunter22]") == [b"hunter22"]


def test_a_member_of_json_that_is_no_text_is_left() -> None:
    assert values(b'{"password":12345678,"token":null,"secret":{"name":"x"}}') == []


def test_the_canonical_form_is_what_the_escapes_stand_for() -> None:
    assert plainly(b"?password=a%26b%20c") == [b"a&b c"]
    assert plainly(b'{"password":"a\\u0026b\\/c"}') == [b"a&b/c"]


def test_where_a_value_is_it_is_not_looked_for_another_name() -> None:
    assert values(b"?id_token=a?token=b") == [b"a?token=b"]


def test_where_a_secret_is_is_no_secret() -> None:
    for text in (
        b"token=/var/run/token1234", b"secret=https://vault.example.com/v1/a1b2", b"token=idp1.example.com",
        b"credential=shop-1.example.com:8443",
    ):  # fmt: skip
        assert values(text) == [], text


def test_behind_a_weak_name_a_value_has_to_be_worth_it_behind_a_strong_one_any_is() -> None:
    for value in (
        b"404",
        b"123456",
        b"front",
        b"basic",
        b"order-2026",
        b"item17",
        b"uploads%2F2026%2Fcart.png",
    ):
        for name in (b"code", b"key", b"sid", b"auth", b"otp", b"token", b"session_id", b"page_token"):
            assert values(b"/a?" + name + b"=" + value) == [], (name, value)
        for name in (
            b"access_token",
            b"client_secret",
            b"password",
            b"api_key",
            b"my_token",
            b"authorization",
        ):
            assert values(b"/a?" + name + b"=" + value) == [value], (name, value)
    for value in (b"9f86d081884c7d65", b"SplxlOBeZQQYbYS6WxSbIA", b"4%2F0AX4XfWh1b2c3", b"a1b2c3d4"):
        for name in (b"code", b"key", b"sid", b"auth", b"otp", b"token", b"session_id", b"page_token"):
            assert values(b"/a?" + name + b"=" + value) == [value], (name, value)


def test_what_looks_like_a_mark_is_part_of_the_value_and_does_not_count() -> None:
    mark = b"[REDACTED:jwt:tfp1_abcdefghijklmnop]"
    for before, after in (
        (b"password=", b" x"), (b"Bearer ", b" x"), (b"X-Api-Key: ", b"\r\n"), (b"Cookie: sid=", b"; b=c"),
        (b"://", b"@host/"), (b"?code=", b"&d"), (b'{"token":"', b'"}'), (b"curl -u a:", b" x"),
    ):  # fmt: skip
        for one in (mark, b"[REDACTED:", b"[REDACTED:x]", b"[redacted]"):
            for value in (one + b"us3r:hunter22x", b"us3r:hunter" + one + b"22x", b"us3r:hunter22x" + one):
                assert values(before + value + after) == [value], before + value + after
        assert values(before + mark + after) == []
        assert values(before + mark + mark + after) == []
    assert plainly(b"?id_token=ab" + mark + b"cd") == [b"abcd"]


def test_userinfo_goes_to_the_last_at_sign_of_the_authority() -> None:
    assert values(b"https://user:p@ss@host/a@b") == [b"user:p@ss"]
    assert values(b"https://host/a:b@c") == []


def test_names_of_cookies_are_texts_and_no_patterns() -> None:
    assert "connect\\.sid" in cookie_start(("connect.sid",))


@pytest.mark.long
def test_what_is_no_secret_is_looked_at_no_further_than_it_is_judged() -> None:
    """Else every name within it would go through the rest of it once more."""
    for name in (b"Basic+", b"token=/A", b"auth=", b"PWD=/", b"negotiate%20"):
        text = name * 10_000
        assert values(text) == [], name
        value = extent(text, 0, Reach(0, len(text), whole=True), re.compile(rb"[^ ]*+"))
        assert (value.start, value.end) == (0, MAX_JUDGED_BYTES)
        assert value.all_of_it() == len(text)
    long = b"a1B2" * 10_000
    assert values(b"token=" + long + b" x") == [long]


def test_types_are_ids() -> None:
    assert all(set(one) <= set("abcdefghijklmnopqrstuvwxyz-") for one in TYPES)
