"""What a listener says, every answer says, and once."""

import pytest

from gateway.dialects.wire import ALL_OF_IT, HttpAnswer, ReplyRules
from gateway.server.edge.always import Always
from gateway.server.http1.writer import UnwritableAnswer
from tests.server.edge.edged import StartBackend, StartEdge, get, says

CLOSE = b"Connection: close"
HSTS = (b"Strict-Transport-Security", b"max-age=31536000")
NAME = b"strict-transport-security"


def test_without_any_nothing_changes() -> None:
    always, answer = Always(()), HttpAnswer(200, ((b"a", b"b"),))
    assert always.rules(ALL_OF_IT) is ALL_OF_IT
    assert always.answer(answer) is answer
    assert always.lines == b""


def test_rules_that_were_one_stay_one() -> None:
    always, rules = Always((HSTS,)), ReplyRules(frozenset({b"server"}), (b"x-",), frozenset({b"sess"}))
    merged = always.rules(rules)
    assert merged is always.rules(rules)
    assert merged is not always.rules(ALL_OF_IT)
    assert merged.names == {b"server", NAME}
    assert (merged.prefixes, merged.cookies) == (rules.prefixes, rules.cookies)


def test_what_cannot_be_written_is_refused_before_anybody_asks() -> None:
    with pytest.raises(UnwritableAnswer):
        Always(((b"a", b"b\r\nc: d"),))


async def test_it_is_said_once_whoever_answers(edge: StartEdge, backend: StartBackend) -> None:
    theirs = NAME + b": max-age=0\r\n"
    hint = b"HTTP/1.1 103 Early\r\n" + theirs + b"\r\n"
    answer = b"HTTP/1.1 200 OK\r\n" + theirs + b"Content-Length: 2\r\n\r\nok"
    edged = await edge(await backend(says(hint + answer)), always=(HSTS,))
    early, final = await edged.ask(get(b"/", CLOSE))
    assert (early.headers, final.values(NAME)) == ([], [HSTS[1]])
    (malformed,) = await edged.ask(b"\r\n")
    assert (malformed.status, malformed.values(NAME)) == (400, [HSTS[1]])
    ours = await edge(handler=lambda _: HttpAnswer(401, ((NAME, b"mine"),)), always=((NAME, HSTS[1]),))
    (refused,) = await ours.ask(get(b"/", CLOSE))
    assert (refused.status, refused.values(NAME)) == (401, [HSTS[1]])
    unset = await edge(await backend(says(answer)))
    (relayed,) = await unset.ask(get(b"/", CLOSE))
    assert relayed.values(NAME) == [b"max-age=0"]


def test_what_is_said_may_change() -> None:
    always = Always((HSTS,))
    before = always.rules(ALL_OF_IT)
    always.adopt(())
    assert always.rules(ALL_OF_IT) is ALL_OF_IT
    always.adopt((HSTS,))
    assert always.rules(ALL_OF_IT).names == before.names
    assert always.lines.startswith(NAME)
