"""Who is asked about a request at a workload of the mesh, such as an ingress gateway?

CUSTOM asks another server; ALLOW lets nobody else in, and DENY none of these, which with `requestPrincipals`
is about a verified token. RequestAuthentication alone lets a request without a token pass.
Compared with what a real Envoy does by the filters that Istio of August 2026 (before 1.31) writes for them.
https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from gateway.audit.estate.containers import WORKLOADS
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, members, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Auth, Exposure, Mechanism, PathKind, PathMatch, Reaches, TokenFate
from gateway.audit.normal.ext_authz import fate_at_envoy
from gateway.audit.normal.istio_mesh import ROOT, auth_of, mesh_configs
from gateway.audit.normal.parts import EVERYWHERE, Asking, Part, parts
from gateway.config.tree import Node

GROUP: Final = "security.istio.io"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_KINDS: Final = ("AuthorizationPolicy", "RequestAuthentication", "EnvoyFilter")


class Workload(NamedTuple):
    """Which pods, as far as is known."""

    namespaces: frozenset[str]
    labels: tuple[tuple[str, str], ...]
    gateway: str = ""
    """The Gateway of the Gateway API that they are made for."""
    service: str = ""
    """The Service that they are behind."""


@dataclass(frozen=True, slots=True)
class AtWorkload:
    """Requests for one host at a workload, and at those behind it."""

    host: str
    door: Workload


class Policies:
    """The policies of an estate, and the mesh that names who is asked."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        meshes = tuple(mesh_configs(estate))
        self.roots = {mesh.root for mesh in meshes} or {ROOT}
        self._meshes = {name: mesh for mesh in reversed(meshes) for name in mesh.providers}
        self._by_namespace: dict[tuple[str, str], list[Object]] = {}
        self._asked: dict[tuple[str, Workload], tuple[list[Asking], bool]] = {}
        for kind in _KINDS:
            for one in estate.of(kind):
                self._by_namespace.setdefault((kind, one.namespace), []).append(one)

    def divided(self, whole: Exposure, at_door: AtWorkload) -> Iterator[Exposure]:
        """Divide an exposure by who is asked about which of its paths; nothing where all is refused."""
        behind = [self._workload_of(one.namespace, one.name) for one in whole.backends[:1]]
        workloads = [at_door.door, *(one for one in behind if one is not None)]
        patch = next((one for at in workloads for one in self.selecting("EnvoyFilter", at)), None)
        for part in self._parts(Part(whole.path, None), at_door.host, workloads):
            yield self._part(whole, part.path, part.auth, workloads, patch)

    def selecting(self, kind: str, workload: Workload) -> Iterator[Object]:
        """Give the policies of a kind that are for these pods."""
        for namespace in sorted(self.roots | workload.namespaces):
            for one in self._by_namespace.get((kind, namespace), ()):
                if self.selects(one, workload):
                    yield one

    def chosen(self, policy: Object, workloads: "ByNamespace") -> list[Workload]:
        """Give those of some workloads that a policy is for."""
        near = workloads.everywhere if policy.namespace in self.roots else workloads.of(policy.namespace)
        return [one for one in near if self.selects(policy, one)]

    def selects(self, policy: Object, workload: Workload) -> bool:
        """Whether a policy is for these pods, as far as is known of them."""
        for one in (*items(policy.node, "spec", "targetRefs"), *_single(policy)):
            target = text(one, "kind"), text(one, "name")
            theirs = {("Gateway", workload.gateway), ("Service", workload.service)}
            if target in theirs and target[1] and policy.namespace in workload.namespaces:
                return True
        if at(policy.node, "spec", "targetRefs") is not None or list(_single(policy)):
            return False
        wanted = [
            (key, text(one) or "")
            for steps in (("selector", "matchLabels"), ("workloadSelector", "labels"))
            for key, one in members(policy.node, "spec", *steps)
        ]
        if policy.namespace not in self.roots and policy.namespace not in workload.namespaces:
            return False
        return not wanted or (bool(workload.labels) and set(wanted) <= set(workload.labels))

    def backends(self) -> Iterator[Workload]:
        """Give the pods of every Service that was given."""
        for one in self._estate.of("Service"):
            found = self._workload_of(one.namespace, one.name)
            if found is not None and found.labels:
                yield found

    # --- private ---

    def _part(
        self, whole: Exposure, path: PathMatch, auth: Auth | None, at: list[Workload], patch: Object | None
    ) -> Exposure:
        token = whole.token
        if token.reaches is not Reaches.NO:
            token = self._fate(auth, whole, at)
        if patch is not None and token.reaches is not Reaches.NO:
            token = TokenFate(Reaches.CANNOT_TELL, "an EnvoyFilter changes what Envoy does", patch.place())
            if auth is None:
                auth = Auth(mechanism=Mechanism.UNKNOWN, place=patch.place())
        return replace(whole, path=path, auth=auth, token=token)

    def _fate(self, auth: Auth | None, whole: Exposure, at: list[Workload]) -> TokenFate:
        if auth is None or auth.mechanism is not Mechanism.JWT:
            return fate_at_envoy(auth, whole.source)
        for one in (each for workload in at for each in self.selecting("RequestAuthentication", workload)):
            for rule in items(one.node, "spec", "jwtRules"):
                if flag(rule, "forwardOriginalToken"):
                    why = "forwardOriginalToken passes the token on"
                    return TokenFate(Reaches.YES, why, one.place(rule))
        return TokenFate(Reaches.NO, "the token is taken away once it is verified", auth.place)

    def _parts(self, whole: Part, host: str, workloads: list[Workload]) -> list[Part]:
        """Ask at each workload in turn about what was open so far."""
        found = [whole]
        for one in workloads:
            if (host, one) not in self._asked:
                self._asked[host, one] = self._askings(host, one)
            askings, refused = self._asked[host, one]
            found = [
                part
                for before in found
                for part in ([before] if before.auth else parts(before.path, askings, rest=not refused))
            ]
        return list(dict.fromkeys(found))

    def _askings(self, host: str, workload: Workload) -> tuple[list[Asking], bool]:
        """Give who is asked, and whether what no ALLOW names is refused."""
        custom: list[Asking] = []
        denied: list[Asking] = []
        let_in: list[Asking] = []
        tokens: list[Asking] = []
        refused = False
        for policy in self.selecting("AuthorizationPolicy", workload):
            if is_tried(policy):
                continue
            match text(policy.node, "spec", "action") or "ALLOW":
                case "CUSTOM":
                    custom += self._custom(policy, host)
                case "DENY":
                    denied += _without_token(policy, host)
                case "ALLOW":
                    refused = True
                    for one in _allowed(policy, host):
                        (tokens if one.auth else let_in).append(one)
                case _:
                    pass
        return [*custom, *denied, *let_in, *tokens], refused

    def _custom(self, policy: Object, host: str) -> Iterator[Asking]:
        name = text(policy.node, "spec", "provider", "name") or ""
        place = policy.place(at(policy.node, "spec", "provider"))
        mesh = self._meshes.get(name)
        auth = None if mesh is None else auth_of(mesh, name, place)
        if auth is None:  # the mesh was not given, or has none of this name: then everything is refused
            auth = Auth(mechanism=Mechanism.EXTERNAL, place=place, response_headers=None)
        for rule in items(policy.node, "spec", "rules"):
            if at(rule, "from") is None and at(rule, "when") is None:
                yield from _asked_about(rule, host, auth)

    def _workload_of(self, namespace: str, name: str) -> Workload | None:
        """Give the pods behind a Service, by its selector."""
        service = self._estate.get("Service", namespace, name)
        if service is None:
            return None
        labels = tuple((key, text(one) or "") for key, one in members(service.node, "spec", "selector"))
        return Workload(frozenset({namespace}), labels, service=name)


