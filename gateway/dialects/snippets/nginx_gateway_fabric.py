"""What goes beside an HTTPRoute of NGINX Gateway Fabric? A SnippetsFilter that asks, and what is logged."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets import nginx_parts as parts
from gateway.dialects.snippets.settings import Settings, check_certificates


def snippet(policy: Policy, settings: Settings) -> str:
    """Write filter, route, and the settings of the data plane.

    Raises: SnippetImpossible for a policy with query credentials, and for a gateway without a name.
    """
    check_certificates(policy, "NGINX Gateway Fabric")
    where, name = manifests.in_cluster(settings), f"token_gateway_{policy.id}"
    parts.check_query(policy, "NGINX Gateway Fabric")
    parts.check_name(where)
    contexts = {
        "http": parts.upstream(name, where.gateway_address) + "\n",
        "http.server": parts.server_part(policy, where, name, upgrade=True),
        "http.server.location": parts.location_part(policy, _SAID),
    }
    asked = {
        "apiVersion": f"{_GROUP}/v1alpha1",
        "kind": "SnippetsFilter",
        "metadata": {"name": policy.id, "namespace": manifests.APPLICATIONS},
        "spec": {"snippets": [{"context": one, "value": text} for one, text in contexts.items()]},
    }
    reference = {"group": _GROUP, "kind": "SnippetsFilter", "name": policy.id}
    route = manifests.http_route(policy, {"type": "ExtensionRef", "extensionRef": reference})
    return manifests.written(
        _HEAD.format(policy=policy.id) + parts.controller_limits(where, manifests.APPLICATIONS),
        asked,
        route,
        _PROXY,
    )


# --- private ---

_GROUP: Final = "gateway.nginx.org"
_SAID: Final = frozenset({"X-Forwarded-Port"})
"""By the data plane itself."""
_HEAD: Final = """\
# Token Gateway behind NGINX Gateway Fabric 2.6, for policy "{policy}". Switch its snippets on (Helm:
# nginxGateway.snippets.enable): without them the route answers 500.
#
# What to know, and what NGINX Gateway Fabric cannot do:
# * The ExternalAuth filter that it has after 2.6 is not used: that one names target and method in headers of
#   its own, in which the gateway does not believe.
# * The filter of one rule has the server ask about every rule of its hostname. A rule without the filter is
#   judged, but its backend gets the client's own token: name the filter in each rule, of each route of it.
# * Two filters of this kind cannot share a hostname. No URLRewrite beside it: the backend would get another
#   target than was judged.
# * X-Forwarded-For begins with what the client wrote: a backend believes X-Real-IP.
# * It passes Upgrade on at every rule: the gateway is told of it, and refuses it where no route has one.
# * Who may write a SnippetsFilter may read what nginx reads. Give that right to operators alone.
# * A challenge of ACME over HTTP is asked about as well: give the policy a public route for it.
"""
_PROXY: Final = {
    "apiVersion": f"{_GROUP}/v1alpha2",
    "kind": "NginxProxy",
    "metadata": {"name": "token-gateway", "namespace": manifests.APPLICATIONS},
    "spec": {"logging": {"errorLevel": "crit", "accessLog": {"format": parts.LOG_FORMAT}}},
}
"""In force where `infrastructure.parametersRef` of the Gateway names it."""
