"""Which ports does `gateway dev` listen on, and how does nobody else come to them first?

Six are chosen before the first part starts, for the configuration names them all. Each is held by a socket
until the part that it is for takes it: what was only looked at may be chosen twice, or be gone meanwhile.
"""

import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Every address of `gateway dev`, all on 127.0.0.1."""

    front: int
    provider: int
    backend: int
    decision: int
    keys: int
    admin: int


class ReservedPorts:
    """The well-known port of each part where it is free, any other one where it is not.

    Invariant: `ports` are six different ones, and each is ours until it is taken or the context ends.
    """

    def __init__(self, front: int) -> None:
        self._held: dict[int, socket.socket] = {}
        self.ports = Ports(
            front=self._hold(front),
            provider=self._hold(4190),
            backend=self._hold(4191),
            decision=self._hold(4180),
            keys=self._hold(8081),
            admin=self._hold(9090),
        )

    def take(self, *ports: int) -> None:
        """Let these go, for the part that binds them next."""
        for port in ports:
            self.give(port).close()

    def give(self, port: int) -> socket.socket:
        """Give away the socket itself, for a part that can listen on one: so nobody comes between."""
        return self._held.pop(port)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.take(*self._held)

    # --- private ---

    def _hold(self, port: int) -> int:
        try:
            held = _listening(port)
        except OSError:
            held = _listening(0)
        chosen = int(held.getsockname()[1])
        self._held[chosen] = held
        return chosen


def _listening(port: int) -> socket.socket:
    """As the part itself will listen. Only a socket that listens keeps out others that reuse addresses."""
    one = socket.socket()
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((HOST, port))
        one.listen(1)
    except OSError:
        one.close()
        raise
    return one
