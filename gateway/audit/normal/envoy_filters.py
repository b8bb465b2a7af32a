"""Which filters does a request pass in Envoy, who asks whom, and what becomes of the client's token?

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_authz_filter
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from gateway.audit.estate.fields import at, flag, items, members, text
from gateway.audit.exposure import (
    Auth,
    Backend,
    Fails,
    LoggedField,
    Mechanism,
    PathMatch,
    Reaches,
    TokenFate,
)
from gateway.audit.normal.envoy_file import Clusters, File, is_a
from gateway.audit.normal.envoy_headers import COPIED, at_the_filter, at_the_route
from gateway.audit.normal.envoy_jwt import askings_of, fate_of
from gateway.audit.normal.envoy_logs import DEFAULT, fields_of
from gateway.audit.normal.envoy_routes import Route, Said, is_whole
from gateway.audit.normal.ext_authz import (
    AUTHORIZATION,
    address_of,
    fate_at_envoy,
    ours,
    ours_over_grpc,
    service_at,
)
from gateway.audit.normal.parts import Asking
from gateway.audit.overlap import path_covers
from gateway.config.tree import Node

_WHOLE: Final = (
    ("OAuth2", Mechanism.OIDC),
    ("BasicAuth", Mechanism.BASIC),
    ("ApiKeyAuth", Mechanism.API_KEY),
)
_MAY_CHANGE: Final = ("Lua", "Wasm", "ExternalProcessor", "Golang", "DynamicModuleFilter")
_WRAPS: Final = ("ExtensionWithMatcher", "Composite")
"""Another filter, of some requests."""


@dataclass(frozen=True)
class Chain:
    """The filters of one listener's connection manager."""

    file: File
    manager: Node
    clusters: Clusters
    upgrade: Node | None = None
    """A kind of upgrade that has filters of its own, as with WebSocket."""

    @property
    def filters(self) -> tuple[Node, ...]:
        """In the order in which requests pass them."""
        return items(self.manager if self.upgrade is None else self.upgrade, _filters_name(self.upgrade))

    @cached_property
    def logs(self) -> tuple[LoggedField, ...]:
        """What the access logs write down."""
        return tuple(logs_of(self.file, self.manager))

    def askings(self, route: Route) -> list[Asking]:
        """Give who is asked about which paths of a route.

        Those first that fail closed and are known; of them those first that are about a part of its paths.
        """
        found = [one for node in self.filters for one in self._askings(node, route)]
        return sorted(found, key=lambda one: (_doubt(one.auth), _is_about_all(one, route)))

    def fate(self, route: Route, path: PathMatch) -> TokenFate:
        """Give what becomes of the token of a request for this path, one filter after another."""
        fate = TokenFate(
            Reaches.YES, "nobody is asked, and nothing takes it away", route.file.place(route.node)
        )
        for node in items(self.manager, "early_header_mutation_extensions"):
            fate = at_the_filter(self.file, at(node, "typed_config"), None, fate)
        for node in self.filters:
            told = route.said_of(text(node, "name") or "")
            if _is_on(node, told):
                fate = self._after(node, told.config if told else None, path, fate)
        return at_the_route(route, route.above[-1], fate)

    # --- private ---

    def _after(self, node: Node, told: Node | None, path: PathMatch, fate: TokenFate) -> TokenFate:
        """What is gone stays gone; what is copied is not got back."""
        config = at(node, "typed_config")
        if is_a(config, "HeaderMutation"):
            return at_the_filter(self.file, config, told, fate)
        if fate.reaches is Reaches.NO or fate.why == COPIED:
            return fate
        if config is not None and is_a(config, "ExtAuthz"):
            return fate if is_partial(config) else self._after_question(config, told, fate)
        if config is not None and is_a(config, "JwtAuthentication"):
            verified = fate_of(self.file, config, told, path)
            return (
                fate
                if verified is None or (verified.reaches is Reaches.YES and fate.reaches is not Reaches.YES)
                else verified
            )
        if any(is_a(config, one) for one in _MAY_CHANGE):
            why = "a filter with a program of its own may change it"
            return TokenFate(Reaches.CANNOT_TELL, why, self.file.place(node))
        for auth in self._others(node, config):
            if auth.mechanism is Mechanism.API_KEY and flag(config, "forwarding", "hide_credentials"):
                return TokenFate(Reaches.NO, "the key is taken away", auth.place)
            if auth.mechanism is not Mechanism.API_KEY and not is_a(config, "RBAC"):
                return fate_at_envoy(auth, auth.place)
        return fate

    def _after_question(self, config: Node, told: Node | None, fate: TokenFate) -> TokenFate:
        auth = self._external(config, told)
        answered = fate_at_envoy(auth, auth.place)
        if answered.reaches is Reaches.YES and fate.reaches is not Reaches.YES:
            return fate
        return answered

    def _askings(self, node: Node, route: Route) -> Iterator[Asking]:
        config, told = at(node, "typed_config"), route.said_of(text(node, "name") or "")
        if not _is_on(node, told):
            return
        if is_a(config, "ExtAuthz") and config is not None:
            if not is_partial(config):
                yield Asking(self._external(config, told.config if told else None))
        elif is_a(config, "JwtAuthentication") and config is not None:
            yield from askings_of(self.file, config, told.config if told else None)
        elif is_a(config, "RBAC") and is_a(told.config if told else None, "RBACPerRoute"):
            inner = at(told.config if told else None, "rbac")
            if _demands(inner):
                yield Asking(Auth(mechanism=Mechanism.UNKNOWN, place=route.file.place(inner)))
        else:
            yield from (Asking(one) for one in self._others(node, config))

    def _external(self, config: Node, told: Node | None) -> Auth:
        asked = _asked(config, told)
        over_http = at(asked, "http_service")
        context = {key: text(one) for key, one in members(told, "check_settings", "context_extensions")}
        auth = Auth(
            mechanism=Mechanism.EXTERNAL,
            place=self.file.place(config),
            policy=context.get("policy"),
            response_headers=None,
            removes_unanswered=False,
            fails=Fails.OPEN if flag(config, "failure_mode_allow") else Fails.CLOSED,
        )
        shown = frozenset(_patterns(config, "allowed_headers"))
        if over_http is None:
            auth = replace(auth, request_headers=shown if at(config, "allowed_headers") else None)
            grpc = at(asked, "grpc_service")
            cluster = (
                text(grpc, "envoy_grpc", "cluster_name") or text(grpc, "google_grpc", "target_uri") or ""
            )
            service = service_at(cluster.replace("_", "-"))
            return replace(auth, url=cluster, dialect=ours_over_grpc(service, auth.policy))
        scheme, host, port = address_of(text(over_http, "server_uri", "uri"))
        prefix = text(over_http, "path_prefix") or ""
        cluster = text(over_http, "server_uri", "cluster") or ""
        dialect, policy = ours(prefix)
        answer = at(over_http, "authorization_response")
        return replace(
            auth,
            url=f"{scheme}://{host}{':' if port else ''}{port}{prefix}",
            service=service_at(host, port) if _is_name(host) else Backend("", cluster, port, "Cluster"),
            dialect=dialect,
            policy=policy,
            request_headers=shown | {AUTHORIZATION},
            response_headers=frozenset(_patterns(answer, "allowed_upstream_headers")),
        )

    def _others(self, node: Node, config: Node | None) -> Iterator[Auth]:
        place = self.file.place(node if config is None else config)
        for message, mechanism in _WHOLE:
            if is_a(config, message):
                some = items(config, "config", "pass_through_matcher")
                yield Auth(mechanism=Mechanism.UNKNOWN if some else mechanism, place=place)
        wraps = any(is_a(config, one) for one in _WRAPS) or at(node, "config_discovery") is not None
        if wraps or (is_a(config, "RBAC") and _demands(config)):
            yield Auth(mechanism=Mechanism.UNKNOWN, place=place)


