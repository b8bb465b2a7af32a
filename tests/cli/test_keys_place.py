"""`gateway keys ... --secret`: is a Secret made, rotated step by step, and is what it costs said?"""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.keys.schedule import JWKS_MAX_AGE_S, MOUNTED_WITHIN_S, PENDING_S, RETIRING_S, SEEN_WITHIN_S
from tests import builders as b
from tests.cli.configuration import Ran, Run, SetClock, with_store
from tests.kubernetes.stand_in import StandIn

pytestmark = pytest.mark.usefixtures("at")

PATH = "/api/v1/namespaces/shop/secrets/keys"
PENDS_S = PENDING_S + MOUNTED_WITHIN_S
RETIRES_S = RETIRING_S + MOUNTED_WITHIN_S
DAY = 86400


@pytest.fixture
def api(tmp_path: Path) -> Iterator[StandIn]:
    with StandIn(tmp_path).running() as running:
        yield running


class Keys:
    """`gateway keys ACTION --secret shop/keys`."""

    def __init__(self, gateway: Run, api: StandIn) -> None:
        self._gateway, self._api = gateway, api

    def __call__(self, action: str, *more: str) -> Ran:
        ran = self._gateway("keys", action, "--secret", "shop/keys", *self._api.arguments, *more)
        assert "PRIVATE" not in ran.out + ran.err
        for name, text in self._api.secrets.get(PATH, {}).get("data", {}).items():
            if name.endswith(".pem"):
                assert b64decode(text).decode().splitlines()[1] not in ran.out + ran.err
        return ran

    def document(self, action: str, *more: str) -> Any:
        ran = self(action, *more, "--json")
        assert ran.code == 0, ran.out + ran.err
        return ran.document

    def states(self) -> dict[str, str]:
        return {row["kid"]: row["state"] for row in self.document("list")["keys"]}


@pytest.fixture
def keys(gateway: Run, api: StandIn) -> Keys:
    return Keys(gateway, api)


# --- a whole life -------------------------------------------------------------


@pytest.mark.parametrize("there", [False, True])
def test_the_first_key_is_made_once(keys: Keys, api: StandIn, *, there: bool) -> None:
    if there:
        api.put(PATH, None)
    made = keys.document("init")
    assert keys.document("init") == made | {"made": False}
    assert made["made"]
    assert keys.states() == {made["kid"]: "active"}


def test_steps_as_fast_as_is_safe(keys: Keys, at: SetClock) -> None:
    first = keys.document("init")["kid"]
    at(b.NOW + RETIRES_S)
    (second,) = keys.document("rotate")["published"]
    at(b.NOW + RETIRES_S + PENDS_S - 1)
    assert keys.document("rotate") == {"published": [], "promoted": [], "removed": []}
    at(b.NOW + RETIRES_S + PENDS_S)
    assert keys.document("rotate") == {"published": [], "promoted": [second], "removed": []}
    assert keys.states() == {first: "retiring", second: "active"}
    at(b.NOW + 2 * RETIRES_S + PENDS_S - 1)
    assert keys.document("rotate") == {"published": [], "promoted": [], "removed": []}
    at(b.NOW + 2 * RETIRES_S + PENDS_S)
    last = keys.document("rotate")
    assert (last["removed"], len(last["published"])) == ([first], 1)


def test_steps_by_a_period(keys: Keys, at: SetClock, api: StandIn) -> None:
    keys.document("init")
    every = ("--every", "7d")
    at(b.NOW + 7 * DAY - PENDS_S - 1)
    api.calls.clear()
    assert keys.document("rotate", *every) == {"published": [], "promoted": [], "removed": []}
    assert api.calls == [f"GET {PATH}"], "who runs often writes nothing"
    at(b.NOW + 7 * DAY - PENDS_S)
    assert len(keys.document("rotate", *every)["published"]) == 1
    at(b.NOW + 7 * DAY)
    assert len(keys.document("rotate", *every)["promoted"]) == 1


