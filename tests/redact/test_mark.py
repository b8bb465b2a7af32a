from gateway.redact import values
from gateway.redact.known_keys import KEYS
from gateway.redact.mark import MARK, holds_marks, is_type, readings, touching, without_marks
from gateway.redact.token_kind import JWE, JWT, KUBERNETES, KUBERNETES_LEGACY, OURS

ONE = b"[REDACTED:jwt:tfp1_abcdefghijklmnop]"


def test_a_mark_is_what_replace_writes() -> None:
    types = (*values.TYPES, *(key.id for key in KEYS), JWE, JWT, KUBERNETES, KUBERNETES_LEGACY, OURS)
    for type_ in (*types, "jwt-base64", "private-key", "1password-secret-key"):
        assert is_type(type_), type_
        for name in ("tfp1_abcdefghijklmnop", "tfp1_234567abcdefghij", "too-long"):
            assert MARK.fullmatch(f"[REDACTED:{type_}:{name}]".encode()), type_


def test_nothing_else_is() -> None:
    for text in (
        b"[REDACTED:]", b"[REDACTED:jwt]", b"[REDACTED:jwt:a]", b"[REDACTED:jwt:tfp1_abcdefghijklmno1]",
        b"[REDACTED:9f86d081884c7d65:tfp1_abcdefghijklmnop]", b"[redacted:jwt:tfp1_abcdefghijklmnop]",
        b"[REDACTED:jwt:tfp1_abcdefghijklmnopq]",
    ):  # fmt: skip
        assert not MARK.match(text), text
        assert without_marks(text) == text
        assert holds_marks(text)
    assert not is_type("a" * 21)
    assert not is_type("-".join(["abcdefgh"] * 9))


def test_a_value_is_read_without_what_looks_like_a_mark() -> None:
    assert readings(b"hunter22") == (b"hunter22",)
    assert readings(b"a" + ONE + b"b") == (b"ab",) * 4
    assert readings(b"a[REDACTED:x]b") == (b"a[REDACTED:x]b", b"ab", b"ax" + b"b", b"ab")
    assert b"hunter22" in readings(b"[REDACTED:hunt[REDACTED:a b]er22")
    assert b"hunter22" in readings(b"[REDACTED:hunter22")
    assert b"hunter22" in readings(b"[REDACTED:hunter22]")


def test_what_follows_behind_a_mark_goes_with_what_is_before() -> None:
    text = b"ab" + ONE + b"[REDACTED:cd.ef, g"
    assert touching(text, 2, len(text)) == text.index(b",")
    assert touching(text, 1, len(text)) == 1
    assert touching(b"ab[cd", 2, 5) == 2
