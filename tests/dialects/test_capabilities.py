"""What a proxy can do is declared by its dialect, and what is not declared is refused."""

import pytest

from gateway.core.facts import RequestFacts
from gateway.core.policy import BearerCredential, CookieCredential, HeaderCredential
from gateway.core.verdict import Permit
from gateway.dialects import DIALECTS
from tests.builders import SENDERS, policy, snapshot, token
from tests.walk import converse


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_facts_never_claim_more_than_the_dialect_declares(dialect: str) -> None:
    said = ((b"x-token-gateway-removes", b"query"),)
    facts = DIALECTS[dialect].read(SENDERS[dialect](headers=said), policy())
    assert isinstance(facts, RequestFacts)
    declared = DIALECTS[dialect].CAPABILITIES
    assert facts.can_remove_query <= declared.removes_query
    assert facts.can_remove_cookie <= declared.replaces_cookies


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_is_found_by_its_own_name(dialect: str) -> None:
    assert dialect == DIALECTS[dialect].NAME


def test_every_dialect_has_a_sender_in_the_tests() -> None:
    assert set(SENDERS) == set(DIALECTS)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_credential_that_the_answer_omits_is_gone_or_named_to_be_removed(dialect: str) -> None:
    places = (BearerCredential(), HeaderCredential(name="x-api-token"), CookieCredential(name="api_token"))
    world = snapshot(policy(credentials=places))
    headers = ((b"cookie", b"api_token=" + token().encode()),)
    verdict, answer = converse(dialect, SENDERS[dialect](headers=headers), world)
    assert isinstance(verdict, Permit)
    names = {name for name, _ in answer.headers}
    removed = set(dict(answer.headers).get(b"x-envoy-auth-headers-to-remove", b"").split(b",")) - {b""}
    left = {b"authorization", b"x-api-token", b"cookie"} - names
    assert left == {b"x-api-token", b"cookie"}
    assert removed == (set() if DIALECTS[dialect].CAPABILITIES.removes_header_by_omission else left)
