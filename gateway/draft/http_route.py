"""Which rules does an HTTPRoute have (gateway.networking.k8s.io)?

https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule: matches are alternatives, what one of them
says must all hold, and the order is Exact, the longest prefix, a method, most headers, most parameters.
"""

from collections.abc import Iterator
from dataclasses import replace

from gateway.config.problem import Unfit
from gateway.config.tree import Node
from gateway.draft.fields import at, items, number, shown, text, texts
from gateway.draft.manifests import Manifest
from gateway.draft.reach import EVERYTHING, Reach
from gateway.draft.regex_path import PathRegex
from gateway.draft.rule import ANY_HOST, Backend, Found, Place, Rule, Via
from gateway.draft.templates import below, exactly

TARGET = "gateway-api"
"""Which implementation serves it no HTTPRoute says."""


def read_http_route(manifest: Manifest, found: Found) -> Iterator[Rule]:
    """Give its rules, once for each of its hosts."""
    hosts = texts(manifest.node, "spec", "hostnames")
    for rule in items(manifest.node, "spec", "rules"):
        filters = [text(one, "type") or "" for one in items(rule, "filters")]
        _say_filters(manifest, rule, filters, found)
        if "RequestRedirect" in filters:  # the proxy answers itself: no backend is reached
            continue
        for match in items(rule, "matches") or (None,):
            for one in _rule(manifest, rule, match, filters, found):
                for host in hosts or (ANY_HOST,):
                    yield replace(one, host=host)


# --- private ---


def _say_filters(manifest: Manifest, rule: Node, filters: list[str], found: Found) -> None:
    place = manifest.place(at(rule, "filters"), "filters")
    for kind in filters:
        if kind == "ExternalAuth":
            found.remark(place, "something else is asked there who may get in", "replace it by the snippet's")
        elif kind == "RequestMirror":
            found.remark(
                place, "requests are copied to somebody else, with the client's token", "remove the filter"
            )
        elif kind == "ExtensionRef":
            found.remark(
                place, "a filter of the implementation's own is not read", "check that it does not route"
            )
        elif kind == "RequestRedirect":
            found.remark(
                place, "the rule redirects and reaches no backend: no route is needed", "nothing to do"
            )


def _rule(
    manifest: Manifest, rule: Node, match: Node | None, filters: list[str], found: Found
) -> Iterator[Rule]:
    kind = text(match, "path", "type") or "PathPrefix"
    value = text(match, "path", "value") or "/"
    place = manifest.place(match or rule, f"{kind} {shown(value)}")
    path, reach = _path(kind, value, place, found)
    backend = _backend(manifest, rule)
    conditions = [name for name in ("headers", "queryParams") if at(match, name) is not None]
    if conditions and path is not None:
        what = " and ".join(conditions).replace("queryParams", "query parameters")
        found.omit(
            place,
            f"it depends on {what}, on which no route of a policy depends",
            "give it a path of its own, or write a route for this path that may be used with any of them",
        )
        path = None
    if backend is None:
        if path is not None:
            found.omit(place, "it has no backend", "write the route by hand, and choose its audience")
        path = None
    rewrites = "URLRewrite" in filters
    yield Rule(
        place=place,
        owner=manifest.name,
        via=Via.HTTP_ROUTE,
        target=TARGET,
        host=ANY_HOST,
        path=path,
        reach=reach,
        methods=_methods(match),
        backend=backend or Backend(manifest.namespace, (place.name,), ""),
        rank=_rank(kind, value, match),
        notes=("the path before the rule rewrites it, which is what clients see",) if rewrites else (),
    )


def _path(kind: str, value: str, place: Place, found: Found) -> tuple[str | None, Reach]:
    regex = PathRegex(pattern=value, whole=True)
    try:
        match kind:
            case "Exact":
                return exactly(value), Reach(exactly(value))
            case "PathPrefix":
                return below(value), Reach(below(value))
            case "RegularExpression":
                # Some implementations search, and some compare the whole path: without ^ and $ they differ.
                anchored = value.startswith("^") and value.endswith("$")
                return regex.template(), regex.reach() if anchored else EVERYTHING
            case _:
                raise Unfit(f"no path type {shown(kind)} is known", "write Exact or PathPrefix")
    except Unfit as unfit:
        found.omit(place, unfit.what, unfit.fix)
        anchored = kind == "RegularExpression" and value.startswith("^")
        return None, regex.reach() if anchored else EVERYTHING


def _methods(match: Node | None) -> frozenset[str] | None:
    method = text(match, "method")
    return None if method is None else frozenset({method})


def _rank(kind: str, value: str, match: Node | None) -> tuple[int, ...] | None:
    if kind not in {"Exact", "PathPrefix"}:
        return None
    exact = kind == "Exact"
    return (
        0 if exact else 1,
        0 if exact else -len(value.removesuffix("/")),
        0 if text(match, "method") else 1,
        -len(items(match, "headers")),
        -len(items(match, "queryParams")),
    )


def _backend(manifest: Manifest, rule: Node) -> Backend | None:
    references = [one for one in items(rule, "backendRefs") if number(one, "weight") != 0]
    names = [text(one, "name") for one in references]
    if not references or None in names:
        return None
    namespace = text(references[0], "namespace") or manifest.namespace
    port = number(references[0], "port")
    services = tuple(dict.fromkeys(name for name in names if name is not None))
    return Backend(namespace, services, str(port or 80))
