"""What is in this cluster? Read with an account that may only list.

Never asks for what a Secret holds. Which Secrets are tokens that never expire is asked for by name alone, and
only where the operator says so: who may list Secrets may read them.
"""

from typing import Final

from gateway.audit.estate.estate import ANY_KIND, Gathering
from gateway.audit.estate.gather import objects_of
from gateway.config.problem import Problem
from gateway.config.tree import written_at
from gateway.kubernetes.access import Access
from gateway.kubernetes.listing import Denied, Json, Wanted, list_objects

WANTED: Final = (
    Wanted(
        group="",
        resources=frozenset({"services", "serviceaccounts", "namespaces", "pods", "configmaps"}),
    ),
    Wanted(group="apps", resources=frozenset({"deployments", "daemonsets", "statefulsets"})),
    Wanted(group="batch", resources=frozenset({"jobs", "cronjobs"})),
    Wanted(
        group="networking.k8s.io", resources=frozenset({"ingresses", "ingressclasses", "networkpolicies"})
    ),
    Wanted(
        group="rbac.authorization.k8s.io",
        resources=frozenset({"roles", "rolebindings", "clusterroles", "clusterrolebindings"}),
    ),
    Wanted(group="discovery.k8s.io", resources=frozenset({"endpointslices"})),
    Wanted(group="gateway.networking.k8s.io"),
    Wanted(group="gateway.envoyproxy.io"),
    Wanted(group="traefik.io"),
    Wanted(group="security.istio.io"),
    Wanted(group="networking.istio.io"),
    Wanted(group="telemetry.istio.io"),
    Wanted(group="projectcontour.io"),
    Wanted(group="k8s.nginx.org"),
    Wanted(group="gateway.nginx.org"),
    Wanted(group="gateway.kgateway.dev"),
    Wanted(group="cert-manager.io", resources=frozenset({"certificates"})),
)
TOKEN_SECRETS: Final = Wanted(
    group="",
    resources=frozenset({"secrets"}),
    selector="type=kubernetes.io/service-account-token",
    only_metadata=True,
)


async def gather_live(
    access: Access, gathering: Gathering, *, namespace: str | None = None, include_secrets: bool = False
) -> None:
    """Read a cluster. What may not be listed is said, and the rest is read. Raises: Unreachable."""
    file = f"cluster/{access.context}"
    wanted = (*WANTED, TOKEN_SECRETS) if include_secrets else WANTED
    async for found in list_objects(access, wanted, namespace=namespace):
        match found:
            case Denied(what, why, fix, kind):
                said = f"{what}: {why}"
                problem = Problem(file=file, line=0, column=1, path="", what=said, fix=fix)
                gathering.unlisted[problem] = kind or ANY_KIND
            case dict():
                if not _is_made_by_another(found):
                    gathering.take(objects_of(written_at((0, 1), (), _typed(found)), file))


# --- private ---


def _is_made_by_another(found: Json) -> bool:
    """A pod of a Deployment is what its template says."""
    if found["kind"] not in {"Pod", "Job"}:
        return False
    owners = found.get("metadata", {}).get("ownerReferences") or ()
    return any(owner.get("controller") for owner in owners)


def _typed(found: Json) -> Json:
    """Only the type was asked for, so the answer does not repeat it."""
    if found["kind"] == "Secret" and "type" not in found:
        return {**found, "type": "kubernetes.io/service-account-token"}
    return found
