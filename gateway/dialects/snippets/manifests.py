"""What do the manifests for the controllers of Envoy share? Where the gateway is, who may ask, YAML."""

from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from gateway.core.policy import Cors, Policy
from gateway.dialects.snippets.settings import (
    Settings,
    SnippetImpossible,
    check_certificates,
    says_secret,
    shows_certificate,
)

Manifest = dict[str, Any]

APPLICATIONS: Final = "apps"
"""Stands for the namespace of the routes."""
WAIT: Final = "6s"
SECRET: Final = "token-gateway-caller"  # noqa: S105 - a name
_DEFAULT: Final = "http://token-gateway.token-gateway.svc:4181"


def service(settings: Settings) -> tuple[str, str, int]:
    """Give name, namespace and port of the gateway's Service.

    Raises: SnippetImpossible where the address names none, or one that would have to speak TLS.
    """
    asked = _DEFAULT if settings.gateway == Settings().gateway else settings.gateway
    parts = urlsplit(asked)
    labels = (parts.hostname or "").split(".")
    if parts.scheme != "http" or len(labels) < 2 or labels[0].isdigit():
        raise SnippetImpossible(
            "the gateway is asked by its Service, over gRPC, which speaks no TLS: write --gateway "
            "http://SERVICE.NAMESPACE:4181."
        )
    return labels[0], labels[1], parts.port or 4181


def check_callers(policy: Policy, controller: str, *, says: bool) -> None:
    """Raises: SnippetImpossible where a caller must prove what this controller cannot.

    `says`: it can say a secret. None of them shows a certificate to a listener without TLS, and of the
    clients' certificates each tells in settings of its own, which are not written here.
    """
    check_certificates(policy, controller)
    if says_secret(policy) and says:
        return
    if says_secret(policy) or shows_certificate(policy):
        advice = "Name a secret" if says else "Write `network_alone: true`, beside a NetworkPolicy,"
        raise SnippetImpossible(
            f"policy {policy.id} asks its callers for what {controller} cannot show over gRPC. {advice} in "
            "its callers, or use `gateway snippet envoy`."
        )


def hosts(policy: Policy) -> list[str]:
    """Give the names of the policy's hosts."""
    return [pattern.name for pattern in policy.hosts]


def methods(policy: Policy) -> list[str]:
    """Give what a browser application may ask for."""
    return sorted({method for route in policy.routes.routes for method in route.methods})


def cors(policy: Policy, given: Cors, *, origins: str, age: str | int) -> Manifest:
    """Write the policy on CORS in the words of the Gateway API, which the others have taken over."""
    return {
        origins: sorted(given.origins),
        "allowMethods": methods(policy),
        **({"allowHeaders": list(given.headers)} if given.headers else {}),
        **({"exposeHeaders": list(given.expose)} if given.expose else {}),
        "allowCredentials": given.credentials,
        "maxAge": age,
    }


def grant(kind: str, group: str, namespace: str, name: str) -> Manifest:
    """Write what lets an object of the applications' namespace refer to the gateway's Service."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": {"name": f"{kind.lower()}-to-token-gateway", "namespace": namespace},
        "spec": {
            "from": [{"group": group, "kind": kind, "namespace": APPLICATIONS}],
            "to": [{"group": "", "kind": "Service", "name": name}],
        },
    }


def http_route(policy: Policy, *filters: Manifest) -> Manifest:
    """Write a route for the policy's hosts; its Gateway and its backend are examples."""
    rule = {"backendRefs": [{"name": "backend", "port": 80}]}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": policy.id, "namespace": APPLICATIONS},
        "spec": {
            "parentRefs": [{"name": "public"}],
            "hostnames": hosts(policy),
            "rules": [{**({"filters": list(filters)} if filters else {}), **rule}],
        },
    }


def written(head: str, *manifests: Manifest) -> str:
    """Write the manifests, one document each, behind the words for the reader."""
    return head + "".join(f"---\n{yaml.dump(one, Dumper=_Dumper, sort_keys=False)}" for one in manifests)


# --- private ---


class _Dumper(yaml.SafeDumper):
    """Writes each value where it stands."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


LIMITS: Final = """\
# * A gateway that cannot be reached, or answers too late, is a refusal: nothing gets through.
# * The controller cleans paths before the gateway is asked; what is judged is what the backend gets.
# * Repeated Cookie headers are joined with a comma: the gateway refuses a token behind one.
# * The gateway's answer removes the client's credential, and what could tell the backend another target,
#   method or user than was judged.
# * The gateway's gRPC listener speaks no TLS: keep others off it with `peers` and a NetworkPolicy.
# The gateway needs `listeners: {{grpc: {{port: 4181}}}}` and its extra `grpc`. Replace the examples: the
# names of the Gateway, of the backend, and of their namespace `apps`.
"""
