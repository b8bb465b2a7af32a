"""Who is asked about a route of kgateway? The nearest TrafficPolicy that says so, field by field.

https://kgateway.dev/docs/envoy/latest/reference/api/#trafficpolicyspec ; read beside the code of kgateway of
2026 that writes these policies into Envoy's filters.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, members, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Auth, Fails, LoggedField, Mechanism, Reaches, TokenFate
from gateway.audit.normal.attached import Attached, Target
from gateway.audit.normal.envoy_gateway import Asked
from gateway.audit.normal.envoy_logs import logged
from gateway.audit.normal.ext_authz import AUTHORIZATION, fate_at_envoy, ours, ours_over_grpc
from gateway.audit.normal.gateway_rules import backend_of
from gateway.config.tree import Node

GROUP: Final = "gateway.kgateway.dev"
_PRIORITY: Final = "kgateway.dev/inherited-policy-priority"
_WEIGHT: Final = "kgateway.dev/policy-weight"
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}")
_OTHERS: Final = (
    ("jwtAuth", Mechanism.JWT),
    ("jwt", Mechanism.JWT),
    ("oauth2", Mechanism.OIDC),
    ("apiKeyAuth", Mechanism.API_KEY),
    ("apiKeyAuthentication", Mechanism.API_KEY),
    ("basicAuth", Mechanism.BASIC),
)


class TrafficPolicies:
    """Those of an estate, by what they are attached to."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._policies = Attached(estate, "TrafficPolicy", GROUP)

    def asked(self, targets: tuple[Target, ...], source: Object, rule: Node) -> Asked:
        """Give who is asked about a rule. `targets` are what policies of it may name, the nearest first."""
        found = self._in_order(targets, [*self._named(source, rule)])
        auth = self._auth(found)
        if auth is not None and auth.mechanism is Mechanism.API_KEY:
            forwards = any(
                flag(one.node, "spec", name, "forwardCredential")
                for one in found
                for name in ("apiKeyAuth", "apiKeyAuthentication")
            )
            why = "the key is passed on" if forwards else "the key is taken from the request"
            return Asked(auth, TokenFate(Reaches.YES if forwards else Reaches.NO, why, auth.place))
        if auth is None:
            return Asked(None, fate_at_envoy(None, source.place(rule)))
        return Asked(auth, self._fate(found, auth, source, rule))

    def _in_order(self, targets: tuple[Target, ...], named: list[Object]) -> list[Object]:
        """Give the policies, those first that count first: a Gateway may say that its own do.

        https://kgateway.dev/docs/envoy/latest/about/policies/merging/
        """
        below, above = list(named), list[Object]()
        prefers_parent = False
        for target in targets:
            theirs = sorted(self._policies.of(target), key=_weight, reverse=True)
            if target.kind != "Gateway":
                below += theirs
                continue
            above += theirs
            prefers_parent = prefers_parent or self._priority(target).endswith("PreferParent")
        every = [*above, *below] if prefers_parent else [*below, *above]
        if any(self._priority(one).startswith("Deep") for one in targets):
            every.sort(key=lambda one: at(one.node, "spec", "extAuth", "disable") is None)
        return every

    def _priority(self, target: Target) -> str:
        """Give what a Gateway says of them: where they are merged deeply, one `disable` is enough."""
        if target.kind != "Gateway":
            return ""
        gateway = self._estate.get("Gateway", target.namespace, target.name)
        return (gateway.annotation(_PRIORITY) or "") if gateway else ""

    def _named(self, source: Object, rule: Node) -> Iterator[Object]:
        """A filter of the rule may name a policy itself."""
        for one in items(rule, "filters"):
            if text(one, "extensionRef", "kind") == "TrafficPolicy":
                name = text(one, "extensionRef", "name") or ""
                found = self._estate.get("TrafficPolicy", source.namespace, name)
                if found is not None:
                    yield found

    def _auth(self, policies: list[Object]) -> Auth | None:
        """What fails closed comes first. Of each field the nearest policy counts, `disable` too."""
        every = [*self._others(policies)]
        found = _nearest(policies, "extAuth")
        if found is not None and at(found[1], "disable") is None:
            every.insert(0, self._external(*found))
        closed = [one for one in every if one.fails is Fails.CLOSED]
        return next(iter((*closed, *every)), None)

    def _others(self, policies: list[Object]) -> Iterator[Auth]:
        for name, mechanism in _OTHERS:
            found = _nearest(policies, name)
            if found is None or at(found[1], "disable") is not None:
                continue
            if mechanism is not Mechanism.JWT or self._needs_token(*found):
                yield Auth(mechanism=mechanism, place=found[0].place(found[1]))

    def _needs_token(self, policy: Object, asked: Node) -> bool:
        jwt = at(self._extension(policy, asked), "spec", "jwt")
        return text(jwt, "validationMode") != "AllowMissing"

    def _extension(self, policy: Object, asked: Node) -> Node | None:
        reference = at(asked, "extensionRef")
        namespace = text(reference, "namespace") or policy.namespace
        found = self._estate.get("GatewayExtension", namespace, text(reference, "name") or "")
        return None if found is None else found.node

    def _fate(self, policies: list[Object], auth: Auth, source: Object, rule: Node) -> TokenFate:
        found = next((one for name in ("jwtAuth", "jwt") if (one := _nearest(policies, name))), None)
        extension = None if found is None else self._extension(*found)
        if auth.mechanism is not Mechanism.JWT or extension is None:
            return fate_at_envoy(auth, source.place(rule))
        if any(flag(one, "forwardToken") for one in items(extension, "spec", "jwt", "providers")):
            return TokenFate(Reaches.YES, "forwardToken passes the token on", auth.place)
        return TokenFate(Reaches.NO, "the token is taken away once it is verified", auth.place)

    def _external(self, policy: Object, asked: Node) -> Auth:
        reference = at(asked, "extensionRef")
        namespace = text(reference, "namespace") or policy.namespace
        extension = self._estate.get("GatewayExtension", namespace, text(reference, "name") or "")
        context = {name: text(one) for name, one in members(asked, "contextExtensions")}
        auth = Auth(
            mechanism=Mechanism.EXTERNAL,
            place=policy.place(asked),
            dialect=ours_over_grpc(None, context.get("policy")),
            policy=context.get("policy"),
            response_headers=None,
            removes_unanswered=False,
        )
        return auth if extension is None else _of_extension(extension, auth)


