"""What do the routes of Envoy, and its filters that only change headers, do to the client's token?

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.exposure import Reaches, TokenFate
from gateway.audit.normal.envoy_file import File, is_a
from gateway.audit.normal.envoy_logs import fields_of
from gateway.audit.normal.envoy_routes import Route
from gateway.audit.normal.ext_authz import AUTHORIZATION
from gateway.config.tree import Node


def at_the_route(route: Route, config: Node | None, fate: TokenFate) -> TokenFate:
    """Follow the token through the changes of a route: of each level what is removed, then what is added."""
    levels = route.levels
    if flag(config, "most_specific_header_mutations_wins"):
        levels = levels[::-1]
    for level in levels:
        for one in items(level, "request_headers_to_remove"):
            if (text(one) or "").lower() == AUTHORIZATION:
                fate = _gone(fate, "the route removes Authorization", route.file, one)
        for one in items(level, "request_headers_to_add"):
            fate = _added(fate, route.file, one)
            if fate.why == COPIED:
                return fate
    return fate


def at_the_filter(file: File, config: Node | None, told: Node | None, fate: TokenFate) -> TokenFate:
    """Follow the token through a filter that changes headers."""
    for one in _changes(config, told):
        if (text(one, "remove") or "").lower() == AUTHORIZATION:
            fate = _gone(fate, "a filter removes Authorization", file, one)
        elif (added := at(one, "append")) is not None:
            fate = _added(fate, file, added)
    return fate


COPIED: Final = "the client's Authorization is copied into another header"

# --- private ---


def _changes(config: Node | None, told: Node | None) -> Iterator[Node]:
    yield from items(config, "mutations")  # of what comes before the filters
    yield from items(config, "mutations", "request_mutations")
    if is_a(told, "HeaderMutationPerRoute"):
        yield from items(told, "mutations", "request_mutations")


def _gone(fate: TokenFate, why: str, file: File, node: Node) -> TokenFate:
    return fate if fate.why == COPIED else TokenFate(Reaches.NO, why, file.place(node))


def _added(fate: TokenFate, file: File, added: Node) -> TokenFate:
    """A header that is set in the place of the client's, or that repeats it by another name."""
    name = (text(added, "header", "key") or "").lower()
    repeats = AUTHORIZATION in set(fields_of(text(added, "header", "value") or ""))
    if name != AUTHORIZATION:
        copied = repeats and fate.reaches is not Reaches.NO
        return TokenFate(fate.reaches, COPIED, file.place(added)) if copied else fate
    action = text(added, "append_action") or ""
    replaces = action.startswith("OVERWRITE") or flag(added, "append") is False
    return _gone(fate, "it is set to something else", file, added) if replaces and not repeats else fate
