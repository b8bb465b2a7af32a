"""Which rights make a token worth more than the service it was made for?

https://kubernetes.io/docs/concepts/security/rbac-good-practices/
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.rights import GROUP, Right


class Danger(NamedTuple):
    """What such a right comes to."""

    what: str
    """As in: it *may read every Secret*."""
    right: Right


def dangers(rights: tuple[Right, ...]) -> Iterator[Danger]:
    """Give each right that is one, once, by what is worst of it."""
    for right in rights:
        what = _what(right)
        if what is not None:
            yield Danger(what, right)


def mints_any(right: Right) -> bool:
    """Whether tokens of every ServiceAccount may be made."""
    return not right.names and right.allows("", "serviceaccounts/token", "create")


# --- private ---

_WRITES: Final = ("create", "update", "patch")
_WORKLOADS: Final = ("deployments", "daemonsets", "statefulsets", "replicasets")
_WEBHOOKS: Final = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
_INTO_PODS: Final = ("pods/exec", "pods/attach", "pods/portforward", "pods/proxy")


def _what(right: Right) -> str | None:
    if not right.names and "*" in right.verbs and "*" in right.resources:
        return "may do everything"
    if not right.names:
        found = _with_all(right)
        if found is not None:
            return found
    return _even_with_one(right)


def _with_all(right: Right) -> str | None:
    """What is dangerous unless objects are named."""
    if right.allows("", "secrets", "get", "list", "watch"):
        return "may read every Secret"
    if right.allows("", "serviceaccounts/token", "create"):
        return "may make tokens of every ServiceAccount"
    if any(right.allows("", one, "create", "get") for one in _INTO_PODS):
        return "may reach into every pod"
    starts = right.allows("", "pods", "create") or right.allows("batch", "jobs", "create")
    if starts or right.allows("batch", "cronjobs", *_WRITES):
        return "may start pods with any ServiceAccount"
    if any(right.allows("apps", one, *_WRITES) for one in _WORKLOADS):
        return "may start pods with any ServiceAccount"
    return None


def _even_with_one(right: Right) -> str | None:
    """What is dangerous whatever objects are named."""
    if any(right.allows("", one, "impersonate") for one in ("users", "groups", "serviceaccounts")):
        return "may act as others"
    roles = ("roles", "clusterroles")
    if any(right.allows(GROUP, one, "escalate", "bind") for one in roles):
        return "may give itself any role"
    bindings = ("rolebindings", "clusterrolebindings")
    if any(right.allows(GROUP, one, *_WRITES) for one in (*roles, *bindings)):
        return "may write roles and bindings"
    if right.allows("", "nodes/proxy", "get", "create"):
        return "may reach every kubelet"
    if right.allows("certificates.k8s.io", "certificatesigningrequests/approval", "update", "patch"):
        return "may approve certificates"
    if any(right.allows("admissionregistration.k8s.io", one, *_WRITES) for one in _WEBHOOKS):
        return "may change what is admitted"
    if right.allows("", "persistentvolumes", "create"):
        return "may mount any path of a node"
    return "may lift the limits of namespaces" if right.allows("", "namespaces", "update", "patch") else None
