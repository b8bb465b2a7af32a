"""Whom does a Policy of F5's ingress controller ask?

https://docs.nginx.com/nginx-ingress-controller/configuration/policy-resource/
A policy that is not there, or is not valid, makes nginx answer 500 to every request.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Backend, Fails, Mechanism
from gateway.audit.normal.asked import Asked, asked_at
from gateway.config.tree import Node

GROUP: Final = "k8s.nginx.org"
REQUIRED: Final = frozenset({"on", "true"})
"""YAML 1.1 makes a truth of the word `on`."""


class Reference(NamedTuple):
    """One mention of a policy."""

    namespace: str
    name: str
    place: Place
    policy: Object | None


def references_of(estate: Estate, owner: Object, node: Node | None) -> Iterator[Reference]:
    """Read a list of `{name, namespace}`."""
    for one in items(node):
        namespace = text(one, "namespace") or owner.namespace
        name = text(one, "name") or ""
        yield _reference(estate, namespace, name, owner.place(at(one, "name") or one))


def named_references(estate: Estate, owner: Object, node: Node | None) -> Iterator[Reference]:
    """Read `nginx.org/policies`: names with commas, each perhaps with its namespace."""
    for one in (text(node) or "").split(","):
        namespace, slash, name = one.strip().rpartition("/")
        if name:
            yield _reference(estate, namespace if slash else owner.namespace, name, owner.place(node))


def auth_of(estate: Estate, references: Iterable[Reference]) -> Auth | None:
    """Give who is asked; the strongest first where several are. A missing policy closes the door."""
    given = tuple(references)
    for kind in _ASKING:
        for one in given:
            spec = at(one.policy.node, "spec", kind) if one.policy is not None else None
            if one.policy is not None and spec is not None:
                found = _auth(one.policy, kind, spec)
                if found is not None:
                    return found
    doubtful = next((one for one in given if is_broken(one, estate) or one.policy is None), None)
    if doubtful is None:
        return None
    known = estate.shows("Policy", doubtful.namespace)
    fails = Fails.CLOSED if known else Fails.UNKNOWN
    return Auth(mechanism=Mechanism.UNKNOWN, place=doubtful.place, fails=fails)


def is_broken(reference: Reference, estate: Estate) -> bool:
    """Whether the policy is missing where others were given, or cannot be valid."""
    if reference.policy is None:
        return estate.shows("Policy", reference.namespace)
    return not is_valid(reference.policy)


def is_valid(policy: Object) -> bool:
    """Whether it does anything, and says of whom it asks what it must."""
    kinds = [name for name, node in members(policy.node, "spec") if node.value not in (None, {}, ())]
    if not set(kinds) - {"ingressClassName"}:
        return False
    external = at(policy.node, "spec", "externalAuth")
    if external is None:
        return True
    return (text(external, "authURI") or "").startswith("/") and bool(text(external, "authServiceName"))


def asked_of(policy: Object) -> Asked | None:
    """Give the server of an `externalAuth`."""
    external = at(policy.node, "spec", "externalAuth")
    written = text(external, "authServiceName") or ""
    if external is None or not written:
        return None
    namespace, slash, name = written.rpartition("/")
    namespace = namespace if slash else policy.namespace
    ports = items(external, "authServicePorts")
    port = text(ports[0]) or "" if ports else ""
    scheme = "https" if flag(external, "sslEnabled") else "http"
    service = Backend(namespace, name, port)
    return asked_at(scheme, f"{name}.{namespace}.svc", port, text(external, "authURI") or "/", service)


# --- private ---

_ASKING: Final = ("externalAuth", "oidc", "jwt", "apiKey", "basicAuth", "ingressMTLS")
_MECHANISMS: Final = {
    "oidc": Mechanism.OIDC,
    "jwt": Mechanism.JWT,
    "apiKey": Mechanism.API_KEY,
    "basicAuth": Mechanism.BASIC,
    "ingressMTLS": Mechanism.CLIENT_CERTIFICATE,
}


def _reference(estate: Estate, namespace: str, name: str, place: Place) -> Reference:
    found = estate.get("Policy", namespace, name)
    return Reference(namespace, name, place, found if found is not None and found.group == GROUP else None)


def _auth(policy: Object, kind: str, spec: Node) -> Auth | None:

    place = policy.place(spec)
    if kind != "externalAuth":
        if kind == "ingressMTLS" and (text(spec, "verifyClient") or "on") not in REQUIRED:
            return None
        return Auth(mechanism=_MECHANISMS[kind], place=place)
    found = asked_of(policy)
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=place,
        url=found.url if found else None,
        service=found.service if found else None,
        dialect=found.dialect if found else None,
        policy=found.policy if found else None,
    )