def logs_of(estate: Estate) -> tuple[LoggedField, ...]:
    """Give what the listeners' policies have written down."""
    policies = (*estate.of("ListenerPolicy", GROUP), *estate.of("HTTPListenerPolicy", GROUP))
    return tuple(one for policy in policies for one in _logs(policy))


# --- private ---


def _weight(policy: Object) -> int:
    """Of those for the same the heavier counts first, and then the older."""
    written = policy.annotation(_WEIGHT) or ""
    return int(written) if _NUMBER.fullmatch(written) else 0


def _nearest(policies: list[Object], name: str) -> tuple[Object, Node] | None:
    """Give a field of the nearest policy that has it."""
    for policy in policies:
        if (found := at(policy.node, "spec", name)) is not None:
            return policy, found
    return None


def _lower(node: Node | None, *steps: str) -> frozenset[str]:
    """Give names of headers: Envoy has them in lower case, and gets these as they are written."""
    return frozenset(one for one in texts(node, *steps) if one == one.lower())


def _of_extension(extension: Object, auth: Auth) -> Auth:
    asked = at(extension.node, "spec", "extAuth")
    fails = Fails.OPEN if flag(asked, "failOpen") else Fails.CLOSED
    over_http = at(asked, "httpService")
    one = over_http or at(asked, "grpcService")
    if one is None:
        return replace(auth, mechanism=Mechanism.UNKNOWN)
    service = backend_of(extension, at(one, "backendRef"))
    shown = _lower(asked, "headersToForward")
    auth = replace(
        auth,
        fails=fails,
        service=service,
        url=f"{service.name}.{service.namespace}:{service.port}",
        request_headers=shown if items(asked, "headersToForward") else None,
    )
    if over_http is None:
        return replace(auth, dialect=ours_over_grpc(service, auth.policy))
    dialect, policy = ours(text(over_http, "pathPrefix"))
    copied = _lower(over_http, "authorizationResponse", "headersToBackend")
    shown |= {AUTHORIZATION}
    return replace(auth, dialect=dialect, policy=policy, request_headers=shown, response_headers=copied)


def _logs(policy: Object) -> Iterator[LoggedField]:
    spec = at(policy.node, "spec")
    for settings in (spec, at(spec, "default", "httpSettings"), at(spec, "httpSettings")):
        for log in items(settings, "accessLog"):
            sink = at(log, "fileSink")
            if sink is not None:
                yield from logged(policy, at(sink, "stringFormat") or at(sink, "jsonFormat"), sink)
