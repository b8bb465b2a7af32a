"""`gateway certificates init | renew`: is each step taken once, and is it said what proxies need?"""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.certificates.renewal import AUTHORITY_LIFE_S, DAY_S, SUCCESSOR_BEFORE_S
from tests import builders as b
from tests.cli.configuration import Ran, Run, SetClock
from tests.kubernetes.stand_in import StandIn

pytestmark = pytest.mark.usefixtures("at")

NAME = ("--name", "gate.shop.svc", "--name", "gate")
PATH = "/api/v1/namespaces/shop/secrets/gate-tls"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[StandIn]:
    with StandIn(tmp_path).running() as running:
        yield running


class Certificates:
    """`gateway certificates ACTION --secret shop/gate-tls`."""

    def __init__(self, gateway: Run, api: StandIn) -> None:
        self._gateway, self._api = gateway, api

    def __call__(self, action: str, *more: str) -> Ran:
        ran = self._gateway("certificates", action, "--secret", "shop/gate-tls", *self._api.arguments, *more)
        assert "PRIVATE" not in ran.out + ran.err
        for secret in self._api.secrets.values():
            for text in secret.get("data", {}).values():
                for line in b64decode(text).decode().splitlines()[1:]:
                    assert len(line) < 60 or line not in ran.out + ran.err
        return ran

    def document(self, action: str, *more: str) -> Any:
        ran = self(action, *more, "--json")
        assert ran.code == 0, ran.out + ran.err
        return ran.document

    def ca(self) -> bytes:
        """What proxies are given."""
        return b64decode(self._api.secrets[PATH]["data"]["ca.crt"])


@pytest.fixture
def certificates(gateway: Run, api: StandIn) -> Certificates:
    return Certificates(gateway, api)


def test_they_are_made_once(certificates: Certificates) -> None:
    made = certificates.document("init", *NAME)
    assert (made["made"], made["issued"], made["lacking"]) == ([made["signs"]], True, [])
    again = certificates.document("init", *NAME)
    assert again == {**made, "made": [], "issued": False}
    assert certificates("renew").out.startswith("nothing is due\nit is good until 2027-04-15T08:00:00Z")


def test_what_is_made_is_said(certificates: Certificates) -> None:
    first, second, last = certificates("init", *NAME).out.splitlines()
    assert first.endswith("is made, and signs: proxies that verify need this ca.crt")
    assert second.startswith("a certificate is made; gateways")
    assert last == "it is good until 2027-04-15T08:00:00Z, and is renewed from 2027-03-16T07:40:00Z"


def test_a_certificate_is_renewed_in_time(certificates: Certificates, at: SetClock) -> None:
    first = certificates.document("init", *NAME, "--days", "30")
    at(b.NOW + 19 * DAY_S)
    assert not certificates.document("renew", *NAME, "--days", "30")["issued"]
    ca = certificates.ca()
    at(b.NOW + 21 * DAY_S)
    renewed = certificates.document("renew", "--days", "30")
    assert (renewed["issued"], renewed["made"], renewed["signs"]) == (True, [], first["signs"])
    assert certificates.ca() == ca, "proxies need nothing"


def test_an_authority_gets_a_successor_in_time(certificates: Certificates, at: SetClock) -> None:
    first = certificates.document("init", *NAME)["signs"]
    ca = certificates.ca()
    at(b.NOW + AUTHORITY_LIFE_S - SUCCESSOR_BEFORE_S)
    said = certificates("renew").out
    assert "and signs from 2036-01-13T08:00:00Z: give proxies the new ca.crt before" in said
    assert certificates.ca().startswith(ca)
    assert certificates.document("renew")["signs"] == first
    at(b.NOW + AUTHORITY_LIFE_S)
    last = certificates.document("renew")
    assert (last["removed"], last["signs"] != first) == ([first], True)


def test_an_emergency(certificates: Certificates) -> None:
    first = certificates.document("init", *NAME)["signs"]
    before = certificates.ca()
    after = certificates.document("renew", "--now")
    assert (after["removed"], after["issued"]) == ([first], True)
    assert certificates.ca() != before
    assert after["signs"] not in {first, None}


def test_names_that_have_to_wait_are_said(certificates: Certificates) -> None:
    certificates.document("init", *NAME)
    wanted = ("--name", "gate", "--name", "other.shop.svc")
    ran = certificates("renew", *wanted)
    assert "not yet for other.shop.svc: " in ran.out
    assert certificates.document("renew", *wanted)["lacking"] == ["other.shop.svc"]
    assert certificates.document("renew", *wanted, "--now")["lacking"] == []


def test_only_init_makes_the_first(certificates: Certificates, api: StandIn) -> None:
    for more in ((), NAME, (*NAME, "--now")):
        ran = certificates("renew", *more)
        assert (ran.code, ran.out) == (78, "")
        assert "gateway certificates init --secret shop/gate-tls --name DNSNAME" in ran.err
    assert api.secrets == {}


@pytest.mark.parametrize(("status", "code"), [(401, 78), (403, 78), (503, 75)])
def test_exit_codes(certificates: Certificates, api: StandIn, status: int, code: int) -> None:
    api.statuses["GET"] = status
    for action in (("init", *NAME), ("renew",), ("show",)):
        ran = certificates(*action)
        assert (ran.code, ran.out) == (code, "")
        assert ran.err.startswith("secret/shop/gate-tls: ")
        assert "canary" not in ran.err
