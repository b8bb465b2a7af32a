"""Tokens by the thousand that are worth nothing, beside good ones: what do the gateway and the issuer feel?

Counted, not timed: every good request is permitted, the issuer is asked within its budget, and memory, files
and series are what they were.
"""

import asyncio
import itertools
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import builders as b
from tests.hostile.crowd import (
    ask,
    ask_all,
    connections,
    counted,
    descriptors,
    good_token,
    head,
    memory_kib,
    presenting,
    running,
    series,
    until,
)
from tests.wire import patient
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message
from tests.wire.recording_server import RecordingServer, Reply

pytestmark = pytest.mark.wire

BUDGET = 4
"""Requests to an issuer in a minute (gateway.sources.timing)."""


def publishing(_: Message) -> Reply:
    return Reply(headers=(("Content-Type", "application/json"),), body=b.jwks(b.KEY))


@pytest.fixture(scope="module")
def issuer() -> Iterator[RecordingServer]:
    with RecordingServer(publishing) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, issuer: RecordingServer) -> Iterator[GatewayProcess]:
    with running(tmp_path_factory.mktemp("gateway"), issuer_url=issuer.url) as process:
        yield process


def garbage(count: int) -> Iterator[bytes]:
    """Distinct tokens that look good, of a kid that is known; their signatures are not."""
    for number in range(count):
        yield presenting(good_token(jti=f"garbage-{number}", signature=number.to_bytes(64)))


