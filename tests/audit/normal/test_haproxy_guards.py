"""Which rules are guards, and which are a lock without a key."""

from gateway.audit.estate.haproxy_syntax import Line, read_haproxy
from gateway.audit.exposure import Fails
from gateway.audit.normal.haproxy_guards import Chain, chain_of

ASK = "http-request lua.token_gateway http://127.0.0.1:4180/auth/haproxy/orders 6000 Authorization ,"
LOCK = "http-request return status 503 unless { var(txn.token_gateway_permit) -m bool }"


def chain(*lines: str) -> Chain:
    text = read_haproxy("frontend f\n" + "".join(f" {one}\n" for one in lines), "f")
    return chain_of(text, text.sections[0].lines)


def numbers(lines: tuple[Line, ...]) -> list[int]:
    return [one.place.line for one in lines]


def test_a_question_and_its_lock() -> None:
    found = chain(ASK, LOCK)
    assert [one.auth.fails for one in found.guards] == [Fails.CLOSED]
    assert numbers(found.locked) == [3]
    assert found.unasked == ()


def test_a_question_without_a_lock_is_open() -> None:
    assert [one.auth.fails for one in chain(ASK).guards] == [Fails.OPEN]


def test_a_lock_without_a_question_refuses_everybody() -> None:
    found = chain(LOCK)
    assert numbers(found.unasked) == [2]
    assert [one.auth.fails for one in found.guards] == [Fails.CLOSED]


def test_a_lock_that_may_not_be_there_is_conditional() -> None:
    found = chain(ASK, ".if version_atleast(3.0)", LOCK, ".endif")
    assert [one.condition for one in found.guards if one.auth.fails is Fails.CLOSED] == ["in .if"]


def test_of_two_paths_at_once_neither_says_what_is_protected() -> None:
    both = "http-request deny if { path_beg /api } { path /api/x } !{ var(txn.token_gateway_permit) -m bool }"
    (guard,) = (one for one in chain(ASK, both).guards if one.auth.fails is Fails.CLOSED)
    assert guard.condition == "path"
