"""How do a lot of clients talk to one gateway, and what does that leave in it?"""

import asyncio
import re
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from tests import builders as b
from tests.cli.configuration import configuration
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import Program

PATIENCE_S: Final = 20.0
"""A backstop: nothing here measures time."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def configured(folder: Path, *, issuer_url: str | None = None, **changes: Any) -> dict[str, Any]:
    """The usual configuration, with the issuer's keys in a file, or at a URL that we serve."""
    config = configuration()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "issuer.json").write_bytes(b.jwks(b.KEY))
    corp = config["issuers"]["corp"]
    if issuer_url is None:
        corp["jwks_file"] = "issuer.json"
    else:
        corp |= {"jwks_uri": f"{issuer_url}/jwks", "allow_http": True, "allow_private_network": True}
    config["policies"]["orders"]["peers"] = ["127.0.0.1"]
    return {**config, **changes}


def running(
    folder: Path, *, under: tuple[str, ...] = (), awaits: str = "/readyz", **how: Any
) -> GatewayProcess:
    return GatewayProcess(configured(folder, **how), folder, under=under, awaits=awaits)


def good_token(**changes: Any) -> str:
    now = int(time.time())  # noqa: TID251 - a real gateway reads a real clock
    return b.token(**{"iat": now, "nbf": now, "exp": now + 300, **changes})


def head(*lines: bytes, target: bytes = b"/v1/orders", asked: bytes = b"/auth/nginx/orders") -> bytes:
    """What nginx asks about a client's GET; `lines` are the client's headers."""
    own = (
        b"GET " + asked + b" HTTP/1.1",
        b"Host: token-gateway",
        b"X-Original-Method: GET",
        b"X-Original-URL: https://api.example.com" + target,
        b"X-Real-IP: 192.0.2.1",
    )
    return b"\r\n".join((*own, *lines)) + b"\r\n\r\n"


def presenting(token: str | bytes) -> bytes:
    return head(b"Authorization: Bearer " + (token.encode() if isinstance(token, str) else token))


@asynccontextmanager
async def connections(port: int, count: int, address: str = "127.0.0.1") -> AsyncIterator[list[Connection]]:
    """So many connections at once, all gone in the end."""
    opened: list[Connection] = []
    try:
        while len(opened) < count:
            batch = min(250, count - len(opened))
            opened += await asyncio.gather(*(_connect(port, address) for _ in range(batch)))
        yield opened
    finally:
        for _, writer in opened:
            writer.transport.abort()
        await asyncio.sleep(0)  # the loop closes them in its next turn


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[Connection]:
    """One, and gone in the end."""
    async with connections(port, 1) as (one,):
        yield one


_LENGTH: Final = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """The next answer: status, head, body."""
    async with asyncio.timeout(PATIENCE_S):
        said = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(said)
        body = await reader.readexactly(int(length[1]) if length else 0)
    return int(said.split(b" ", 2)[1]), said, body


async def ask_all(port: int, heads: Iterable[bytes], *, clients: int = 8) -> Counter[int]:
    """Ask everything, over a few connections; give how often each status came."""
    waiting = iter(heads)
    statuses: Counter[int] = Counter()

    async def client() -> None:
        stays = True
        while stays:
            async with connection(port) as (reader, writer):
                stays = await _converse(reader, writer, waiting, statuses)

    await asyncio.gather(*(client() for _ in range(clients)))
    return statuses


async def _converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    waiting: Iterator[bytes],
    statuses: Counter[int],
) -> bool:
    """Ask until the connection ends, or nothing is left: then False."""
    for raw in waiting:
        writer.write(raw)
        status, said, _ = await answer(reader)
        statuses[status] += 1
        if b"\r\nconnection: close" in said.lower():
            return True
    return False


async def ask(port: int, raw: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own: status and everything that was said."""
    async with connection(port) as (reader, writer):
        writer.write(raw)
        status, said, body = await answer(reader)
        return status, said + body


# --- what it leaves in the process ----------------------------------------------------------------


def descriptors(program: Program) -> int:
    """How many files the process has open now."""
    return len(list(Path(f"/proc/{program.pid}/fd").iterdir()))


def memory_kib(program: Program) -> int:
    """Its resident memory."""
    status = Path(f"/proc/{program.pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


def series(exposition: str) -> set[str]:
    """Every series of /metrics, without its value."""
    return {line.rpartition(" ")[0] for line in exposition.splitlines() if not line.startswith("#")}


def counted(exposition: str, name: str, **labels: str) -> float:
    """The sum of all series of this name with these labels."""
    wanted: Mapping[str, str] = labels
    total = 0.0
    for line in exposition.splitlines():
        text, _, value = line.rpartition(" ")
        if text.partition("{")[0] == name and all(f'{k}="{v}"' in text for k, v in wanted.items()):
            total += float(value)
    return total


async def _connect(port: int, address: str) -> Connection:
    local = None if address == "127.0.0.1" else (address, 0)  # a bound port is taken for a minute afterwards
    return await asyncio.open_connection("127.0.0.1", port, local_addr=local)


async def until(holds: Callable[[], object]) -> None:
    """Wait for what can only be looked at."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 -- another process has no event for us
            await asyncio.sleep(0.02)


@contextmanager
def many_files(wanted: int) -> Iterator[int]:
    """Let this process open as many files as it may. Gives how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    try:
        yield max(soft, most)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
