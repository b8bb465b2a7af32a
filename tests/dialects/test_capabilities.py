"""What a proxy can do is declared by its dialect, and what is not declared is refused."""

import pytest

from gateway.core.facts import RequestFacts
from gateway.dialects import DIALECTS
from tests.builders import nginx_request, policy, traefik_request

SENDERS = {"nginx": nginx_request, "traefik": traefik_request}


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
def test_a_credential_header_that_the_answer_omits_is_gone(dialect: str) -> None:
    # The rule "omitted is removed" holds for both; a dialect without it would have to overwrite.
    assert DIALECTS[dialect].CAPABILITIES.removes_header_by_omission
