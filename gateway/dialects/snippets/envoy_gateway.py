"""What goes beside an HTTPRoute of Envoy Gateway? A SecurityPolicy that asks over gRPC."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.settings import Settings, says_secret


def snippet(policy: Policy, settings: Settings) -> str:
    """Write route, policy, and the leave to refer to the gateway. Raises: SnippetImpossible."""
    manifests.check_callers(policy, "Envoy Gateway", says=True)
    asked = manifests.service(settings)
    place = {"name": asked.name, "namespace": asked.namespace, "port": asked.port}
    ask: manifests.Manifest = {
        "failOpen": False,
        "timeout": manifests.WAIT,
        "statusOnError": 503,
        "recomputeRoute": False,
        "contextExtensions": [{"name": "policy", "type": "Value", "value": policy.id}, *_secret(policy)],
        "grpc": {"backendRefs": [place]},
    }
    security: manifests.Manifest = {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "SecurityPolicy",
        "metadata": {"name": policy.id, "namespace": manifests.APPLICATIONS},
        "spec": {
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": policy.id}],
            "extAuth": ask,
            **_cors(policy),
        },
    }
    client = {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "ClientTrafficPolicy",
        "metadata": {"name": "public", "namespace": manifests.APPLICATIONS},
        "spec": {
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public"}],
            "path": {"escapedSlashesAction": "KeepUnchanged", "disableMergeSlashes": True},
            "headers": {
                "withUnderscoresAction": "RejectRequest",
                "xForwardedClientCert": {"mode": "Sanitize"},
            },
        },
    }
    head = _HEAD.format(
        policy=policy.id,
        secret=_HEAD_SECRET if says_secret(policy) else "",
        wire=manifests.on_the_wire(asked, "configmap"),
    )
    return manifests.written(
        head,
        manifests.http_route(policy),
        security,
        client,
        manifests.grant("SecurityPolicy", "gateway.envoyproxy.io", asked),
        *manifests.verification(asked),
    )


# --- private ---

_HEAD: Final = f"""\
# Token Gateway behind Envoy Gateway 1.9 or later, for policy "{{policy}}".
#
# What to know, and what Envoy Gateway cannot do:
# * A SecurityPolicy of a route replaces that of its Gateway, unless mergeType is set: write no second one for
#   this route. Without failOpen an outage is a 503; with it the door is open, a mistake in here included.
{{secret}}\
{manifests.LIMITS}"""
_HEAD_SECRET: Final = f"""\
# * The caller's secret comes from a Secret, key `secret`: kubectl create secret generic
#   {manifests.SECRET} -n {manifests.APPLICATIONS} --from-file=secret=FILE
"""


def _secret(policy: Policy) -> list[manifests.Manifest]:
    if not says_secret(policy):
        return []
    place = {"group": "", "kind": "Secret", "name": manifests.SECRET, "key": "secret"}
    return [{"name": "caller", "type": "ValueRef", "valueRef": place}]


def _cors(policy: Policy) -> manifests.Manifest:
    if policy.cors is None:
        return {}
    age = f"{policy.cors.max_age_s}s"
    return {"cors": manifests.cors(policy, policy.cors, origins="allowOrigins", age=age)}
