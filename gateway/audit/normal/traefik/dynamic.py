"""What is it that a router names: which middleware, service, TLS option?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at
from gateway.audit.normal.traefik.files import files
from gateway.audit.normal.traefik.origin import Origin, of_object
from gateway.audit.normal.traefik.spelled import entries
from gateway.config.tree import Node

GROUPS: Final = frozenset({"traefik.io", "traefik.containo.us"})
CRD: Final = "kubernetescrd"
FILE: Final = "file"
KUBERNETES: Final = "kubernetes"
"""The provider of Ingresses, which has nothing that others may name."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What has a name that others use."""

    origin: Origin
    node: Node
    """Its settings: of an object its `spec`."""
    provider: str
    """CRD or FILE."""
    namespace: str
    """In which the names stand that it uses itself; empty for a file."""
    name: str


@dataclass(frozen=True, kw_only=True)
class Index:
    """All of one sort, by the names that others may use for them."""

    all: tuple[Named, ...]
    namespaces: frozenset[str]
    """Which show objects of this sort."""
    in_files: bool
    """Whether a file shows any."""
    _by_name: dict[str, Named] = field(repr=False)

    def find(self, name: str, provider: str, namespace: str) -> Named | None:
        """Give what a name means that stands in this provider and namespace.

        `name@provider` is another provider's; of objects it is then `NAMESPACE-NAME`.
        """
        plain, sign, told = name.rpartition("@")
        if sign and told != provider:
            return self._by_name.get(f"{plain}@{told}")
        plain = plain if sign else name
        if provider == CRD and not sign:
            return self._by_name.get(f"{namespace}/{plain}")
        return self._by_name.get(f"{plain}@{provider}")


@dataclass(frozen=True, kw_only=True)
class Dynamic:
    """All that was given."""

    middlewares: Index
    tcp_middlewares: Index
    services: Index
    tcp_services: Index
    udp_services: Index
    tls_options: Index
    transports: Index
    tcp_transports: Index


def dynamic(estate: Estate) -> Dynamic:
    """Give what was given."""
    return estate.once(_dynamic)


# --- private ---


def _dynamic(estate: Estate) -> Dynamic:
    return Dynamic(
        middlewares=_index(estate, "Middleware", "http", "middlewares"),
        tcp_middlewares=_index(estate, "MiddlewareTCP", "tcp", "middlewares"),
        services=_index(estate, "TraefikService", "http", "services"),
        tcp_services=_index(estate, "", "tcp", "services"),
        udp_services=_index(estate, "", "udp", "services"),
        tls_options=_index(estate, "TLSOption", "tls", "options"),
        transports=_index(estate, "ServersTransport", "http", "serversTransports"),
        tcp_transports=_index(estate, "ServersTransportTCP", "tcp", "serversTransports"),
    )


def _index(estate: Estate, kind: str, *steps: str) -> Index:
    """Of objects of this kind, and of what files have there."""
    found = (*_objects(estate, kind), *_in_files(estate, *steps))
    names: dict[str, Named] = {}
    for one in found:
        if one.provider == FILE:
            names.setdefault(f"{one.name}@{FILE}", one)
        else:
            names.setdefault(f"{one.namespace}-{one.name}@{CRD}", one)
            names.setdefault(f"{one.namespace}/{one.name}", one)
    return Index(
        all=found,
        namespaces=frozenset(one.namespace for one in found if one.provider == CRD),
        in_files=any(one.provider == FILE for one in found),
        _by_name=names,
    )


def _objects(estate: Estate, kind: str) -> Iterator[Named]:
    for one in estate.of(kind):
        if one.group in GROUPS:
            yield Named(
                origin=of_object(one),
                node=at(one.node, "spec") or Node(path=one.node.path, mark=one.node.mark, value={}),
                provider=CRD,
                namespace=one.namespace,
                name=one.name,
            )


def _in_files(estate: Estate, *steps: str) -> Iterator[Named]:
    for file in files(estate):
        for name, node in entries(file.root, *steps):
            origin = file.origin(steps[-1].removesuffix("s"), name, node)
            yield Named(origin=origin, node=node, provider=FILE, namespace="", name=name)
