"""May who asks refer to whom it asks, and is that one verified?

https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant and #backendtlspolicy
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Backend
from gateway.audit.normal.gateway_listeners import GROUP
from gateway.audit.normal.gateway_rules import backend_of
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show
from gateway.config.tree import Node


class Reference(NamedTuple):
    """An object asks a Service."""

    of: Object
    node: Node
    service: Backend


def references(estate: Estate) -> Iterator[Reference]:
    """Give every reference to a Service that is asked."""
    for route in estate.of("HTTPRoute", GROUP):
        for rule in items(route.node, "spec", "rules"):
            for one in items(rule, "filters"):
                yield from _reference(route, at(one, "externalAuth", "backendRef"))
    for policy in estate.of("SecurityPolicy", "gateway.envoyproxy.io"):
        for name in ("http", "grpc"):
            asked = at(policy.node, "spec", "extAuth", name)
            yield from _reference(policy, at(asked, "backendRef"))
            for one in items(asked, "backendRefs"):
                yield from _reference(policy, one)
    for extension in estate.of("GatewayExtension", "gateway.kgateway.dev"):
        for name in ("httpService", "grpcService"):
            yield from _reference(extension, at(extension.node, "spec", "extAuth", name, "backendRef"))


def _unverified(view: View) -> Iterator[Hit]:
    estate = view.estate
    policies = estate.of("BackendTLSPolicy", GROUP)
    whole = {
        (one.namespace, text(target, "name"))
        for one in policies
        if _verifies(one)
        for target in items(one.node, "spec", "targetRefs")
        if text(target, "kind") == "Service"
    }
    for one in references(estate):
        service = one.service
        if service.kind != "Service" or (service.namespace, service.name) in whole:
            continue
        if estate.shows("Service", service.namespace):
            what = f"no BackendTLSPolicy has {show(service.name)} verified: it is asked in the clear"
            yield Hit(one.of.place(one.node), what, about=service.name)


def _verifies_nothing(view: View) -> Iterator[Hit]:
    for policy in view.estate.of("BackendTLSPolicy", GROUP):
        if not _verifies(policy):
            yield Hit(policy.place(at(policy.node, "spec")), "it names no authority, or no hostname")
        targets = items(policy.node, "spec", "targetRefs")
        named = [(text(one, "kind") or "", text(one, "name") or "") for one in targets]
        if not named or not all(kind and name for kind, name in named):
            yield Hit(policy.place(at(policy.node, "spec")), "it names nothing that it is for")
        for kind, name in named:
            shown = view.estate.shows("Service", policy.namespace)
            missing = view.estate.get("Service", policy.namespace, name) is None
            if name and (kind not in _TARGETS or (kind == "Service" and shown and missing)):
                what = f"there is no {show(kind)} {show(name)} in {show(policy.namespace)}"
                yield Hit(policy.place(at(policy.node, "spec", "targetRefs")), what, about=name)


_TARGETS: Final = frozenset({"Service", "ServiceImport", "Backend", "ServiceEntry", ""})


def _verifies(policy: Object) -> bool:
    validation = at(policy.node, "spec", "validation")
    trusted = any(text(one, "name") for one in items(validation, "caCertificateRefs"))
    trusted = trusted or text(validation, "wellKnownCACertificates") == "System"
    return bool(text(validation, "hostname")) and trusted


def _wide_grant(view: View) -> Iterator[Hit]:
    for grant in view.estate.of("ReferenceGrant", GROUP):
        for one in items(grant.node, "spec", "to"):
            if not text(one, "name"):
                kind = show(text(one, "kind") or "object")
                yield Hit(grant.place(one), f"every {kind} of {show(grant.namespace)} may be referred to")


def _no_grant(view: View) -> Iterator[Hit]:
    estate = view.estate
    grants = estate.of("ReferenceGrant", GROUP)
    for one in references(estate):
        service = one.service
        if service.namespace == one.of.namespace or any(_grants(grant, one) for grant in grants):
            continue
        written_for_it = any(_is_from(grant, one) for grant in grants)
        if written_for_it or estate.shows("Service", service.namespace):
            what = (
                f"no ReferenceGrant lets a {one.of.kind} of {show(one.of.namespace)} ask {show(service.name)}"
            )
            yield Hit(one.of.place(one.node), what, about=service.name)


def _grants(grant: Object, one: Reference) -> bool:
    if grant.namespace != one.service.namespace:
        return False
    return _is_from(grant, one) and any(
        text(to, "kind") == one.service.kind and text(to, "name") in {None, one.service.name}
        for to in items(grant.node, "spec", "to")
    )


def _is_from(grant: Object, one: Reference) -> bool:
    return any(
        (text(source, "group"), text(source, "kind"), text(source, "namespace"))
        == (one.of.group, one.of.kind, one.of.namespace)
        for source in items(grant.node, "spec", "from")
    )


def _reference(of: Object, node: Node | None) -> Iterator[Reference]:
    if node is not None and text(node, "name"):
        yield Reference(of, node, backend_of(of, node))


UNVERIFIED: Final = Rule(
    id="GWA-005",
    title="Whoever is asked is asked in the clear",
    severity=Severity.MEDIUM,
    why="The client's token crosses the network of the nodes in the clear, and whoever stands between can "
    "say yes.",
    fix="write a BackendTLSPolicy for the Service, with caCertificateRefs and hostname, and let it serve TLS",
    check=_unverified,
    references=("https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/",),
)
VERIFIES_NOTHING: Final = Rule(
    id="GWA-015",
    title="A BackendTLSPolicy that verifies nothing",
    severity=Severity.MEDIUM,
    why="The connection is in the clear, or refused: the token goes to whoever answers at that address.",
    fix="name the Service in targetRefs, and in validation a hostname and caCertificateRefs",
    check=_verifies_nothing,
    references=("https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/",),
)
WIDE_GRANT: Final = Rule(
    id="GWA-006",
    title="A ReferenceGrant is for every object of a namespace",
    severity=Severity.MEDIUM,
    why="Any route of the other namespace may lead to any Service here, past what protects it.",
    fix="name the one that is meant: to[].name",
    check=_wide_grant,
    references=("https://gateway-api.sigs.k8s.io/api-types/referencegrant/",),
)
NO_GRANT: Final = Rule(
    id="GWA-011",
    title="No ReferenceGrant for whom a route asks",
    severity=Severity.MEDIUM,
    why="The reference is refused: every request fails, or passes where failing is open.",
    fix="write a ReferenceGrant beside the Service that names the kind, its namespace and the Service",
    check=_no_grant,
    references=("https://gateway-api.sigs.k8s.io/api-types/referencegrant/", "CVE-2026-53718"),
)
