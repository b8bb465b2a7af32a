"""Routes made by hand: what a reader would make of some controller's configuration."""

from dataclasses import replace
from typing import Any

from gateway.audit.check import Checked
from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Backend, Exposure, Mechanism, PathKind, PathMatch, Reaches, TokenFate
from gateway.audit.rule import Rule, View
from tests.audit.showing import estate_of

HERE = Place("given.yaml", 1, 1, "Ingress/shop/orders")
ASKED = Auth(
    mechanism=Mechanism.EXTERNAL,
    place=HERE,
    url="http://token-gateway.token-gateway.svc:4180/auth/nginx/orders",
    service=Backend("token-gateway", "token-gateway", "4180"),
    dialect="nginx",
    policy="orders",
)


def path(written: str) -> PathMatch:
    """`/a` is a prefix, `=/a` exact, `~/a` a regular expression, `/a*` what begins so."""
    if written.startswith("="):
        return PathMatch(PathKind.EXACT, written[1:])
    if written.startswith("~"):
        return PathMatch(PathKind.REGEX, written[1:])
    if written.endswith("*"):
        return PathMatch(PathKind.BEGINS_WITH, written[:-1])
    return PathMatch(PathKind.PREFIX, written)


def ingress(name: str = "orders", namespace: str = "shop", group: str = "networking.k8s.io") -> Object:
    """An object that a route comes from."""
    metadata = f"metadata: {{name: {name}, namespace: {namespace}}}"
    (one,) = estate_of(f"apiVersion: {group}/v1\nkind: Ingress\n{metadata}\nspec: {{}}\n").objects
    return one


def route(  # a route has as many sides
    where: str = "api.example.com/",
    *,
    to: str = "orders:8080",
    auth: Auth | None = None,
    of: Object | None = None,
    controller: Controller = Controller.INGRESS_NGINX,
    **more: Any,
) -> Exposure:
    """`where` is a host and a path, `to` a Service in `shop` and its port; empty: nowhere."""
    host, _, rest = where.partition("/")
    kind = "" if not host or host[-1] not in "=~" else host[-1]
    name, _, port = to.partition(":")
    owner = of.owner if of is not None else HERE.owner
    return Exposure(
        host=host.removesuffix(kind),
        path=path(f"{kind}/{rest}"),
        controller=controller,
        class_name=more.pop("class_name", "nginx"),
        backends=(Backend("shop", name, port),) if to else (),
        auth=auth,
        token=TokenFate(Reaches.CANNOT_TELL, "not asked", HERE),
        source=more.pop("source", HERE._replace(owner=owner)),
        of=of,
        **more,
    )


def guarded(where: str = "api.example.com/", **more: Any) -> Exposure:
    """A route about which our gateway is asked."""
    return route(where, auth=more.pop("auth", ASKED), **more)


def asked(**changes: Any) -> Auth:
    return replace(ASKED, **changes)


def said(rule: Rule, *exposures: Exposure, estate: Estate | None = None, **more: Any) -> list[str]:
    """What a rule says of these routes, each with its severity where that is not the rule's own."""
    view = View(estate=estate or Estate(), exposures=exposures, **more)
    hits = dict.fromkeys(rule.check(view))
    return [f"{one.severity}: {one.what}" if one.severity else one.what for one in hits]


def ids(checked: Checked) -> list[str]:
    return sorted({one.rule.id for one in checked.findings})
