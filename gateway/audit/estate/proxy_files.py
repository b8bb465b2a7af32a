"""Whose configuration is this file?"""

import re
from enum import StrEnum, unique
from pathlib import PurePath
from typing import Final, NamedTuple

from gateway.audit.estate.envoy_names import own_name
from gateway.audit.estate.nginx_syntax import Directive
from gateway.config.tree import Node


@unique
class ProxyKind(StrEnum):
    """Which proxy reads it."""

    NGINX = "nginx"
    HAPROXY = "haproxy"
    CADDY = "caddy"
    TRAEFIK = "traefik"
    ENVOY = "envoy"


class ProxyFile(NamedTuple):
    """One file. For Traefik's and Envoy's `root` is what it says."""

    kind: ProxyKind
    file: str
    text: str
    root: Node | None = None
    directives: tuple[Directive, ...] = ()
    """What nginx's file says."""


def kind_by_name(file: str) -> ProxyKind | None:
    """Tell by the file's name; None where it may be YAML or nothing of ours."""
    path = PurePath(file)
    name = path.name.lower()
    if name == "caddyfile" or name.startswith("caddyfile.") or path.suffix == ".caddyfile":
        return ProxyKind.CADDY
    match path.suffix:
        case ".cfg":
            return ProxyKind.HAPROXY
        case ".conf":
            return ProxyKind.NGINX
        case ".toml":
            return ProxyKind.TRAEFIK
        case _:
            return None


def kind_by_text(text: str) -> ProxyKind | None:
    """Tell by what is in it, for stdin and for files with a name that tells nothing."""
    if _A_PROGRAM.search(text):
        return None
    for kind, pattern in _TELLING:
        if pattern.search(text):
            return kind
    return None


def is_of_sections(text: str) -> bool:
    """Whether it is made of `[sections]`, as the `.conf` of fail2ban and systemd: then it is no proxy's."""
    return _SECTION.match(text) is not None


def kind_of_tree(root: Node) -> ProxyKind | None:
    """Tell by the keys at the top of a YAML or JSON document that is no object of Kubernetes."""
    keys = set(root.value) if isinstance(root.value, dict) else set()
    if _is_envoys({own_name(one) for one in keys}):
        return ProxyKind.ENVOY
    lowered = {one.lower() for one in keys}  # as Traefik does
    if lowered & _TRAEFIK_ONLY or (keys & {"http", "tcp", "tls"} and keys <= _TRAEFIK_DYNAMIC):
        return ProxyKind.TRAEFIK
    return None


# --- private ---


def _is_envoys(keys: set[str]) -> bool:
    return bool(keys & {"static_resources", "dynamic_resources"}) or keys >= {"resources", "version_info"}


_TRAEFIK_ONLY: Final = frozenset({"entrypoints", "providers", "certificatesresolvers"})
_TRAEFIK_DYNAMIC: Final = frozenset({"http", "tcp", "udp", "tls"})

_SECTION: Final = re.compile(r"(?:\s|[#;][^\n]*\n)*\[[A-Za-z][\w .-]*\]\s")
_A_PROGRAM: Final = re.compile(r"^(?:--[ \t]|local[ \t]|#!)", re.MULTILINE)
"""A script of a proxy, in Lua or for a shell, has braces too."""
_TELLING: Final = (
    (ProxyKind.NGINX, re.compile(r"^[ \t]*(?:http|server|stream|events)[ \t]*\{", re.MULTILINE)),
    (ProxyKind.NGINX, re.compile(r"^[ \t]*(?:location|upstream)[ \t][^\n{;]*\{", re.MULTILINE)),
    (ProxyKind.HAPROXY, re.compile(r"^(?:frontend|backend|listen|defaults|global)\b[^\n:]*$", re.MULTILINE)),
    (ProxyKind.CADDY, re.compile(r"^[^\s#{}\"';][^\n{};\"']*[^\n{};\"':][ \t]\{[ \t]*$", re.MULTILINE)),
)