@pytest.mark.long
def test_what_is_done_and_comes_is_said(keys: Keys, at: SetClock) -> None:
    first = keys.document("init")["kid"]
    assert keys("rotate", "--every", "1d").out == (
        f"nothing is due\n{first} successor is published, not before 2027-01-16T07:48:30Z\n"
    )
    assert keys("rotate").out == "nothing is due\n"
    at(b.NOW + DAY)
    said = keys("rotate", "--every", "1d").out.splitlines()
    (second,) = keys.states().keys() - {first}
    assert said == [
        f"{second} is published",
        f"{first} retires, not before 2027-01-16T08:11:30Z",
        f"{second} signs, not before 2027-01-16T08:11:30Z",
    ]
    at(b.NOW + DAY + PENDS_S)
    assert keys("rotate").out.startswith(f"{second} signs as soon as each gateway has it mounted")


def test_listing(keys: Keys, at: SetClock) -> None:
    assert keys("list").code == 78
    first = keys.document("init")["kid"]
    (row,) = keys.document("list")["keys"]
    assert (row["kid"], row["signs"], row["next"]) == (first, True, None)
    (row,) = keys.document("list", "--every", "1d")["keys"]
    assert row["next"] == {"step": "successor is published", "at": "2027-01-16T07:48:30Z"}
    at(b.NOW + 2 * DAY)
    assert keys("list", "--every", "1d").out.endswith("successor is published at the next rotation\n")


# --- emergencies --------------------------------------------------------------


@pytest.mark.long
def test_an_emergency_counts_the_mounts_in(keys: Keys) -> None:
    first = keys.document("init")["kid"]
    ran = keys("rotate", "--now")
    (second,) = keys.states().keys() - {first}
    assert SEEN_WITHIN_S + MOUNTED_WITHIN_S + JWKS_MAX_AGE_S == 630
    assert ran.out.splitlines()[0] == f"{second} signs as soon as each gateway has it mounted, within minutes"
    assert "until 2027-01-15T08:10:30Z a backend" in ran.out
    assert f"{first} signs no more, and is published until 2027-01-15T08:12:30Z" in ran.out


def test_a_leaked_key(keys: Keys) -> None:
    first = keys.document("init")["kid"]
    document = keys.document("revoke", first)
    assert document["believed_until"] == "2027-01-15T08:10:30Z"
    assert keys.states() == {document["signs"]: "active"}
    assert keys("revoke", first).code == 2


# --- what goes wrong ----------------------------------------------------------


@pytest.mark.parametrize("action", ["list", "init", "rotate"])
@pytest.mark.parametrize(("status", "code"), [(401, 78), (403, 78), (503, 75), (500, 75)])
def test_exit_codes(keys: Keys, api: StandIn, action: str, status: int, code: int) -> None:
    api.statuses["GET"] = status
    ran = keys(action)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("secret/shop/keys: ")
    assert "canary" not in ran.err
    (problem,) = keys(action, "--json").document["problems"]
    assert (problem["file"], problem["line"], problem["path"]) == ("secret/shop/keys", 0, "")


def test_keys_of_another_algorithm(keys: Keys) -> None:
    keys.document("init", "--algorithm", "EdDSA")
    ran = keys("rotate")
    assert ran.code == 78
    assert "lists no active ES256 key. Fix: set downstream.algorithm to EdDSA" in ran.err
    assert keys("rotate", "--algorithm", "EdDSA").code == 0


@pytest.mark.parametrize("every", ["23m", "7", "1w", "0s", "-7d", ""])
def test_a_period_that_is_too_short_or_none(keys: Keys, api: StandIn, every: str) -> None:
    ran = keys("rotate", f"--every={every}")
    assert (ran.code, ran.err) == (2, "gateway: --every is a duration of 24m or more, such as 7d\n")
    assert api.calls == []


@pytest.mark.parametrize(
    "option", [("--algorithm", "ES256"), ("--every", "7d"), ("--server", "x"), ("--token-file", "x")]
)
def test_what_goes_with_a_secret_alone(gateway: Run, tmp_path: Path, option: tuple[str, str]) -> None:
    ran = gateway("keys", "rotate", "-c", with_store(tmp_path, store="directory", path="keys"), *option)
    assert (ran.code, ran.err) == (2, f"gateway: {option[0]} goes with --secret\n")


@pytest.mark.parametrize("arguments", [(), ("-c", "x", "--secret", "y")])
def test_one_place_is_named(gateway: Run, arguments: tuple[str, ...]) -> None:
    assert gateway("keys", "list", *arguments).code == 2


def test_a_machine_that_is_no_pod(gateway: Run) -> None:
    ran = gateway("keys", "list", "--secret", "shop/keys")
    assert ran.code == 2
    assert "this is not a pod with a service account token" in ran.err
