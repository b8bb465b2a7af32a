"""What was looked up: a failed look-up is evidence too, and silence never permits."""

import pytest

from gateway.core.evidence import KeysNeeded, Unanswerable, Unavailable
from gateway.core.reason import Reason
from gateway.core.verdict import Indeterminate, Permit
from tests.builders import OTHER_KEY, bearer, evidence, facts, key_set, signer, token
from tests.walk import decide


def test_needs_are_values_so_that_a_look_up_can_be_found_again() -> None:
    assert KeysNeeded("corp") == KeysNeeded("corp")
    assert len({KeysNeeded("corp"), KeysNeeded("corp", "k"), KeysNeeded("corp", None)}) == 2


def test_nothing_known_is_never_a_permit() -> None:
    verdict = decide(facts(b"/v1/orders", bearer()), known=evidence({}, signer=None))
    assert isinstance(verdict, Indeterminate)


@pytest.mark.parametrize("need", [KeysNeeded("corp"), KeysNeeded("corp", "k2")])
def test_a_failed_look_up_is_an_outage_with_its_own_time_to_come_back(need: KeysNeeded) -> None:
    keys = {} if need.kid is None else {"corp": key_set()}
    verdict = decide(
        facts(b"/v1/orders", bearer(token(key=OTHER_KEY))),
        known=evidence(keys),
        lookups={need: Unavailable(17)},
    )
    assert isinstance(verdict, Indeterminate)
    assert (verdict.reason, verdict.retry_after_s) == (Reason.KEYS_UNAVAILABLE, 17)


def test_evidence_of_one_issuer_is_none_of_another() -> None:
    verdict = decide(facts(b"/v1/orders", bearer()), known=evidence({"partner": key_set()}))
    assert isinstance(verdict, Indeterminate)


def test_an_unanswerable_question_names_its_need() -> None:
    assert Unanswerable(KeysNeeded("corp")).need == KeysNeeded("corp")


def test_the_signer_of_the_tests_is_deterministic_as_the_protocol_asks() -> None:
    assert signer().sign(b"x") == signer().sign(b"x")
    assert isinstance(decide(facts(b"/v1/orders", bearer())), Permit)
