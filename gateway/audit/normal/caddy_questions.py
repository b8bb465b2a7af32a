"""Whom does Caddy ask, what does it take from the answer, and what if there is none?

https://caddyserver.com/docs/caddyfile/directives/forward_auth, and the `reverse_proxy` with `handle_response`
that it is short for.
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.caddy_syntax import Directive
from gateway.audit.exposure import Auth, Fails, Mechanism
from gateway.audit.normal.asked import Asked, asked, asked_at, service_of_host


def is_question(directive: Directive) -> bool:
    """Whether it asks, and lets the request go on to what follows."""
    if directive.name == "forward_auth":
        return True
    return directive.name == "reverse_proxy" and any(True for _ in _going_on(directive))


def auth_of(directive: Directive, arguments: tuple[str, ...]) -> Auth:
    """Give who is asked by it; `arguments` are without the matcher."""
    whom = asked_of(directive, arguments)
    copied = copied_headers(directive)
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=directive.place,
        url=whom.url if whom else None,
        service=whom.service if whom else None,
        dialect=whom.dialect if whom else None,
        policy=whom.policy if whom else None,
        response_headers=copied,
        fails=Fails.OPEN if lets_all_by(directive) else Fails.CLOSED,
    )


def asked_of(directive: Directive, arguments: tuple[str, ...]) -> Asked | None:
    """Give the server that is asked; None where a placeholder stands for it."""
    upstreams = [*arguments, *(word for one in directive.within("to") for word in one.arguments)]
    path = next((one.arguments[0] for one in _path_directives(directive) if one.arguments), "/")
    if not upstreams:
        return None
    found = _UPSTREAM.fullmatch(upstreams[0])
    if found is None:
        return asked_at("unix", "", "", path, None) if upstreams[0].startswith("unix/") else None
    scheme = found["scheme"] or ("https" if speaks_tls(directive) else "http")
    host, port = found["host"].strip("[]").lower(), found["port"] or ""
    bracketed = f"[{host}]" if ":" in host else host
    read = asked(f"{scheme}://{bracketed}{':' if port else ''}{port}{path}")
    return read or asked_at(scheme, host, port, path, service_of_host(host, port))


def speaks_tls(directive: Directive) -> bool:
    """Whether its transport says that it is asked over TLS."""
    return any(
        one.name.startswith("tls")
        for transport in directive.within("transport")
        for one in transport.block or ()
    )


def skips_verification(directive: Directive) -> Directive | None:
    """Give the line that leaves its certificate unverified."""
    for transport in directive.within("transport"):
        for one in transport.within("tls_insecure_skip_verify"):
            return one
    return None


def copied_headers(directive: Directive) -> frozenset[str]:
    """Give the headers that are the answer's, or gone, in lower case; `A>B` is copied to B."""
    if directive.name == "forward_auth":
        names = [word for one in directive.within("copy_headers") for word in _listed(one)]
        return frozenset(one.rpartition(">")[2].lower() for one in names)
    removed = {
        one.arguments[-1].removeprefix("-").lower()
        for response in _going_on(directive)
        for one in _inside(response)
        if one.name == "request_header" and one.arguments and one.arguments[-1].startswith("-")
    }
    return frozenset(removed)


def lets_all_by(directive: Directive) -> bool:
    """Whether an answer that is no yes lets the request go on too."""
    if directive.name == "forward_auth":
        return False
    statuses = {one.name: one.arguments for one in directive.block or () if one.name.startswith("@")}
    for response in _going_on(directive):
        wanted = statuses.get(response.arguments[0], ()) if response.arguments else ()
        if wanted[:1] != ("status",) or not all(_YES.fullmatch(one) for one in wanted[1:]):
            return True
    return False


# --- private ---

_UPSTREAM: Final = re.compile(
    r"(?:(?P<scheme>https?|h2c)://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]+))?/?"
)
_YES: Final = re.compile(r"2[0-9xX][0-9xX]|2xx")
_ANSWERING: Final = frozenset(
    {"copy_response", "respond", "error", "redir", "abort", "reverse_proxy", "file_server", "php_fastcgi"}
)


def _going_on(directive: Directive) -> Iterator[Directive]:
    """The `handle_response` after which the request goes on."""
    for one in directive.within("handle_response"):
        if not any(each.name in _ANSWERING for each in _inside(one)):
            yield one


def _inside(directive: Directive) -> Iterator[Directive]:
    for one in directive.block or ():
        yield one
        yield from _inside(one)


def _path_directives(directive: Directive) -> Iterator[Directive]:
    yield from directive.within("uri")
    yield from directive.within("rewrite")


def _listed(directive: Directive) -> Iterator[str]:
    yield from directive.arguments
    for one in directive.block or ():
        yield from one.words
