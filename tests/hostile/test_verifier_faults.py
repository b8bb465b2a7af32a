"""What if the verifier itself fails, in whatever way Python can? A 500, never a permit (V32)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Final

import pytest

from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.jwk import KeySet
from gateway.server.engine import Engine, World
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener, listen
from gateway.server.memo import Memo
from tests import builders as b
from tests.hostile.crowd import Connection, answer, ask_all, connection, connections, head, presenting, until

PEER_POLICY: Final = b.policy(peers=(ip_network("127.0.0.1"),))


FAULTS: Final[Mapping[str, Callable[[], BaseException]]] = {
    "RecursionError": RecursionError,
    "MemoryError": MemoryError,
    "UnicodeDecodeError": lambda: UnicodeDecodeError("utf-8", b"c4n4ry", 0, 1, "c4n4ry"),
    "OverflowError": OverflowError,
    "CancelledError": asyncio.CancelledError,
    "TimeoutError": TimeoutError,
    "StopIteration": StopIteration,
    "KeyError": lambda: KeyError("c4n4ry"),
    "AssertionError": AssertionError,
    "ExceptionGroup": lambda: ExceptionGroup("c4n4ry", [ValueError()]),
}


@dataclass
class Faulty:
    """A signer, or sources, that raise what they are told to; good ones while they are told nothing."""

    error: BaseException | None = None
    known: bool = True
    kid: str = "gw1"
    algorithm: str = "ES256"
    bugs: list[BaseException] = field(default_factory=list)

    def sign(self, signing_input: bytes) -> bytes:
        if self.error is not None:
            raise self.error
        return b.signer().sign(signing_input)

    @property
    def keys(self) -> Mapping[str, KeySet]:
        return {"corp": b.key_set()} if self.known else {}

    async def resolve(self, _: KeysNeeded) -> KeySet | Unavailable:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return b.key_set()


class Silent:
    def decided(self, *_: Any, **__: Any) -> None:
        pass

    def remember(self, *_: Any) -> None:
        pass

    def again(self, *_: Any, **__: Any) -> None:
        pass


@asynccontextmanager
async def served(faulty: Faulty, limits: Limits | None = None) -> AsyncIterator[Listener]:
    world = World(
        snapshot=b.snapshot(PEER_POLICY), sources=faulty, signer=lambda: faulty, revoked=b.nothing_revoked
    )
    memo = Memo(bytes(32), jti=lambda: b.JTI)
    engine = Engine(world, Silent(), memo, clock=lambda: b.NOW, monotonic=lambda: 0.0, jti=lambda: b.JTI)
    listener = await listen(
        engine, host="127.0.0.1", port=0, limits=limits or Limits(), on_bug=faulty.bugs.append
    )
    try:
        yield listener
    finally:
        await listener.drain(0)


@pytest.mark.parametrize("known", [True, False], ids=["at once", "after a look-up"])
@pytest.mark.parametrize("name", FAULTS)
async def test_v32_whatever_is_raised_is_a_500_and_the_next_is_permitted(name: str, known: bool) -> None:  # noqa: FBT001
    faulty = Faulty(known=known)
    async with served(faulty) as listener:
        faulty.error = FAULTS[name]()
        async with connection(listener.port) as (reader, writer):
            writer.write(presenting(b.token()))
            status, said, body = await answer(reader)
            assert status == 500
            assert b"c4n4ry" not in said + body
            assert await reader.read() == b""
        assert len(faulty.bugs) == 1
        faulty.error = None
        assert await ask_all(listener.port, [presenting(b.token())] * 3) == {200: 3}
        await until(lambda: not listener.connections)


async def test_v30_tasks_of_those_who_left_are_gone() -> None:
    """Clients that leave while their look-up is under way: each is one task, and then none."""
    waiting = asyncio.Event()

    class Slow(Faulty):
        async def resolve(self, _: KeysNeeded) -> KeySet | Unavailable:
            await waiting.wait()
            return b.key_set()

    async with served(Slow(known=False)) as listener:
        before = asyncio.all_tasks()
        async with connections(listener.port, 300) as opened:
            for _, writer in opened:
                writer.write(presenting(b.token()))
            await until(lambda: len(asyncio.all_tasks() - before) == 300)
        await until(lambda: asyncio.all_tasks() <= before)
        await until(lambda: not listener.connections)


@pytest.mark.long
async def test_v01_five_hundred_slow_heads_end_at_the_deadline() -> None:
    """V01, V02: one byte now and then does not prolong it; others are served meanwhile."""
    async with served(Faulty(), Limits(head_timeout_s=1.0)) as listener:
        async with AsyncExitStack() as stack:

            async def begun() -> Connection:
                """Its time runs from now on: a byte comes before all the others have connected."""
                reader, writer = await stack.enter_async_context(connection(listener.port))
                writer.write(head()[:1])
                return reader, writer

            opened = await asyncio.gather(*(begun() for _ in range(500)))
            for position in range(1, 4):
                for _, writer in opened:
                    writer.write(head()[position : position + 1])
                await asyncio.sleep(0.01)
            assert await ask_all(listener.port, [presenting(b.token())] * 20) == {200: 20}
            statuses = [(await answer(reader))[0] for reader, _ in opened]
            assert statuses == [408] * 500
            assert [await reader.read() for reader, _ in opened] == [b""] * 500
        await until(lambda: not listener.connections)
