"""Who is asked about a route of kgateway? The nearest TrafficPolicy that says so, field by field.

https://kgateway.dev/docs/envoy/latest/reference/api/#trafficpolicyspec
"""

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
from gateway.audit.normal.ext_authz import fate_at_envoy, ours, ours_over_grpc
from gateway.audit.normal.gateway_rules import backend_of
from gateway.config.tree import Node

GROUP: Final = "gateway.kgateway.dev"
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
        found = [*self._named(source, rule)]
        found += [one for target in targets for one in self._policies.of(target)]
        auth = self._auth(found)
        if auth is not None and auth.mechanism is Mechanism.API_KEY:
            forwards = any(
                flag(one.node, "spec", name, "forwardCredential")
                for one in found
                for name in ("apiKeyAuth", "apiKeyAuthentication")
            )
            why = "the key is passed on" if forwards else "the key is taken from the request"
            return Asked(auth, TokenFate(Reaches.YES if forwards else Reaches.NO, why, auth.place))
        return Asked(auth, fate_at_envoy(auth, source.place(rule)))

    def _named(self, source: Object, rule: Node) -> Iterator[Object]:
        """A filter of the rule may name a policy itself."""
        for one in items(rule, "filters"):
            if text(one, "extensionRef", "kind") == "TrafficPolicy":
                name = text(one, "extensionRef", "name") or ""
                found = self._estate.get("TrafficPolicy", source.namespace, name)
                if found is not None:
                    yield found

    def _auth(self, policies: list[Object]) -> Auth | None:
        for policy in policies:
            asked = at(policy.node, "spec", "extAuth")
            if asked is not None and at(asked, "disable") is not None:
                break
            if asked is not None:
                return self._external(policy, asked)
        for policy in policies:
            for name, mechanism in _OTHERS:
                one = at(policy.node, "spec", name)
                if one is not None and at(one, "disable") is None:
                    return Auth(mechanism=mechanism, place=policy.place(one))
        return None

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


def _of_extension(extension: Object, auth: Auth) -> Auth:
    asked = at(extension.node, "spec", "extAuth")
    fails = Fails.OPEN if flag(asked, "failOpen") else Fails.CLOSED
    over_http = at(asked, "httpService")
    one = over_http or at(asked, "grpcService")
    if one is None:
        return replace(auth, mechanism=Mechanism.UNKNOWN)
    service = backend_of(extension, at(one, "backendRef"))
    auth = replace(
        auth, fails=fails, service=service, url=f"{service.name}.{service.namespace}:{service.port}"
    )
    if over_http is None:
        return replace(auth, dialect=ours_over_grpc(service, auth.policy))
    dialect, policy = ours(text(over_http, "pathPrefix"))
    copied = texts(over_http, "authorizationResponse", "headersToBackend")
    names = frozenset(name.lower() for name in copied)
    return replace(auth, dialect=dialect, policy=policy, response_headers=names)


def _logs(policy: Object) -> Iterator[LoggedField]:
    spec = at(policy.node, "spec")
    for settings in (spec, at(spec, "default", "httpSettings"), at(spec, "httpSettings")):
        for log in items(settings, "accessLog"):
            sink = at(log, "fileSink")
            if sink is not None:
                yield from logged(policy, at(sink, "stringFormat") or at(sink, "jsonFormat"), sink)
