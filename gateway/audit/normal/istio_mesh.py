"""What does the configuration of the mesh say: who may be asked, and what is logged?

https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.estate.yaml_objects import read_embedded
from gateway.audit.exposure import Auth, Fails, LoggedField, Mechanism
from gateway.audit.normal.envoy_logs import logged
from gateway.audit.normal.ext_authz import AUTHORIZATION, ours, ours_over_grpc, service_at
from gateway.config.tree import Node

ROOT: Final = "istio-system"
BUILT_IN: Final = "envoy"
"""The provider of access logs that is there unless another of this name is written."""


@dataclass(frozen=True, kw_only=True)
class MeshConfig:
    """One of them, and what it is written in."""

    of: Object
    node: Node
    root: str = ROOT
    providers: dict[str, Node] = field(default_factory=dict)


def mesh_configs(estate: Estate) -> Iterator[MeshConfig]:
    """Give every one that was given: a ConfigMap `istio`, an IstioOperator, or the Istio of its operator."""
    for map_ in estate.of("ConfigMap", ""):
        embedded = at(map_.node, "data", "mesh")
        if map_.name == "istio" or (map_.name.startswith("istio-") and embedded is not None):
            node = None if embedded is None else read_embedded(embedded, map_.file)
            yield _mesh(map_, node or map_.node)
    for kind, steps in (("IstioOperator", ("spec",)), ("Istio", ("spec", "values"))):
        for one in estate.of(kind):
            yield _mesh(one, at(one.node, *steps, "meshConfig") or one.node)


def auth_of(mesh: MeshConfig, name: str, place: Place) -> Auth | None:
    """Give who is asked by a provider of the mesh; None where it has none of this name."""
    found = mesh.providers.get(name)
    over_http, over_grpc = at(found, "envoyExtAuthzHttp"), at(found, "envoyExtAuthzGrpc")
    one = over_http or over_grpc
    if one is None:
        return None
    host = (text(one, "service") or "").rpartition("/")[2]
    port = text(one, "port") or ""
    prefix = text(over_http, "pathPrefix") or ""
    dialect, policy = ours(prefix)
    service = service_at(host, port)
    copied = _names(over_http, "headersToUpstreamOnAllow")
    shown = _names(over_http, "includeRequestHeadersInCheck") or _names(over_http, "includeHeadersInCheck")
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=place,
        url=f"{host}:{port}{prefix}",
        service=service,
        dialect=dialect if over_http else ours_over_grpc(service, None),
        policy=policy,
        request_headers=frozenset({AUTHORIZATION, *shown}) if over_http else None,
        response_headers=copied if over_http else None,
        removes_unanswered=False,
        fails=Fails.OPEN if flag(one, "failOpen") else Fails.CLOSED,
    )


def logs_of(estate: Estate) -> tuple[LoggedField, ...]:
    """Give what the mesh, and the Telemetry of it, have written down."""
    meshes = list(mesh_configs(estate))
    found = [one for mesh in meshes for one in _logs(mesh)]
    named = [
        (telemetry, one)
        for telemetry in estate.of("Telemetry")
        for log in items(telemetry.node, "spec", "accessLogging")
        if flag(log, "disabled") is not True
        for one in items(log, "providers")
    ]
    for telemetry, one in named:
        name = text(one, "name") or ""
        formats = [
            (mesh, at(mesh.providers[name], "envoyFileAccessLog", "logFormat"))
            for mesh in meshes
            if at(mesh.providers.get(name), "envoyFileAccessLog") is not None
        ]
        if formats:
            found += [
                field for mesh, node in formats for field in logged(mesh.of, node, mesh.providers[name])
            ]
        elif name == BUILT_IN:
            found += logged(telemetry, None, one)
    return tuple(dict.fromkeys(found))


# --- private ---


def _names(provider: Node | None, field_name: str) -> frozenset[str]:
    """Give names of headers, in any case; `*` may stand for the beginning of one as well as for the end."""
    written = [one.lower() for one in texts(provider, field_name)]
    by_end = [AUTHORIZATION for one in written if one[:1] == "*" and AUTHORIZATION.endswith(one[1:])]
    return frozenset((*by_end, *(one for one in written if one[:1] != "*")))


def _mesh(of: Object, node: Node) -> MeshConfig:
    providers = {text(one, "name") or "": one for one in items(node, "extensionProviders")}
    return MeshConfig(of=of, node=node, root=text(node, "rootNamespace") or ROOT, providers=providers)


def _logs(mesh: MeshConfig) -> Iterator[LoggedField]:
    file = at(mesh.node, "accessLogFile")
    if text(file):
        format_node = at(mesh.node, "accessLogFormat")
        yield from logged(mesh.of, format_node if text(format_node) else None, file)
    for one in texts(mesh.node, "defaultProviders", "accessLogging"):
        provider = at(mesh.providers.get(one), "envoyFileAccessLog")
        if provider is not None:
            yield from logged(mesh.of, at(provider, "logFormat"), provider)
