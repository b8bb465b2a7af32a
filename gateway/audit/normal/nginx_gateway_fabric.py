"""Who is asked about a rule that NGINX Gateway Fabric serves: which of its own filters does it name?

A filter that is not there, that is not valid, or that the controller does not know, answers 500 to the whole
rule (2.6.7, internal/controller/state/graph/common_filter.go). A SnippetsFilter is nginx's own text, of which
two things are read here: whom `auth_request` asks, and whether the location replaces Authorization. https://docs.nginx.com/nginx-gateway-fabric/
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Fails, LoggedField, Mechanism, Reaches, TokenFate
from gateway.audit.normal.envoy_gateway import Asked
from gateway.audit.normal.ext_authz import address_of, ours, service_at
from gateway.config.tree import Node

GROUP: Final = "gateway.nginx.org"
_TYPES: Final = {"Basic": Mechanism.BASIC, "JWT": Mechanism.JWT, "OIDC": Mechanism.OIDC}


def asked_by_filters(estate: Estate, route: Object, rule: Node) -> Asked | None:
    """Give who is asked by the filters that a rule names; None where they ask nobody."""
    for one in items(rule, "filters"):
        reference = at(one, "extensionRef")
        kind, name = text(reference, "kind"), text(reference, "name") or ""
        found = estate.get(kind or "", route.namespace, name)
        if kind == "AuthenticationFilter":
            return _authentication(found, route.place(one))
        if kind == "SnippetsFilter":
            asked = _unseen(route.place(one)) if found is None else _snippets(found)
            if asked is not None:
                return asked
    return None


def fate_at_nginx(auth: Auth) -> TokenFate:
    """Give the token's fate behind the filter ExternalAuth: what is listed is replaced or removed."""
    if auth.response_headers is not None and "authorization" in auth.response_headers:
        return TokenFate(Reaches.NO, "Authorization is replaced by the answer's, or removed", auth.place)
    why = "Authorization is not among allowedResponseHeaders, and nothing else is copied"
    return TokenFate(Reaches.YES, why, auth.place)


def logs_of(estate: Estate) -> Iterator[LoggedField]:
    """Give what the data planes that were given have written down."""
    for proxy in estate.of("NginxProxy", GROUP):
        log = at(proxy.node, "spec", "logging", "accessLog")
        format_node = at(log, "format")
        if log is None or text(log, "disable") == "true":
            continue
        for name in dict.fromkeys(_logged(text(format_node) or _DEFAULT_LOG)):
            yield LoggedField(name, proxy.place(format_node or log))


# --- private ---

_DEFAULT_LOG: Final = '$request "$http_referer"'
"""What nginx's `combined` tells of a request."""
_LOCATION: Final = "http.server.location"
_VARIABLE: Final = re.compile(r"\$\{?([a-z0-9_]+)")
_QUERY: Final = frozenset({"request", "request_uri", "args", "query_string"})
_BEGIN: Final = r"(?:^|[;{])[ \t]*"
"""Where a directive may begin; behind a `#` none does."""
_ASKS: Final = re.compile(_BEGIN + r"auth_request[ \t]+([^;\s]+)[ \t]*;", re.MULTILINE)
_PASSES: Final = re.compile(_BEGIN + r"proxy_pass[ \t]+([^;\s]+)[ \t]*;", re.MULTILINE)
_REPLACES: Final = re.compile(
    _BEGIN + r"proxy_set_header[ \t]+[Aa]uthorization[ \t]+[^;]{0,2048};", re.MULTILINE
)


def _logged(written: str) -> Iterator[str]:
    for name in _VARIABLE.findall(written):
        if name in _QUERY or name.startswith("arg_"):
            yield "query"
        elif name.startswith(("http_", "upstream_http_", "sent_http_")):
            yield name.partition("http_")[2].replace("_", "-")


def _unseen(place: Place) -> Asked:
    why = "the filter was not given"
    return Asked(Auth(mechanism=Mechanism.UNKNOWN, place=place), TokenFate(Reaches.CANNOT_TELL, why, place))


def _authentication(found: Object | None, place: Place) -> Asked:
    if found is None:
        return _unseen(place)
    mechanism = _TYPES.get(text(found.node, "spec", "type") or "", Mechanism.UNKNOWN)
    auth = Auth(mechanism=mechanism, place=found.place(at(found.node, "spec")))
    passes = mechanism in {Mechanism.BASIC, Mechanism.JWT}
    why = "the credential is checked and passed on" if passes else "what becomes of it is decided elsewhere"
    return Asked(auth, TokenFate(Reaches.YES if passes else Reaches.CANNOT_TELL, why, auth.place))


def _snippets(found: Object) -> Asked | None:
    by_context = {text(one, "context"): one for one in items(found.node, "spec", "snippets")}
    texts = {context: text(one, "value") or "" for context, one in by_context.items()}
    asking = next(
        (context for context, value in texts.items() if {*_ASKS.findall(value)} - {"off"}),
        None,
    )
    if asking is None:
        return None
    place = found.place(at(by_context[asking], "value"))
    target = next(iter(_PASSES.findall(texts[asking])), None)
    dialect, policy = ours(target)
    scheme, host, port = address_of(target)
    auth = Auth(
        mechanism=Mechanism.EXTERNAL,
        place=place,
        url=f"{scheme}://{host}{':' if port else ''}{port}" if host else None,
        service=service_at(host, port) if "." in host else None,
        dialect=dialect,
        policy=policy,
        fails=Fails.OPEN if "off" in _ASKS.findall(texts.get(_LOCATION, "")) else Fails.CLOSED,
    )
    location = by_context.get(_LOCATION)
    if location is not None and _REPLACES.search(texts[_LOCATION]):
        fate = TokenFate(
            Reaches.NO, "the location replaces Authorization", found.place(at(location, "value"))
        )
    else:
        fate = TokenFate(Reaches.YES, "no snippet replaces Authorization in the location", place)
    return Asked(auth, fate)
