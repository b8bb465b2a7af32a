"""Which connections does one listener hold, and how does it let them go?"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from gateway.server.http1.limits import Limits


class Connection(Protocol):
    """What the set needs of each member."""

    def retire(self) -> None:
        """Close now if idle; else after the answer that is under way."""

    def abort(self) -> None:
        """Close now, whatever is under way."""

    def hold(self) -> None:
        """Take no more requests, until `go_on`."""

    def go_on(self) -> None:
        """Take requests again: those first that have arrived."""

    def give_up_unread(self) -> None:
        """Close now, for the bytes that it holds: the others need the room."""


class Connections:
    """The open connections of one listener, bounded: in number, and in bytes that nobody could read yet.

    A stranger is a peer that `knows` does not know. Strangers share `limits.max_strangers`, so that they
    do not take the places of those who have business here.
    """

    __slots__ = (
        "_knows",
        "_limits",
        "_none_left",
        "_open",
        "_strangers",
        "_unread",
        "_unread_bytes",
        "closed",
        "draining",
        "paused",
    )

    def __init__(self, limits: Limits, knows: Callable[[str], bool]) -> None:
        self._limits = limits
        self._knows = knows
        self._open: dict[Connection, None] = {}
        """In order: the oldest first."""
        self._strangers: set[Connection] = set()
        self._unread: dict[Connection, int] = {}
        """Who began a head first comes first."""
        self._unread_bytes = 0
        self._none_left = asyncio.Event()
        self._none_left.set()
        self.draining = False
        """Every answer from now on is the last of its connection."""
        self.closed = False
        """Nobody new is let in."""
        self.paused = False
        """No request is taken: none of those that are open, and none of a new one."""

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection, peer: str) -> bool:
        """Hold a new connection; or say that it would be one too many."""
        is_stranger = not self._knows(peer)
        if is_stranger and len(self._strangers) >= self._limits.max_strangers:
            return False
        if len(self._open) >= self._limits.max_connections and not self._makes_room():
            return False
        self._open[connection] = None
        if is_stranger:
            self._strangers.add(connection)
        self._none_left.clear()
        return True

    def hold_unread(self, connection: Connection, octets: int) -> None:
        """Take note of the bytes of a head that a connection has so far; too many in all, and the oldest go.

        A proxy's head is whole within milliseconds, so the oldest are those of an attacker.
        """
        self._unread_bytes += octets - self._unread.get(connection, 0)
        if octets:
            self._unread[connection] = octets
        else:
            self._unread.pop(connection, None)
        while self._unread_bytes > self._limits.unread_bytes:
            oldest = next(iter(self._unread))
            self.hold_unread(oldest, 0)
            oldest.give_up_unread()

    def remove(self, connection: Connection) -> None:
        """Let go of a closed connection; nothing happens if it was never held."""
        self.hold_unread(connection, 0)
        self._strangers.discard(connection)
        self._open.pop(connection, None)
        if not self._open:
            self._none_left.set()

    def pause(self) -> None:
        """Take no more requests. Those that have come wait in the kernel, or in buffers that are bounded."""
        self.paused = True
        for connection in tuple(self._open):
            connection.hold()

    def resume(self) -> None:
        """Take requests again, until the next `pause`, which one of them may bring about."""
        self.paused = False
        for connection in tuple(self._open):
            if self.paused:
                return
            connection.go_on()

    async def drain(self, timeout_s: float) -> None:
        """Close idle connections at once, the others after their answer, all after `timeout_s`."""
        self.draining = self.closed = True
        for connection in tuple(self._open):
            connection.retire()
        try:
            await asyncio.wait_for(self._none_left.wait(), timeout_s)
        except TimeoutError:
            for connection in tuple(self._open):
                connection.abort()
            await self._none_left.wait()

    # --- private ---

    def _makes_room(self) -> bool:
        if self._limits.newest_wins:
            oldest = next(iter(self._open))
            self.remove(oldest)
            oldest.abort()
        return self._limits.newest_wins
