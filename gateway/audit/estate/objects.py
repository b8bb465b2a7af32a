"""What is one object of Kubernetes, and what does it say of itself?"""

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
    **dict.fromkeys(("Service", "Pod", "ConfigMap", "Secret", "ServiceAccount", "Namespace"), {""}),
    **dict.fromkeys(("Deployment", "DaemonSet", "ReplicaSet"), {"apps", "extensions"}),
    "StatefulSet": {"apps"},
    **dict.fromkeys(("Job", "CronJob"), {"batch"}),
    **dict.fromkeys(("Ingress", "NetworkPolicy"), {"networking.k8s.io", "extensions"}),
    "IngressClass": {"networking.k8s.io"},
    **dict.fromkeys(
        ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"), {"rbac.authorization.k8s.io"}
    ),
    **dict.fromkeys(("Gateway", "GatewayClass"), {"gateway.networking.k8s.io"}),
    "Certificate": {"cert-manager.io"},
    **dict.fromkeys(("HTTPProxy", "ExtensionService"), {"projectcontour.io"}),
    **dict.fromkeys(("SecurityPolicy", "ClientTrafficPolicy"), {"gateway.envoyproxy.io"}),
    **dict.fromkeys(
        ("AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication"), {"security.istio.io"}
    ),
    **dict.fromkeys(("TrafficPolicy", "GatewayExtension"), {"gateway.kgateway.dev"}),
}
"""Where these kinds are what their names say: another's Service, NetworkPolicy or Gateway is something else."""


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
        return known is None or self.group in known

    @property
    def owner(self) -> str:
        """Give its name in a report: `Ingress/shop/orders`."""
        return "/".join(show(one) for one in (self.kind, self.namespace, self.name) if one)

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
