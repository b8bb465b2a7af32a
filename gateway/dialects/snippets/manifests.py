"""What do the manifests for controllers share? Where the gateway is, who may ask, YAML."""

from dataclasses import replace
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from gateway.core.policy import Cors, Policy
from gateway.dialects.snippets.settings import (
    Settings,
    SnippetImpossible,
    check_certificates,
    says_secret,
    shows_certificate,
)
from gateway.dialects.snippets.yaml_text import as_yaml

Manifest = dict[str, Any]

APPLICATIONS: Final = "apps"
"""Stands for the namespace of the routes."""
WAIT: Final = "6s"
SECRET: Final = "token-gateway-caller"  # noqa: S105 - a name
TRUST: Final = "token-gateway-ca"
"""Names what holds the authority of the gateway's certificate, as `ca.crt`."""
_DEFAULT: Final = "https://token-gateway-grpc.token-gateway.svc:4181"
_DEFAULT_HTTP: Final = "https://token-gateway.token-gateway.svc:4180"
"""The chart's Services, by the names that its certificate has."""


def in_cluster(settings: Settings) -> Settings:
    """Put the gateway's Service in the place of the address of this machine that stands for no answer."""
    named = settings.gateway != Settings().gateway
    return settings if named else replace(settings, gateway=_DEFAULT_HTTP)


class Service(NamedTuple):
    """Where the gateway is asked, in the cluster."""

    name: str
    namespace: str
    port: int
    tls: bool
    """Over TLS: then its certificate names `host`."""

    @property
    def host(self) -> str:
        """Give the name by which every namespace finds it."""
        return f"{self.name}.{self.namespace}.svc"

    @property
    def secret(self) -> str:
        """Give the Secret in which the chart keeps its certificate, where it makes one."""
        return f"{self.name.removesuffix('-grpc')}-certificate"


def service(settings: Settings) -> Service:
    """Give the gateway's Service. Raises: SnippetImpossible where the address names none."""
    asked = _DEFAULT if settings.gateway == Settings().gateway else settings.gateway
    parts = urlsplit(asked)
    labels = (parts.hostname or "").split(".")
    if len(labels) < 2 or labels[0].isdigit():
        raise SnippetImpossible(
            "the gateway is asked by its Service, over gRPC: write --gateway https://SERVICE.NAMESPACE:4181, "
            "or http."
        )
    return Service(labels[0], labels[1], parts.port or 4181, parts.scheme == "https")


def in_a_service(settings: Settings) -> Service | None:
    """Give the Service that is asked over HTTP; None where the address is not that of one."""
    labels = settings.gateway_name.split(".")
    if labels[2:] not in (["svc"], ["svc", "cluster", "local"]):
        return None
    port = settings.gateway_address.rpartition(":")[2]
    return Service(labels[0], labels[1], int(port), settings.gateway_speaks_tls)


def copying(kind: str, namespace: str, asked: Service | None, *, key: str = "ca.crt") -> str:
    """Write the command that puts the authority of the chart's certificate where a controller looks for it.

    `kind` is `configmap` or `secret generic`. Nothing where the gateway is no Service: then nobody knows its
    authority.
    """
    if asked is None or not asked.tls:
        return ""
    return (
        f"#     kubectl get secret {asked.secret} -n {asked.namespace} -o jsonpath='{{.data.ca\\.crt}}' |\n"
        f"#       base64 -d | kubectl create {kind} {TRUST} -n {namespace} \\\n"
        f"#       --from-file={key}=/dev/stdin --dry-run=client -o yaml | kubectl apply -f -\n"
        "#   It is renewed under the same authority for years (docs/certificates.md).\n"
    )


def verification(service: Service) -> list[Manifest]:
    """Write by whom the gateway's certificate is vouched for, where it is asked over TLS."""
    if not service.tls:
        return []
    trust = {
        "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": TRUST}],
        "hostname": service.host,
    }
    target = {"group": "", "kind": "Service", "name": service.name}
    return [
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "BackendTLSPolicy",
            "metadata": {"name": service.name, "namespace": service.namespace},
            "spec": {"targetRefs": [target], "validation": trust},
        }
    ]


def check_callers(policy: Policy, controller: str, *, says: bool, shows: bool = False) -> None:
    """Raises: SnippetImpossible where a caller must prove what this controller cannot.

    `says`: it can say a secret. `shows`: it can show a certificate, as it is asked. Of the clients'
    certificates each tells in settings of its own, which are not written here.
    """
    check_certificates(policy, controller)
    if (says_secret(policy) and says) or (shows_certificate(policy) and shows):
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


def grant(kind: str, group: str, to: Service) -> Manifest:
    """Write what lets an object of the applications' namespace refer to the gateway's Service."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": {"name": f"{kind.lower()}-to-token-gateway", "namespace": to.namespace},
        "spec": {
            "from": [{"group": group, "kind": kind, "namespace": APPLICATIONS}],
            "to": [{"group": "", "kind": "Service", "name": to.name}],
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
    return head + "".join(f"---\n{as_yaml(one)}" for one in manifests)


# --- private ---


LIMITS: Final = """\
# * A gateway that cannot be reached, or answers too late, is a refusal: nothing gets through.
# * The controller cleans paths before the gateway is asked; what is judged is what the backend gets.
# * Repeated Cookie headers are joined with a comma: the gateway refuses a token behind one.
# * The gateway's answer removes the client's credential, and what could tell the backend another target,
#   method or user than was judged.
{wire}\
# The gateway needs `listeners: {{grpc: {{port: 4181}}}}` and its extra `grpc`. Replace the examples: the
# names of the Gateway, of the backend, and of their namespace `apps`.
"""


def on_the_wire(service: Service, kind: str, namespace: str | None = None) -> str:
    """Say how the gateway is asked, and how its authority gets to where a controller looks for it.

    `kind` is `configmap` or `secret generic`; without a namespace it is beside the Service.
    """
    if not service.tls:
        return _PLAIN
    place = namespace or service.namespace
    return _VERIFIED.format(kind=_KINDS[kind], name=TRUST, place=place) + copying(kind, place, service)


_PLAIN: Final = """\
# * The gateway is asked in the clear: keep others off it with `peers` and a NetworkPolicy, or ask over TLS
#   (--gateway https://SERVICE.NAMESPACE.svc:4181).
"""
_VERIFIED: Final = """\
# * The gateway is asked over TLS (`listeners.grpc.tls`). It proves its name by the authority in `ca.crt` of
#   the {kind} {name} in the namespace {place}. Of the chart's own certificate:
"""
_KINDS: Final = {"configmap": "ConfigMap", "secret generic": "Secret"}
