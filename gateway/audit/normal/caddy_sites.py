"""Which sites are in a Caddyfile, for which hosts, and over TLS?

https://caddyserver.com/docs/caddyfile/concepts#addresses and https://caddyserver.com/docs/automatic-https
A host without `http://` is served over TLS, and clear requests for it are redirected.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gateway.audit.estate.caddy_syntax import CaddyText, Directive
from gateway.audit.estate.place import Place
from gateway.audit.exposure import ANY_HOST, Tls
from gateway.audit.normal.caddy_order import order_of


class Site(NamedTuple):
    """One site, for those of its addresses that are alike."""

    directive: Directive
    options: tuple[Directive, ...]
    """The global ones."""
    hosts: tuple[str, ...]
    tls: Tls
    routes: Mapping[str, tuple[Directive, ...]]
    """The named ones of the file, by name."""
    certificates: tuple[Place, ...]
    """Where client certificates are required."""
    order: tuple[str, ...]


def options_of(text: CaddyText) -> tuple[Directive, ...]:
    """Give the global options."""
    return next((one.block or () for one in text.directives[:1] if not one.words), ())


def sites_of(text: CaddyText) -> Iterator[Site]:
    """Give every site, once for each way in which its hosts are served."""
    options = options_of(text)
    order = order_of(options)
    routes = {one.name[2:-1]: one.block or () for one in text.directives if one.name.startswith("&(")}
    redirects = not any(one.name == "auto_https" and one.arguments[:1] != () for one in options)
    for one in text.directives:
        if not one.words or one.name.startswith(("&", "@")) or one.name == "import":
            continue
        by_tls: dict[Tls, list[str]] = {}
        for address in (part for word in one.words for part in word.split(",") if part):
            host, tls = _address(address, one, redirects=redirects)
            by_tls.setdefault(tls, []).append(host)
        for tls, hosts in by_tls.items():
            unique = tuple(dict.fromkeys(hosts))
            yield Site(one, options, unique, tls, routes, tuple(_certificates(one)), order)


# --- private ---

_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[^\]]*\]|[^:/\[\]]*)(?::(?P<port>[^/]*))?(?:/.*)?"
)


def _address(written: str, site: Directive, *, redirects: bool) -> tuple[str, Tls]:
    found = _ADDRESS.fullmatch(written)
    if found is None or written.startswith("{"):  # a placeholder stands for all of it
        return written.lower(), Tls.UNKNOWN
    host, port = found["host"].strip("[]").lower(), found["port"] or ""
    host = host if host not in {"0.0.0.0", "*"} else ANY_HOST  # noqa: S104 - as others wrote it
    if found["scheme"] == "http" or port == "80":
        return host, Tls.NONE
    if found["scheme"] == "https" or port == "443" or any(True for _ in site.within("tls")):
        return host, Tls.ONLY
    if not host:
        return ANY_HOST, Tls.NONE
    return host, Tls.ONLY if redirects or port else Tls.UNKNOWN


def _certificates(site: Directive) -> Iterator[Place]:
    for tls in site.within("tls"):
        for client in tls.within("client_auth"):
            modes = [one.arguments[:1] for one in client.within("mode")]
            trusts = any(one.name.startswith("trust") for one in client.block or ())
            if modes == [("require_and_verify",)] or (not modes and trusts):
                yield client.place
