"""What is a router of Traefik: which requests, past which middlewares, to which services?"""

from dataclasses import dataclass
from enum import StrEnum, unique

from gateway.audit.estate.place import Place
from gateway.audit.exposure import Backend
from gateway.audit.normal.traefik.chain import Reference
from gateway.audit.normal.traefik.origin import Origin
from gateway.config.tree import Node


@unique
class Protocol(StrEnum):
    """What it reads of a connection."""

    HTTP = "http"
    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, kw_only=True, eq=False)
class Router:
    """One of them, whoever has written it. Equal only to itself."""

    origin: Origin
    place: Place
    """Of its rule."""
    name: str
    protocol: Protocol = Protocol.HTTP
    rule: str
    priority: int
    """Of the routers of one entry point that of the highest is tried first."""
    entry_points: tuple[str, ...]
    """None: those that are the default."""
    middlewares: tuple[Reference, ...]
    services: tuple[Node, ...]
    """Of an object each item of `services`; of a file the name."""
    backends: tuple[Backend, ...] = ()
    """What an Ingress names, which is a Service."""
    provider: str
    """In which the names of its services stand: CRD, FILE, or `kubernetes`."""
    namespace: str
    class_name: str = ""
    tls: Node | None = None
    tls_options: tuple[str, str] | None = None
    """Namespace and name; None where it names none."""
    is_passed_through: bool = False


def priority_of(given: int | None, rule: str) -> int:
    """Give its priority, which is the length of its rule unless it says another."""
    return given or len(rule)
