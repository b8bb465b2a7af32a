"""Which routers of a host are tried one after the other?

Those of the same entry points, all of them with TLS or all without: a router of another door takes nothing
away from these, however high its priority. Where doors differ no order is given.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.audit.exposure import ANY_HOST, Tls
from gateway.audit.normal.traefik.doors import Doors
from gateway.audit.normal.traefik.router import Router

Door = tuple[frozenset[str], bool]


@dataclass(slots=True)
class Ranks:
    """The doors of the routers of each host."""

    by_host: dict[str, set[Door]] = field(default_factory=dict)
    every: set[Door] = field(default_factory=set)

    def add(self, router: Router, doors: Doors, hosts: Iterable[str]) -> None:
        """Take one more router."""
        names = frozenset(one.lower() for one in router.entry_points)
        names = names or frozenset(one.name for one in doors.entry_points)
        door = (names, router.tls is not None or doors.tls is Tls.ONLY)
        self.every.add(door)
        for host in hosts:
            self.by_host.setdefault(host, set()).add(door)

    def are_known(self, host: str) -> bool:
        """Whether all routers that may get a request of this host are of one door."""
        if host == ANY_HOST or host.startswith("*."):
            return len(self.every) == 1
        found = set(self.by_host.get(host, ())) | self.by_host.get(ANY_HOST, set())
        parts = host.split(".")
        for index in range(1, len(parts)):
            found |= self.by_host.get(f"*.{'.'.join(parts[index:])}", set())
        return len(found) == 1