def unknown_kids(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield presenting(good_token(header={"kid": f"nobodys-{number}"}, signature=b"\x01" * 64))


def opaque(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield presenting(b"opaque-%d" % number)


def good(count: int) -> Iterator[bytes]:
    token = presenting(good_token())
    return itertools.repeat(token, count)


FLOODS = {"garbage": garbage, "unknown kids": unknown_kids, "opaque": opaque}


@pytest.mark.parametrize("kind", FLOODS)
async def test_v12_v13_f14_good_traffic_goes_on_and_nothing_grows(
    gateway: GatewayProcess, issuer: RecordingServer, kind: str
) -> None:
    """V12, V13, F14, F34."""
    await ask_all(gateway.decision_port, itertools.chain(FLOODS[kind](300), good(50)))
    before, files = memory_kib(gateway.program), descriptors(gateway.program)
    asked = len(issuer.requests)
    shapes = series(gateway.metrics())
    bad, fine = await asyncio.gather(
        ask_all(gateway.decision_port, FLOODS[kind](2_000), clients=16),
        ask_all(gateway.decision_port, good(300), clients=2),
    )
    assert fine == {200: 300}
    assert bad == {401: 2_000}
    assert len(issuer.requests) - asked <= 1
    assert len(issuer.requests) <= BUDGET
    assert memory_kib(gateway.program) - before < 16 * 1024
    assert series(gateway.metrics()) == shapes
    await until(lambda: descriptors(gateway.program) <= files)


async def test_f14_f26_a_flood_of_unknown_kids_while_the_issuer_hangs(tmp_path: Path) -> None:
    """They wait for one fetch and get 503; whoever has a known key does not notice."""
    hanging = threading.Event()

    def hang(request: Message) -> Reply:
        hanging.wait(20)
        return publishing(request)

    with RecordingServer(publishing) as issuer, running(tmp_path, issuer_url=issuer.url) as gateway:
        try:
            assert (await ask(gateway.decision_port, presenting(good_token())))[0] == 200
            with issuer.answering(hang):
                bad, fine = await asyncio.gather(
                    ask_all(gateway.decision_port, unknown_kids(400), clients=100),
                    ask_all(gateway.decision_port, good(300), clients=2),
                )
            assert fine == {200: 300}
            assert bad == {503: 400}
            assert len(issuer.requests) <= BUDGET
        finally:
            hanging.set()


async def test_v22_f12_a_herd_at_a_cold_start_is_one_fetch(tmp_path: Path) -> None:
    may_answer = threading.Event()

    def slow(request: Message) -> Reply:
        may_answer.wait(60)
        return publishing(request)

    with (
        RecordingServer(slow) as issuer,
        # before it is ready: the one attempt that readiness waits for is the one that the herd shares
        running(
            tmp_path, issuer_url=issuer.url, awaits="/livez", under=(sys.executable, patient.__file__)
        ) as gateway,
    ):
        try:
            herd = asyncio.create_task(ask_all(gateway.decision_port, good(500), clients=500))
            await until(lambda: gateway.connections() == 500)
            assert counted(gateway.metrics(), "token_gateway_decisions_total") == 0
            may_answer.set()
            assert await herd == {200: 500}
            assert len(issuer.requests) == 1
        finally:
            may_answer.set()


async def test_v14_no_client_makes_a_series(gateway: GatewayProcess) -> None:
    """Distinct iss, kid, aud, path, host, method, User-Agent, policy, dialect, by the hundred."""

    def odd(number: int) -> Iterator[bytes]:
        name = b"n%d" % number
        for claims in ({"iss": f"https://{number}.example"}, {"aud": f"a{number}"}, {"sub": f"s{number}"}):
            yield presenting(good_token(**claims))
        yield presenting(good_token(header={"kid": f"k{number}", "typ": f"t{number}"}))
        yield presenting(good_token(header={"alg": f"A{number}"}, signature=b"x"))
        yield head(target=b"/" + name)
        yield head().replace(b"api.example.com", name + b".example.com")
        yield head().replace(b"Method: GET", b"Method: M" + b"A" * (number % 30))
        yield head(b"User-Agent: " + name, b"X-" + name + b": v")
        yield head(asked=b"/auth/nginx/" + name)
        yield head(asked=b"/auth/" + name + b"/orders")
        yield head(asked=b"/" + name)

    await ask_all(gateway.decision_port, itertools.chain.from_iterable(map(odd, range(3))))
    before = series(gateway.metrics())
    # A 401 of an unknown iss, a 403 of a path: what a number changes must not change what is counted.
    await ask_all(gateway.decision_port, itertools.chain.from_iterable(map(odd, range(3, 150))), clients=4)
    assert series(gateway.metrics()) == before


HUGE = {
    "deep header": {"raw_header": b'{"alg":"ES256","kid":"k1","x":' + b"[" * 3_000},
    "deep payload": b'{"a":' * 2_000,
    "deep payload that ends": b'{"a":' * 500 + b"1" + b"}" * 500,
    "payload of 100,000 keys": json.dumps({f"{n}": 0 for n in range(100_000)}).encode(),
    "payload of 1,500 keys": json.dumps({f"{n:x}": 0 for n in range(1_500)}).encode(),
    "payload of equal keys": b"{" + b",".join([b'"a":0'] * 1_000) + b"}",
    "payload of numbers": b'{"exp":' + b"9" * 10_000 + b"}",
    "payload of exponents": b'{"exp":1e' + b"9" * 400 + b"}",
}


@pytest.mark.parametrize("name", HUGE)
async def test_v17_v32_huge_and_deep_tokens_are_401(gateway: GatewayProcess, name: str) -> None:
    what = HUGE[name]
    text = b.jws(b"{}", **what) if isinstance(what, dict) else b.jws(what, signature=b"\x01" * 64)  # type: ignore[arg-type]
    raw = presenting(text)
    status, _ = await ask(gateway.decision_port, raw)
    assert status == (431 if len(raw) > 32 * 1024 else 401)
    assert (await ask(gateway.decision_port, presenting(good_token())))[0] == 200
    assert counted(gateway.metrics(), "token_gateway_bugs_total") == 0


async def test_f42_the_keys_listener_answers_a_flood_with_its_bytes(gateway: GatewayProcess) -> None:
    before = memory_kib(gateway.program)
    raw = b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: keys\r\n\r\n"
    asked = itertools.chain([raw], itertools.repeat(raw, 3_000))
    assert await ask_all(gateway.keys_port, asked, clients=16) == {200: 3_001}
    async with connections(gateway.keys_port, 600):
        assert (await ask(gateway.keys_port, raw))[0] == 200
        assert gateway.is_ready()
        assert (await ask(gateway.decision_port, presenting(good_token())))[0] == 200
    assert memory_kib(gateway.program) - before < 16 * 1024


async def test_v04_idle_connections_do_not_keep_the_kubelet_out(gateway: GatewayProcess) -> None:
    """Whoever holds all of them would have the pod restarted: its probe could not be answered."""
    async with connections(gateway.admin_port, 600):
        assert all(gateway.is_ready() for _ in range(5))
        assert counted(gateway.metrics(), "token_gateway_build_info") == 1
