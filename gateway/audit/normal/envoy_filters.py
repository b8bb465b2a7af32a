"""Which filters does a request pass in Envoy, who asks whom, and what becomes of the client's token?

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_authz_filter
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from gateway.audit.estate.fields import at, flag, items, members, number, text
from gateway.audit.exposure import Auth, Backend, Fails, LoggedField, Mechanism, Reaches, TokenFate
from gateway.audit.normal.envoy_file import Clusters, File, is_a
from gateway.audit.normal.envoy_logs import DEFAULT, fields_of
from gateway.audit.normal.envoy_routes import Route, path_of
from gateway.audit.normal.ext_authz import (
    AUTHORIZATION,
    address_of,
    fate_at_envoy,
    ours,
    ours_over_grpc,
    service_at,
)
from gateway.audit.normal.parts import Asking
from gateway.config.tree import Node

_WHOLE: Final = (
    ("OAuth2", Mechanism.OIDC),
    ("BasicAuth", Mechanism.BASIC),
    ("ApiKeyAuth", Mechanism.API_KEY),
)
_MAY_CHANGE: Final = ("Lua", "Wasm", "ExternalProcessor", "Golang", "DynamicModuleFilter")


@dataclass(frozen=True)
class Chain:
    """The filters of one listener's connection manager."""

    file: File
    manager: Node
    clusters: Clusters

    @property
    def filters(self) -> tuple[Node, ...]:
        """In the order in which requests pass them."""
        return items(self.manager, "http_filters")

    @cached_property
    def logs(self) -> tuple[LoggedField, ...]:
        """What the access logs write down."""
        return tuple(logs_of(self.file, self.manager))

    def askings(self, route: Route) -> Iterator[Asking]:
        """Give who is asked about which paths of a route: those first that fail closed."""
        found = [one for node in self.filters for one in self._askings(node, route)]
        yield from (one for one in found if one.auth is None or one.auth.fails is Fails.CLOSED)
        yield from (one for one in found if one.auth is not None and one.auth.fails is not Fails.CLOSED)

    def fate(self, route: Route, auth: Auth | None) -> TokenFate:
        """Give what becomes of the token."""
        for one in route.removed:
            if (text(one) or "").lower() == AUTHORIZATION:
                return TokenFate(Reaches.NO, "the route removes Authorization", route.file.place(one))
        cleaning = next((one for node in self.filters for one in _removals(node)), None)
        if cleaning is not None:
            return TokenFate(Reaches.NO, "a filter removes Authorization", self.file.place(cleaning))
        source = route.file.place(route.node)
        token = (
            self._verified(auth) if auth and auth.mechanism is Mechanism.JWT else fate_at_envoy(auth, source)
        )
        changing = next((one for one in self.filters if _changes(one)), None)
        if changing is None or token.reaches is Reaches.NO:
            return token
        why = "a filter with a program of its own may change it"
        return TokenFate(Reaches.CANNOT_TELL, why, self.file.place(changing))

    # --- private ---

    def _askings(self, node: Node, route: Route) -> Iterator[Asking]:
        config, name = at(node, "typed_config"), text(node, "name") or ""
        nearest = route.per_filter(name)
        if nearest is not None and flag(nearest, "disabled"):
            return
        if flag(node, "disabled") and nearest is None:
            return
        if is_a(config, "ExtAuthz") and config is not None:
            if not is_partial(config):
                yield Asking(self._external(config, nearest))
        elif is_a(config, "JwtAuthentication") and config is not None:
            yield from self._tokens(config)
        for message, mechanism in _WHOLE:
            if is_a(config, message):
                yield Asking(Auth(mechanism=mechanism, place=self.file.place(config)))

    def _external(self, config: Node, nearest: Node | None) -> Auth:
        over_http = at(config, "http_service")
        context = {key: text(one) for key, one in members(nearest, "check_settings", "context_extensions")}
        auth = Auth(
            mechanism=Mechanism.EXTERNAL,
            place=self.file.place(config),
            policy=context.get("policy"),
            response_headers=None,
            removes_unanswered=False,
            fails=Fails.OPEN if flag(config, "failure_mode_allow") else Fails.CLOSED,
        )
        if over_http is None:
            grpc = at(config, "grpc_service")
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
        copied = frozenset(
            (
                *_patterns(answer, "allowed_upstream_headers"),
                *_patterns(answer, "allowed_upstream_headers_to_append"),
            )
        )
        return replace(
            auth,
            url=f"{scheme}://{host}{':' if port else ''}{port}{prefix}",
            service=service_at(host, port) if _is_name(host) else Backend("", cluster, port, "Cluster"),
            dialect=dialect,
            policy=policy,
            response_headers=copied,
        )

    def _tokens(self, config: Node) -> Iterator[Asking]:
        """The first rule whose match fits decides; one that requires nothing lets pass."""
        before: list[Asking] = []
        for rule in items(config, "rules"):
            requires = at(rule, "requires")
            path = path_of(at(rule, "match"))
            named = text(rule, "requirement_name")
            requires = requires if named is None else at(config, "requirement_map", named)
            needs = bool(requires and requires.value) and not is_optional(requires)
            auth = Auth(mechanism=Mechanism.JWT, place=self.file.place(rule)) if needs else None
            excepted = tuple(one for asking in before if asking.auth is None for one in asking.paths)
            if auth is not None:
                yield Asking(auth, (path,), excepted)
            before.append(Asking(auth, (path,)))

    def _verified(self, auth: Auth) -> TokenFate:
        for node in self.filters:
            for _, provider in members(node, "typed_config", "providers"):
                if flag(provider, "forward"):
                    place = self.file.place(at(provider, "forward"))
                    return TokenFate(Reaches.YES, "forward passes the token on", place)
        return TokenFate(Reaches.NO, "the token is taken away once it is verified", auth.place)


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
    share = at(config, "filter_enabled", "default_value")
    if share is None:
        return at(config, "filter_enabled") is not None
    of = {"HUNDRED": 100, "TEN_THOUSAND": 10_000, "MILLION": 1_000_000}
    whole = of.get(text(share, "denominator") or "HUNDRED", 100)
    return (number(share, "numerator") or 0) < whole and not flag(config, "deny_at_disable", "default_value")


def is_optional(requires: Node | None) -> bool:
    """Whether a request without a token fulfils it."""
    if any(at(requires, one) is not None for one in ("allow_missing", "allow_missing_or_failed")):
        return True
    either = items(requires, "requires_any", "requirements")
    return any(is_optional(one) for one in either)


# --- private ---


def _is_name(host: str) -> bool:
    return "." in host and not host[0].isdigit()


def _patterns(answer: Node | None, name: str) -> Iterator[str]:
    for one in items(answer, name, "patterns"):
        for key, end in (("exact", ""), ("prefix", "*")):
            if (value := text(one, key)) is not None:
                yield value.lower() + end
        if text(one, "safe_regex", "regex") == ".*":
            yield "*"


def _removals(node: Node) -> Iterator[Node]:
    config = at(node, "typed_config")
    if is_a(config, "HeaderMutation"):
        for one in items(config, "mutations", "request_mutations"):
            if (text(one, "remove") or "").lower() == AUTHORIZATION:
                yield one


def _changes(node: Node) -> bool:
    return any(is_a(at(node, "typed_config"), one) for one in _MAY_CHANGE)
