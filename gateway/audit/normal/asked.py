"""Who is asked, where a configuration names a URL?

Our own gateway is known by its path, `/auth/<dialect>/<policy>`. User information never leaves this module.
"""

import re
from typing import Final, NamedTuple

from gateway.audit.exposure import Backend


class Asked(NamedTuple):
    """One server that is asked."""

    url: str
    """Without user information and query."""
    scheme: str
    host: str
    port: str
    service: Backend | None
    dialect: str | None
    policy: str | None

    @property
    def is_loopback(self) -> bool:
        """Whether the way there leaves no machine."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.") or self.scheme == "unix"


def asked(url: str) -> Asked | None:
    """Read `scheme://[user@]host[:port][/path]`; None where it is no such URL."""
    found = _URL.fullmatch(url.strip())
    if found is None:
        return None
    scheme, host, port, path = (found[name] or "" for name in ("scheme", "host", "port", "path"))
    host = host.strip("[]").lower()
    service = service_of_host(host, port or {"http": "80", "https": "443"}.get(scheme, ""))
    return asked_at(scheme, host, port, path, service)


def asked_service(namespace: str, name: str, port: str, path: str) -> Asked:
    """Give the same for a Service that is named as such."""
    return asked_at("svc", f"{namespace}/{name}", port, path, Backend(namespace, name, port))


def asked_at(scheme: str, host: str, port: str, path: str, service: Backend | None) -> Asked:
    """Put the parts together."""
    path = path.partition("?")[0]
    ours = _OURS.fullmatch(path)
    shown_host = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{shown_host}{':' if port else ''}{port}{path}"
    return Asked(
        url, scheme, host, port, service, ours["dialect"] if ours else None, ours["policy"] if ours else None
    )


def service_of_host(host: str, port: str) -> Backend | None:
    """Give the Service that a name inside the cluster is of: `name.namespace.svc.cluster.local`."""
    found = _SERVICE.fullmatch(host)
    return Backend(found["namespace"], found["name"], port) if found else None


# --- private ---

_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^/?#@]*@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^/?#:@\[\]\s]+)(?::(?P<port>[0-9]+))?(?P<path>[/?][^\s]*)?"
)
_SERVICE: Final = re.compile(r"(?P<name>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?")
_OURS: Final = re.compile(r"/auth/(?P<dialect>[a-z]+)/(?P<policy>[A-Za-z0-9_.-]+)(?:/.*)?")
