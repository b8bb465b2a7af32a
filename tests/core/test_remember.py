"""A permit says on what it rests: exactly that, and no more."""

from dataclasses import replace

from gateway.core.jwk import KeySet
from gateway.core.remember import Remember, holds_beside, holds_under
from tests import builders as b
from tests.answering import permit

ANEW = b.route()
AGAIN = b.route(downstream=b.downstream(reuse_s=20))


def remembered(text: str | None = None, **given_: object) -> Remember:
    found = permit(b.token() if text is None else text, **given_).remember
    assert found is not None
    return found


def test_a_token_that_may_be_given_again_is_for_so_long_from_now_on() -> None:
    known = remembered(one=AGAIN)
    assert known.blank is None
    assert (known.start, known.end) == (b.NOW, b.NOW + 20)
    ending = remembered(b.token(exp=b.NOW - 15), one=AGAIN)  # 15 s of leeway are left, 5 of them to live
    assert ending.end == b.NOW + 11


def test_a_token_that_is_minted_anew_each_time_leaves_its_blank() -> None:
    known = remembered(one=ANEW)
    assert known.blank is not None
    assert known.blank.downstream == ANEW.downstream


def test_a_public_route_is_not_remembered() -> None:
    assert permit(b.token(), one=b.public_route()).remember is None


def test_the_issuers_keys_must_be_what_they_were_for_such_a_token() -> None:
    known = remembered()
    assert holds_under(known, b.key_set())
    assert holds_under(known, b.key_set(b.KEY, b.OTHER_KEY))  # another kid
    assert not holds_under(known, KeySet(keys=()))
    assert not holds_under(known, b.key_set(b.OTHER_KEY))
    twin = replace(b.OTHER_KEY, kid=b.KEY.kid)
    assert not holds_under(known, b.key_set(twin))
    assert not holds_under(known, b.key_set(b.KEY, twin))


def test_without_a_kid_a_second_key_makes_it_ambiguous() -> None:
    known = remembered(b.token(header={"kid": b.OMIT}))
    assert holds_under(known, b.key_set())
    assert not holds_under(known, b.key_set(b.KEY, b.OTHER_KEY))


def test_a_deny_list_takes_it_back() -> None:
    text = b.token()
    known = remembered(text)
    assert holds_beside(known, b.revoked(subject="bob"), text.encode())
    assert not holds_beside(known, b.revoked(subject="alice"), text.encode())
    assert not holds_beside(known, b.fingerprinted(text), text.encode())


def test_it_prints_nobody() -> None:
    assert "alice" not in repr(remembered())
    assert "alice" not in repr(remembered().blank)
