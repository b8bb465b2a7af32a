"""Who is asked about a route of Envoy Gateway? The SecurityPolicy that is nearest to it.

https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicy
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Auth, Fails, LoggedField, Mechanism, Reaches, TokenFate
from gateway.audit.normal.attached import Attached, Target
from gateway.audit.normal.envoy_logs import logged
from gateway.audit.normal.ext_authz import fate_at_envoy, ours, ours_over_grpc
from gateway.audit.normal.gateway_rules import backend_of
from gateway.config.tree import Node

GROUP: Final = "gateway.envoyproxy.io"


class Asked(NamedTuple):
    """Who is asked, and what then becomes of the token."""

    auth: Auth | None
    token: TokenFate


class SecurityPolicies:
    """Those of an estate, by what they are attached to."""

    def __init__(self, estate: Estate) -> None:
        self._policies = Attached(estate, "SecurityPolicy", GROUP)
        self._patches = Attached(estate, "EnvoyPatchPolicy", GROUP)

    def asked(self, targets: tuple[Target, ...], source: Object, rule: Node) -> Asked:
        """Give who is asked about a rule. `targets` are what policies of it may name, the nearest first."""
        found = [one for target in targets for one in self._policies.of(target)[:1]]
        auth = _auth(found)
        token = _fate(auth, found, source, rule)
        patch = next((one for target in targets for one in self._patches.of(target)), None)
        if patch is None:
            return Asked(auth, token)
        place = patch.place(at(patch.node, "spec", "jsonPatches"))
        if auth is None and _speaks_of_asking(patch):
            auth = Auth(mechanism=Mechanism.UNKNOWN, place=place)
        why = "an EnvoyPatchPolicy changes what Envoy does"
        return Asked(auth, TokenFate(Reaches.CANNOT_TELL, why, place))


def logs_of(estate: Estate) -> tuple[LoggedField, ...]:
    """Give what the EnvoyProxies that were given have written down."""
    return tuple(one for proxy in estate.of("EnvoyProxy", GROUP) for one in _logs(proxy))


def auth_of(policy: Object) -> Auth | None:
    """Give what one policy by itself asks for; the first that fails closed, of several."""
    found = list(_mechanisms(policy))
    closed = [one for one in found if one.fails is Fails.CLOSED]
    return next(iter((*closed, *found)), None)


def is_merged(policy: Object) -> bool:
    """Whether it is laid over the policy above it, and does not replace that one."""
    return text(policy.node, "spec", "mergeType") in {"StrategicMerge", "JSONMerge"}


# --- private ---


def _auth(policies: list[Object]) -> Auth | None:
    """A policy stands for itself, unless it is to be merged with what is above it."""
    for policy in policies:
        found = auth_of(policy)
        if found is not None:
            return found
        if not is_merged(policy):
            return None
    return None


def _mechanisms(policy: Object) -> Iterator[Auth]:
    spec = at(policy.node, "spec")
    if (asked := at(spec, "extAuth")) is not None:
        yield _external(policy, asked)
    if (signing_in := at(spec, "oidc")) is not None:
        yield Auth(mechanism=Mechanism.OIDC, place=policy.place(signing_in))
    if (tokens := at(spec, "jwt")) is not None and not flag(tokens, "optional"):
        yield Auth(mechanism=Mechanism.JWT, place=policy.place(tokens))
    if (keys := at(spec, "apiKeyAuth")) is not None:
        yield Auth(mechanism=Mechanism.API_KEY, place=policy.place(keys))
    if (users := at(spec, "basicAuth")) is not None:
        yield Auth(mechanism=Mechanism.BASIC, place=policy.place(users))


def _external(policy: Object, asked: Node) -> Auth:
    over_http = at(asked, "http")
    one = over_http or at(asked, "grpc")
    references = items(one, "backendRefs") or ((ref,) if (ref := at(one, "backendRef")) is not None else ())
    service = backend_of(policy, references[0]) if references else None
    named = {text(entry, "name"): text(entry, "value") for entry in items(asked, "contextExtensions")}
    auth = Auth(
        mechanism=Mechanism.EXTERNAL,
        place=policy.place(asked),
        service=service,
        url=f"{service.name}.{service.namespace}:{service.port}" if service else None,
        removes_unanswered=False,
        fails=Fails.OPEN if flag(asked, "failOpen") else Fails.CLOSED,
    )
    if over_http is None:
        dialect = ours_over_grpc(service, named.get("policy"))
        return replace(auth, dialect=dialect, policy=named.get("policy"), response_headers=None)
    dialect, policy_id = ours(text(over_http, "path") or text(over_http, "pathOverride"))
    shown = {"authorization", *(name.lower() for name in texts(asked, "headersToExtAuth"))}
    copied = frozenset(name.lower() for name in texts(over_http, "headersToBackend"))
    return replace(
        auth,
        dialect=dialect,
        policy=policy_id,
        request_headers=frozenset(shown),
        response_headers=copied,
    )


def _fate(auth: Auth | None, policies: list[Object], source: Object, rule: Node) -> TokenFate:
    if auth is None:
        return fate_at_envoy(None, source.place(rule))
    spec = next(at(one.node, "spec") for one in policies if auth_of(one) == auth)
    match auth.mechanism:
        case Mechanism.JWT:
            return TokenFate(Reaches.YES, "the token is verified and passed on", auth.place)
        case Mechanism.API_KEY if flag(spec, "apiKeyAuth", "sanitize"):
            return TokenFate(Reaches.NO, "the key is taken from the request", auth.place)
        case Mechanism.API_KEY:
            return TokenFate(Reaches.YES, "the key is passed on, unless sanitize is true", auth.place)
        case _:
            return fate_at_envoy(auth, source.place(rule))


def _speaks_of_asking(patch: Object) -> bool:
    words = ("ext_authz", "jwt_authn", "oauth2", "basic_auth", "lua", "wasm", "ext_proc")
    said = (one.value for one in patch.node.walk() if isinstance(one.value, str))
    return any(word in value for value in said for word in words)


def _logs(proxy: Object) -> Iterator[LoggedField]:
    log = at(proxy.node, "spec", "telemetry", "accessLog")
    if log is None or flag(log, "disable"):
        return
    settings = items(log, "settings")
    if not settings:
        yield from logged(proxy, None, log)
    for one in settings:
        yield from logged(proxy, at(one, "format", "text") or at(one, "format", "json"), one)
