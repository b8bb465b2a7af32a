"""Who is asked about a route of Envoy Gateway? The SecurityPolicy that is nearest to it.

https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicy ; compared with what Envoy Gateway 1.9
makes of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Auth, Fails, LoggedField, Mechanism, Reaches, TokenFate
from gateway.audit.normal.attached import Attached, Target
from gateway.audit.normal.envoy_logs import logged
from gateway.audit.normal.ext_authz import fate_at_envoy, ours, ours_over_grpc
from gateway.audit.normal.gateway_listeners import LISTENER_SETS
from gateway.audit.normal.gateway_rules import backend_of
from gateway.config.tree import Node

GROUP: Final = "gateway.envoyproxy.io"
PARENTS: Final = frozenset({"Gateway", *LISTENER_SETS})
"""What a route hangs at."""


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
        auth = auth_of(*self._in_force(targets))
        token = _fate(auth, self._in_force(targets), source, rule)
        patch = next((one for target in targets for one in self._patches.of(target)), None)
        if patch is None:
            return Asked(auth, token)
        place = patch.place(at(patch.node, "spec", "jsonPatches"))
        if auth is None and _speaks_of_asking(patch):
            auth = Auth(mechanism=Mechanism.UNKNOWN, place=place)
        why = "an EnvoyPatchPolicy changes what Envoy does"
        return Asked(auth, TokenFate(Reaches.CANNOT_TELL, why, place))

    def _in_force(self, targets: tuple[Target, ...]) -> tuple[Object, ...]:
        """Give the nearest policy, and the one that it is laid over, if it is to be merged.

        Only one of a route or of its rule is merged, and with the nearest of what the route hangs at: a
        rule's not with its route's.
        """
        found = [(target, self._policies.of(target)[0]) for target in targets if self._policies.of(target)]
        if not found:
            return ()
        (target, nearest), *others = found
        above = [one for at_what, one in others if at_what.kind in PARENTS]
        merges = target.kind not in PARENTS and is_merged(nearest)
        return (nearest, *above[:1]) if merges else (nearest,)


def logs_of(estate: Estate) -> tuple[LoggedField, ...]:
    """Give what the EnvoyProxies that were given have written down."""
    return tuple(one for proxy in estate.of("EnvoyProxy", GROUP) for one in _logs(proxy))


def auth_of(*policies: Object) -> Auth | None:
    """Give what a policy asks for, laid over the next one if there is one; the first that fails closed."""
    found = list(_mechanisms(_Laid(policies)))
    closed = [one for one in found if one.fails is Fails.CLOSED]
    return next(iter((*closed, *found)), None)


def is_merged(policy: Object) -> bool:
    """Whether it is laid over the policy above it, and does not replace that one."""
    return text(policy.node, "spec", "mergeType") in {"StrategicMerge", "JSONMerge"}


# --- private ---


class _Laid(NamedTuple):
    """Policies that are laid over each other, the uppermost first: field by field, and lists as a whole."""

    policies: tuple[Object, ...]

    def of(self, *steps: str) -> tuple[Object, Node] | None:
        """Give a field of the specification, and whose it is."""
        for policy in self.policies:
            node = at(policy.node, "spec", *steps)
            if node is not None:
                return policy, node
        return None

    def flag(self, *steps: str) -> bool:
        """Whether a field is true."""
        found = self.of(*steps)
        return found is not None and flag(found[1]) is True

    def items(self, *steps: str) -> tuple[Object, tuple[Node, ...]] | None:
        """Give the items of a list that is not empty, and whose it is."""
        for policy in self.policies:
            if found := items(policy.node, "spec", *steps):
                return policy, found
        return None

    def text(self, *steps: str) -> str | None:
        """Give the text of a field."""
        found = self.of(*steps)
        return None if found is None else text(found[1])


def _mechanisms(laid: _Laid) -> Iterator[Auth]:
    if (asked := laid.of("extAuth")) is not None:
        yield _external(laid, *asked)
    if (signing_in := laid.of("oidc")) is not None and not _passes_by(laid):
        yield Auth(mechanism=Mechanism.OIDC, place=signing_in[0].place(signing_in[1]))
    if (tokens := laid.of("jwt")) is not None and (_is_needed(laid) or _authorizes_tokens_alone(laid)):
        yield Auth(mechanism=Mechanism.JWT, place=tokens[0].place(tokens[1]))
    if (keys := laid.of("apiKeyAuth")) is not None:
        yield Auth(mechanism=Mechanism.API_KEY, place=keys[0].place(keys[1]))
    if (users := laid.of("basicAuth")) is not None:
        yield Auth(mechanism=Mechanism.BASIC, place=users[0].place(users[1]))


def _is_needed(laid: _Laid) -> bool:
    """`failOpen` of a token is no outage: it lets those in who bring none, or a bad one."""
    return not laid.flag("jwt", "optional") and not laid.flag("jwt", "failOpen")


def _passes_by(laid: _Laid) -> bool:
    """Whether whoever brings something like a token signs in nowhere, and it may be a bad one."""
    return laid.flag("oidc", "passThroughAuthHeader") and laid.flag("jwt", "failOpen")


def _authorizes_tokens_alone(laid: _Laid) -> bool:
    """Whether everybody is refused but those whose token has what a rule asks for."""
    if laid.of("authorization") is None or laid.text("authorization", "defaultAction") == "Allow":
        return False
    _, rules = laid.items("authorization", "rules") or (None, ())
    return all(at(one, "principal", "jwt") is not None for one in rules if text(one, "action") != "Deny")


def _external(laid: _Laid, policy: Object, asked: Node) -> Auth:
    """`failOpen` is false by default in every policy that asks: so that of another is never in force."""
    way = "http" if laid.of("extAuth", "http") is not None else "grpc"
    of, references = laid.items("extAuth", way, "backendRefs") or (policy, ())
    single = laid.of("extAuth", way, "backendRef")
    if not references and single is not None:
        of, references = single[0], (single[1],)
    service = backend_of(of, references[0]) if references else None
    shown = laid.items("extAuth", "headersToExtAuth")
    auth = Auth(
        mechanism=Mechanism.EXTERNAL,
        place=policy.place(asked),
        service=service,
        url=f"{service.name}.{service.namespace}:{service.port}" if service else None,
        request_headers=frozenset((text(one) or "").lower() for one in shown[1]) if shown else None,
        response_headers=None,
        removes_unanswered=False,
        fails=Fails.OPEN if flag(asked, "failOpen") else Fails.CLOSED,
    )
    if way == "grpc":
        named = _context(laid)
        return replace(auth, dialect=ours_over_grpc(service, named.get("policy")), policy=named.get("policy"))
    overridden = laid.text("extAuth", "http", "pathOverride")  # the request's own path is not told then
    dialect, policy_id = ours(None if overridden else laid.text("extAuth", "http", "path"))
    copied = laid.items("extAuth", "http", "headersToBackend")
    return replace(
        auth,
        dialect=dialect,
        policy=policy_id,
        request_headers=frozenset({"authorization", *(auth.request_headers or ())}),
        response_headers=frozenset((text(one) or "").lower() for one in copied[1]) if copied else frozenset(),
    )


def _context(laid: _Laid) -> dict[str | None, str | None]:
    """Give what is said to whoever is asked, name by name; what is taken from elsewhere is not known."""
    found: dict[str | None, str | None] = {}
    for policy in reversed(laid.policies):
        for one in items(policy.node, "spec", "extAuth", "contextExtensions"):
            found[text(one, "name")] = text(one, "value")
    return found


def _fate(auth: Auth | None, policies: tuple[Object, ...], source: Object, rule: Node) -> TokenFate:
    if auth is None:
        return fate_at_envoy(None, source.place(rule))
    match auth.mechanism:
        case Mechanism.JWT:
            return TokenFate(Reaches.YES, "the token is verified and passed on", auth.place)
        case Mechanism.API_KEY if _Laid(policies).flag("apiKeyAuth", "sanitize"):
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
