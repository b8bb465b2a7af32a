"""Whether new requests should be sent here."""

import pytest

from gateway.server.readiness import FIRST_KEYS_WAIT_S, Readiness


class Gateway:
    """What readiness asks about."""

    def __init__(self) -> None:
        self.untried = frozenset({"corp", "partner"})
        self.signs = True
        self.now = 1000.0
        self.readiness = Readiness(
            untried=lambda: self.untried, signs=lambda: self.signs, clock=lambda: self.now
        )


def test_it_is_ready_when_every_issuer_has_been_asked() -> None:
    gateway = Gateway()
    assert gateway.readiness.why_not() == "issuers_not_asked"
    gateway.untried = frozenset({"partner"})
    assert gateway.readiness.why_not() == "issuers_not_asked"
    gateway.untried = frozenset()
    assert gateway.readiness.why_not() is None


def test_an_issuer_that_never_answers_is_not_waited_for_for_ever() -> None:
    gateway = Gateway()
    gateway.now += FIRST_KEYS_WAIT_S
    assert gateway.readiness.why_not() == "issuers_not_asked"
    gateway.now += 1
    assert gateway.readiness.why_not() is None


def test_a_new_issuer_takes_no_readiness_away() -> None:
    gateway = Gateway()
    gateway.untried = frozenset()
    assert gateway.readiness.why_not() is None
    gateway.untried = frozenset({"new"})
    assert gateway.readiness.why_not() is None


@pytest.mark.parametrize("asked", [True, False])
def test_without_a_key_to_sign_with_it_is_not_ready(*, asked: bool) -> None:
    gateway = Gateway()
    gateway.untried = frozenset() if asked else gateway.untried
    gateway.signs = False
    assert gateway.readiness.why_not() == "signing_key_missing"


def test_draining_comes_before_everything() -> None:
    gateway = Gateway()
    gateway.signs = False
    gateway.readiness.draining = True
    assert gateway.readiness.why_not() == "draining"
