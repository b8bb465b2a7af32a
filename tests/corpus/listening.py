"""How is a case put to the real listeners, and what did they answer and write down?

The decision listener and the gRPC listener of one engine, on loopback, with its memo, its recorder and its
metrics; only the clock, the random numbers and the issuer's keys are the case's own.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any, Final

from gateway.core.evidence import Evidence, KeysNeeded, Need, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.policy import Policy, Snapshot
from gateway.core.reason import Reason
from gateway.dialects.wire import HttpRequest
from gateway.redact.fingerprint import Fingerprints
from gateway.server.engine import Engine, World
from gateway.server.grpc import listener as grpc_listener
from gateway.server.grpc.call import framed
from gateway.server.grpc.protos.check_pb2 import CheckRequest, CheckResponse
from gateway.server.grpc.servicer import Servicer
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener, listen
from gateway.server.memo import Memo
from gateway.server.watch import DecisionWatch
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.record import Recorder
from tests import builders as b
from tests.conformance.scenario import PERMIT, PREFLIGHT, Expected, Scenario
from tests.hostile.crowd import answer
from tests.server.grpc.client import HEADERS, Client, Reply
from tests.server.grpc.messages import call, message

NO_ANSWER: Final = 503
"""What Envoy makes of a call that gRPC itself refuses."""
HTTP: Final = tuple(b.SENDERS)
GRPC: Final = "envoy-grpc"
LONG: Final = re.compile(rb"[A-Za-z0-9_-]{16,}")
TOO_MUCH: Final = b"8"
"""RESOURCE_EXHAUSTED: what gRPC says to a message that is too large."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one request."""

    status: int
    said: bytes = field(repr=False)
    outcomes: tuple[Expected, ...]
    """Of the decision record: one, or none where the bytes were refused before there was a request."""
    faults: tuple[str, ...]
    written: bytes = field(repr=False, compare=False)


@dataclass(slots=True)
class Issuers:
    """The keys that are known, and those that can be had. Remembers who was asked for what."""

    keys: Mapping[str, KeySet] = field(default_factory=dict)
    found: Mapping[Need, KeySet | Unavailable] = field(default_factory=dict)
    asked: list[KeysNeeded] = field(default_factory=list)

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        self.asked.append(need)
        await asyncio.sleep(0)
        return self.found.get(need, Unavailable())


