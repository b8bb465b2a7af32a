"""Are the filters of NGINX Gateway Fabric whole, so that what they are for is in force?"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.normal.nginx_gateway_fabric import GROUP
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show

_CONTEXTS: Final = frozenset({"main", "http", "http.server", "http.server.location"})
_TYPES: Final = frozenset({"Basic", "JWT", "OIDC"})
_SENDS: Final = re.compile(r"^[ \t]*proxy_set_header[ \t]+[Aa]uthorization[ \t]+\$([a-z0-9_]+)", re.MULTILINE)
_SETS: Final = re.compile(r"^[ \t]*(?:auth_request_set|set|js_set)[ \t]+\$([a-z0-9_]+)[ \t]", re.MULTILINE)
_MAPS: Final = re.compile(r"^[ \t]*map[ \t]+[^ \t\n{]+[ \t]+\$([a-z0-9_]+)", re.MULTILINE)


def _of_nginx(view: View) -> Iterator[Hit]:
    for one in view.estate.of("AuthenticationFilter", GROUP):
        if text(one.node, "spec", "type") not in _TYPES:
            yield Hit(one.place(at(one.node, "spec")), "its type is neither Basic nor JWT nor OIDC")
    for one in view.estate.of("SnippetsFilter", GROUP):
        yield from _snippets(one)


def _snippets(of: Object) -> Iterator[Hit]:
    snippets = items(of.node, "spec", "snippets")
    if not snippets:
        yield Hit(of.place(at(of.node, "spec")), "it has no snippets")
    written = [text(one, "value") or "" for one in snippets]
    known = {name for value in written for name in (*_SETS.findall(value), *_MAPS.findall(value))}
    for one, value in zip(snippets, written, strict=True):
        if text(one, "context") not in _CONTEXTS or not value.strip():
            yield Hit(of.place(one), "a snippet has no context that is known, or no text")
        for name in _SENDS.findall(value):
            if name not in known and not name.startswith(("http_", "upstream_http_", "jwt_", "oidc_")):
                what = f"Authorization is replaced by ${show(name)}, which no snippet here sets"
                yield Hit(of.place(at(one, "value")), what, about=name)


OF_NGINX: Final = Rule(
    id="GWA-016",
    title="A filter of NGINX Gateway Fabric is not whole",
    severity=Severity.HIGH,
    why="The snippet that asks is gone, or stands where nginx does not read it: routes fail, or are open.",
    fix="keep the snippet of the server, which asks, and that of the location, which replaces, together",
    check=_of_nginx,
    references=("https://docs.nginx.com/nginx-gateway-fabric/traffic-management/snippets/",),
)
