"""A name server that is silent holds up nobody but who asked about that name."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from gateway.core.evidence import KeysNeeded
from gateway.core.jwk import KeySet
from gateway.core.trust import KeysAtUri
from gateway.net.client import Deadlines
from gateway.net.resolver import OwnThreadResolver
from gateway.sources.keysets import IssuerSource, KeySources
from tests.net.servers import website
from tests.sources.fake_time import FakeTime
from tests.sources.issuer import LOOPBACK, Issuer


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The system's resolver, to which names under `silent.example` are never answered. Who asked for them."""
    end, asked, real = threading.Event(), [], socket.getaddrinfo

    def getaddrinfo(host: str, *more: int) -> object:
        if not host.endswith("silent.example"):
            return real("127.0.0.1" if host.endswith("works.example") else host, *more)
        asked.append(host)
        end.wait(200)
        raise socket.gaierror(socket.EAI_AGAIN, "c4n4ry")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield asked
    end.set()


async def test_addresses_of_both_families_are_given() -> None:
    found = await OwnThreadResolver().resolve("localhost", 443, socket.AF_UNSPEC)
    assert {one["host"] for one in found} <= {"127.0.0.1", "::1"}
    assert {(one["hostname"], one["port"]) for one in found} == {("localhost", 443)}


@pytest.mark.parametrize("name", ["no-such-name." * 20 + "invalid", "a" * 64 + ".example", "a..b"])
async def test_a_name_that_is_none_is_an_oserror(name: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - which, is the system's business
        await OwnThreadResolver().resolve(name)


@pytest.mark.long
async def test_many_silent_names_do_not_keep_the_others_waiting(silent: list[str]) -> None:
    """More of them than a shared pool has threads: 4 in libuv, processors + 4 in asyncio."""
    issuer = Issuer()
    issuer.publish("a")
    async with website(issuer) as site:
        uris = {f"silent-{n}": f"http://{n}.silent.example/jwks" for n in range(50)}
        uris["good"] = f"http://good.works.example:{site.port}/jwks"
        sources = KeySources(
            (
                IssuerSource(issuer_id=name, location=KeysAtUri(u), outbound=LOOPBACK)
                for name, u in uris.items()
            ),
            ambience=FakeTime().ambience,
            deadlines=Deadlines(total_s=120, connect_s=120),
        )
        waiting = [asyncio.create_task(sources.resolve(KeysNeeded(name))) for name in uris if name != "good"]
        async with asyncio.timeout(100):  # under the deadline of the silent ones
            while len(silent) < len(waiting):  # noqa: ASYNC110 -- threads have no event for us
                await asyncio.sleep(0.01)
            assert isinstance(await sources.resolve(KeysNeeded("good")), KeySet)
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await sources.close()


async def test_a_look_up_can_be_given_up(silent: list[str]) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await OwnThreadResolver().resolve("x.silent.example")
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "resolve")