class Listening:
    """Both listeners, under the world of one case after another."""

    def __init__(self) -> None:
        self.now = b.NOW
        self.issuers, self.known = Issuers(), b.evidence()
        self.memo = Memo(bytes(32), jti=lambda: b.JTI)
        self.metrics = Metrics({}, version="1")
        self.bugs: list[BaseException] = []
        self._written: list[bytes] = []
        self._faults: list[str] = []
        recorder = Recorder(Fingerprints(b"k" * 32), frozenset(), self._written.append, lambda: b.NOW)
        self._here = self._world(b.snapshot())
        self.engine = Engine(
            self._here,
            DecisionWatch(recorder, self.metrics),
            self.memo,
            clock=lambda: self.now,
            monotonic=lambda: 0.0,
            jti=lambda: b.JTI,
        )
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._client: Client | None = None
        self._listener: Listener
        self._over_grpc: Listener

    # --- what is to be decided by ---

    def enter(self, scenario: Scenario, *, listed: bool = True) -> None:
        """Go to the world of this case; where it is not `listed`, as a peer of nobody."""
        known: Evidence = scenario.known()
        self.now, self.known = scenario.now, known
        self.issuers = Issuers(keys=known.keys, found=scenario.lookups())
        self._here = self._world(on_loopback(scenario.world(), listed=listed))
        self.forget()

    def forget(self) -> None:
        """Be as if just started, in the same world."""
        self.issuers.asked.clear()
        self.engine.adopt(self._here)

    # --- what is asked ---

    async def ask(self, dialect: str, wire: b.Wire) -> Told:
        """As this dialect's proxy asks about this client's request."""
        if dialect == GRPC:
            return await self._told(self._check(message(wire), *call(wire).headers.pairs))
        return await self.send(head_of(b.SENDERS[dialect](wire)))

    async def send(self, head: bytes) -> Told:
        """Exactly these bytes, on a connection that stays while the listener lets it."""
        return await self._told(self._exchange(head))

    async def close(self) -> None:
        """Let go of the connections."""
        self._leave()
        if self._client is not None:
            self._client.drop()

    # --- private ---

    def _world(self, snapshot: Snapshot) -> World:
        issuers, known = self.issuers, self.known
        return World(
            snapshot=snapshot, sources=issuers, signer=lambda: known.signer, revoked=lambda: known.revoked
        )

    async def _told(self, asking: Any) -> Told:
        self._written.clear()
        self._faults.clear()
        status, said = await asking
        return Told(
            status, said, tuple(map(outcome, self._written)), tuple(self._faults), b"".join(self._written)
        )

    async def _exchange(self, head: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = await asyncio.open_connection("127.0.0.1", self._listener.port)
        reader, writer = self._connection
        writer.write(head)
        status, said, body = await answer(reader)
        if b"\r\nconnection: close" in said.lower():
            self._leave()
        return status, said + body

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection[1].transport.abort()
            self._connection = None

    async def _check(self, asked: CheckRequest, *said: tuple[bytes, bytes]) -> tuple[int, bytes]:
        if self._client is None:
            self._client = await Client.to(self._over_grpc.port)
        client, stream = self._client, self._client.begin(*HEADERS, *said)
        reply = await sent(client, stream, framed(asked.SerializeToString()))
        if client.closed or client.told_to_go:
            self._client = None
        if reply.status != b"0":
            assert reply.status == TOO_MUCH
            return NO_ANSWER, b""
        given = CheckResponse.FromString(reply.message)
        allows = given.WhichOneof("http_response") == "ok_response"
        assert allows is (given.status.code == 0)
        return 200 if allows else given.denied_response.status.code, reply.message


async def sent(client: Client, stream: int, rest: bytes) -> Reply:
    """Say all of it as fast as the other end takes it, and hear what it says."""
    reply, h2 = client.replies[stream], client.h2
    while rest and not (reply.ended or reply.reset):
        room = min(h2.local_flow_control_window(stream), h2.max_outbound_frame_size)
        if not room:
            await client.read_until(
                lambda: h2.local_flow_control_window(stream) or reply.ended or reply.reset
            )
            continue
        part, rest = rest[:room], rest[room:]
        h2.send_data(stream, part, end_stream=not rest)
        client.flush()
    return await client.reply(stream)


@asynccontextmanager
async def listening() -> AsyncIterator[Listening]:
    """Open both; at the end there was no defect, and nobody's words are in the metrics."""
    one = Listening()
    servicer = Servicer(one.engine, on_malformed=one._faults.append, on_bug=one.bugs.append)
    one._listener = await listen(
        one.engine, host="127.0.0.1", port=0, on_malformed=one._faults.append, on_bug=one.bugs.append
    )
    one._over_grpc = await grpc_listener.listen(
        servicer,
        host="127.0.0.1",
        port=0,
        limits=Limits(),
        knows=lambda _: True,
        on_malformed=one._faults.append,
        on_bug=one.bugs.append,
    )
    try:
        yield one
    finally:
        await one.close()
        await one._listener.drain(0)
        await one._over_grpc.drain(0)
    assert one.bugs == []


def head_of(request: HttpRequest) -> bytes:
    """The request as it is written to the wire."""
    lines = (name + b": " + value + b"\r\n" for name, value in request.headers.pairs)
    return request.method + b" " + request.target + b" HTTP/1.1\r\n" + b"".join(lines) + b"\r\n"


def on_loopback(snapshot: Snapshot, *, listed: bool) -> Snapshot:
    """The same world, whose peers are on loopback: ours, or another."""
    peer = ip_network("127.0.0.1" if listed else "127.0.0.2")
    policies = {name: asked_by(policy, peer) for name, policy in snapshot.policies.items()}
    return replace(snapshot, policies=policies)


def asked_by(policy: Policy, peer: Any) -> Policy:
    """An empty list stays empty: it trusts nobody."""
    return replace(policy, peers=(peer,) if policy.peers else ())


def outcome(line: bytes) -> Expected:
    """What a decision record says."""
    record = json.loads(line)
    assert record["event.action"] == "decide"
    if record["event.type"] == ["denied"]:
        return Reason(record["event.reason"])
    return PERMIT if record["event.type"] == ["allowed"] else PREFLIGHT


def secrets_of(wire: b.Wire) -> Iterator[bytes]:
    """Everything in a request that is long enough to be a part of a credential."""
    for text in (wire.target, *(value for _, value in wire.headers)):
        yield from LONG.findall(text)
