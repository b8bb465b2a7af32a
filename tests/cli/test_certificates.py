"""`gateway certificates show`: does it say what there is and what comes next, and make nothing?"""

from pathlib import Path

import pytest

from gateway.certificates.renewal import AUTHORITY_LIFE_S, DAY_S, SUCCESSOR_BEFORE_S
from tests import builders as b
from tests.cli.configuration import Run, SetClock

pytestmark = pytest.mark.usefixtures("at")


def test_what_there_is(gateway: Run, tmp_path: Path) -> None:
    own = gateway(
        "certificates", "init", "--directory", tmp_path, "--name", "gate.shop.svc", "--json"
    ).document
    shown = gateway("certificates", "show", "--directory", tmp_path)
    assert shown.out == (
        f"authority {own['signs']}  until 2037-01-12T08:00:00Z  "
        "signs; gets a successor from 2035-01-13T08:00:00Z\n"
        "certificate for gate.shop.svc\n"
        "  until 2027-04-15T08:00:00Z; is renewed from 2027-03-16T07:40:00Z\n"
    )
    document = gateway("certificates", "show", "--directory", tmp_path, "--json").document
    assert document["certificate"]["names"] == ["gate.shop.svc"]
    assert [one["signs"] for one in document["authorities"]] == [True]


def test_an_authority_that_waits(gateway: Run, tmp_path: Path, at: SetClock) -> None:
    gateway("certificates", "init", "--directory", tmp_path, "--name", "gate.shop.svc")
    at(b.NOW + AUTHORITY_LIFE_S - SUCCESSOR_BEFORE_S)
    gateway("certificates", "renew", "--directory", tmp_path)
    at(b.NOW + AUTHORITY_LIFE_S - SUCCESSOR_BEFORE_S + DAY_S)
    _, waiting, *_ = gateway("certificates", "show", "--directory", tmp_path).out.splitlines()
    assert waiting.endswith("is believed; signs from 2036-01-13T08:00:00Z")


def test_where_there_is_nothing(gateway: Run, tmp_path: Path) -> None:
    ran = gateway("certificates", "show", "--directory", tmp_path / "none")
    assert (ran.code, ran.out) == (78, "")
    assert f"gateway certificates init --directory {tmp_path / 'none'} --name DNSNAME" in ran.err
    assert not (tmp_path / "none").exists()


def test_a_certificate_that_is_missing(gateway: Run, tmp_path: Path) -> None:
    gateway("certificates", "init", "--directory", tmp_path, "--name", "gate.shop.svc")
    (tmp_path / "tls" / "tls.crt").unlink()
    assert (
        "no certificate: `gateway certificates renew"
        in gateway("certificates", "show", "--directory", tmp_path).out
    )
    assert gateway("certificates", "renew", "--directory", tmp_path).code == 2
    assert gateway("certificates", "renew", "--directory", tmp_path, "--name", "gate.shop.svc").code == 0
