"""Which hosts and paths does an Ingress open, and for which Services?

As written: what a path means, and who is asked about it, is the controller's.

https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/
"""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.audit.estate.fields import at, items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import ANY_HOST, Backend
from gateway.config.tree import Node


class IngressPath(NamedTuple):
    """One path of one host."""

    host: str
    path: str
    path_type: str
    backend: Backend | None
    """None where it is no Service."""
    has_tls: bool
    """Whether `spec.tls` names the host."""
    node: Node


def paths_of(ingress: Object) -> Iterator[IngressPath]:
    """Give every path, `spec.defaultBackend` last."""
    secured = [texts(one, "hosts") for one in items(ingress.node, "spec", "tls")]
    for rule in items(ingress.node, "spec", "rules"):
        host = (text(rule, "host") or ANY_HOST).lower()
        has_tls = any(not hosts or _is_named(host, hosts) for hosts in secured)
        for one in items(rule, "http", "paths"):
            backend = _backend(ingress, at(one, "backend"))
            kind = text(one, "pathType") or "ImplementationSpecific"
            yield IngressPath(host, text(one, "path") or "/", kind, backend, has_tls, at(one, "path") or one)
    default = at(ingress.node, "spec", "defaultBackend")
    if default is not None:
        yield IngressPath(ANY_HOST, "/", "Prefix", _backend(ingress, default), bool(secured), default)


# --- private ---


def _is_named(host: str, hosts: tuple[str, ...]) -> bool:
    return any(one.lower() in {host, f"*.{host.partition('.')[2]}"} for one in hosts)


def _backend(ingress: Object, node: Node | None) -> Backend | None:
    service = at(node, "service")
    name = text(service, "name")
    if name is None:
        return None
    port = text(service, "port", "number") or text(service, "port", "name") or ""
    return Backend(ingress.namespace, name, port)
