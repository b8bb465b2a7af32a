"""What is one object of Kubernetes, and what does it say of itself?"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gateway.audit.estate.fields import members, text
from gateway.audit.estate.place import Place
from gateway.config.problem import render_path, show
from gateway.config.tree import Node

PUBLIC: Final = "token-gateway.dev/public"
"""An annotation: these paths are open on purpose. Its value is the reason, which must be given."""
CLUSTER_WIDE: Final = frozenset(
    {
        *("ClusterRole", "ClusterRoleBinding", "GatewayClass", "IngressClass", "Namespace", "Node"),
        *("CustomResourceDefinition", "PersistentVolume", "StorageClass"),
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        *("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
    }
)
GROUPS: Final = {
    kind: frozenset(groups.split())
    for groups, kinds in (
        ("core", "Service Pod ConfigMap Secret ServiceAccount Namespace"),
        ("apps extensions", "Deployment DaemonSet ReplicaSet StatefulSet"),
        ("batch", "Job CronJob"),
        ("networking.k8s.io extensions", "Ingress NetworkPolicy"),
        ("networking.k8s.io", "IngressClass"),
        ("rbac.authorization.k8s.io", "Role RoleBinding ClusterRole ClusterRoleBinding"),
        ("gateway.networking.k8s.io", "Gateway GatewayClass"),
        ("cert-manager.io", "Certificate"),
        ("projectcontour.io", "HTTPProxy ExtensionService"),
        ("gateway.envoyproxy.io", "SecurityPolicy ClientTrafficPolicy"),
        ("security.istio.io", "AuthorizationPolicy RequestAuthentication PeerAuthentication"),
        ("gateway.kgateway.dev", "TrafficPolicy GatewayExtension"),
    )
    for kind in kinds.split()
}
"""Where these kinds are what their names say: another's Service or NetworkPolicy is something else."""
_NAME: Final = re.compile(r"[A-Za-z0-9.-]{1,253}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Object:
    """One object, as it was written. Equal only to itself."""

    file: str
    kind: str
    group: str
    """Of its API, without the version; empty for the core's."""
    version: str
    namespace: str
    """`default` where it names none, as `kubectl apply` would have it; empty for a kind that has none."""
    name: str
    node: Node

    @property
    def is_of_its_group(self) -> bool:
        """Whether it is what its kind says, and no namesake in somebody else's API."""
        known = GROUPS.get(self.kind)
        return known is None or (self.group or "core") in known

    @property
    def owner(self) -> str:
        """Give its name in a report: `Ingress/shop/orders`."""
        named = (one for one in (self.kind, self.namespace, self.name) if one)
        return "/".join(one if _NAME.fullmatch(one) else show(one) for one in named)

    @cached_property
    def annotations(self) -> dict[str, Node]:
        """Give its annotations, each with its place."""
        return dict(members(self.node, "metadata", "annotations"))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Give its labels."""
        return {name: text(node) or "" for name, node in members(self.node, "metadata", "labels")}

    def annotation(self, name: str) -> str | None:
        """Give the text of one annotation."""
        return text(self.annotations.get(name))

    @property
    def public(self) -> str | None:
        """Why it is open on purpose; None where nobody says so, or gives no reason."""
        return (self.annotation(PUBLIC) or "").strip() or None

    def place(self, node: Node | None = None) -> Place:
        """Give the place of one of its values, or its own."""
        where = self.node if node is None else node
        below = where.path[len(self.node.path) :]
        return Place(self.file, *where.mark, self.owner, render_path(below))
