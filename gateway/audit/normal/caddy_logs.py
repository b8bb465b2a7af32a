"""Which parts of a request does Caddy write down?

https://caddyserver.com/docs/caddyfile/directives/log: whole requests, with the query; of the headers only
Cookie, Set-Cookie, Authorization and Proxy-Authorization are left out, unless `log_credentials` wants them.
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.caddy_syntax import Directive
from gateway.audit.estate.place import Place
from gateway.audit.exposure import LoggedField


def logged(site: Directive, options: tuple[Directive, ...]) -> tuple[LoggedField, ...]:
    """Give what the access log of a site holds; nothing where it has none."""
    found = [one for log in site.within("log") for one in _fields(log, options)]
    return tuple(dict.fromkeys(found))


# --- private ---

_BY_DEFAULT: Final = ("query", "x-api-key")
_CREDENTIALS: Final = ("authorization", "cookie")


def _fields(log: Directive, options: tuple[Directive, ...]) -> Iterator[LoggedField]:
    if any(one.arguments[:1] == ("discard",) for one in log.within("output")):
        return
    filtered = set(_filtered(log)) or {
        name for one in options if one.name == "log" for name in _filtered(one)
    }
    place = log.place
    if not filtered & {"request>uri", "request"}:
        yield LoggedField("query", place)
    if not filtered & {"request>headers", "request", "request>headers>x-api-key"}:
        yield LoggedField("x-api-key", place)
    for name in _CREDENTIALS:
        wanted = credentials_place(options)
        if wanted is not None and not filtered & {"request>headers", "request", f"request>headers>{name}"}:
            yield LoggedField(name, wanted)


def credentials_place(options: tuple[Directive, ...]) -> Place | None:
    """Give the line that wants credentials in the log."""
    for one in options:
        if one.name == "servers":
            for line in one.within("log_credentials"):
                return line.place
    return None


def _filtered(log: Directive) -> Iterator[str]:
    """Each field that a filter changes; `fields { }` is an older spelling of the same."""
    for form in log.within("format"):
        if form.arguments[:1] != ("filter",):
            continue
        for one in form.block or ():
            if one.name == "fields":
                yield from (each.name.lower() for each in one.block or ())
            else:
                yield one.name.lower()
