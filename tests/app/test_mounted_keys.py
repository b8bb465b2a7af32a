"""Two gateways mount one Secret, and see its changes minutes apart: no backend has to refuse a token.

Two processes, and a copy of the Secret for each, exchanged as a kubelet does it. The clock of what rotates
the Secret is the test's own: a gateway of a `shared` store asks none about its keys. Backends keep the JWK
Set, of whichever gateway answered, for as long as they may, and fetch it at no other time.
"""

import sys
import urllib.request
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import jwt
import pytest

from gateway.core.mint import MAX_LIFE_S
from gateway.keys import orders
from gateway.keys.rotation import Rotation
from gateway.keys.schedule import JWKS_MAX_AGE_S, MIN_ROTATE_EVERY_S, MOUNTED_WITHIN_S
from gateway.keys.secret import SecretStore
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from gateway.kubernetes.name import SecretName
from tests.app import looking_often
from tests.app.process import ask, good_token, published, running, with_keys
from tests.keys.layouts import NOW
from tests.keys.mounts import mount
from tests.kubernetes.stand_in import StandIn
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import wait_until
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire

NAME = SecretName(namespace="shop", name="keys")
PATH = "/api/v1/namespaces/shop/secrets/keys"
TICK_S = 30
BACKENDS = 4
ROTATIONS = 2
Keys = tuple[StoredKey, ...]


@dataclass
class Replica:
    """One gateway, and the versions of the Secret that are on their way to its node."""

    gateway: GatewayProcess
    directory: Path
    coming: list[tuple[int, Keys, Mapping[str, bytes]]] = field(default_factory=list)

    def receive(self, now: int) -> None:
        """Let the newest that has arrived be mounted, and wait until the gateway has looked."""
        arrived = [one for one in self.coming if one[0] <= now]
        if not arrived:
            return
        self.coming = self.coming[self.coming.index(arrived[-1]) + 1 :]
        _, keys, files = arrived[-1]
        mount(self.directory, files)
        wait_until(lambda: self._shows(keys), lambda: f"never showed {files.keys()}")

    def mint(self) -> str:
        answer = ask(self.gateway, bearer(good_token()))
        assert answer.status == 200
        (authorization,) = answer.values("Authorization")
        return authorization.split()[-1]

    def _shows(self, keys: Keys) -> bool:
        (active,) = (one.key.kid for one in keys if one.state is KeyState.ACTIVE)
        all_of_them = {one.key.kid for one in keys}
        return set(published(self.gateway)) == all_of_them and kid_of(self.mint()) == active


@dataclass
class Backend:
    """Verifies with the JWK Set that it keeps."""

    fetched_at: int
    fetches: int
    keys: jwt.PyJWKSet = field(init=False)

    def renew(self, replicas: list[Replica], now: int) -> None:
        if now - self.fetched_at < JWKS_MAX_AGE_S:
            return
        self.fetches += 1
        uri = replicas[self.fetches % len(replicas)].gateway.jwks_uri
        with urllib.request.urlopen(uri, timeout=20) as answer:
            self.keys = jwt.PyJWKSet.from_json(answer.read().decode())
        self.fetched_at = now

    def refuses(self, token: str) -> bool:
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            key = self.keys[kid_of(token)]
            jwt.decode(token, key, algorithms=["ES256"], audience="orders", options=options)  # noqa: TID251 - a stock backend
        except (KeyError, jwt.PyJWTError):
            return True
        return False


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


@dataclass
class Place:
    """The Secret, those who mount it, and those who believe them."""

    api: StandIn
    store: SecretStore
    replicas: list[Replica]
    backends: list[Backend]
    now: int = NOW
    alive: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    changes: int = 0
    signed_by: list[set[str]] = field(default_factory=list)
    """Which keys signed at each moment."""

    def files(self) -> dict[str, bytes]:
        return {name: b64decode(text) for name, text in self.api.secrets[PATH]["data"].items()}

    def rotate(self, rotation: Rotation) -> None:
        """What the CronJob does. A change comes to one replica at once, to the other as late as it may."""
        before = self.store.read()
        order = partial(orders.advance, rotation=rotation, now=self.now, make=SigningKey.generate)
        after = self.store.change(order)
        if after == before:
            return
        self.changes += 1
        for number, replica in enumerate(self.replicas):
            late_s = MOUNTED_WITHIN_S if (self.changes + number) % 2 else 0
            replica.coming.append((self.now + late_s, after, self.files()))

    def pass_time(self, rotation: Rotation) -> None:
        self.rotate(rotation)
        for replica in self.replicas:
            replica.receive(self.now)
        minted = [replica.mint() for replica in self.replicas]
        self.alive |= dict.fromkeys(minted, self.now + MAX_LIFE_S)
        self.signed_by.append(set(map(kid_of, minted)))
        for backend in self.backends:
            backend.renew(self.replicas, self.now)
            self.refused += sum(map(backend.refuses, self.alive))
        self.now += TICK_S
        self.alive = {token: end for token, end in self.alive.items() if end > self.now}

    def keys_that_signed(self) -> set[str]:
        return set().union(*self.signed_by)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        api = stack.enter_context(StandIn(tmp_path).running())
        store = SecretStore(name=NAME, secrets=api.client)
        store.load(algorithm="ES256", clock=lambda: NOW)
        made = Place(api, store, [], [])
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            mount(tmp_path / name / "keys", made.files())
            config = with_keys({"store": "shared", "path": "keys"})
            often = (sys.executable, looking_often.__file__)
            gateway = stack.enter_context(running(tmp_path / name, config, under=often))
            made.replicas.append(Replica(gateway, tmp_path / name / "keys"))
        for number in range(BACKENDS):
            backend = Backend(NOW - JWKS_MAX_AGE_S, number)
            backend.renew(made.replicas, NOW)
            backend.fetched_at -= number * JWKS_MAX_AGE_S // BACKENDS
            made.backends.append(backend)
        yield made


def test_replicas_on_different_generations_refuse_nobody(place: Place) -> None:
    every_s = MIN_ROTATE_EVERY_S + 2 * MOUNTED_WITHIN_S
    rotation = Rotation(algorithm="ES256", every_s=every_s, mounted_s=MOUNTED_WITHIN_S)
    while len(place.keys_that_signed()) <= ROTATIONS or place.replicas[0].coming or place.replicas[1].coming:
        place.pass_time(rotation)
    assert place.refused == 0
    assert any(len(signed) == 2 for signed in place.signed_by), "they did sign with different keys at once"
    assert place.backends[0].refuses(good_token()), "who believes everything shows nothing"


def test_without_the_waiting_for_mounts_good_tokens_would_be_refused(place: Place) -> None:
    rotation = Rotation(algorithm="ES256", every_s=MIN_ROTATE_EVERY_S)
    while len(place.keys_that_signed()) <= ROTATIONS:
        place.pass_time(rotation)
    assert place.refused > 0
