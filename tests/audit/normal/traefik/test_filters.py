"""Middlewares that an HTTPRoute names."""

from gateway.audit.estate.fields import items
from gateway.audit.exposure import Reaches
from gateway.audit.normal.traefik.asks import auth_of, fate_of
from gateway.audit.normal.traefik.filters import steps_of_filters
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of

ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  rules:
  - filters:
    - {type: RequestHeaderModifier, requestHeaderModifier: {}}
    - {type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: all}}
    - {type: ExtensionRef, extensionRef: {group: example.com, kind: Middleware, name: other}}
  - filters:
    - {type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: gone}}
"""


def test_the_steps_that_filters_stand_for() -> None:
    estate = estate_of(ROUTE, w.chain("all", "zip", "ask"), w.middleware("zip", "compress: {}"))
    given = estate_of(ROUTE, w.chain("all", "ask"), w.middleware("ask", w.ASK))
    (route,) = given.of("HTTPRoute")
    first, second = items(route.node, "spec", "rules")
    steps = steps_of_filters(given, route, first)
    auth = auth_of(steps)
    assert auth is not None
    assert (auth.policy, fate_of(steps, route.place(first)).reaches) == ("orders", Reaches.NO)
    lost = steps_of_filters(given, route, second)
    assert fate_of(lost, route.place(second)).reaches is Reaches.CANNOT_TELL
    kinds = [one.kind for one in steps_of_filters(estate, route, first)]
    assert kinds == ["compress", "missing"]
