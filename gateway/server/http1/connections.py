"""Which connections does one listener hold, and how does it let them go?"""

import asyncio
from typing import Protocol


class Connection(Protocol):
    """What the set needs of each member."""

    def retire(self) -> None:
        """Close now if idle; else after the answer that is under way."""

    def abort(self) -> None:
        """Close now, whatever is under way."""


class Connections:
    """The open connections of one listener, bounded."""

    __slots__ = ("_limit", "_none_left", "_open", "draining")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: set[Connection] = set()
        self._none_left = asyncio.Event()
        self._none_left.set()
        self.draining = False
        """Every answer from now on is the last of its connection."""

    def __len__(self) -> int:
        return len(self._open)

    @property
    def full(self) -> bool:
        """One more would be one too many."""
        return len(self._open) >= self._limit

    def add(self, connection: Connection) -> None:
        """Hold a new connection."""
        self._open.add(connection)
        self._none_left.clear()

    def remove(self, connection: Connection) -> None:
        """Let go of a closed connection; nothing happens if it was never held."""
        self._open.discard(connection)
        if not self._open:
            self._none_left.set()

    async def drain(self, timeout_s: float) -> None:
        """Close idle connections at once, the others after their answer, all after `timeout_s`."""
        self.draining = True
        for connection in tuple(self._open):
            connection.retire()
        try:
            await asyncio.wait_for(self._none_left.wait(), timeout_s)
        except TimeoutError:
            for connection in tuple(self._open):
                connection.abort()
            await self._none_left.wait()
