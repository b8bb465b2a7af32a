"""Is everybody asked about, in time, by a question that shows the token and an answer that replaces it?"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Backend, Exposure, Mechanism, Reaches
from gateway.audit.normal.attached import Attached, Target, targets_of
from gateway.audit.normal.contour_auth import configurations
from gateway.audit.normal.contour_routes import routes_of
from gateway.audit.normal.envoy_file import File, files_of, is_a, resources
from gateway.audit.normal.envoy_filters import is_partial
from gateway.audit.normal.envoy_gateway import PARENTS, auth_of, is_merged
from gateway.audit.normal.envoy_routes import path_of
from gateway.audit.normal.envoy_routes import routes_of as envoy_routes_of
from gateway.audit.normal.ext_authz import AUTHORIZATION, GRPC, lists
from gateway.audit.normal.gateway_listeners import GROUP, Gateways
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.envoy.settings import http_filters, settings
from gateway.config.problem import show
from gateway.config.tree import Node

LONGEST_WAIT_S: Final = 10.0
ASKING: Final = frozenset(
    {
        Controller.CONTOUR,
        Controller.ISTIO,
        Controller.ENVOY_GATEWAY,
        Controller.NGINX_GATEWAY_FABRIC,
        Controller.KGATEWAY,
        Controller.CILIUM,
        Controller.GATEWAY_API,
        Controller.ENVOY,
    }
)


def _fails_open(view: View) -> Iterator[Hit]:
    for one in settings(view.estate):
        allowed = at(one.node, *one.fails_open)
        if flag(allowed):
            yield Hit(one.place(allowed), "whoever comes while nobody answers comes in")


def _survives(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        asked = one.auth is not None and one.auth.mechanism is Mechanism.EXTERNAL
        if asked and one.controller in ASKING and one.token.reaches is Reaches.YES:
            yield Hit(one.token.place, f"the client's token reaches the backend: {one.token.why}")
        keyed = one.auth is not None and one.auth.mechanism is Mechanism.API_KEY
        if keyed and one.controller in ASKING and one.token.reaches is Reaches.YES:
            yield Hit(one.token.place, "the client's key reaches the backend", Severity.MEDIUM)


def _not_shown(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        auth = one.auth if one.controller in ASKING else None
        if auth is not None and not lists(auth.request_headers, AUTHORIZATION):
            yield Hit(auth.place, "the headers that are sent along are listed, and authorization is not")


def _waits_long(view: View) -> Iterator[Hit]:
    for one in settings(view.estate):
        written = [found for way in one.waits if (found := at(one.node, *way)) is not None]
        if not written and one.default_wait_s > LONGEST_WAIT_S:
            what = f"no timeout is set, and the default is {one.default_wait_s:.0f} s"
            yield Hit(one.place(), what)
        for node in written[:1]:
            seconds = seconds_of(text(node) or "")
            if seconds is None or seconds > LONGEST_WAIT_S or seconds == 0:
                yield Hit(one.place(node), "the timeout is longer than 10 s, or none")


def _replaced(view: View) -> Iterator[Hit]:
    estate, gateways = view.estate, Gateways(view.estate)
    policies = Attached(estate, "SecurityPolicy", "gateway.envoyproxy.io")
    for kind in ("HTTPRoute", "GRPCRoute"):
        for route in estate.of(kind, GROUP):
            above = _above(gateways, policies, route)
            own = policies.of(Target(kind, route.namespace, route.name))[:1]
            for policy in own if above is not None else ():
                if auth_of(policy) is None and not is_merged(policy):
                    what = (
                        f"it replaces the policy {show(above.name if above else '')} of the "
                        f"Gateway, which asks"
                    )
                    yield Hit(policy.place(at(policy.node, "spec")), what, about=route.name)


def _above(gateways: Gateways, policies: Attached, route: Object) -> Object | None:
    """Give the policy of a route's Gateway, or listener, that asks."""
    for door in gateways.doors(route):
        if door.gateway is not None:
            for target in targets_of(
                route, route.node, door.gateway, door.listener_name, listener_set=door.listener_set
            ):
                found = policies.of(target)[:1] if target.kind in PARENTS else []
                if found and auth_of(found[0]) is not None:
                    return found[0]
    return None


