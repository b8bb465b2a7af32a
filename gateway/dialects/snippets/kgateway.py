"""What goes beside an HTTPRoute of kgateway? A GatewayExtension that is asked over gRPC, and who asks it."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.settings import Settings, says_secret, takes_websockets


def snippet(policy: Policy, settings: Settings) -> str:
    """Write route, extension, the two policies, and the leave to refer to the gateway.

    Raises: SnippetImpossible.
    """
    manifests.check_callers(policy, "kgateway", says=True)
    asked = manifests.service(settings)
    extension = _object(
        "GatewayExtension",
        "token-gateway",
        {
            "extAuth": {
                "grpcService": {
                    "backendRef": {"name": asked.name, "namespace": asked.namespace, "port": asked.port},
                    "requestTimeout": manifests.WAIT,
                },
                "failOpen": False,
                "statusOnError": 503,
            }
        },
    )
    head = _HEAD.format(
        policy=policy.id,
        secret=_HEAD_SAID if says_secret(policy) else "",
        wire=manifests.on_the_wire(asked, "configmap"),
    )
    return manifests.written(
        head,
        manifests.http_route(policy),
        extension,
        _asking(policy),
        _listening(policy),
        manifests.grant("GatewayExtension", _GROUP, asked),
        *manifests.verification(asked),
    )


# --- private ---

_GROUP: Final = "gateway.kgateway.dev"
_LOG: Final = "[%START_TIME%] %REQ(:METHOD)% %PATH(NQ)% %RESPONSE_CODE% %RESPONSE_FLAGS% %DURATION%\n"
"""No query, and none but this header of the request."""
_HEAD: Final = f"""\
# Token Gateway behind kgateway with Envoy, 2.2 or later, for policy "{{policy}}".
#
# What to know, and what kgateway cannot do:
# * The port of the gateway's Service must say `appProtocol: grpc`, or in the clear kubernetes.io/h2c: else it
#   is asked over HTTP/1.
# * `extAuth: {{{{disable: {{{{}}}}}}}}` in a TrafficPolicy, and `percentageEnabled`, are open doors.
#   A TrafficPolicy whose status does not say Accepted and Attached protects nothing: look at it.
# * It has no field for a client certificate's header, nor for names with underscores: the gateway refuses
#   those that speak of identity, and its answer removes the others.
{{secret}}\
{manifests.LIMITS}"""
_HEAD_SAID: Final = """\
# * The caller's secret can come from no Secret: it stands in the TrafficPolicy, and whoever may read that has
#   it.
"""


def _object(kind: str, name: str, spec: manifests.Manifest) -> manifests.Manifest:
    metadata = {"name": name, "namespace": manifests.APPLICATIONS}
    return {"apiVersion": f"{_GROUP}/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def _asking(policy: Policy) -> manifests.Manifest:
    caller = {"caller": "REPLACE-WITH-THE-CALLER-SECRET"} if says_secret(policy) else {}
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": policy.id}
    ask = {
        "extensionRef": {"name": "token-gateway"},
        "contextExtensions": {"policy": policy.id, **caller},
    }
    return _object("TrafficPolicy", policy.id, {"targetRefs": [target], "extAuth": ask, **_cors(policy)})


def _listening(policy: Policy) -> manifests.Manifest:
    """What concerns the whole Gateway: nobody's word on addresses, a log without queries, upgrades."""
    upgrade = {"upgradeConfig": {"enabledUpgrades": ["websocket"]}} if takes_websockets(policy) else {}
    http = {
        "useRemoteAddress": True,
        "accessLog": [{"fileSink": {"path": "/dev/stdout", "stringFormat": _LOG}}],
        **upgrade,
    }
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public"}
    return _object("ListenerPolicy", "public", {"targetRefs": [target], "default": {"httpSettings": http}})


def _cors(policy: Policy) -> manifests.Manifest:
    if policy.cors is None:
        return {}
    said = manifests.cors(policy, policy.cors, origins="allowOrigins", age=policy.cors.max_age_s)
    return {"cors": said}
