"""What a front is told of the issuers' keys."""

from typing import cast

import pytest

from gateway.app.front import Front, KeysRelay
from gateway.sources.outcome import OUTCOMES, REFRESHED, UNCHANGED
from tests.sources.issuer import Notes


class Told:
    def __init__(self) -> None:
        self.issuers: list[str] = []

    def keys_read(self, issuer_id: str) -> None:
        self.issuers.append(issuer_id)


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_a_front_hears_of_keys_that_could_be_read(outcome: str) -> None:
    notes, front = Notes(), Told()
    relay = KeysRelay(notes)
    relay.fetched("corp", outcome)  # before the front is open
    relay.front = cast(Front, front)
    relay.fetched("corp", outcome)
    relay.dropped("corp", ())
    assert notes.outcomes == [outcome, outcome]
    assert notes.unfit == [[]]
    assert front.issuers == (["corp"] if outcome in {REFRESHED, UNCHANGED} else [])
