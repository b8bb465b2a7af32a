from base64 import b64encode

from gateway.redact.judge import (
    MAX_JUDGED_BYTES,
    could_be_secret,
    entropy,
    is_basic,
    is_placeholder,
    looks_random,
    touches_a_word,
)


def test_entropy_is_that_of_the_characters() -> None:
    assert entropy(b"") == 0
    assert entropy(b"aaaa") == 0
    assert entropy(b"abab") == 1
    assert entropy(bytes(range(256))) == 8


def test_placeholders_are_nobodys_secret() -> None:
    for value in (
        b"", b"***", b"xxxx", b"XXXXXXXX", b"...", b"<redacted>", b"[FILTERED]", b"REDACTED", b"null",
        b"None", b"true",
        b"$TOKEN", b"${TOKEN}", b"{{ .Values.token }}", b"{token}", b"<token>", b"%s",
        b"[REDACTED:jwt:a]", b"-", b"eyJ...", b"#", b"$(cat token)",
    ):  # fmt: skip
        assert is_placeholder(value), value
    for value in (
        b"x",
        b"hunter2",
        b"nullable",
        b"$ecret!",
        b"[REDACTED:a1b2c3d4e5]",
        b"[9f86d081884c7d65]",
        b"*" * MAX_JUDGED_BYTES,
    ):
        assert not is_placeholder(value), value


def test_what_looks_like_chance() -> None:
    for value in (
        b"abcdef12",
        b"8d7e6f5a",
        b"aB" * 3 + b"Cd1x9",
        b"qWeRtYuIoPaSdFgHjKlZ",
        b"a" * MAX_JUDGED_BYTES,
    ):
        assert looks_random(value), value
    for value in (
        b"", b"abc1", b"a1b2c3d", b"12345678", b"2026-11-27T10:00:00Z", b"10.0.0.1:8080", b"0x0012ab",
        b"aaaaaaa1", b"authentication", b"orders-read-write-all-day", b"certificateAuthority",
    ):  # fmt: skip
        assert not looks_random(value), value


def test_words_and_numbers_are_worth_nothing_behind_a_weak_name() -> None:
    for value in (
        b"404", b"123456", b"12345678901234567890", b"front-door", b"order-2026-11", b"v1.beta2.item17",
        b"uploads/2026/cart.png", b"2026-11-27T10:00:00+01:00", b"https://a1.example.com/b2", b"abc1",
    ):  # fmt: skip
        assert not could_be_secret(value), value
    for value in (
        b"9f86d081884c7d65", b"a1b2c3d4", b"550e8400-e29b-41d4-a716-446655440000", b"4/0AX4XfWh1b2c3",
        b"SplxlOBeZQQYbYS6WxSbIA", b"qWeRtYuIoPaSdFgHjKlZ", b"a" * MAX_JUDGED_BYTES,
    ):  # fmt: skip
        assert could_be_secret(value), value


def test_basic_is_base64_with_a_colon() -> None:
    assert is_basic(b64encode(b"alice:secret"))
    assert is_basic(b64encode(b"alice:").rstrip(b"="))
    for value in (b"authentication", b64encode(b"alice"), b64encode(b"a:\x00"), b"no base64!", b""):
        assert not is_basic(value), value


def test_a_word_goes_on_to_the_left_but_not_an_escape() -> None:
    for text, touches in (
        (b"ab", True), (b"_b", True), (b"1b", True), (b" b", False), (b"%22b", False), (b"%2522b", False),
        (b"\\nb", False), (b"\\u0022b", False), (b"\\x22b", False), (b"n22b", True), (b".b", False),
    ):  # fmt: skip
        assert touches_a_word(text, len(text) - 1, 0) is touches, text
    assert not touches_a_word(b"b", 0, 0)
    assert not touches_a_word(b"ab", 1, 1)