def _switched_off(view: View) -> Iterator[Hit]:
    for proxy in view.estate.of("HTTPProxy"):
        if proxy.public is None and at(proxy.node, "spec", "virtualhost") is not None:
            yield from _in_contour(view, proxy)
    for of, node in configurations(view.estate):
        off = at(node, "globalExtAuth", "authPolicy", "disabled")
        if flag(off):
            yield Hit(of.place(off), "routes are not asked about unless they say so")
    for policy in view.estate.of("TrafficPolicy"):
        off = at(policy.node, "spec", "extAuth", "disable")
        if off is not None and policy.public is None:
            yield Hit(policy.place(off), "nobody is asked about what it is attached to")
    yield from _exceptions(view)
    yield from _in_files(view)


def _in_contour(view: View, proxy: Object) -> Iterator[Hit]:
    asked = at(proxy.node, "spec", "virtualhost", "authorization")
    off = at(asked, "authPolicy", "disabled")
    if flag(off):
        yield Hit(proxy.place(off), "routes are not asked about unless they say so")
    for route in routes_of(view.estate, proxy):
        disabled, clear = at(route.node, "authPolicy", "disabled"), at(route.node, "permitInsecure")
        if flag(disabled) and route.of.public is None:
            yield Hit(route.of.place(disabled), f"nobody is asked about {route.path}")
        if flag(clear) and at(asked, "extensionRef") is not None and route.of.public is None:
            what = f"{route.path} is served in the clear as well, where nobody is asked"
            yield Hit(route.of.place(clear), what)


def _exceptions(view: View) -> Iterator[Hit]:
    for policy in view.estate.of("AuthorizationPolicy"):
        if text(policy.node, "spec", "action") != "CUSTOM" or policy.public is not None:
            continue
        for rule in items(policy.node, "spec", "rules"):
            for one in items(rule, "to"):
                for name in ("notPaths", "notHosts", "notMethods", "notPorts"):
                    excepted = at(one, "operation", name)
                    if excepted is not None:
                        yield Hit(policy.place(excepted), f"{name} are not asked about", about=name)


def _in_files(view: View) -> Iterator[Hit]:
    for file in files_of(view.estate):
        for node in http_filters(file):
            yield from _of_filter(file, at(node, "typed_config"))
            yield from _off_everywhere(file, node)
        names = {text(node, "name") or "" for node in http_filters(file) if _asks(node)}
        asked = {name for node in http_filters(file) for name in _asked(at(node, "typed_config"))}
        for listener in resources(file, "listeners", "Listener"):
            for config in listener.walk():
                if isinstance(config.value, dict) and "virtual_hosts" in config.value:
                    yield from _off_at_routes(file, config, names, asked)


def _off_everywhere(file: File, node: Node) -> Iterator[Hit]:
    """A filter that is switched off, and that no route switches on."""
    if not _asks(node) or not flag(node, "disabled"):
        return
    name = text(node, "name") or ""
    told = (at(one, "typed_per_filter_config", name) for one in file.root.walk())
    if all(one is None or flag(one, "disabled") or flag(one, "config", "disabled") for one in told):
        yield Hit(file.place(at(node, "disabled")), "nobody is asked about anything: no route switches it on")


def _asks(node: Node) -> bool:
    return any(is_a(at(node, "typed_config"), one) for one in _FILTERS)


def _asked(config: Node | None) -> Iterator[str]:
    """The clusters of who is asked: what leads to them has to be open, as where people sign in."""
    for way in (("http_service", "server_uri", "cluster"), ("grpc_service", "envoy_grpc", "cluster_name")):
        if (name := text(config, *way)) is not None:
            yield name


def _off_at_routes(file: File, config: Node, names: set[str], asked: set[str]) -> Iterator[Hit]:
    for route in envoy_routes_of(file, config):
        for name in sorted(names):
            said, nearest = route.said_of(name), route.per_filter(name)
            if said is not None and said.is_off and not all(one.name in asked for one in route.backends):
                yield Hit(file.place(nearest), f"nobody is asked about {route.path}")


def _of_filter(file: File, config: Node | None) -> Iterator[Hit]:
    if config is not None and is_partial(config):
        what = "only a share of the requests is asked about (filter_enabled)"
        yield Hit(file.place(at(config, "filter_enabled")), what)
    for rule in items(config, "rules") if is_a(config, "JwtAuthentication") else ():
        requires = at(rule, "requires")
        if not (requires and requires.value) and text(rule, "requirement_name") is None:
            yield Hit(file.place(rule), f"no token is needed for {path_of(at(rule, 'match'))}")


