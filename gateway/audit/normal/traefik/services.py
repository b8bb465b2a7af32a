"""Where do the requests of a router go, and who gets a copy?

https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/traefikservice/ and, for
files, https://doc.traefik.io/traefik/reference/routing-configuration/http/load-balancing/service/
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, assert_never

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Backend, Mirror
from gateway.audit.normal.asked import asked
from gateway.audit.normal.traefik.dynamic import CRD, FILE, Index, Named, dynamic
from gateway.audit.normal.traefik.router import Protocol, Router
from gateway.audit.normal.traefik.spelled import entries, get, word
from gateway.config.tree import Node

INTERNAL: Final = "@internal"
TRAEFIKS_OWN: Final = "TraefikInternal"
"""The kind of a backend that is Traefik itself: its dashboard, its API, its metrics."""
SERVER: Final = "Server"
"""The kind of a backend that a file names by its URL."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where requests go."""

    backends: tuple[Backend, ...]
    mirrors: tuple[Mirror, ...] = ()


def served(estate: Estate, router: Router) -> Served:
    """Follow its services to what they are made of."""
    walk = _Walk(index=_index(estate, router.protocol))
    for backend in router.backends:
        walk.backends[backend] = None
    for node in router.services:
        walk.of(node, router.provider, router.namespace)
    return Served(backends=tuple(walk.backends), mirrors=tuple(walk.mirrors))


# --- private ---

MAX_SERVICES: Final = 1000


def _index(estate: Estate, protocol: Protocol) -> Index:
    given = dynamic(estate)
    match protocol:
        case Protocol.HTTP:
            return given.services
        case Protocol.TCP:
            return given.tcp_services
        case Protocol.UDP:
            return given.udp_services
        case _:
            assert_never(protocol)


@dataclass(slots=True)
class _Walk:
    index: Index
    backends: dict[Backend, None] = field(default_factory=dict)
    mirrors: dict[Mirror, None] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    steps: int = 0

    def of(self, node: Node, provider: str, namespace: str) -> None:
        """Follow one: an item of `services`, or a name."""
        self.steps += 1
        if self.steps > MAX_SERVICES:
            return
        name, is_plain, namespace, port = _said(node, provider, namespace)
        if name.endswith(INTERNAL):
            self.backends[Backend("", name, "", TRAEFIKS_OWN)] = None
        elif is_plain:
            self.backends[Backend(namespace, name, port)] = None
        elif name:
            self._named(name, provider, namespace)

    def _named(self, name: str, provider: str, namespace: str) -> None:
        found = self.index.find(name, provider, namespace)
        if found is None:
            kind = "TraefikService" if provider == CRD else "Unknown"
            self.backends[Backend(namespace, name, "", kind)] = None
        elif id(found) not in self.seen:
            self.seen.add(id(found))
            for kind, node in entries(found.node):
                self._kind(kind.lower(), node, found)

    def _kind(self, kind: str, node: Node, by: Named) -> None:
        match kind:
            case "loadbalancer":
                for backend in _servers(node):
                    self.backends[backend] = None
            case "weighted" | "highestrandomweight":
                for one in items(get(node, "services")):
                    self.of(one, by.provider, by.namespace)
            case "mirroring":
                self._main(node, by)
                for one in items(get(node, "mirrors")):
                    name = word(one, "name") or ""
                    self.mirrors[Mirror(name, _place(by, one))] = None
            case "failover":
                for step in ("service", "fallback"):
                    below = get(node, step)
                    if below is not None:
                        self.of(below, by.provider, by.namespace)
            case _:
                pass

    def _main(self, node: Node, by: Named) -> None:
        below = get(node, "service") if by.provider == FILE else node
        if below is not None:
            self.of(below, by.provider, by.namespace)


def _said(node: Node, provider: str, namespace: str) -> tuple[str, bool, str, str]:
    """Its name, whether it is a Service of Kubernetes, its namespace and its port."""
    if not isinstance(node.value, dict):
        return word(node) or "", False, namespace, ""
    name = word(node, "name") or ""
    plain = provider == CRD and (word(node, "kind") or "Service") == "Service"
    return name, plain and "@" not in name, word(node, "namespace") or namespace, word(node, "port") or ""


def _servers(node: Node) -> Iterator[Backend]:
    for one in items(get(node, "servers")):
        written = word(one, "url") or word(one, "address") or ""
        whom = asked(written if "://" in written else f"tcp://{written}")
        if whom is not None:
            yield whom.service or Backend("", whom.host, whom.port, SERVER)


def _place(by: Named, node: Node) -> Place:
    return by.origin.place(get(node, "name") or node)
