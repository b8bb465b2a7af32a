"""Whom does this URL ask: our own gateway, which Service, and over what?"""

import re
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from gateway.audit.exposure import Backend

DIALECTS: Final = frozenset({"nginx", "traefik", "caddy", "haproxy", "envoy"})


class AskedUrl(NamedTuple):
    """A URL of an authentication server, taken apart."""

    url: str
    """Without user information, query and fragment."""
    scheme: str
    host: str
    """In lower case, without a port."""
    service: Backend | None
    """Where the name is one of a Service."""
    dialect: str | None
    """Of our own gateway."""
    policy: str | None
    has_user: bool
    """Whether somebody wrote a user or a password into it."""

    @property
    def is_here(self) -> bool:
        """Whether it does not leave the machine, or the pod."""
        return self.host in {"localhost", "::1"} or self.host.startswith(("127.", "unix:"))


def asked_url(text: str) -> AskedUrl | None:
    """Take it apart; None where it is no URL of a server."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return _without_port(text)
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return _made(parts, host, str(port or (443 if parts.scheme == "https" else 80)))


# --- private ---

_OURS: Final = re.compile(r"/auth/([a-z]+)/([A-Za-z0-9_.-]+)(?:/.*)?")
_VARIABLE_PORT: Final = re.compile(r":\$\{?[A-Za-z0-9_]+\}?(?=/|$)")


def _without_port(text: str) -> AskedUrl | None:
    shorter = _VARIABLE_PORT.sub("", text, count=1)
    return asked_url(shorter) if shorter != text else None


def _made(parts: SplitResult, host: str, port: str) -> AskedUrl:
    ours = _OURS.fullmatch(parts.path)
    dialect = ours.group(1) if ours and ours.group(1) in DIALECTS else None
    address = parts.netloc.rpartition("@")[2]
    return AskedUrl(
        url=f"{parts.scheme}://{address}{parts.path}",
        scheme=parts.scheme,
        host=host,
        service=_service(host, port),
        dialect=dialect,
        policy=ours.group(2) if ours and dialect else None,
        has_user="@" in parts.netloc,
    )


def _service(host: str, port: str) -> Backend | None:
    """`name.namespace.svc`, with the cluster's domain or without."""
    labels = host.split(".")
    if len(labels) >= 3 and labels[2] == "svc":
        return Backend(labels[1], labels[0], port)
    return None
