"""Which settings do the values of Traefik's chart make?

Of k3s's HelmChart and HelmChartConfig, of Flux's HelmRelease, and of an Application of Argo CD
(https://github.com/traefik/traefik-helm-chart/blob/master/traefik/VALUES.md). Only what stands in them is
read: the chart's own defaults differ from version to version.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.yaml_objects import read_embedded
from gateway.audit.normal.traefik.origin import Origin, of_object
from gateway.config.tree import Node


class Chart(NamedTuple):
    """The values of one release."""

    origin: Origin
    values: Node
    namespace: str
    named: tuple[tuple[str, Node], ...]
    """What stands in them under the name that the setting has."""
    arguments: tuple[Node, ...]
    tag: Node | None
    """Of the image."""


def charts(estate: Estate) -> Iterator[Chart]:
    """Give the releases of Traefik's chart."""
    for release in (one for kind in _KINDS for one in estate.of(kind)):
        values = _values(release)
        if values is not None:
            yield Chart(
                origin=of_object(release),
                values=values,
                namespace=text(release.node, "spec", "targetNamespace") or release.namespace,
                named=tuple(_named(values)),
                arguments=(*items(values, "globalArguments"), *items(values, "additionalArguments")),
                tag=at(values, "image", "tag"),
            )


# --- private ---

_KINDS: Final = ("HelmChart", "HelmChartConfig", "HelmRelease", "Application")


def _values(release: Object) -> Node | None:
    spec = at(release.node, "spec")
    match release.kind:
        case "HelmChart" | "HelmChartConfig":
            written = at(spec, "valuesContent")
            named = text(spec, "chart") or release.name
        case "HelmRelease":
            written = at(spec, "values")
            named = text(spec, "chart", "spec", "chart") or ""
        case _:
            written = at(spec, "source", "helm", "valuesObject") or at(spec, "source", "helm", "values")
            named = text(spec, "source", "chart") or ""
    if written is None or named.rpartition("/")[2].partition("-")[0] != "traefik":
        return None
    return read_embedded(written, release.file) if isinstance(written.value, str) else written


def _named(values: Node) -> Iterator[tuple[str, Node]]:
    for name, port in members(values, "ports"):
        yield from _port(f"entrypoints.{name.lower()}", port)
    for step in ("providers", "tracing", "api", "serversTransport", "metrics"):
        for name, node in members(values, step):
            if flag(node, "enabled") is not False:
                yield f"{step.lower()}.{name.lower()}", node
    access = at(values, "logs", "access")
    if flag(access, "enabled") is True and access is not None:
        yield "accesslog", access
        general = at(access, "fields", "general")
        if general is not None:
            yield "accesslog.fields", general


def _port(name: str, port: Node) -> Iterator[tuple[str, Node]]:
    address = at(port, "port")
    yield f"{name}.address", address or port
    for step in ("http", "forwardedHeaders", "proxyProtocol"):
        node = at(port, step)
        if node is not None:
            yield f"{name}.{step.lower()}", node
    for before, now in (("middlewares", "http.middlewares"), ("redirections", "http.redirections")):
        node = at(port, before)  # as the chart had it before its version 38
        if node is not None:
            yield f"{name}.{now}", node
    redirected = at(port, "redirectTo", "port")
    if redirected is not None:
        yield f"{name}.http.redirections.entrypoint.to", redirected
    tls = at(port, "tls") or at(port, "http", "tls")
    if tls is not None and flag(tls, "enabled") is not False:
        yield f"{name}.http.tls", tls
