"""Signing keys change three times under load, and no backend meets a token that it cannot verify.

A whole gateway with its listeners and a directory of keys, and a clock that is moved by as much as may pass
until every process has looked at the store. Backends keep the JWK Set for as long as they may, and fetch it
at no other time, as those do that ask nobody for an unknown `kid`.
"""

import asyncio
import json
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import jwt
import pytest

from gateway.app import gateway as module
from gateway.app.gateway import Gateway, start
from gateway.app.keys_store import rotation_of, store_of
from gateway.app.setting import open_setting
from gateway.app.single import open_single
from gateway.config.compile import load_world
from gateway.core.base64url import decode
from gateway.keys.custody import Custody
from gateway.keys.schedule import JWKS_MAX_AGE_S, SEEN_WITHIN_S
from gateway.server.watch import CustodyWatch
from tests import builders as b
from tests.app.process import with_keys
from tests.cli.configuration import write
from tests.hostile.crowd import Connection, answer, connection, connections, presenting
from tests.sources.fake_time import until

pytestmark = pytest.mark.wire  # a running gateway, for seconds

CLIENTS = 8
BACKENDS = 6
ROTATIONS = 3
CLIENT_TOKEN_S = 240


@dataclass
class Clock:
    now: float = float(b.NOW)

    def __call__(self) -> float:
        return self.now


class Looked(Custody):
    """Says how often it has looked."""

    looks = 0

    async def look(self) -> bool:
        changed = await super().look()
        self.looks += 1
        return changed


@dataclass
class Backend:
    """Verifies with the keys that it keeps, and fetches them when they are too old."""

    port: int
    fetched_at: float
    keys: jwt.PyJWKSet = field(init=False)
    verified: set[str] = field(default_factory=set)
    """What it has judged with these keys: a second time would say the same."""

    async def renew(self, now: float) -> None:
        if now - self.fetched_at >= JWKS_MAX_AGE_S:
            async with connection(self.port) as (reader, writer):
                writer.write(b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: keys\r\n\r\n")
                status, said, body = await answer(reader)
            assert status == 200
            assert f"max-age={JWKS_MAX_AGE_S}".encode() in said
            self.keys, self.fetched_at = jwt.PyJWKSet.from_json(body.decode()), now
            self.verified.clear()

    def refuses(self, token: str) -> str | None:
        """Why, or None."""
        try:
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
            jwt.decode(token, key, algorithms=["ES256"], audience="orders", options=options)  # noqa: TID251 - a stock backend
        except (KeyError, jwt.PyJWTError) as error:
            return repr(error)
        return None


def minted(said: bytes) -> str:
    (line,) = (each for each in said.split(b"\r\n") if each.lower().startswith(b"authorization: "))
    return line.split()[-1].decode()


def expires_at(token: str) -> int:
    payload = token.split(".")[1]
    return int(json.loads(decode(payload.encode()))["exp"])


async def opened(folder: Path, clock: Clock) -> tuple[Gateway, Looked]:
    (folder / "issuer.json").write_bytes(b.jwks(b.KEY))
    free = {"host": "127.0.0.1", "port": 0}
    config = with_keys({"store": "directory", "path": "keys", "rotate_every": "14m"})
    config["listeners"] = {"decision": free, "keys": free, "admin": free}
    world = load_world(write(folder, config))
    setting, rotation = open_setting(world, BytesIO(), clock=clock), rotation_of(world)
    assert rotation is not None
    custody = Looked(
        store_of(world),
        algorithm="ES256",
        rotate_every_s=rotation.every_s,
        clock=clock,
        observer=CustodyWatch(setting.log, setting.metrics),
    )
    custody.open()
    return await start(replace(setting, custody=custody), world, {}, open_single), custody


@dataclass
class Traffic:
    """Asks the gateway, and lets every backend verify each token that was minted, as long as it lives."""

    clock: Clock
    backends: list[Backend]
    token: bytes = b""
    token_until: float = 0.0
    alive: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    signed_by: list[str] = field(default_factory=list)

    async def burst(self, clients: list[Connection]) -> None:
        """All ask at once, three times in a row, with a token that is remembered by then."""
        if self.clock.now >= self.token_until:
            now = int(self.clock.now)
            self.token = b.token(iat=now, nbf=now, exp=now + 300).encode()
            self.token_until = now + CLIENT_TOKEN_S
        for _ in range(3):
            tokens = await asyncio.gather(*(self._ask(*each) for each in clients))
            self.alive |= {token: expires_at(token) for token in tokens}
            # Who asks at once is answered in any order: what another key has signed came later.
            signed = {jwt.get_unverified_header(token)["kid"] for token in tokens}
            self.signed_by += signed.difference(self.signed_by[-1:])

    async def pass_time(self) -> None:
        """Judge what lives; then let time pass, and let those fetch keys whose keys are too old."""
        self.alive = {token: end for token, end in self.alive.items() if end > self.clock.now}
        for backend in self.backends:
            judged = self.alive.keys() - backend.verified
            self.failures += [why for token in judged if (why := backend.refuses(token))]
            backend.verified |= judged
        self.clock.now += SEEN_WITHIN_S
        await asyncio.gather(*(backend.renew(self.clock.now) for backend in self.backends))

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        writer.write(presenting(self.token))
        status, said, _ = await answer(reader)
        assert status == 200
        return minted(said)


async def backends_of(port: int, clock: Clock) -> list[Backend]:
    """Each has fetched the keys at another moment."""
    made = [Backend(port, clock.now - JWKS_MAX_AGE_S) for _ in range(BACKENDS)]
    for number, backend in enumerate(made):
        await backend.renew(clock.now)
        backend.fetched_at -= number * JWKS_MAX_AGE_S // BACKENDS
    return made


@pytest.mark.usefixtures("process_hooks")
async def test_three_rotations_under_load_fail_no_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.002)
    clock = Clock()
    gateway, custody = await opened(tmp_path, clock)
    try:
        await until(lambda: gateway.why_not_ready() is None)
        traffic = Traffic(clock, await backends_of(gateway._listeners[0].port, clock))
        async with connections(gateway._front.ports["decision"], CLIENTS) as clients:
            while len(traffic.signed_by) <= ROTATIONS or traffic.signed_by[-2] in kids(custody):
                looks = custody.looks
                await traffic.burst(clients)  # before, while and after the gateway looks at its keys
                await until(lambda looks=looks: custody.looks >= looks + 2)  # type: ignore[misc]
                await traffic.pass_time()
    finally:
        await gateway.stop()
    assert traffic.failures == []
    assert len(set(traffic.signed_by)) == len(traffic.signed_by) == ROTATIONS + 1
    assert traffic.backends[0].refuses(b.token()) is not None, "who believes everything shows nothing"
    listed = (tmp_path / "keys" / "keys.json").read_text()
    assert traffic.signed_by[-1] in listed
    assert not any(kid in listed for kid in traffic.signed_by[:-1])


def kids(custody: Custody) -> set[str]:
    return {one.key.kid for one in custody.stored}