def workload_of_gateway(gateway: Object | None, route: Object) -> Workload:
    """Give the pods that Istio makes for a Gateway of the Gateway API."""
    name = gateway.name if gateway else ""
    namespace = gateway.namespace if gateway else route.namespace
    labels = (("gateway.networking.k8s.io/gateway-name", name), ("istio.io/gateway-name", name))
    return Workload(frozenset({namespace}), labels if name else (), name)


class ByNamespace:
    """Workloads, by where they may be."""

    def __init__(self, workloads: Iterable[Workload]) -> None:
        self.everywhere = list(workloads)
        self._near: dict[str, list[Workload]] = {}
        for one in self.everywhere:
            for namespace in one.namespaces:
                self._near.setdefault(namespace, []).append(one)

    def of(self, namespace: str) -> list[Workload]:
        """Give those that may be there."""
        return self._near.get(namespace, [])


class Pods:
    """The labels of all pods that were given, by each of them."""

    def __init__(self, estate: Estate) -> None:
        self._by_label: dict[tuple[str, str], list[tuple[str, dict[str, str]]]] = {}
        for kind in WORKLOADS:
            for one in estate.of(kind):
                pod = at(one.node, "spec", "template", "metadata", "labels")
                labels = {key: text(value) or "" for key, value in members(pod)}
                for label in labels.items():
                    self._by_label.setdefault(label, []).append((one.namespace, labels))

    def with_labels(self, wanted: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """Give namespace and labels of those that have all of these."""
        first = next(iter(wanted.items()), None)
        for namespace, labels in self._by_label.get(first, ()) if first else ():
            if wanted.items() <= labels.items():
                yield namespace, labels


def workload_of_selector(pods: Pods, gateway: Object) -> Workload:
    """Give the pods that a Gateway of Istio selects: all labels that some given pod of them has."""
    wanted = {key: text(one) or "" for key, one in members(gateway.node, "spec", "selector")}
    labels, namespaces = dict(wanted), {gateway.namespace, *_ITS_OWN}
    for namespace, found in pods.with_labels(wanted):
        labels |= found
        namespaces.add(namespace)
    if "istio" in labels:  # the charts of Istio give their gateways both
        labels.setdefault("app", f"istio-{labels['istio']}")
    return Workload(frozenset(namespaces), tuple(labels.items()))


def matcher(written: str) -> PathMatch:
    """Read a path of an AuthorizationPolicy: exact, `/a*`, `*a`, `*`, or a template such as `/a/{*}/{**}`."""
    if written == "*":
        return EVERYWHERE
    if "{" in written:
        parts_of = re.split(r"(\{\*\*?\})", written)
        return PathMatch(PathKind.REGEX, "".join(_TEMPLATES.get(one, re.escape(one)) for one in parts_of))
    if written.startswith("*"):
        return PathMatch(PathKind.REGEX, f".*{re.escape(written[1:])}")
    if written.endswith("*"):
        return PathMatch(PathKind.BEGINS_WITH, written[:-1])
    return PathMatch(PathKind.EXACT, written)


def needs_token(rule: Node) -> bool:
    """Whether a rule lets in whoever has a verified token alone."""
    sources = [at(one, "source") for one in items(rule, "from")]
    by_source = bool(sources) and all(texts(one, "requestPrincipals") for one in sources)
    return by_source or any(_is_of_token(one) and texts(one, "values") for one in items(rule, "when"))


def is_tried(policy: Object) -> bool:
    """Whether a policy is only tried: what it would do is counted, and not done.

    https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
    """
    return (policy.annotation("istio.io/dry-run") or "").lower() in {"true", "t", "1"}


# --- private ---

_TEMPLATES: Final = {"{*}": "[^/]+", "{**}": ".*"}
_ITS_OWN: Final = ("istio-system", "istio-ingress")
"""Where gateways usually run, whose Deployments are seldom given."""


def _single(policy: Object) -> Iterator[Node]:
    one = at(policy.node, "spec", "targetRef")
    if one is not None:
        yield one


def _is_of_token(condition: Node) -> bool:
    return (text(condition, "key") or "").startswith("request.auth.")


def _allowed(policy: Object, host: str) -> Iterator[Asking]:
    """An ALLOW: with a token where it says so; else whoever comes through this door.

    What its methods and ports leave out is refused, and so is not open.
    """
    for rule in items(policy.node, "spec", "rules"):
        auth = Auth(mechanism=Mechanism.JWT, place=policy.place(rule)) if needs_token(rule) else None
        for operation in _operations(rule, host):
            yield Asking(auth, *_paths(operation))


def _without_token(policy: Object, host: str) -> Iterator[Asking]:
    """A DENY of whoever has no verified token."""
    for rule in items(policy.node, "spec", "rules"):
        if _is_of_strangers(rule):
            auth = Auth(mechanism=Mechanism.JWT, place=policy.place(rule))
            yield from _asked_about(rule, host, auth)


def _is_of_strangers(rule: Node) -> bool:
    """Whether it is about everybody without a token, and not about some of them alone.

    Of the sources one is enough; what stands beside it in there, and each condition, has to hold as well.
    """
    sources = [at(one, "source") for one in items(rule, "from")]
    conditions = items(rule, "when")
    if sources and not conditions:
        alone = (one for one in sources if {name for name, _ in members(one)} == {"notRequestPrincipals"})
        return any("*" in texts(one, "notRequestPrincipals") for one in alone)
    without = (
        _is_of_token(one) and texts(one, "notValues") and not texts(one, "values") for one in conditions
    )
    return not sources and len(conditions) == 1 and all(without)


def _asked_about(rule: Node, host: str, auth: Auth) -> Iterator[Asking]:
    """Give what a question is about; of one about some ports it is not known whether it is about ours."""
    for operation in _operations(rule, host):
        if items(operation, "ports") or items(operation, "notPorts"):
            continue
        methods = frozenset(one.upper() for one in texts(operation, "methods"))
        others = frozenset(one.upper() for one in texts(operation, "notMethods"))
        asked = replace(auth, methods=(methods or _METHODS) - others) if methods or others else auth
        yield Asking(asked, *_paths(operation))


def _operations(rule: Node, host: str) -> Iterator[Node | None]:
    """Give the operations that may be about a host; None for every one."""
    if not items(rule, "to"):
        yield None
    for one in items(rule, "to"):
        operation = at(one, "operation")
        if _is_for(operation, host):
            yield operation


def _paths(operation: Node | None) -> tuple[tuple[PathMatch, ...], tuple[PathMatch, ...]]:
    named = tuple(matcher(path) for path in texts(operation, "paths"))
    return named or (EVERYWHERE,), tuple(matcher(path) for path in texts(operation, "notPaths"))


def _is_for(operation: Node | None, host: str) -> bool:
    hosts, others = texts(operation, "hosts"), texts(operation, "notHosts")
    return (not hosts or any(_names(one, host) for one in hosts)) and not any(_names(o, host) for o in others)


def _names(pattern: str, host: str) -> bool:
    pattern = pattern.lower().partition(":")[0]
    if pattern.startswith("*"):
        return host.endswith(pattern[1:])
    return pattern == host or (pattern.endswith("*") and host.startswith(pattern[:-1]))
