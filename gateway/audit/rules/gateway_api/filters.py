"""Is every route of a protected host asked about, by a filter that is whole, in force, and the first?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Exposure
from gateway.audit.normal.external_auth import WITHOUT_IT
from gateway.audit.normal.gateway_listeners import GROUP, Gateways
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.coverage.gaps import told_doors
from gateway.config.problem import show
from gateway.config.tree import Node

_GEP: Final = "https://gateway-api.sigs.k8s.io/geps/gep-1494/"
_BEFORE: Final = frozenset({"RequestMirror", "URLRewrite", "RequestHeaderModifier", "RequestRedirect"})
_TYPES: Final = frozenset({*_BEFORE, "ResponseHeaderModifier", "ExtensionRef", "CORS", "ExternalAuth"})


def _unasked(view: View) -> Iterator[Hit]:
    routes = [one for one in view.exposures if one.of is not None and one.of.group == GROUP]
    protected = {one.host for one in routes if one.is_protected}
    told = told_doors(view) if protected else frozenset()
    for one in routes:
        if one.auth is None and one.backends and one.public is None and one.host in protected:
            what = f"nobody is asked about {_named(one)}, and other routes of the host are protected"
            yield Hit(one.source, what, Severity.INFO if id(one) in told else None, _named(one))


def _not_in_force(view: View) -> Iterator[Hit]:
    gateways = Gateways(view.estate)
    for route in view.estate.of("HTTPRoute", GROUP):
        filters = [one for _, one in _filters(route) if text(one, "type") == "ExternalAuth"]
        if not filters:
            continue
        unable = sorted({door.controller for door in gateways.doors(route)} & WITHOUT_IT)
        for one in filters if unable else ():
            yield Hit(route.place(one), f"{unable[0].value} does not know the filter ExternalAuth")
        yield from _refused(route, "status", "parents")
    for kind in ("SecurityPolicy", "TrafficPolicy"):
        for policy in view.estate.of(kind):
            yield from _refused(policy, "status", "ancestors")


def _refused(of: Object, *steps: str) -> Iterator[Hit]:
    for parent in items(of.node, *steps):
        for one in items(parent, "conditions"):
            kind = text(one, "type") or ""
            if kind in {"Accepted", "ResolvedRefs", "Attached"} and text(one, "status") == "False":
                yield Hit(of.place(one), f"its status says that it is not {kind}", about=kind)


def _all_headers(view: View) -> Iterator[Hit]:
    for route, asked in _asked(view):
        listed = items(asked, "http", "allowedResponseHeaders")
        if text(asked, "protocol") == "HTTP" and not listed:
            what = (
                "no allowedResponseHeaders: every header of the answer is copied, or none, as the maker chose"
            )
            yield Hit(route.place(asked), what)


def _not_first(view: View) -> Iterator[Hit]:
    for route in view.estate.of("HTTPRoute", GROUP):
        for rule in items(route.node, "spec", "rules"):
            before: list[str] = []
            for one in items(rule, "filters"):
                kind = text(one, "type") or ""
                if kind == "ExternalAuth" and before:
                    yield Hit(
                        route.place(one), f"{show(before[0])} comes before ExternalAuth", about=before[0]
                    )
                if kind in _BEFORE:
                    before.append(kind)


def _incomplete(view: View) -> Iterator[Hit]:
    for route in view.estate.of("HTTPRoute", GROUP):
        for _, one in _filters(route):
            lacking = _lacking(one)
            if lacking is not None:
                yield Hit(route.place(one), lacking)
        for rule in items(route.node, "spec", "rules"):
            if not items(rule, "backendRefs") and not items(rule, "filters"):
                yield Hit(route.place(rule), "a rule has neither filters nor backends", Severity.LOW)


def _lacking(node: Node) -> str | None:
    kind, asked = text(node, "type") or "", at(node, "externalAuth")
    if kind not in _TYPES:
        return "this type of filter is not known, so that nobody can say what is in force"
    if kind != "ExternalAuth":
        return None if asked is None else "externalAuth is only in force where the type is ExternalAuth"
    if text(asked, "protocol") not in {"HTTP", "GRPC"}:
        return "the protocol is neither HTTP nor GRPC"
    if not text(asked, "backendRef", "name"):
        return "backendRef names no Service that is asked"
    return None


def _mirrored(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        if one.controller in MIRRORING and one.auth is not None:
            for mirror in one.mirrors:
                what = f"every request of a protected route goes to {mirror.to} as well, with its token"
                yield Hit(mirror.place, what, about=mirror.to)


MIRRORING: Final = frozenset(
    {
        Controller.GATEWAY_API,
        Controller.ENVOY_GATEWAY,
        Controller.KGATEWAY,
        Controller.CILIUM,
        Controller.NGINX_GATEWAY_FABRIC,
        Controller.ISTIO,
        Controller.CONTOUR,
        Controller.ENVOY,
    }
)
UNASKED: Final = Rule(
    id="GWA-001",
    title="A route of a protected host asks nobody",
    severity=Severity.HIGH,
    why="The filter stands in each rule and a policy on each target: a rule that has neither is an open "
    "door.",
    fix="give the rule the filter, attach the policy to the whole route, or say why it is open: "
    "token-gateway.dev/public: <reason>",
    check=_unasked,
    references=(_GEP,),
)
NOT_IN_FORCE: Final = Rule(
    id="GWA-002",
    title="What should ask is not in force",
    severity=Severity.CRITICAL,
    why="An implementation that does not know the filter, or has refused the object, asks nobody; some of "
    "them serve the route all the same.",
    fix="look at the status of the object; use what this implementation has, such as a SecurityPolicy",
    check=_not_in_force,
    references=(_GEP, "https://gateway-api.sigs.k8s.io/geps/gep-1364/"),
)
ALL_HEADERS: Final = Rule(
    id="GWA-003",
    title="ExternalAuth does not say which headers are copied",
    severity=Severity.HIGH,
    why="By the specification every header of the answer then goes to the backend; at least one "
    "implementation copies none, and the client's own token stays.",
    fix="list allowedResponseHeaders: Authorization, and the identity headers that the backend reads",
    check=_all_headers,
    references=(_GEP,),
)
NOT_FIRST: Final = Rule(
    id="GWA-004",
    title="A filter comes before ExternalAuth",
    severity=Severity.HIGH,
    why="A mirror gets the client's token before anybody has judged it, and a rewritten path is judged in "
    "the place of the one that was asked for.",
    fix="put ExternalAuth before every filter that mirrors, redirects, rewrites or changes headers",
    check=_not_first,
    references=(_GEP,),
)
INCOMPLETE: Final = Rule(
    id="GWA-013",
    title="A filter is not whole, or of no known type",
    severity=Severity.HIGH,
    why="What is not understood is not enforced, or the whole route is refused: neither is what was meant.",
    fix="write type: ExternalAuth, a protocol and a backendRef",
    check=_incomplete,
    references=("https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter",),
)
MIRRORED: Final = Rule(
    id="GWA-014",
    title="Requests of a protected route are mirrored",
    severity=Severity.MEDIUM,
    why="Whoever gets the copy gets the token as well, and can use it as long as it is valid.",
    fix="mirror behind the gateway without credentials, or not at all",
    check=_mirrored,
    references=("https://gateway-api.sigs.k8s.io/guides/http-request-mirroring/",),
)


# --- private ---


def _named(one: Exposure) -> str:
    methods = f"{', '.join(sorted(one.methods))} " if one.methods else ""
    return f"{methods}{show(one.host) if one.host else 'any host'} {one.path}"


def _filters(route: Object) -> Iterator[tuple[Node, Node]]:
    for rule in items(route.node, "spec", "rules"):
        yield from ((rule, one) for one in items(rule, "filters"))


def _asked(view: View) -> Iterator[tuple[Object, Node]]:
    for route in view.estate.of("HTTPRoute", GROUP):
        for _, one in _filters(route):
            asked = at(one, "externalAuth")
            if asked is not None and text(one, "type") == "ExternalAuth":
                yield route, asked
