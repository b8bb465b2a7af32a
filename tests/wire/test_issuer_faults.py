"""What if the issuer changes its keys, is slow, is down, or talks nonsense? Known keys work, nothing else.

Each case has a gateway of its own: how often an issuer may be asked is a budget of the process.
How long keys are kept, and when they are refreshed on their own, is tested in tests/sources.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pytest

from tests.builders import ec_key
from tests.wire import lab_issuer
from tests.wire.components import version
from tests.wire.fronts import Front
from tests.wire.identity_provider import Fault, IdentityProvider
from tests.wire.processes import wait_until
from tests.wire.raw_client import Response
from tests.wire.stand import Stand, opened_stand
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER

pytestmark = pytest.mark.wire


@pytest.fixture
def stand(
    request: pytest.FixtureRequest, front: Front, identity_provider: IdentityProvider, tmp_path: Path
) -> Iterator[Stand]:
    """A stand of the test's own. The issuer works when the gateway starts."""
    record(request.node, front.value, version(front.component))
    with opened_stand(front, BEARER, identity_provider, tmp_path) as running:
        yield running


class Opens(Protocol):
    def __call__(self) -> AbstractContextManager[Stand]: ...


@pytest.fixture
def later(
    request: pytest.FixtureRequest, front: Front, identity_provider: IdentityProvider, tmp_path: Path
) -> Opens:
    """A stand that starts when the test says so, with the issuer in the state it is in by then."""
    record(request.node, front.value, version(front.component))
    return lambda: opened_stand(front, BEARER, identity_provider, tmp_path)


def _assert_permitted(stand: Stand, token: str) -> None:
    assert stand.send(token=token).status == 200
    seen = stand.seen()
    assert seen.only("X-Auth-Subject") == "corp:reader"
    assert token not in seen.text()


def _assert_unavailable(stand: Stand, answer: Response) -> None:
    assert answer.status == 503
    if stand.front.traits.relays_outages:
        assert int(answer.message.only("Retry-After")) >= 1
    assert stand.reason == "keys_unavailable"
    stand.assert_unseen()


def test_after_a_rotation_the_first_new_token_works_and_the_removed_key_does_not(
    stand: Stand, identity_provider: IdentityProvider
) -> None:
    old = stand.token("reader", "orders:read")
    _assert_permitted(stand, old)
    identity_provider.rotate_keys()
    _assert_permitted(stand, stand.token("reader", "orders:read"))
    assert stand.send(token=old).status == 401
    assert stand.reason == "key_unknown"
    stand.assert_unseen()


def test_a_key_that_stays_beside_the_new_one_goes_on_working(
    stand: Stand, identity_provider: IdentityProvider
) -> None:
    old = stand.token("reader", "orders:read")
    identity_provider.rotate_keys(keep_old=True)
    _assert_permitted(stand, stand.token("reader", "orders:read"))
    _assert_permitted(stand, old)


def test_a_key_that_is_removed_from_a_file_stops_by_itself(stand: Stand) -> None:
    token = stand.lab_token()
    assert stand.send(token=token).status == 200
    stand.seen()
    lab_issuer.write_keys(stand.gateway.file.parent.parent / "keys", ec_key("lab-2", 0x2AB))
    wait_until(lambda: stand.send(token=token).status == 401, lambda: "the removed key is still believed")
    assert stand.reason == "key_unknown"
    stand.backend.requests.clear()
    stand.send(token=stand.lab_token(key=ec_key("lab-2", 0x2AB)))
    assert stand.seen().only("X-Auth-Subject") == "lab:alice"


BROKEN = [fault for fault in Fault if fault is not Fault.NONE]


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.value)
def test_known_keys_go_on_working_while_the_issuer_is_broken(
    stand: Stand, identity_provider: IdentityProvider, fault: Fault
) -> None:
    token = stand.token("reader", "orders:read")
    _assert_permitted(stand, token)
    identity_provider.break_with(fault)
    _assert_permitted(stand, stand.token("reader", "orders:read"))
    _assert_permitted(stand, token)


@pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.GARBAGE], ids=lambda fault: fault.value)
def test_an_unknown_key_of_a_broken_issuer_is_an_outage_and_no_refusal(
    stand: Stand, identity_provider: IdentityProvider, fault: Fault
) -> None:
    _assert_permitted(stand, stand.token("reader", "orders:read"))
    identity_provider.rotate_keys()
    identity_provider.break_with(fault)
    _assert_unavailable(stand, stand.send(token=stand.token("reader", "orders:read")))


@pytest.mark.parametrize(
    "fault", [Fault.UNAVAILABLE, Fault.EMPTY, Fault.HANGS], ids=lambda fault: fault.value
)
def test_a_gateway_that_never_had_the_keys_is_unavailable_for_that_issuer_alone(
    later: Opens, identity_provider: IdentityProvider, fault: Fault
) -> None:
    identity_provider.break_with(fault)
    with later() as stand:
        _assert_unavailable(stand, stand.send(token=stand.token("reader", "orders:read")))
        token = stand.lab_token()
        assert stand.send(token=token).status == 200
        stand.assert_lab_token_is_replaced(token, stand.seen())


def test_a_flood_of_unknown_keys_costs_the_issuer_a_handful_of_requests(
    stand: Stand, identity_provider: IdentityProvider
) -> None:
    _assert_permitted(stand, stand.token("reader", "orders:read"))
    before = identity_provider.jwks_fetches()
    for number in range(20):
        key = ec_key(f"nobodys-{number}", 0xF00 + number)
        token = stand.lab_token(key=key, iss=identity_provider.issuer)
        assert stand.send(token=token).status == 401
    assert identity_provider.jwks_fetches() - before <= 4
    stand.assert_unseen()


def test_the_log_names_the_issuer_and_the_fault(later: Opens, identity_provider: IdentityProvider) -> None:
    identity_provider.break_with(Fault.GARBAGE)
    with later() as stand:
        stand.send(token=stand.token("reader", "orders:read"))
        lines = [json.loads(line) for line in stand.gateway.program.stdout.read_text().splitlines()]
        (said, *_) = [line for line in lines if line["event.action"] == "keys_not_fetched"]
        assert (said["log.level"], said["token_gateway.issuer"]) == ("warning", "corp")
        assert "token_gateway_issuer" in stand.gateway.metrics() or "corp" in stand.gateway.metrics()
