"""Do the Policies ask as they must?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.normal.f5_nic import locations_of
from gateway.audit.normal.f5_nic_ingress import ingresses_of
from gateway.audit.normal.f5_nic_policies import (
    GROUP,
    REQUIRED,
    Reference,
    asked_of,
    is_valid,
    named_references,
    references_of,
)
from gateway.audit.normal.f5_nic_snippets import headers_set, read_snippet
from gateway.audit.rule import Hit, Severity, View
from gateway.config.problem import show
from gateway.config.tree import Node


def untold(view: View) -> Iterator[Hit]:
    """NIC-001."""
    for policy, external in _externals(view):
        written = headers_set(read_snippet(text(external, "authSnippets")))
        lacking = [name for name, value in _TOLD.items() if value not in written.get(name.lower(), "")]
        if lacking:
            place = policy.place(at(external, "authSnippets") or external)
            yield Hit(place, f"no authSnippets set {', '.join(lacking)}")


def unverified(view: View) -> Iterator[Hit]:
    """NIC-002."""
    for policy, external in _externals(view):
        if flag(external, "sslEnabled") is not True:
            yield Hit(policy.place(at(external, "sslEnabled") or external), "sslEnabled is not true")
        elif flag(external, "sslVerify") is not True:
            yield Hit(policy.place(at(external, "sslVerify") or external), "sslVerify is not true")
        elif not text(external, "trustedCertSecret"):
            what = "no trustedCertSecret says who signs its certificate: any public authority may"
            yield Hit(policy.place(external), what, Severity.MEDIUM)


def unnamed(view: View) -> Iterator[Hit]:
    """NIC-005: only where something was given that could name it."""
    kinds = ("VirtualServer", "Ingress")
    if not any(view.estate.shows(kind) for kind in kinds):
        return
    named = {(one.namespace, one.name) for one in all_references(view)}
    for policy in view.estate.of("Policy", GROUP):
        asks = any(at(policy.node, "spec", kind) is not None for kind in _ASKING)
        if asks and (policy.namespace, policy.name) not in named:
            yield Hit(policy.place(), "nothing names this policy, so nobody is asked by it")


def in_query(view: View) -> Iterator[Hit]:
    """NIC-008."""
    for policy in view.estate.of("Policy", GROUP):
        query = at(policy.node, "spec", "apiKey", "suppliedIn", "query")
        if query is not None and items(query):
            yield Hit(policy.place(query), "API keys are taken from the query")
        token = at(policy.node, "spec", "jwt", "token")
        if (text(token) or "").startswith("$arg_"):
            yield Hit(policy.place(token), "tokens are taken from the query")


def optional_certificate(view: View) -> Iterator[Hit]:
    """NIC-009."""
    for policy in view.estate.of("Policy", GROUP):
        verify = at(policy.node, "spec", "ingressMTLS", "verifyClient")
        if verify is not None and text(verify) not in REQUIRED:
            yield Hit(policy.place(verify), "verifyClient is not on")


def unverified_keys(view: View) -> Iterator[Hit]:
    """NIC-010."""
    for policy in view.estate.of("Policy", GROUP):
        for kind in ("jwt", "oidc"):
            for name in ("jwksURI", "tokenEndpoint"):
                node = at(policy.node, "spec", kind, name)
                written = text(node) or ""
                if written.startswith("http://"):
                    yield Hit(policy.place(node), f"{name} begins with http://", about=name)
                elif written and flag(policy.node, "spec", kind, "sslVerify") is not True:
                    what = f"who answers at {name} is not verified: sslVerify is not true"
                    yield Hit(policy.place(node), what, Severity.MEDIUM, about=name)


def missing_service(view: View) -> Iterator[Hit]:
    """NIC-011."""
    for policy, external in _externals(view):
        asked = asked_of(policy)
        if asked is None or asked.service is None or not is_valid(policy):
            continue
        service = asked.service
        shown = view.estate.shows("Service", service.namespace)
        if shown and view.estate.get("Service", service.namespace, service.name) is None:
            place = policy.place(at(external, "authServiceName"))
            yield Hit(place, f"there is no Service {show(service.name)} in {show(service.namespace)}")


def all_references(view: View) -> Iterator[Reference]:
    """Give every mention of a policy."""
    for server in view.estate.of("VirtualServer", GROUP):
        yield from references_of(view.estate, server, at(server.node, "spec", "policies"))
        for one in locations_of(view.estate, server):
            yield from references_of(view.estate, one.policies_of, one.policies)
    for ingress, _ in ingresses_of(view.estate):
        for name in ("nginx.org/policies", "nginx.com/policies"):
            yield from named_references(view.estate, ingress, ingress.annotations.get(name))


# --- private ---

_TOLD: Final = {"X-Original-URL": "$request_uri", "X-Original-Method": "$request_method"}
_ASKING: Final = ("externalAuth", "oidc", "jwt", "apiKey", "basicAuth", "ingressMTLS")


def _externals(view: View) -> Iterator[tuple[Object, Node]]:
    for policy in view.estate.of("Policy", GROUP):
        external = at(policy.node, "spec", "externalAuth")
        if external is not None:
            yield policy, external
