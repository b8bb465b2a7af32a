"""How is a case put to the real listeners, and what did they answer and write down?

The decision listener, the gRPC listener and the edge of one engine, on loopback, with its memo, its recorder
and its metrics; only the clock, the random numbers and the issuer's keys are the case's own.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any, Final

from gateway.core.evidence import Evidence, KeysNeeded, Need, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.policy import Policy, Snapshot
from gateway.core.reason import Reason
from gateway.core.route import RouteTable
from gateway.dialects.edge import Entrance, HostTable
from gateway.dialects.wire import HttpRequest
from gateway.redact.fingerprint import Fingerprints
from gateway.server.edge import listener as edge_listener
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.upstreams import Server, Upstream, Upstreams
from gateway.server.edge_handler import EdgeHandler
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
from tests.corpus.behind import behind
from tests.hostile.crowd import answer
from tests.server.grpc.client import HEADERS, Client, Reply
from tests.server.grpc.messages import call, message

NO_ANSWER: Final = 503
"""What Envoy makes of a call that gRPC itself refuses."""
HTTP: Final = tuple(b.SENDERS)
GRPC: Final = "envoy-grpc"
EDGE: Final = "edge"
EVERY: Final = (*HTTP, GRPC, EDGE)
BACKEND: Final = "http://127.0.0.1"
LOOPBACK: Final = ip_network("127.0.0.1")
NOBODY: Final = ip_network("127.0.0.2")
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
    """All listeners, under the world of one case after another."""

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
        self.edge = EdgeHandler(self.engine, HostTable({}), Entrance(scheme="http"))
        self._connections: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        self._client: Client | None = None
        self._listener: Listener
        self._over_grpc: Listener
        self._at_edge: Listener

    # --- what is to be decided by ---

    def enter(self, scenario: Scenario, *, listed: bool = True) -> None:
        """Go to the world of this case; where it is not `listed`, as a peer of nobody."""
        known: Evidence = scenario.known()
        self.now, self.known = scenario.now, known
        self.issuers = Issuers(keys=known.keys, found=scenario.lookups())
        snapshot = on_loopback(scenario.world(), listed=listed)
        self._here = self._world(snapshot)
        before_us = frozenset((LOOPBACK if listed else NOBODY,))
        entrance = Entrance(scheme="http", trusted_proxies=before_us, forwarded="x-forwarded")
        self.edge.adopt(HostTable(snapshot.policies), entrance)
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
        return await self.send(head_of(request_of(dialect, wire)), at_edge=dialect == EDGE)

    async def send(self, head: bytes, *, at_edge: bool = False) -> Told:
        """Exactly these bytes, on a connection that stays while the listener lets it."""
        port = (self._at_edge if at_edge else self._listener).port
        return await self._told(self._exchange(head, port))

    async def close(self) -> None:
        """Let go of the connections."""
        for port in tuple(self._connections):
            self._leave(port)
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

    async def _exchange(self, head: bytes, port: int) -> tuple[int, bytes]:
        if port not in self._connections:
            self._connections[port] = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = self._connections[port]
        writer.write(head)
        status, said, body = await answer(reader)
        if b"\r\nconnection: close" in said.lower():
            self._leave(port)
        return status, said + body

    def _leave(self, port: int) -> None:
        _, writer = self._connections.pop(port)
        writer.transport.abort()

    async def _check(self, asked: CheckRequest, *said: tuple[bytes, bytes]) -> tuple[int, bytes]:
        if self._client is None:
            self._client = await Client.to(self._over_grpc.port)
        client, stream = self._client, self._client.begin(*HEADERS, *said)
        reply = await sent(client, stream, framed(asked.SerializeToString()))
        if client.closed or client.told_to_go:
            client.drop()
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
    """Open all; at the end there was no defect, and nobody's words are in the metrics."""
    async with behind() as port, AsyncExitStack() as closing:
        one = Listening()
        closing.push_async_callback(one.close)
        await _open(one, port, closing)
        yield one
    assert one.bugs == []


async def _open(one: Listening, backend: int, closing: AsyncExitStack) -> None:
    told: Any = {
        "host": "127.0.0.1",
        "port": 0,
        "on_malformed": one._faults.append,
        "on_bug": one.bugs.append,
    }
    servicer = Servicer(one.engine, on_malformed=one._faults.append, on_bug=one.bugs.append)
    one._listener = await listen(one.engine, **told)
    one._over_grpc = await grpc_listener.listen(servicer, limits=Limits(), knows=lambda _: True, **told)
    server = Server(host="127.0.0.1", port=backend)
    upstreams = Upstreams({BACKEND: Upstream(servers=(server,))}, EdgeLimits())
    one._at_edge = await edge_listener.listen(one.edge, upstreams, clock=lambda: b.NOW, **told)
    closing.callback(upstreams.close)
    for listener in (one._listener, one._over_grpc, one._at_edge):
        closing.push_async_callback(listener.drain, 0)


def request_of(dialect: str, wire: b.Wire) -> HttpRequest:
    """As the proxy asks, or the client itself through a load balancer."""
    return b.edge_request(wire) if dialect == EDGE else b.SENDERS[dialect](wire)


def head_of(request: HttpRequest) -> bytes:
    """The request as it is written to the wire."""
    lines = (name + b": " + value + b"\r\n" for name, value in request.headers.pairs)
    return request.method + b" " + request.target + b" HTTP/1.1\r\n" + b"".join(lines) + b"\r\n"


def on_loopback(snapshot: Snapshot, *, listed: bool) -> Snapshot:
    """The same world, whose peers are on loopback, ours or another, and whose backend is there."""
    peer = LOOPBACK if listed else NOBODY
    policies = {name: asked_by(policy, peer) for name, policy in snapshot.policies.items()}
    return replace(snapshot, policies=policies)


def asked_by(policy: Policy, peer: Any) -> Policy:
    """An empty list stays empty: it trusts nobody."""
    routes = RouteTable.build(replace(route, upstream=BACKEND) for route in policy.routes.routes)
    return replace(policy, peers=(peer,) if policy.peers else (), routes=routes)


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
