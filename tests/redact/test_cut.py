from hypothesis import given
from hypothesis import strategies as st

from gateway.redact.cut import FREE_BYTES, Looks, last_cut
from gateway.redact.span import Looked


def cut(line: bytes, *looks: tuple[int, int], marks: tuple[tuple[int, int], ...] = ()) -> int:
    return last_cut(Looks(line, [(at, Looked(end)) for at, end in looks], marks), 1, len(line) - 1)


def test_it_is_where_no_beginning_goes_on() -> None:
    assert cut(b'"a":"b","c":"d') == len(b'"a":"b",')
    assert cut(b"key a, key b") == len(b"key a,")
    assert cut(b"{key}b") == len(b"{key}")
    assert cut(b"key a key b") == -1


def test_it_is_not_where_something_looks_over_it() -> None:
    assert cut(b"token='a, b, c", (0, 14)) == -1
    assert cut(b"token='a, b', c", (0, 13)) == len(b"token='a, b',")
    assert cut(b"a, token='a, b", (3, 14)) == len(b"a,")
    assert cut(b"token='a, b, c", (0, 14), (8, 9)) == -1  # nor over what is within it


def test_it_is_behind_a_mark_and_never_in_one() -> None:
    mark = b"[REDACTED:jwt:tfp1_abcdefghijklmnop]"
    assert cut(mark * 2 + b"ab", marks=((0, 36), (36, 72))) == 72
    assert cut(mark + b"ab", marks=((0, 36),)) == 36


def test_what_may_hold_a_mark_is_not_cut() -> None:
    assert cut(b"://a,b") == -1
    assert cut(b"://a, b") == len(b"://a,")
    assert cut(b"-u a,b") == -1
    assert cut(b"curl a, -u b") == -1
    assert cut(b"login a, password b") == -1


def test_nor_is_a_name_from_its_value() -> None:
    assert cut(b'"x-api-key", "a') == -1
    assert cut(b"[token] => a") == -1
    assert cut(b'"x-api-ley", "a') == len(b'"x-api-ley",')


def test_where_nothing_begins_for_long_it_is_anywhere_long_before_what_may_change() -> None:
    line = b"w" * 50_000
    assert cut(line) == 50_000 - FREE_BYTES
    assert cut(line, (40_000, 40_100)) == 40_000 - FREE_BYTES
    assert cut(line, (0, 30_000), (40_000, 40_100)) == -1
    assert cut(b"://" + b"w" * 20_000) == 20_003 - FREE_BYTES
    assert cut(b"://" + b"w" * (FREE_BYTES + 100)) == -1


def test_it_is_within_what_was_asked_for() -> None:
    line = b"a, b, c, d"
    seen = Looks(line, (), ())
    assert [last_cut(seen, least, most) for least, most in ((1, 4), (3, 7), (3, 4), (9, 9))] == [2, 5, -1, -1]


_PARTS = st.lists(st.sampled_from([b"a", b",", b"]", b" ", b"token", b"://", b"-u ", b"curl "]), max_size=40)
_LOOKS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=4)


@given(_PARTS, _LOOKS)
def test_it_is_the_last_place_of_all_that_would_do(parts: list[bytes], looks: list[tuple[int, int]]) -> None:
    line = b"".join(parts)
    seen = [(at, min(at + length, len(line))) for at, length in looks if at <= len(line)]
    alone = [place for place in range(1, len(line)) if last_cut(Looks(line, (), ()), place, place) == place]
    free = [place for place in alone if not any(at < place < end for at, end in seen)]
    assert cut(line, *seen) == max(free, default=-1)
