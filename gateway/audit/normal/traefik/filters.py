"""Which middlewares does a rule of an HTTPRoute name, that Traefik serves?

https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/gateway-api/: by filters of the type
ExtensionRef, each a Middleware of the route's own namespace.
"""

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items, text
from gateway.audit.estate.objects import Object
from gateway.audit.normal.traefik.chain import Step, middlewares_of, reference_of
from gateway.audit.normal.traefik.dynamic import GROUPS
from gateway.config.tree import Node


def steps_of_filters(estate: Estate, route: Object, rule: Node) -> tuple[Step, ...]:
    """Give them in order, for `auth_of` and `fate_of`; none where no filter names one."""
    return middlewares_of(
        estate,
        (
            reference_of(route.namespace, text(one, "extensionRef", "name") or "", route.place(one))
            for one in items(rule, "filters")
            if text(one, "extensionRef", "kind") == "Middleware"
            and text(one, "extensionRef", "group") in GROUPS
        ),
    )
