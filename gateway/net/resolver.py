"""Which addresses has this name, and whom does it hold up to find that out?

The system's resolver blocks, for tens of seconds where a name server is silent, and cannot be told to stop.
In a pool of threads that all share, a few silent names would keep every issuer waiting. So each look-up
has a thread of its own; how many there can be is bounded by the issuers' request budgets. A thread that
nobody waits for any more does not keep the process from ending.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class OwnThreadResolver(AbstractResolver):
    """Asks the system, in a new thread each time."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give every address of the name. Raises: OSError. Safe to cancel: the thread ends by itself."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Any]] = loop.create_future()

        def look_up() -> None:
            infos, error = _ask(host, port, family)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(_tell, found, infos, error)

        threading.Thread(target=look_up, name="resolve", daemon=True).start()
        return [_result(host, info) for info in await found]

    async def close(self) -> None:
        """Nothing is kept."""


# --- private ---


def _ask(host: str, port: int, family: socket.AddressFamily) -> tuple[list[Any], OSError | None]:
    try:
        return socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG), None
    except OSError as error:
        return [], error
    except UnicodeError:  # a label that is no name, such as one of 64 letters
        return [], socket.gaierror(socket.EAI_NONAME, "not a name")


def _tell(found: asyncio.Future[list[Any]], infos: list[Any], error: OSError | None) -> None:
    if found.done():  # cancelled
        return
    if error is None:
        found.set_result(infos)
    else:
        found.set_exception(error)


def _result(host: str, info: Any) -> ResolveResult:
    """A zone (RFC 4007) is left out: link-local addresses, which alone have one, are never dialed."""
    family, _, protocol, _, address = info
    return ResolveResult(
        hostname=host,
        host=address[0].partition("%")[0],
        port=address[1],
        family=family,
        proto=protocol,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
