"""In which order does Caddy try the directives of a block?

https://caddyserver.com/docs/caddyfile/directives#directive-order, changed by the global option `order`.
"""

from collections.abc import Mapping
from typing import Final

from gateway.audit.estate.caddy_syntax import Directive
from gateway.audit.normal.caddy_matchers import Match, match_of

STANDARD: Final = (
    *("tracing", "map", "vars", "fs", "root", "log_append", "skip_log", "log_skip", "log_name", "header"),
    *("copy_response_headers", "request_body", "timeouts", "redir", "method", "rewrite", "uri", "try_files"),
    *(
        "basicauth",
        "basic_auth",
        "forward_auth",
        "request_header",
        "encode",
        "push",
        "intercept",
        "templates",
    ),
    *("invoke", "handle", "handle_path", "route", "abort", "error", "copy_response", "respond", "metrics"),
    *("reverse_proxy", "php_fastcgi", "file_server", "acme_server"),
)


def order_of(options: tuple[Directive, ...]) -> tuple[str, ...]:
    """Give the order, as `order NAME first|last|before OTHER|after OTHER` leaves it."""
    order = list(STANDARD)
    for one in options:
        if one.name != "order" or len(one.arguments) < 2:
            continue
        name, where, *other = one.arguments
        order = [each for each in order if each != name]
        at = order.index(other[0]) if other and other[0] in order else len(order)
        match where:
            case "first":
                order.insert(0, name)
            case "before":
                order.insert(at, name)
            case "after":
                order.insert(at + 1, name)
            case _:
                order.append(name)
    return tuple(order)


def in_order(
    block: tuple[Directive, ...], order: tuple[str, ...], named: Mapping[str, Match]
) -> list[Directive]:
    """Sort as Caddy does: of the same directive the longest path first, those without a matcher last.

    What has no place there is a plug-in that needs one given, or a `route`: it goes with forward_auth.
    """
    places = {name: index for index, name in enumerate(order)}
    unknown = places.get("forward_auth", 0)
    return sorted(block, key=lambda one: (places.get(one.name, unknown), *_narrowness(one, named)))


# --- private ---


def _narrowness(directive: Directive, named: Mapping[str, Match]) -> tuple[int, int]:
    match, _ = match_of(directive, named)
    if match.is_everything:
        return (1, 0)
    return (0, -len(match.paths[0].value) if match.paths and len(match.paths) == 1 else 0)
