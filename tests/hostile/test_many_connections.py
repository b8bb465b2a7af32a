"""Thousands of connections that want nothing good: others go on being served, and nothing stays behind."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.server.descriptors import RESERVED
from tests.hostile.crowd import (
    ask,
    ask_all,
    connection,
    connections,
    counted,
    descriptors,
    good_token,
    head,
    many_files,
    memory_kib,
    presenting,
    running,
    until,
)
from tests.wire.gateway_process import GatewayProcess

pytestmark = pytest.mark.wire

HALF = head()[:-4] + b"\r\nX-Filler: "


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with running(tmp_path_factory.mktemp("gateway")) as process:
        yield process


async def is_served(gateway: GatewayProcess) -> bool:
    status, _ = await ask(gateway.decision_port, presenting(good_token()))
    return status == 200


def keep_alive(port: int, count: int, stack: ExitStack) -> None:
    """Ask once, and stay. Plain sockets, and many before the first answer is read: the first must not be idle
    for too long before the last is there."""
    place = ("127.0.0.1", port)
    while count > 0:
        some = [stack.enter_context(socket.create_connection(place)) for _ in range(min(250, count))]
        for connected in some:
            connected.sendall(head())
        for connected in some:
            assert b" 401 " in connected.recv(65_536)
        count -= len(some)


async def test_v04_ten_thousand_idle_connections_leave_room_for_the_next(gateway: GatewayProcess) -> None:
    before, files = memory_kib(gateway.program), descriptors(gateway.program)
    with many_files(11_000) as most, ExitStack() as stack:
        many = min(10_000, most - 500) - 10
        keep_alive(gateway.decision_port, many, stack)
        assert gateway.connections() == many
        assert await is_served(gateway)
        assert gateway.is_ready()
        assert memory_kib(gateway.program) - before < 100 * 1024  # 10 KiB each
    await until(lambda: gateway.connections() == 0)
    await until(lambda: descriptors(gateway.program) <= files)
    assert await is_served(gateway)


async def test_v04_where_files_are_few_the_other_listeners_keep_theirs(tmp_path: Path) -> None:
    limited = ("sh", "-c", 'ulimit -n 1024; exec "$@"', "sh")
    with running(tmp_path, under=limited) as gateway:
        async with connections(gateway.decision_port, 2_000):
            await until(lambda: gateway.connections() == 1024 - RESERVED)
            assert gateway.is_ready()
            status, _ = await ask(
                gateway.keys_port, b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: h\r\n\r\n"
            )
            assert status == 200
        await until(lambda: gateway.connections() == 0)
        assert await is_served(gateway)
        assert counted(gateway.metrics(), "token_gateway_requests_malformed_total", why="connections") > 900
        assert '"few_descriptors"' in gateway.program.stdout.read_text()


async def test_v04_a_low_soft_limit_is_raised(tmp_path: Path) -> None:
    limited = ("sh", "-c", 'ulimit -Sn 256; exec "$@"', "sh")
    with running(tmp_path, under=limited) as gateway:
        async with connections(gateway.decision_port, 400):
            await until(lambda: gateway.connections() == 400)
            assert await is_served(gateway)
        assert '"few_descriptors"' not in gateway.program.stdout.read_text()


async def test_v01_heads_that_never_end_hold_a_bounded_memory(gateway: GatewayProcess) -> None:
    """V01, I13. Before there was a bound for all of them together, 3,000 such heads took 190 MiB."""
    await is_served(gateway)
    async with connections(gateway.decision_port, 2_000) as opened:
        await until(lambda: gateway.connections() == 2_000)
        before = memory_kib(gateway.program)
        for _, writer in opened:
            writer.write(HALF + b"a" * 30_000)
        await until(lambda: gateway.connections() < 300)
        assert memory_kib(gateway.program) - before < 64 * 1024
        assert await is_served(gateway)
    assert counted(gateway.metrics(), "token_gateway_requests_malformed_total", why="unread") > 1_500
    await until(lambda: gateway.connections() == 0)


async def test_peers_that_nobody_lists_do_not_take_the_proxies_places(gateway: GatewayProcess) -> None:
    async with connections(gateway.decision_port, 200, "127.0.0.2") as strangers:
        await until(lambda: gateway.connections() == 64)
        assert await is_served(gateway)
        reader, writer = strangers[0]
        writer.write(presenting(good_token()))
        assert b" 403 " in await reader.readuntil(b"\r\n")
    await until(lambda: gateway.connections() == 0)


async def test_v29_clients_that_leave_at_each_stage_leave_nothing(gateway: GatewayProcess) -> None:
    await is_served(gateway)
    files = descriptors(gateway.program)
    whole = presenting(good_token())
    stages = (b"", b"G", whole[:30], whole[:-2], whole, whole * 16, whole + whole[:50], b"\x00", whole * 40)
    for _ in range(4):
        async with connections(gateway.decision_port, 10 * len(stages)) as opened:
            for number, (_, writer) in enumerate(opened):
                writer.write(stages[number % len(stages)])
            await asyncio.sleep(0)
    await until(lambda: gateway.connections() == 0)
    await until(lambda: descriptors(gateway.program) <= files)
    assert await is_served(gateway)


async def test_v36_a_thousand_requests_in_one_segment_are_sixteen_answers_and_the_end(
    gateway: GatewayProcess,
) -> None:
    async with connection(gateway.decision_port) as (reader, writer):
        writer.write(head() * 1_000)
        said = await reader.read()
    statuses = re.findall(rb"HTTP/1\.1 (\d+) ", said)
    assert statuses == [b"401"] * 16 + [b"400"]
    assert await is_served(gateway)


@pytest.mark.parametrize(
    ("name", "raw", "status"),
    [
        ("123 headers of the client's", head(*(b"X-%d: v" % n for n in range(123))), 401),
        ("one more", head(*(b"X-%d: v" % n for n in range(125))), 431),
        ("10,000 headers", head(*(b"a:" for _ in range(10_000))), 431),
        ("a line of 8,190", head(b"X-Long: " + b"a" * 8_182), 401),
        ("a line of 31,000", head(b"X-Long: " + b"a" * 31_000), 401),
        ("a line of 1 MB", head(b"X-Long: " + b"a" * 10**6), 431),
        ("a target of 1 MB", head(asked=b"/" + b"a" * 10**6), 431),
        ("1 MB without a line", b"a" * 10**6, 400),
        ("chunks", head(b"Transfer-Encoding: chunked") + b"1\r\na\r\n" * 10_000, 400),
        ("a gzip bomb", head(b"Content-Encoding: gzip", b"Content-Length: 1000000"), 400),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_v05_v06_v08_floods_of_headers_and_bodies(
    gateway: GatewayProcess, name: str, raw: bytes, status: int
) -> None:
    async with connection(gateway.decision_port) as (reader, writer):
        writer.write(raw)
        assert (await reader.readuntil(b"\r\n")).split(b" ")[1] == b"%d" % status


async def test_v05_a_head_of_one_byte_segments_is_a_head(gateway: GatewayProcess) -> None:
    raw = presenting(good_token())
    async with connection(gateway.decision_port) as (reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for position in range(len(raw)):
            writer.write(raw[position : position + 1])
            await writer.drain()
        assert b" 200 " in await reader.readuntil(b"\r\n")


async def test_v33_no_user_agent_is_special(gateway: GatewayProcess) -> None:
    probes = (b"kube-probe/1.30", b"GoogleHC/1.0", b"ELB-HealthChecker/2.0", b"Prometheus/3.0", b"curl/8")
    asked = [
        head(b"User-Agent: " + agent, target=target, asked=where)
        for agent in probes
        for target in (b"/v1/orders", b"/healthz", b"/livez")
        for where in (b"/auth/nginx/orders", b"/livez", b"/readyz", b"/metrics", b"/", b"/auth/nginx/")
    ]
    assert set(await ask_all(gateway.decision_port, asked)) == {401, 403}
