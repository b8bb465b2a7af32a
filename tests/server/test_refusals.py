"""A signature that does not verify is not checked again and again, and nothing else is remembered."""

from typing import Any, Final

import pytest

from gateway.core.evidence import Evidence
from gateway.core.reason import Reason
from gateway.core.verdict import Deny
from gateway.server.refusals import Refusals
from tests import builders as b
from tests.answering import question, verdict_on

FORGED: Final = b.token(signature=bytes(64))
KNOWN: Final = b.evidence()
KEY: Final = bytes(16)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(text: str = FORGED, known: Evidence = KNOWN, **given: Any) -> Deny:
    verdict = verdict_on(text, known=known, **given)
    assert isinstance(verdict, Deny)
    return verdict


def kept(text: str = FORGED, clock: Clock | None = None, **bounds: Any) -> Refusals:
    some = Refusals(monotonic=clock or Clock(), **bounds)
    some.keep(KEY, refused(text), KNOWN.keys)
    return some


def test_the_same_token_gets_the_same_refusal() -> None:
    again = kept().recall(KEY, question(FORGED), KNOWN.keys)
    first = refused()
    assert again is not None
    assert (again.reason, again.detail) == (first.reason, first.detail) == (Reason.SIGNATURE_INVALID, "")
    assert again.context == first.context


def test_it_rests_on_the_issuers_keys() -> None:
    some = kept()
    assert some.recall(KEY, question(FORGED), {"corp": b.key_set()}) is None
    assert some.recall(KEY, question(FORGED), {}) is None


def test_it_is_kept_for_seconds() -> None:
    clock = Clock()
    some = kept(clock=clock)
    clock.now = 4.9
    assert some.recall(KEY, question(FORGED), KNOWN.keys) is not None
    clock.now = 5.1
    assert some.recall(KEY, question(FORGED), KNOWN.keys) is None


@pytest.mark.parametrize(
    "text",
    [b.token(exp=1), b.token(aud="other"), b.token(header={"kid": "k9"}), "a.b.c", b.token(scope="")],
)
def test_no_other_refusal_is_remembered(text: str) -> None:
    verdict = verdict_on(text, one=b.route(requirements=b.needs_scopes("orders:read")))
    assert isinstance(verdict, Deny)
    some = Refusals(monotonic=Clock())
    some.keep(KEY, verdict, KNOWN.keys)
    assert len(some) == 0


def test_a_flood_is_bounded() -> None:
    some = kept(max_entries=8)
    for number in range(100):
        some.keep(number.to_bytes(16), refused(), KNOWN.keys)
    assert len(some) == 8


def test_clearing_forgets_everything() -> None:
    some = kept()
    some.clear()
    assert some.recall(KEY, question(FORGED), KNOWN.keys) is None
