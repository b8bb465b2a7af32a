"""What goes into Istio? A provider in its mesh configuration, and an AuthorizationPolicy that asks it."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.settings import Settings, shows_certificate


def snippet(policy: Policy, settings: Settings) -> str:
    """Write what the operator merges into the mesh, and the policy of the door. Raises: SnippetImpossible."""
    asked = manifests.service(settings)
    manifests.check_callers(policy, "Istio", says=False, shows=asked.tls)
    host = f"{asked.host}.cluster.local"
    provider = {
        "name": _PROVIDER,
        "envoyExtAuthzGrpc": {
            "service": host,
            "port": asked.port,
            "timeout": manifests.WAIT,
            "failOpen": False,
            "statusOnError": "503",
        },
    }
    mesh = {
        "apiVersion": "install.istio.io/v1alpha1",
        "kind": "IstioOperator",
        "spec": {"meshConfig": {"extensionProviders": [provider]}},
    }
    door = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": policy.id, "namespace": "istio-system"},
        "spec": {
            "selector": {"matchLabels": {"istio": "ingressgateway"}},
            "action": "CUSTOM",
            "provider": {"name": _PROVIDER},
            "rules": [{}],
        },
    }
    head = _HEAD.format(
        policy=policy.id,
        cors=_HEAD_CORS if policy.cors else "",
        wire=manifests.on_the_wire(asked, "secret generic", "istio-system"),
    )
    return manifests.written(head, mesh, door, *_verification(policy, asked, host))


# --- private ---

_PROVIDER: Final = "token-gateway"
_HEAD: Final = f"""\
# Token Gateway behind the ingress gateway of Istio 1.32 or later, for policy "{{policy}}". The first document
# is the part of the mesh configuration to merge into yours (`istioctl install`, or meshConfig in the chart).
#
# What to know, and what Istio cannot do:
# * The rule without a condition asks about every request of the ingress gateway: one with hosts or paths in
#   it is an open door for the rest.
# * An unknown name of the provider refuses everything. An outage is a 503. The default time-out is
#   ten minutes: it is set here.
# * It names no policy: the gateway finds it by the host, so no other policy may list the same host.
# * It cannot say a secret: the policy's callers are known by their network alone.
{{cors}}\
{manifests.LIMITS}"""
_HEAD_CORS: Final = """\
# * A preflight has no token, and the gateway cannot answer it here: set corsPolicy in the VirtualService, and
#   try whether your version answers before it asks.
"""


def _verification(policy: Policy, asked: manifests.Service, host: str) -> list[manifests.Manifest]:
    """Over TLS. The Secret holds `ca.crt`, and the pair `tls.crt` and `tls.key` where one is shown."""
    if not asked.tls:
        return []
    tls = {
        "mode": "MUTUAL" if shows_certificate(policy) else "SIMPLE",
        "credentialName": manifests.TRUST,
        "sni": asked.host,
        "subjectAltNames": [asked.host],
    }
    return [
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": {"name": _PROVIDER, "namespace": "istio-system"},
            "spec": {
                "host": host,
                "workloadSelector": {"matchLabels": {"istio": "ingressgateway"}},
                "trafficPolicy": {"tls": tls},
            },
        }
    ]
