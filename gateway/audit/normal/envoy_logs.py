"""What of a request does an access log of Envoy write down?

https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.objects import Object
from gateway.audit.exposure import LoggedField
from gateway.config.tree import Node

DEFAULT: Final = "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"
"""What is told of a request where no format is given: the target with its query."""


def fields_of(written: str) -> Iterator[str]:
    """Give the parts of a request that a format names: header names in lower case, and `query`."""
    for found in _COMMAND.finditer(written):
        command, arguments = found["command"].upper(), (found["arguments"] or "").lower()
        match command:
            case "REQ" | "REQUEST_HEADER":
                yield from _headers(arguments)
            case "QUERY_PARAMS" | "QUERY_PARAM":
                yield "query"
            case "PATH" if not arguments.startswith("nq"):
                yield "query"
            case "DYNAMIC_METADATA" if arguments.endswith(":authorization"):
                yield "authorization"
            case _:
                pass


def logged(of: Object, format_node: Node | None, default: Node | None) -> tuple[LoggedField, ...]:
    """Give what a format writes down, a text or a tree of texts; the default one's, where there is none."""
    if format_node is None:
        return tuple(LoggedField(name, of.place(default)) for name in fields_of(DEFAULT)) if default else ()
    return tuple(logged_below(of, format_node))


def logged_below(of: Object, node: Node) -> Iterator[LoggedField]:
    """Give what every text below a node writes down."""
    for one in node.walk():
        if isinstance(one.value, str):
            yield from (LoggedField(name, of.place(one)) for name in dict.fromkeys(fields_of(one.value)))


# --- private ---

_COMMAND: Final = re.compile(r"%(?P<command>[A-Z_a-z]+)(?:\((?P<arguments>[^()%]*)\))?(?::[0-9]+)?%")
_TARGETS: Final = frozenset({":path", "x-envoy-original-path"})


def _headers(arguments: str) -> Iterator[str]:
    for name in arguments.split("?"):
        if name in _TARGETS:
            yield "query"
        elif not name.startswith(":"):
            yield name
