from base64 import b64encode

from gateway.redact.judge import (
    MARK,
    MAX_JUDGED_BYTES,
    entropy,
    is_basic,
    is_marked,
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
        b"[REDACTED:jwt:tfp1_abc]",
        b"[REDACTED:jwt:tfp1_abc][REDACTED:jwt:tfp1_abc]", b"-", b"eyJ...", b"#", b"$(cat token)",
    ):  # fmt: skip
        assert is_placeholder(value), value
    for value in (
        b"x",
        b"hunter2",
        b"nullable",
        b"$ecret!",
        b"[REDACTED:jwt:tfp1_abc]x",
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
        b"", b"abc1", b"12345678", b"2026-11-27T10:00:00Z", b"10.0.0.1:8080", b"0x0012ab", b"aaaaaaa1",
        b"authentication", b"orders-read-write-all-day", b"certificateAuthority",
    ):  # fmt: skip
        assert not looks_random(value), value


def test_basic_is_base64_with_a_colon() -> None:
    assert is_basic(b64encode(b"alice:secret"))
    assert is_basic(b64encode(b"alice:").rstrip(b"="))
    for value in (b"authentication", b64encode(b"alice"), b64encode(b"a:\x00"), b"no base64!", b""):
        assert not is_basic(value), value


def test_a_mark_is_what_replace_writes() -> None:
    assert MARK.fullmatch(b"[REDACTED:jwt:tfp1_abcdefghijklmnop]")
    assert MARK.fullmatch(b"[REDACTED:jwt:too-long]")
    assert not MARK.match(b"[REDACTED:]")


def test_a_value_is_marked_within_and_where_it_ends() -> None:
    text = b"a=b[REDACTED:jwt:x]c=d"
    assert is_marked(text, 2, 3)
    assert is_marked(text, 0, 8)
    assert not is_marked(text, 0, 2)
    assert not is_marked(text, 19, 22)


def test_a_word_goes_on_to_the_left_but_not_an_escape() -> None:
    for text, touches in (
        (b"ab", True), (b"_b", True), (b"1b", True), (b" b", False), (b"%22b", False), (b"%2522b", False),
        (b"\\nb", False), (b"\\u0022b", False), (b"\\x22b", False), (b"n22b", True), (b".b", False),
    ):  # fmt: skip
        assert touches_a_word(text, len(text) - 1, 0) is touches, text
    assert not touches_a_word(b"b", 0, 0)
    assert not touches_a_word(b"ab", 1, 1)
