"""What was decided: a closed union, of which doing nothing gives a refusal, and none prints a secret."""

from typing import get_args

from gateway.core.verdict import Context, Deny, Indeterminate, Pending, Permit, Preflight, Verdict
from tests.builders import bearer, evidence, facts, snapshot, token
from tests.walk import decide


def test_the_union_is_closed_and_pending_is_no_verdict() -> None:
    assert set(get_args(Verdict)) == {Permit, Deny, Indeterminate, Preflight}
    assert Pending not in get_args(Verdict)


def test_a_permit_prints_neither_token_nor_identity() -> None:
    presented = token(sub="c4n4ry")
    permit = decide(facts(b"/v1/orders?c4n4ry", bearer(presented)), snapshot(), evidence())
    assert isinstance(permit, Permit)
    assert permit.downstream is not None
    printed = repr(permit)
    assert presented not in printed
    assert permit.downstream.text.decode() not in printed
    assert "c4n4ry" not in printed


def test_a_refusal_before_anything_was_known_has_an_empty_context() -> None:
    assert Context() == Context(facts=None, policy=None, route=None, token=None, issuer_id=None)
