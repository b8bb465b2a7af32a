"""What a refused client learns: RFC 6750 section 3, and not a word more."""

import json

import pytest

from gateway.core.policy import ScopesInclude
from gateway.core.reason import Outcome, Reason
from gateway.core.verdict import Context, Deny
from gateway.dialects.challenge import body, challenge
from tests.builders import policy, route


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason.TARGET_DOT_SEGMENT, b'Bearer realm="orders", error="invalid_request"'),
        # RFC 6750 section 3.1: no error code where no credential was presented
        (Reason.CREDENTIAL_MISSING, b'Bearer realm="orders"'),
        (Reason.TOKEN_EXPIRED, b'Bearer realm="orders", error="invalid_token"'),
        (Reason.PATH_NOT_ALLOWED, None),
    ],
)
def test_a_challenge_names_the_class(reason: Reason, expected: bytes | None) -> None:
    assert challenge(Deny(reason=reason, context=Context(policy=policy()))) == expected


def test_a_missing_scope_is_named_and_only_as_configured() -> None:
    needs = (ScopesInclude(scopes=frozenset({"b", "a"})), ScopesInclude(scopes=frozenset({"c"})))
    context = Context(policy=policy(realm="shop"), route=route(requirements=needs))
    got = challenge(Deny(reason=Reason.SCOPE_INSUFFICIENT, detail="lacks c", context=context))
    assert got == b'Bearer realm="shop", error="insufficient_scope", scope="a b c"'


def test_before_a_policy_is_known_the_realm_is_ours() -> None:
    assert challenge(Deny(reason=Reason.CREDENTIAL_MISSING)) == b'Bearer realm="token-gateway"'


@pytest.mark.parametrize("outcome", Outcome)
def test_a_body_is_one_constant_of_json_for_each_class(outcome: Outcome) -> None:
    document = json.loads(body(outcome))
    assert set(document) == {"error", "error_description"}
    assert body(outcome) == body(outcome)
    assert document["error"]


def test_the_bodies_differ_by_class() -> None:
    assert len({body(outcome) for outcome in Outcome}) == len(Outcome)