def logs_of(file: File, manager: Node) -> Iterator[LoggedField]:
    """Give what the access logs of a connection manager write down."""
    for log in items(manager, "access_log"):
        config = at(log, "typed_config")
        for header in items(config, "additional_request_headers_to_log"):
            yield LoggedField((text(header) or "").lower(), file.place(header))
        if not any(is_a(config, one) for one in ("FileAccessLog", "StdoutAccessLog", "StderrAccessLog")):
            continue
        given = [
            found
            for name in ("log_format", "format", "json_format", "typed_json_format")
            if (found := at(config, name)) is not None
        ]
        written = [(one, one.value) for node in given for one in node.walk() if isinstance(one.value, str)]
        for one, value in written or [(log, DEFAULT)]:
            yield from (LoggedField(name, file.place(one)) for name in dict.fromkeys(fields_of(value)))


def is_partial(config: Node) -> bool:
    """Whether only a share of the requests is asked about, or none."""
    if at(config, "filter_enabled_metadata") is not None:
        return True
    share = at(config, "filter_enabled", "default_value")
    if share is None:
        return at(config, "filter_enabled") is not None
    return not is_whole(share) and not flag(config, "deny_at_disable", "default_value")


# --- private ---


def _is_name(host: str) -> bool:
    return "." in host and not host[0].isdigit()


def _patterns(answer: Node | None, name: str) -> Iterator[str]:
    """Envoy has the names of headers in lower case, and compares them letter by letter unless told."""
    for one in items(answer, name, "patterns"):
        of_any_case = flag(one, "ignore_case") or False
        for key, end in (("exact", ""), ("prefix", "*")):
            value = text(one, key)
            if value is not None and (of_any_case or value == value.lower()):
                yield value.lower() + end
        ends, inside = (_spelled(text(one, key), of_any_case) for key in ("suffix", "contains"))
        if (ends and AUTHORIZATION.endswith(ends)) or (inside and inside in AUTHORIZATION):
            yield AUTHORIZATION
        regex = text(one, "safe_regex", "regex")
        if regex == ".*":
            yield "*"
        elif regex is not None and AUTHORIZATION in regex.removeprefix("(?i)").strip("^$()").split("|"):
            yield AUTHORIZATION


def _asked(config: Node, told: Node | None) -> Node:
    """A route may have somebody else asked."""
    other = at(told, "check_settings")
    services = ("http_service", "grpc_service")
    return other if other is not None and any(at(other, one) is not None for one in services) else config


def _spelled(value: str | None, of_any_case: bool) -> str:  # noqa: FBT001 - one of two ways to compare
    return (value or "").lower() if of_any_case else value or ""


def _filters_name(upgrade: Node | None) -> str:
    return "http_filters" if upgrade is None else "filters"


def _is_on(node: Node, told: Said | None) -> bool:
    return not told.is_off if told is not None else not flag(node, "disabled")


def _doubt(auth: Auth | None) -> int:
    if auth is None:
        return 0
    return 1 if auth.mechanism is Mechanism.UNKNOWN else 2 if auth.fails is not Fails.CLOSED else 0


def _is_about_all(asking: Asking, route: Route) -> bool:
    return any(path_covers(one, route.path) for one in asking.paths)


def _demands(rbac: Node | None) -> bool:
    """Whether it refuses some of those who come, by who they are."""
    if text(rbac, "rules", "action") not in {None, "ALLOW"}:
        return False
    policies = [one for _, one in members(rbac, "rules", "policies")]
    everybody = (flag(who, "any") for one in policies for who in items(one, "principals"))
    return at(rbac, "rules") is not None and not any(everybody)