def _own_dialect(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        wrong = _wrong_dialect(one) if one.controller in ASKING else None
        if one.auth is not None and wrong is not None:
            yield Hit(one.auth.place, wrong)


def _wrong_dialect(one: Exposure) -> str | None:
    auth = one.auth
    if auth is None or auth.mechanism is not Mechanism.EXTERNAL or auth.dialect == GRPC:
        return None
    is_ours = auth.service is not None and _is_named_so(auth.service)
    wanted = "nginx" if one.controller is Controller.NGINX_GATEWAY_FABRIC else "envoy"
    if (is_ours or auth.dialect is not None) and auth.dialect != wanted:
        return f"the gateway is not asked below /auth/{wanted}/"
    return None


def _is_named_so(service: Backend) -> bool:
    return "token-gateway" in f"{service.name}.{service.namespace}".replace("_", "-")


def seconds_of(written: str) -> float | None:
    """Read a duration, as Go and protobuf write it; None where it is none."""
    found = list(_PART.finditer(written))
    if not found or "".join(one[0] for one in found) != written:
        return None
    return sum(float(one["number"]) * _UNITS[one["unit"]] for one in found)


_FILTERS: Final = ("ExtAuthz", "JwtAuthentication", "BasicAuth", "ApiKeyAuth", "OAuth2")
_PART: Final = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)(?P<unit>ms|us|h|m|s)")
_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}

_ENVOY: Final = "https://www.envoyproxy.io/docs/envoy/latest/api-v3"

FAILS_OPEN: Final = Rule(
    id="ENV-001",
    title="Requests pass where nobody answers",
    severity=Severity.CRITICAL,
    why="An outage of whoever is asked, or one that somebody brings about, opens every route; in Envoy "
    "Gateway a mistake in the policy does so as well.",
    fix="failOpen: false, or failure_mode_allow: false",
    check=_fails_open,
    references=(f"{_ENVOY}/extensions/filters/http/ext_authz/v3/ext_authz.proto",),
)
SURVIVES: Final = Rule(
    id="ENV-002",
    title="The client's token reaches the backend",
    severity=Severity.HIGH,
    why="Every backend, and whoever reads its memory or logs, can use the token for whatever it is good for.",
    fix="let the answer's authorization replace the client's: headersToBackend, headersToUpstreamOnAllow, "
    "allowedUpstreamHeaders or allowedResponseHeaders",
    check=_survives,
    references=("https://www.rfc-editor.org/rfc/rfc9700#section-4.9",),
)
NOT_SHOWN: Final = Rule(
    id="ENV-003",
    title="The token is not shown to whoever is asked",
    severity=Severity.MEDIUM,
    why="Over gRPC Envoy sends every header, but where some are listed those alone: everything is refused, "
    "or something else is judged.",
    fix="list authorization, and every other credential, or list nothing",
    check=_not_shown,
    references=(f"{_ENVOY}/extensions/filters/http/ext_authz/v3/ext_authz.proto",),
)
WAITS_LONG: Final = Rule(
    id="ENV-004",
    title="An answer is waited for too long",
    severity=Severity.MEDIUM,
    why="While the asked server hangs, every request hangs: connections and memory of the proxy run out.",
    fix="a timeout of 1 to 6 seconds",
    check=_waits_long,
    references=("https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/",),
)
REPLACED: Final = Rule(
    id="ENV-005",
    title="A policy of a route replaces the one that asks",
    severity=Severity.HIGH,
    why="Of several SecurityPolicies the nearest alone counts: one that is about CORS takes authentication "
    "away.",
    fix="mergeType: StrategicMerge, or write extAuth here as well",
    check=_replaced,
    references=("https://gateway.envoyproxy.io/docs/concepts/gateway_api_extensions/security-policy/",),
)
SWITCHED_OFF: Final = Rule(
    id="ENV-006",
    title="Asking is switched off for some requests",
    severity=Severity.HIGH,
    why="Whoever comes this way comes in, and path tricks can make other requests look like these.",
    fix="ask about everything and let the gateway's policy name public routes, or say why: "
    "token-gateway.dev/public: <reason>",
    check=_switched_off,
    references=("https://projectcontour.io/docs/main/config/client-authorization/",),
)
OWN_DIALECT: Final = Rule(
    id="ENV-017",
    title="The gateway is asked in no dialect, or in another proxy's",
    severity=Severity.HIGH,
    why="Each dialect believes other headers: in the wrong one the gateway judges what a client has written.",
    fix="ask below /auth/envoy/POLICY over HTTP, and as `gateway snippet` prints it elsewhere",
    check=_own_dialect,
)
