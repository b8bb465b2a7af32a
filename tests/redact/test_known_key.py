from gateway.redact.known_key import KnownKey
from gateway.redact.known_keys import KEYS
from gateway.redact.span import Looked, Reach, Span
from tests.leaks.made import KEYS as MADE
from tests.leaks.made import Maker

M = Maker(71)
BY_ID = {key.id: key for key in KEYS}


def measure(id_: str, text: bytes, at: int, floor: int = 0) -> list[tuple[int, int]]:
    measured = KnownKey(BY_ID[id_]).measure(text, at, Reach(floor, len(text), whole=True))
    if isinstance(measured, Looked):
        return []
    return [(one.start, one.end) for one in measured if isinstance(one, Span)]


def test_what_may_follow_is_part_of_it() -> None:
    text = MADE["github-pat"](M).encode() + b"abc"
    assert measure("github-pat", text + b" x", 0) == [(0, len(text))]


def test_a_sentence_ends_behind_it() -> None:
    text = MADE["gitlab-pat"](M).encode()
    assert measure("gitlab-pat", text + b". Next", 0) == [(0, len(text))]


def test_no_word_may_touch_it() -> None:
    key = MADE["aws-access-token"](M).encode()
    for before, after, count in (
        (b"x", b"", 0),
        (b"", b"x", 0),
        (b"", b"_", 0),
        (b"KEY_", b"", 1),
        (b"%22", b"%22", 1),
        (b"\\n", b"\\n", 1),
        (b"=", b"-", 1),
    ):
        assert len(measure("aws-access-token", before + key + after, len(before))) == count, (before, after)
    assert measure("aws-access-token", b"x" + key, 1, floor=1) != []


def test_known_by_its_middle_it_begins_before() -> None:
    key = MADE["azure-ad-client-secret"](M).encode()
    assert measure("azure-ad-client-secret", b"a=" + key, 5) == [(2, len(key) + 2)]
    assert measure("azure-ad-client-secret", key, 3, floor=1) == []
    assert measure("azure-ad-client-secret", b'a"' + key[1:], 4) == []


def test_examples_and_masks_are_none() -> None:
    assert measure("aws-access-token", b"AKIA" + b"IOSFODNN7" + b"EXAMPLE", 0) == []
    assert measure("github-pat", b"ghp_" + b"x" * 36, 0) == []
    assert measure("vault-service-token", b"hvs." + b"a" * 30, 0) == []


def test_it_may_have_to_hold_a_digit() -> None:
    (word,) = (key for key in KEYS if key.digit)
    letters, mixed = b"s." + b"abcdefghijklmnopqrstuvwx", b"s." + b"abcdefghijk1mnopqrstuvwx"
    found = [KnownKey(word).measure(text, 0, Reach(0, len(text), whole=True)) for text in (letters, mixed)]
    assert [isinstance(one, Looked) for one in found] == [True, False]


def test_a_mark_beside_it_does_not_protect_it() -> None:
    key = MADE["npm-access-token"](M).encode()
    mark = b"[REDACTED:jwt:tfp1_abcdefghijklmnop]"
    assert measure("npm-access-token", key + mark, 0) == [(0, len(key))]
    assert measure("npm-access-token", mark + key, len(mark)) == [(len(mark), len(mark) + len(key))]
