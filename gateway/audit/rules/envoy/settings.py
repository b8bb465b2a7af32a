"""Where is it written whom a proxy of Envoy's kind asks, and how?"""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.normal.contour_auth import configurations
from gateway.audit.normal.envoy_file import File, files_of, is_a, resources
from gateway.audit.normal.istio_mesh import mesh_configs
from gateway.config.tree import Node


class Setting(NamedTuple):
    """One place that says who is asked; the fields are the names that this API has for them."""

    of: Object | File
    node: Node
    fails_open: tuple[str, ...]
    """The way to the field that lets requests pass where asking fails."""
    waits: tuple[tuple[str, ...], ...]
    """The ways to fields that say how long an answer is waited for; the first that is there counts."""
    default_wait_s: float
    """Seconds, where none is there."""

    def place(self, node: Node | None = None) -> Place:
        """Give the place of one of its values."""
        return self.of.place(node or self.node)


def settings(estate: Estate) -> Iterator[Setting]:
    """Give every one."""
    yield from _of_kubernetes(estate)
    for mesh in mesh_configs(estate):
        for provider in mesh.providers.values():
            for name in ("envoyExtAuthzHttp", "envoyExtAuthzGrpc"):
                yield from _one(mesh.of, at(provider, name), (("timeout",),), 600)
    for file in files_of(estate):
        for node in http_filters(file):
            config = at(node, "typed_config")
            if is_a(config, "ExtAuthz"):
                yield from _of_file(file, config)


def managers(file: File) -> Iterator[tuple[Node, Node]]:
    """Give each HTTP connection manager of a file, with its listener."""
    for listener in resources(file, "listeners", "Listener"):
        default = at(listener, "default_filter_chain")
        for chain in (*items(listener, "filter_chains"), *((default,) if default else ())):
            for network in items(chain, "filters"):
                config = at(network, "typed_config")
                if config is not None and is_a(config, "HttpConnectionManager"):
                    yield listener, config


def http_filters(file: File) -> Iterator[Node]:
    """Give each HTTP filter of a file."""
    for _, manager in managers(file):
        yield from items(manager, "http_filters")


# --- private ---


def _of_kubernetes(estate: Estate) -> Iterator[Setting]:
    for policy in estate.of("SecurityPolicy"):
        yield from _one(policy, at(policy.node, "spec", "extAuth"), (("timeout",),), 10)
    for extension in estate.of("GatewayExtension"):
        waits = (("grpcService", "requestTimeout"), ("httpService", "requestTimeout"))
        yield from _one(extension, at(extension.node, "spec", "extAuth"), waits, 0.2)
    for proxy in estate.of("HTTPProxy"):
        asked = at(proxy.node, "spec", "virtualhost", "authorization")
        yield from _one(proxy, asked, (("responseTimeout",),), 0)
    for of, node in configurations(estate):
        yield from _one(of, at(node, "globalExtAuth"), (("responseTimeout",),), 0)


def _one(
    of: Object, node: Node | None, waits: tuple[tuple[str, ...], ...], default_s: float
) -> Iterator[Setting]:
    if node is not None:
        yield Setting(of, node, ("failOpen",), waits, default_s)


def _of_file(file: File, config: Node | None) -> Iterator[Setting]:
    if config is not None:
        waits = (("grpc_service", "timeout"), ("http_service", "server_uri", "timeout"))
        yield Setting(file, config, ("failure_mode_allow",), waits, 0.2)
