"""What does the filter ExternalAuth of an HTTPRoute ask for, and who enforces it?

https://gateway-api.sigs.k8s.io/geps/gep-1494/
"""

from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.fields import at, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Auth, Mechanism
from gateway.audit.normal.ext_authz import ours, ours_over_grpc
from gateway.audit.normal.gateway_rules import backend_of
from gateway.config.tree import Node

WITHOUT_IT: Final = frozenset({Controller.ENVOY_GATEWAY, Controller.ISTIO, Controller.TRAEFIK})
"""They do not know the filter: it is not in force, and the route should not be accepted."""
_ALWAYS: Final = frozenset({"host", "method", "path", "content-length", "authorization"})


def external_auth(route: Object, node: Node, controller: Controller) -> Auth | None:
    """Give what is asked; None where the filter is none of this type."""
    if text(node, "type") != "ExternalAuth":
        return None
    asked = at(node, "externalAuth")
    place = route.place(node if asked is None else asked)
    reference = at(asked, "backendRef")
    if controller in WITHOUT_IT or reference is None:
        return Auth(mechanism=Mechanism.UNKNOWN, place=place)
    service = backend_of(route, reference)
    url = f"{service.name}.{service.namespace}:{service.port}"
    if text(asked, "protocol") == "GRPC":
        shown = _lower(asked, "grpc", "allowedHeaders")
        return Auth(
            mechanism=Mechanism.EXTERNAL,
            place=place,
            url=url,
            service=service,
            dialect=ours_over_grpc(service, None),
            request_headers=shown or None,
            response_headers=None,
            removes_unanswered=False,
        )
    path = text(asked, "http", "path") or ""
    dialect, policy = ours(path)
    copied = _lower(asked, "http", "allowedResponseHeaders")
    is_nginx = controller is Controller.NGINX_GATEWAY_FABRIC
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=place,
        url=f"{url}{path}",
        service=service,
        dialect=dialect,
        policy=policy,
        request_headers=_ALWAYS | _lower(asked, "http", "allowedHeaders"),
        response_headers=copied if copied or is_nginx else None,
        removes_unanswered=is_nginx,
    )


# --- private ---


def _lower(node: Node | None, *steps: str) -> frozenset[str]:
    return frozenset(one.lower() for one in texts(node, *steps))
