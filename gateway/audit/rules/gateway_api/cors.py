"""May any web page read answers with the user's credentials?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.tree import Node

_PLACES: Final = (
    ("SecurityPolicy", ("spec", "cors")),
    ("TrafficPolicy", ("spec", "cors")),
    ("HTTPProxy", ("spec", "virtualhost", "corsPolicy")),
)


def _any_origin(view: View) -> Iterator[Hit]:
    for of, node in _policies(view):
        if flag(node, "allowCredentials") and any(_is_any(one) for one in _origins(node)):
            yield Hit(of.place(node), "every origin is allowed, with credentials")


def _policies(view: View) -> Iterator[tuple[Object, Node]]:
    for kind, steps in _PLACES:
        for one in view.estate.of(kind):
            node = at(one.node, *steps)
            if node is not None:
                yield one, node
    for kind, list_name, name in (
        ("HTTPRoute", "rules", "cors"),
        ("GRPCRoute", "rules", "cors"),
        ("VirtualService", "http", "corsPolicy"),
    ):
        for route in view.estate.of(kind):
            for rule in items(route.node, "spec", list_name):
                for holder in (rule, *items(rule, "filters")):
                    node = at(holder, name)
                    if node is not None:
                        yield route, node


def _origins(node: Node) -> Iterator[str]:
    for name in ("allowOrigins", "allowOrigin"):
        for one in items(node, name):
            for found in (text(one), text(one, "exact"), text(one, "regex"), text(one, "prefix")):
                if found is not None:
                    yield found


def _is_any(origin: str) -> bool:
    bare = origin.removeprefix("https://").removeprefix("http://")
    return bare in {"*", ".*", "^.*$", ""}


ANY_ORIGIN: Final = Rule(
    id="GWA-009",
    title="Any origin may send credentials",
    severity=Severity.HIGH,
    why="Any web page that a user opens can ask in the user's name, and read the answer.",
    fix="name the origins of your own applications",
    check=_any_origin,
    references=("https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",),
)
