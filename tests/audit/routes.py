"""Routes in the normal form, for tests of what compares them."""

from dataclasses import replace
from typing import Any

from gateway.audit.controller import Controller
from gateway.audit.estate.place import Place
from gateway.audit.exposure import (
    Auth,
    Backend,
    Exposure,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)

HERE = Place("given.yaml", 1, 1, "Ingress/shop/orders")
NO, YES, UNSURE = (TokenFate(one, "because", HERE) for one in (Reaches.NO, Reaches.YES, Reaches.CANNOT_TELL))
ASKED = Auth(
    mechanism=Mechanism.EXTERNAL,
    place=HERE,
    url="https://gw/auth/nginx/orders",
    dialect="nginx",
    policy="orders",
    response_headers=frozenset({"authorization"}),
)
KINDS = {
    "=": PathKind.EXACT,
    "/": PathKind.PREFIX,
    "*": PathKind.BEGINS_WITH,
    "~": PathKind.REGEX,
    "?": PathKind.UNKNOWN,
}


def path(text: str) -> PathMatch:
    """`= /a` exactly, `/ /a` below, `* /a` begins with, `~ /a` a pattern, `?` not known."""
    kind, _, value = text.partition(" ")
    return PathMatch(KINDS[kind], value)


def route(where: str = "/ /", host: str = "api.example.com", **changes: Any) -> Exposure:
    """A route that the gateway protects; with `auth=None` one that is open."""
    made = Exposure(
        host=host,
        path=path(where),
        tls=Tls.ONLY,
        controller=Controller.INGRESS_NGINX,
        class_name="nginx",
        backends=(Backend("shop", "orders", "80"),),
        auth=ASKED,
        token=NO,
        source=HERE,
    )
    if changes.get("auth", ASKED) is None:
        made = replace(made, token=YES)
    return replace(made, **changes)
