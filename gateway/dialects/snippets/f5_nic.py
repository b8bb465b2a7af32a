"""What goes into the ingress controller of F5 NGINX? VirtualServers that are closed without snippets."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets import nginx_parts as parts
from gateway.dialects.snippets.settings import Settings, check_certificates, takes_websockets


def snippet(policy: Policy, settings: Settings) -> str:
    """Write one VirtualServer a host, and the lines of the controller's ConfigMap.

    Raises: SnippetImpossible for a policy with query credentials, and for a gateway without a name.
    """
    check_certificates(policy, "F5 NGINX")
    where = manifests.in_cluster(settings)
    parts.check_query(policy, "the VirtualServer of F5 NGINX")
    parts.check_name(where)
    doors = [_door(policy, where, host, number) for number, host in enumerate(manifests.hosts(policy), 1)]
    return manifests.written(
        _HEAD.format(policy=policy.id) + parts.controller_limits(where, "nginx-ingress"), *doors, _CONFIG_MAP
    )


# --- private ---

_HEAD: Final = """\
# Token Gateway behind the ingress controller of F5 NGINX (nginx/kubernetes-ingress), for policy "{policy}".
# Start the controller with -enable-snippets (Helm: controller.enableSnippets). Without it, it serves a
# VirtualServer and leaves the snippets out, with no word: that is why the one route below is closed, and the
# location that asks and forwards is itself a snippet.
#
# What to know, and what the controller cannot do:
# * Its own Policy `externalAuth` is not used: it tells the gateway neither target nor method, and copies no
#   header of the answer, so that the client's token would reach the backend.
# * Our location is a regular expression: it comes before every route that is a prefix. A route that is exact
#   (`=`) would come before ours: it is judged, but its backend gets the client's own token. Add none.
# * Snippets are configuration of nginx: who may write a VirtualServer may read what nginx reads. Give that
#   right to operators alone.
# * A challenge of ACME over HTTP is asked about as well: use DNS, or a listener without our policy.
"""
_CONFIG_MAP: Final = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "nginx-config", "namespace": "nginx-ingress"},
    "data": {"log-format": parts.LOG_FORMAT, "error-log-level": "crit"},
}
"""The name is that of the controller's own; the keys are merged into it."""
_CLOSED: Final = {"code": 503, "type": "text/plain", "body": "closed: snippets are not enabled\\n"}


def _door(policy: Policy, settings: Settings, host: str, number: int) -> manifests.Manifest:
    own, name = f"{policy.id}-{number}", f"token_gateway_{policy.id}_{number}"
    server = parts.server_part(
        policy, settings, name, upgrade=takes_websockets(policy), more=_location(policy, own)
    )
    return {
        "apiVersion": "k8s.nginx.org/v1",
        "kind": "VirtualServer",
        "metadata": {"name": own, "namespace": manifests.APPLICATIONS},
        "spec": {
            "ingressClassName": "nginx",
            "host": host,
            "tls": {"secret": f"{policy.id}-tls", "redirect": {"enable": True}},
            "upstreams": [{"name": "backend", "service": "backend", "port": 80}],
            "routes": [{"path": "/", "action": {"return": _CLOSED}}],
            "http-snippets": parts.upstream(name, settings.gateway_address) + "\n",
            "server-snippets": server,
        },
    }


def _location(policy: Policy, own: str) -> str:
    """The controller names an upstream after the VirtualServer that it stands in."""
    lines = [
        *parts.replaced(policy),
        *parts.forwarded(policy, "$connection_upgrade"),  # a map of the controller's
        *parts.cors_on_success(policy),
        f"proxy_pass http://vs_{manifests.APPLICATIONS}_{own}_backend;  # vs_NAMESPACE_NAME_UPSTREAM",
    ]
    return parts.block("location ~ ^/", lines)
