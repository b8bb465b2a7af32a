"""What is said of a verdict, and what of a permit is kept."""

import pytest

from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit
from gateway.dialects import DIALECTS, envoy_grpc
from gateway.dialects.wire import HttpAnswer
from gateway.server.memo import Again
from gateway.server.speaker import SPEAKERS, UNKNOWN, InOctets, Unreadable, reread, written
from tests import builders as b
from tests.answering import question
from tests.walk import decide

PERMIT = decide(b.facts(b"/v1/orders", b.bearer()))


def test_every_dialect_has_a_speaker_of_its_name() -> None:
    assert {name: one.name for name, one in SPEAKERS.items()} == {name: name for name in DIALECTS}
    assert UNKNOWN.name == "unknown"
    denied = UNKNOWN.say(Deny(reason=Reason.POLICY_UNKNOWN))
    assert isinstance(denied, HttpAnswer)
    assert denied.status == 403


@pytest.mark.parametrize("speaker", [*SPEAKERS.values(), InOctets(envoy_grpc)], ids=lambda one: one.name)
def test_what_is_kept_of_a_permit_is_its_answer(speaker: InOctets) -> None:
    assert isinstance(PERMIT, Permit)
    assert PERMIT.downstream is not None
    assert PERMIT.remember is not None
    wire, said = speaker.keep(PERMIT)
    assert wire == said
    assert wire.count(PERMIT.downstream.text) == 1
    assert reread(wire) == speaker.say(PERMIT)
    assert written(reread(wire)) == wire
    again = Again(wire, None, None, PERMIT.remember.revocable)
    assert speaker.say_again(question(b.token()), again) == wire


def test_what_is_no_permit_is_not_read_back() -> None:
    with pytest.raises(Unreadable) as unreadable:
        reread(written(HttpAnswer(403, ((b"x", b"secret"),))))
    assert "secret" not in repr(unreadable.value)
