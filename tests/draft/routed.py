"""Where does a controller send this request? A second reading of each kind, made only to judge the first.

Rules are built as values here, and both the manifest and the routing follow from them: nothing is shared with
`gateway.draft`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

Json = dict[str, Any]


class Kind(StrEnum):
    INGRESS_NGINX = "nginx"
    BY_THE_BOOK = "haproxy"
    TRAEFIK_INGRESS = "traefik"
    HTTP_ROUTE = "HTTPRoute"
    INGRESS_ROUTE = "IngressRoute"


class Request(NamedTuple):
    host: str
    path: str
    method: str
    header: bool
    """Whether it has the header that some rules ask for."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One rule: its host is exact, its path of a type of its kind."""

    host: str
    type: str
    path: str
    service: str
    method: str | None = None
    header: bool = False
    priority: int | None = None


def toggled(path: str) -> str:
    """The same path with a `/` at its end, or without: a policy reads both alike."""
    return path.rstrip("/") or "/" if path.endswith("/") else f"{path}/"


def routed(kind: Kind, lines: list[Line], request: Request, *, regex: bool = False) -> str | None:
    """The Service that gets it, or None."""
    on_host = [line for line in lines if line.host == request.host]
    match kind:
        case Kind.INGRESS_NGINX:
            return _nginx(on_host, request.path, regex=regex)
        case Kind.BY_THE_BOOK:
            return _by_the_book(on_host, request.path)
        case Kind.TRAEFIK_INGRESS | Kind.INGRESS_ROUTE:
            return _traefik(kind, on_host, request)
        case Kind.HTTP_ROUTE:
            return _http_route(on_host, request)


def manifest(kind: Kind, lines: list[Line], *, regex: bool = False) -> list[Json]:
    match kind:
        case Kind.HTTP_ROUTE:
            return [_as_http_route(number, line) for number, line in enumerate(lines)]
        case Kind.INGRESS_ROUTE:
            routes = [_as_route(line) for line in lines]
            return [_object("traefik.io/v1alpha1", "IngressRoute", "all", {"routes": routes})]
        case _:
            return [_as_ingress(kind, lines, regex=regex)]


# --- private ---


def _begins(path: str, prefix: str) -> bool:
    """Element by element."""
    prefix = prefix.rstrip("/")
    return path == prefix or path.startswith(f"{prefix}/")


def _nginx(lines: list[Line], path: str, *, regex: bool) -> str | None:
    if regex:
        ordered = sorted(lines, key=lambda line: -len(line.path))
        return next((one.service for one in ordered if re.match(one.path, path, re.IGNORECASE)), None)
    locations = list(_locations(lines))
    exact = [service for sign, text, service in locations if sign == "=" and text == path]
    longest = sorted(locations, key=lambda one: -len(one[1]))
    begun = [service for sign, text, service in longest if sign == "" and path.startswith(text)]
    return next(iter([*exact, *begun]), None)


def _locations(lines: list[Line]) -> Iterator[tuple[str, str, str]]:
    for line in lines:
        match line.type:
            case "Exact":
                yield "=", line.path, line.service
            case "Prefix":
                yield "=", line.path.rstrip("/") or "/", line.service
                yield "", f"{line.path.rstrip('/')}/", line.service
            case _:
                yield "", line.path, line.service


def _by_the_book(lines: list[Line], path: str) -> str | None:
    for line in lines:
        if line.type == "Exact" and line.path == path:
            return line.service
    prefixes = [line for line in lines if line.type == "Prefix" and _begins(path, line.path)]
    texts = [line for line in lines if line.type == "ImplementationSpecific" and path.startswith(line.path)]
    found = sorted([*prefixes, *texts], key=lambda line: -len(line.path.rstrip("/")))
    return found[0].service if found else None


def _traefik(kind: Kind, lines: list[Line], request: Request) -> str | None:
    matching = [
        line
        for line in lines
        if (
            request.path == line.path
            if line.type in {"Exact", "Path"}
            else request.path.startswith(line.path)
        )
        and line.method in {None, request.method}
        and (request.header or not line.header)
    ]
    if not matching:
        return None
    weight = {id(line): line.priority or len(_rule(line, kind)) for line in matching}
    return max(matching, key=lambda line: weight[id(line)]).service


def _textually(line: Line, path: str) -> bool:
    return path == line.path if line.type in {"Exact", "Path"} else path.startswith(line.path)


def _rule(line: Line, kind: Kind) -> str:
    name = "Path" if line.type in {"Exact", "Path"} else "PathPrefix"
    parts = [f"Host(`{line.host}`)", f"{name}(`{line.path}`)"]
    parts += [f"Method(`{line.method}`)"] if line.method else []
    parts += ["Header(`X-Version`, `2`)"] if line.header else []
    return " && ".join(parts)


def _http_route(lines: list[Line], request: Request) -> str | None:
    matching = [
        line
        for line in lines
        if (request.path == line.path if line.type == "Exact" else _begins(request.path, line.path))
        and line.method in {None, request.method}
        and (request.header or not line.header)
    ]
    order = [
        (line.type != "Exact", -len(line.path.rstrip("/")), line.method is None, not line.header)
        for line in matching
    ]
    return matching[order.index(min(order))].service if matching else None


def _object(version: str, kind: str, name: str, spec: Json, annotations: Json | None = None) -> Json:
    metadata = {"name": name, "namespace": "shop", "annotations": annotations or {}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def _as_ingress(kind: Kind, lines: list[Line], *, regex: bool) -> Json:
    rules = [
        {
            "host": line.host,
            "http": {
                "paths": [
                    {
                        "path": line.path,
                        "pathType": line.type,
                        "backend": {"service": {"name": line.service, "port": {"number": 80}}},
                    }
                ]
            },
        }
        for line in lines
    ]
    annotations = {"nginx.ingress.kubernetes.io/use-regex": "true"} if regex else {}
    spec = {"ingressClassName": kind.value, "rules": rules}
    return _object("networking.k8s.io/v1", "Ingress", "all", spec, annotations)


def _as_http_route(number: int, line: Line) -> Json:
    match: Json = {"path": {"type": line.type, "value": line.path}}
    match |= {"method": line.method} if line.method else {}
    match |= {"headers": [{"name": "X-Version", "value": "2"}]} if line.header else {}
    rule = {"matches": [match], "backendRefs": [{"name": line.service, "port": 80}]}
    spec = {"hostnames": [line.host], "rules": [rule]}
    return _object("gateway.networking.k8s.io/v1", "HTTPRoute", f"route-{number}", spec)


def _as_route(line: Line) -> Json:
    route: Json = {
        "match": _rule(line, Kind.INGRESS_ROUTE),
        "kind": "Rule",
        "services": [{"name": line.service, "port": 80}],
    }
    return {**route, "priority": line.priority} if line.priority else route
