"""Two questions share a key only if `answer` reads the same of both."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.ask import Question
from gateway.core.credential import Presented
from gateway.core.facts import ClientCertificate
from gateway.core.headers import HeaderPairs
from gateway.server.question_key import KEY_BYTES, QuestionKeys
from tests import builders as b

SECRET = bytes(range(32))


def question(
    text: bytes = b"token",
    *,
    cookies: bytes | None = None,
    certificate: bytes | None = None,
    identities: frozenset[str] | None = None,
    cors: HeaderPairs = (),
    dialect: str = "nginx",
    policy: str = "orders",
    route: str = "read",
) -> Question:
    one = b.route(route)
    shown = None if certificate is None else ClientCertificate(certificate, identities)
    presented = Presented(text, cookies, shown)
    return Question(b.facts(dialect=dialect), b.policy(one, id=policy), one, presented, cors)


def keys(questions: Iterable[Question], secret: bytes = SECRET) -> list[bytes]:
    made = QuestionKeys(secret)
    return [made.key(one) for one in questions]


WORDS = st.sampled_from(("a", "b", "ab", "1:a", ""))
TEXTS = st.sampled_from((b"", b"a", b"ab", b"b", b"1:a", b"2:ab"))
CORS = st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple)
NAMES = st.none() | st.frozensets(WORDS, max_size=2)
SHOWN = st.tuples(st.none(), st.none()) | st.tuples(TEXTS, NAMES)
PARTS = st.tuples(TEXTS, st.none() | TEXTS, SHOWN, CORS, WORDS, WORDS, WORDS)
Shown = tuple[bytes | None, frozenset[str] | None]
Parts = tuple[bytes, bytes | None, Shown, HeaderPairs, str, str, str]


def of(parts: Parts) -> Question:
    text, cookies, (certificate, identities), cors, dialect, policy, route = parts
    names = {"dialect": dialect, "policy": policy, "route": route}
    return question(text, cookies=cookies, certificate=certificate, identities=identities, cors=cors, **names)


@pytest.mark.long
@given(PARTS, PARTS)
def test_keys_are_equal_exactly_where_all_parts_are(one: Parts, other: Parts) -> None:
    first, second = keys([of(one), of(other)])
    assert (first == second) is (one == other)


@pytest.mark.parametrize(
    "other",
    [
        {"text": b"tokeN"},
        {"text": b"token" * 40},
        {"cookies": b""},
        {"cookies": None},
        {"cookies": b"a=c"},
        {"certificate": None},
        {"certificate": b""},
        {"certificate": b"2" * 32},
        {"identities": None},
        {"identities": frozenset()},
        {"identities": frozenset({"a", "c"})},
        {"identities": frozenset({"a"})},
        {"cors": ((b"vary", b"Origin"),)},
        {"cors": ((b"vary", b"Accept"),)},
        {"dialect": "envoy"},
        {"policy": "other"},
        {"route": "write"},
    ],
)
def test_each_part_alone_makes_another_key(other: dict[str, Any]) -> None:
    # Two lists of parts drawn at random hardly ever differ in one part only.
    asked: dict[str, Any] = {"cookies": b"a=b", "certificate": b"1" * 32, "identities": frozenset({"a", "b"})}
    first, second = keys([question(**asked), question(**{**asked, **other})])
    assert first != second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"dialect": "ab", "policy": "c"}, {"dialect": "a", "policy": "bc"}),
        ({"policy": "ab", "route": "c"}, {"policy": "a", "route": "bc"}),
        ({"policy": "a1:b", "route": "c"}, {"policy": "a", "route": "b1:c"}),
        ({"cookies": b"ab", "text": b"c"}, {"cookies": b"a", "text": b"bc"}),
        ({"cookies": None, "text": b"0:token"}, {"cookies": b"", "text": b"token"}),
        ({"certificate": b"a", "text": b"b"}, {"certificate": b"", "text": b"ab"}),
        ({"certificate": b"a", "cookies": b""}, {"certificate": b"", "cookies": b"a"}),
        ({"certificate": None, "text": b"1,2:0:token"}, {"certificate": b"", "text": b"token"}),
        ({"certificate": b"a", "identities": None}, {"certificate": b"a", "identities": frozenset()}),
        ({"certificate": None, "cookies": b""}, {"certificate": b"", "cookies": None}),
        (
            {"certificate": b"a", "identities": frozenset({"ab", "c"})},
            {"certificate": b"a", "identities": frozenset({"a", "bc"})},
        ),
        (
            {"certificate": b"a", "identities": frozenset({"b"}), "text": b"c"},
            {"certificate": b"a", "identities": frozenset(), "text": b"1:bc"},
        ),
        (
            {"certificate": b"", "identities": frozenset({"a"})},
            {"certificate": b"a", "identities": frozenset({""})},
        ),
        ({"cors": ((b"ab", b"c"),)}, {"cors": ((b"a", b"bc"),)}),
        ({"cors": ((b"a", b"b"),), "text": b"c"}, {"cors": (), "text": b"abc"}),
    ],
)
def test_no_part_runs_into_the_next(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = keys([question(**one), question(**other)])
    assert first != second


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
