"""What goes into an HTTPRoute of the Gateway API? Its ExternalAuth filter, over gRPC."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.settings import Settings


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the route and the leave to refer to the gateway. Raises: SnippetImpossible."""
    manifests.check_callers(policy, "the Gateway API", says=False)
    asked = manifests.service(settings)
    ask = {
        "type": "ExternalAuth",
        "externalAuth": {
            "protocol": "GRPC",
            "backendRef": {"name": asked.name, "namespace": asked.namespace, "port": asked.port},
        },
    }
    return manifests.written(
        _HEAD.format(policy=policy.id, wire=manifests.on_the_wire(asked, "configmap")),
        manifests.http_route(policy, *_cors(policy), ask),
        manifests.grant("HTTPRoute", "gateway.networking.k8s.io", asked),
        *manifests.verification(asked),
    )


# --- private ---

_HEAD: Final = f"""\
# Token Gateway by the ExternalAuth filter of the Gateway API (GEP-1494, experimental channel), for policy
# "{{policy}}". Ask your implementation whether it has the feature HTTPRouteExternalAuthGRPC: one that has not
# must not accept the route (look at its status).
#
# What to know, and what the Gateway API cannot do:
# * The filter stands in each rule: a rule without it is an open door. Put it before every filter that
#   mirrors, redirects or rewrites.
# * It names no policy: the gateway finds it by the host, so no other policy may list the same host.
# * It cannot say a secret: the policy's callers are known by their network alone.
{manifests.LIMITS}"""


def _cors(policy: Policy) -> list[manifests.Manifest]:
    if policy.cors is None:
        return []
    said = manifests.cors(policy, policy.cors, origins="allowOrigins", age=policy.cors.max_age_s)
    return [{"type": "CORS", "cors": said}]
