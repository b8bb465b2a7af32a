"""What if the issuer changes its keys, is slow, is down, or talks nonsense? Known keys work, nothing else.

Each case has a gateway of its own, which every proxy asks: how often an issuer may be asked is a budget of
the process. How long keys are kept, and when they are refreshed on their own, is tested in tests/sources.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ec_key
from tests.wire import lab_issuer
from tests.wire.every_front import EveryFront, record_fronts, side_by_side
from tests.wire.gateway_process import GatewayProcess
from tests.wire.identity_provider import Fault, IdentityProvider
from tests.wire.processes import wait_until
from tests.wire.raw_client import Response
from tests.wire.stand import Stand, opened_gateway, opened_stands
from tests.wire.worlds import BEARER

pytestmark = pytest.mark.wire

Opens = Callable[[], AbstractContextManager[list[Stand]]]


@pytest.fixture
def later(request: pytest.FixtureRequest, identity_provider: IdentityProvider, tmp_path: Path) -> Opens:
    """Stands that start when the test says so, with the issuer in the state it is in by then."""
    record_fronts(request.node)

    @contextmanager
    def opens() -> Iterator[list[Stand]]:
        with (
            opened_gateway(BEARER, identity_provider, tmp_path, awaits="/livez") as gateway,
            opened_stands(gateway, identity_provider, tmp_path) as running,
        ):
            yield running

    return opens


@pytest.fixture
def stands(later: Opens) -> Iterator[list[Stand]]:
    """Every proxy. The issuer works when the gateway starts, and has been asked."""
    with later() as running:
        wait_until(gateway_of(running).is_ready, lambda: "the gateway is never ready")
        yield running


def gateway_of(stands: list[Stand]) -> GatewayProcess:
    """The one that all of them ask."""
    return stands[0].gateway


def behind_each(stands: list[Stand], check: Callable[[Stand], None]) -> None:
    with EveryFront() as each:
        for stand in stands:
            with each.behind(stand.front):
                check(stand)


def _assert_permitted(token: str, stand: Stand) -> None:
    assert stand.send(token=token).status == 200
    seen = stand.seen()
    assert seen.only("X-Auth-Subject") == "corp:reader"
    assert token not in seen.text()


def _assert_unknown(token: str, stand: Stand) -> None:
    assert stand.send(token=token).status == 401
    assert stand.reason == "key_unknown"
    stand.assert_unseen()


def _assert_outage(stand: Stand, answer: Response) -> None:
    assert answer.status == 503
    if stand.front.traits.relays_outages:
        assert int(answer.message.only("Retry-After")) >= 1
    stand.assert_unseen()


def test_after_a_rotation_the_first_new_token_works_and_the_removed_key_does_not(
    stands: list[Stand], identity_provider: IdentityProvider
) -> None:
    """All of them send their first one at once, and wait for the keys together."""
    old = identity_provider.token("reader", "orders:read")
    behind_each(stands, partial(_assert_permitted, old))
    identity_provider.rotate_keys()
    new = {stand.front: stand.token("reader", "orders:read") for stand in stands}
    asks = {stand.front: partial(stand.send, token=new[stand.front]) for stand in stands}
    with EveryFront() as each, side_by_side(asks) as answers:
        for stand in stands:
            with each.behind(stand.front):
                assert answers[stand.front].result().status == 200
                seen = stand.seen()
                assert seen.only("X-Auth-Subject") == "corp:reader"
                assert new[stand.front] not in seen.text()
    behind_each(stands, partial(_assert_unknown, old))


def test_a_key_that_stays_beside_the_new_one_goes_on_working(
    stands: list[Stand], identity_provider: IdentityProvider
) -> None:
    old = identity_provider.token("reader", "orders:read")
    identity_provider.rotate_keys(keep_old=True)
    behind_each(stands, lambda stand: _assert_permitted(stand.token("reader", "orders:read"), stand))
    behind_each(stands, partial(_assert_permitted, old))


def test_a_key_that_is_removed_from_a_file_stops_by_itself(stands: list[Stand]) -> None:
    old, key = lab_issuer.lab_token(), ec_key("lab-2", 0x2AB)

    def permitted(token: str, stand: Stand) -> None:
        assert stand.send(token=token).status == 200
        assert stand.seen().only("X-Auth-Subject") == "lab:alice"

    def stopped(stand: Stand) -> None:
        wait_until(lambda: stand.send(token=old).status == 401, lambda: "the removed key is still believed")
        assert stand.reason == "key_unknown"
        stand.backend.requests.clear()

    behind_each(stands, partial(permitted, old))
    lab_issuer.write_keys(gateway_of(stands).file.parent.parent / "keys", key)
    behind_each(stands, stopped)
    behind_each(stands, partial(permitted, lab_issuer.lab_token(key=key)))


BROKEN = [fault for fault in Fault if fault is not Fault.NONE]


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.value)
def test_known_keys_go_on_working_while_the_issuer_is_broken(
    stands: list[Stand], identity_provider: IdentityProvider, fault: Fault
) -> None:
    old = identity_provider.token("reader", "orders:read")
    behind_each(stands, partial(_assert_permitted, old))
    identity_provider.break_with(fault)
    behind_each(stands, lambda stand: _assert_permitted(stand.token("reader", "orders:read"), stand))
    behind_each(stands, partial(_assert_permitted, old))


@pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.GARBAGE], ids=lambda fault: fault.value)
def test_an_unknown_key_of_a_broken_issuer_is_an_outage_and_no_refusal(
    stands: list[Stand], identity_provider: IdentityProvider, fault: Fault
) -> None:
    old = identity_provider.token("reader", "orders:read")
    behind_each(stands, partial(_assert_permitted, old))
    identity_provider.rotate_keys()
    identity_provider.break_with(fault)

    def unavailable(stand: Stand) -> None:
        _assert_outage(stand, stand.send(token=stand.token("reader", "orders:read")))
        assert stand.reason == "keys_unavailable"

    behind_each(stands, unavailable)


@pytest.mark.parametrize(
    "fault", [Fault.UNAVAILABLE, Fault.EMPTY, Fault.HANGS], ids=lambda fault: fault.value
)
def test_a_gateway_that_never_had_the_keys_is_unavailable_for_that_issuer_alone(
    later: Opens, identity_provider: IdentityProvider, fault: Fault
) -> None:
    identity_provider.break_with(fault)

    def works_with_the_other(stand: Stand) -> None:
        token = stand.lab_token()
        assert stand.send(token=token).status == 200
        stand.assert_lab_token_is_replaced(token, stand.seen())

    with later() as stands:
        asks = {
            stand.front: partial(stand.send, token=stand.token("reader", "orders:read")) for stand in stands
        }
        with EveryFront() as each, side_by_side(asks) as answers:
            for stand in stands:
                with each.behind(stand.front):
                    _assert_outage(stand, answers[stand.front].result())
        reasons = [record["event.reason"] for record in gateway_of(stands).records()]
        assert reasons == ["keys_unavailable"] * len(stands)
        behind_each(stands, works_with_the_other)


def test_a_flood_of_unknown_keys_costs_the_issuer_a_handful_of_requests(
    stands: list[Stand], identity_provider: IdentityProvider
) -> None:
    old = identity_provider.token("reader", "orders:read")
    behind_each(stands, partial(_assert_permitted, old))
    before = identity_provider.jwks_fetches()

    def flood(stand: Stand) -> None:
        for number in range(20):
            key = ec_key(f"nobodys-{number}", 0xF00 + number)
            token = stand.lab_token(key=key, iss=identity_provider.issuer)
            assert stand.send(token=token).status == 401
        stand.assert_unseen()

    behind_each(stands, flood)
    assert identity_provider.jwks_fetches() - before <= 4


def test_the_log_names_the_issuer_and_the_fault(later: Opens, identity_provider: IdentityProvider) -> None:
    identity_provider.break_with(Fault.GARBAGE)
    with later() as stands:
        behind_each(stands, lambda stand: _assert_outage(stand, stand.send(token=stand.token("reader"))))
        gateway = gateway_of(stands)
        gateway.program.wait_for(lambda: _said(gateway, "keys_not_fetched") != [], "a word of it")
        (said, *_) = _said(gateway, "keys_not_fetched")
        assert (said["log.level"], said["token_gateway.issuer"]) == ("warning", "corp")
        assert "token_gateway_issuer" in gateway.metrics() or "corp" in gateway.metrics()


def _said(gateway: GatewayProcess, what: str) -> list[dict[str, Any]]:
    """Without a line that is being written."""
    whole = gateway.program.stdout.read_text().rpartition("\n")[0].splitlines()
    return [line for line in map(json.loads, whole) if line["event.action"] == what]
