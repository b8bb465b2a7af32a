"""Two questions share a key only if `answer` reads the same of both."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.ask import Question
from gateway.core.credential import Presented
from gateway.core.headers import HeaderPairs
from gateway.server.question_key import KEY_BYTES, QuestionKeys
from tests import builders as b

SECRET = bytes(range(32))


def question(
    text: bytes = b"token",
    *,
    cookies: bytes | None = None,
    cors: HeaderPairs = (),
    dialect: str = "nginx",
    policy: str = "orders",
    route: str = "read",
) -> Question:
    one = b.route(route)
    return Question(b.facts(dialect=dialect), b.policy(one, id=policy), one, Presented(text, cookies), cors)


def keys(questions: Iterable[Question], secret: bytes = SECRET) -> list[bytes]:
    made = QuestionKeys(secret)
    return [made.key(one) for one in questions]


WORDS = st.sampled_from(("a", "b", "ab", "1:a", ""))
TEXTS = st.sampled_from((b"", b"a", b"ab", b"b", b"1:a", b"2:ab"))
CORS = st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple)
PARTS = st.tuples(TEXTS, st.none() | TEXTS, CORS, WORDS, WORDS, WORDS)


def of(parts: tuple[bytes, bytes | None, HeaderPairs, str, str, str]) -> Question:
    text, cookies, cors, dialect, policy, route = parts
    return question(text, cookies=cookies, cors=cors, dialect=dialect, policy=policy, route=route)


@given(PARTS, PARTS)
def test_keys_are_equal_exactly_where_all_parts_are(
    one: tuple[bytes, bytes | None, HeaderPairs, str, str, str],
    other: tuple[bytes, bytes | None, HeaderPairs, str, str, str],
) -> None:
    first, second = keys([of(one), of(other)])
    assert (first == second) is (one == other)


def test_what_answer_does_not_read_makes_no_difference() -> None:
    asked = question()
    elsewhere = asked._replace(facts=b.facts(b"/v1/orders/7?x=y", method="HEAD", client_address="192.0.2.9"))
    assert len({*keys([asked, elsewhere])}) == 1


def test_a_key_depends_on_the_secret_and_holds_nothing_of_the_token() -> None:
    (first,), (second,) = keys([question()]), keys([question()], bytes(32))
    assert first != second
    assert len(first) == KEY_BYTES
    assert b"token" not in first


def test_nothing_of_a_token_is_kept() -> None:
    made = QuestionKeys(SECRET)
    made.key(question(b"c4n4ry-token", cookies=b"c4n4ry-cookie"))
    assert "c4n4ry" not in repr(made._beginnings)


def test_after_forgetting_keys_are_the_same() -> None:
    made = QuestionKeys(SECRET)
    before = made.key(question())
    made.forget()
    assert made.key(question()) == before
