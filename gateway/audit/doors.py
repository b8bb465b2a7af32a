"""Which routes share a host, which lead to one Service, and which of them are open?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from gateway.audit.controller import Controller
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import Workload, Workloads
from gateway.audit.exposure import ANY_HOST, Backend, Exposure, PathKind, Tls
from gateway.audit.overlap import host_covers
from gateway.audit.rule import View
from gateway.config.problem import show

MAX_NAME: Final = 253  # RFC 1035 section 2.3.4


class Api(NamedTuple):
    """Who reads a route, and in which language: two of these know nothing of each other."""

    controller: Controller
    group: str
    """Of the object's API; empty for a proxy's file."""


def api_of(exposure: Exposure) -> Api:
    """Tell whose language a route is written in."""
    return Api(exposure.controller, exposure.of.group if exposure.of is not None else "")


def named(exposure: Exposure) -> str:
    """Name a route to a person: `api.example.com/v1/**`."""
    host = show(exposure.host) if exposure.host != ANY_HOST else "any host"
    if exposure.tls is Tls.PASSED_THROUGH:
        return host
    if not exposure.path.value:
        return host
    sign = _SIGNS.get(exposure.path.kind)
    return f"{host} {sign} {show(exposure.path.value)}" if sign else f"{host} {show(str(exposure.path))}"


def by_host(exposures: Iterable[Exposure]) -> dict[str, list[Exposure]]:
    """Sort routes by their host."""
    found: dict[str, list[Exposure]] = defaultdict(list)
    for one in exposures:
        found[one.host].append(one)
    return found


def wider_hosts(host: str) -> Iterator[str]:
    """Give the wildcards that a host is within: `*.b.c` and `*.c` of `a.b.c`."""
    rest = host.removeprefix("*.") if len(host) <= MAX_NAME else ""
    while "." in rest:
        rest = rest.partition(".")[2]
        yield f"*.{rest}"


def asks_nobody(exposure: Exposure) -> bool:
    """Whether requests go on to a backend without a question, and nobody says that this is meant."""
    return exposure.auth is None and bool(exposure.backends) and exposure.public is None


class Asked:
    """Who is asked about some routes: what leads to them has to be open."""

    def __init__(self, protected: Iterable[Exposure]) -> None:
        routes = [one for one in protected if one.auth is not None]
        self._guarded: Final = {_door(of) for one in routes if one.is_protected for of in one.backends}
        self._services: Final[set[tuple[str, str]]] = set()
        self._names: Final[set[str]] = set()
        self._addresses: Final = {_address(one.auth.url or "") for one in routes if one.auth is not None}
        self._paths: Final[dict[str, set[str]]] = defaultdict(set)
        for one in routes:
            if one.auth is not None and one.auth.service is not None:
                self._services.add((one.auth.service.namespace, one.auth.service.name))
                self._names.add(one.auth.service.name)
            if one.auth is not None and one.auth.url is not None:
                name, paths = _beginnings(one.auth.url)
                for path in paths:
                    self._paths[path].add(name)

    def is_behind(self, exposure: Exposure) -> bool:
        """Whether an open path leads there, or to the proof of who owns a name (RFC 8555 section 8.3).

        Never what leads to a backend that is protected elsewhere: such a one may well answer both questions.
        """
        if _proves_a_name(exposure):
            return True
        backends = {(one.namespace, one.name) for one in exposure.backends}
        if not self._guarded.isdisjoint(map(_door, exposure.backends)):
            return False
        if backends <= self._services or {name for _, name in backends} <= self._names:
            return True
        if all(one.namespace == "" and (one.name, one.port) in self._addresses for one in exposure.backends):
            return True
        if exposure.path.kind in {PathKind.REGEX, PathKind.UNKNOWN}:
            return False
        names = self._paths.get(exposure.path.value.rstrip("/"), ())
        return any("$" in name or host_covers(exposure.host, name) for name in names)


class Behind(NamedTuple):
    """A Service that routes lead to."""

    service: Object
    backend: Backend
    exposure: Exposure
    """One of them: the first that is protected, or else the first."""


def services_behind(view: View, exposures: Iterable[Exposure]) -> Iterator[Behind]:
    """Give each Service, and each port of it, that was given and that these routes lead to, once."""
    found: dict[Backend, Exposure] = {}
    for exposure in exposures:
        for backend in exposure.backends:
            if backend.kind == "Service" and (backend not in found or found[backend].auth is None):
                found[backend] = exposure
    for backend, exposure in found.items():
        service = view.estate.get("Service", backend.namespace, backend.name)
        if service is not None:
            yield Behind(service, backend, exposure)


class Routed(NamedTuple):
    """A workload that routes lead to."""

    workload: Workload
    by: Behind


def workloads_behind(view: View, exposures: Iterable[Exposure], workloads: Workloads) -> tuple[Routed, ...]:
    """Give each workload whose pods these routes lead to, once."""
    found: dict[int, Routed] = {}
    seen: set[int] = set()
    for behind in services_behind(view, exposures):
        chosen = workloads.behind(behind.service)
        if id(chosen) in seen:
            continue
        seen.add(id(chosen))
        for one in chosen:
            found.setdefault(id(one.of), Routed(one, behind))
    return tuple(found.values())


def protected_ones(view: View) -> list[Exposure]:
    """Give the routes about which somebody is asked, whatever becomes of it where that fails."""
    return [
        one for one in view.exposures if one.auth is not None and one.controller is not Controller.UNKNOWN
    ]


# --- private ---

_SIGNS: Final = {PathKind.EXACT: "=", PathKind.REGEX: "~", PathKind.UNKNOWN: "?"}


def _door(of: Backend) -> tuple[str, str, str]:
    """A Service is one whatever its port, and a machine outside Kubernetes is not."""
    return of.namespace, of.name, of.port if of.namespace == "" else ""


def _address(url: str) -> tuple[str, str] | None:
    """Host and port of whoever is asked outside Kubernetes."""
    try:
        parts = urlsplit(url)
        return (parts.hostname, str(parts.port or "")) if parts.hostname else None
    except ValueError:
        return None


def _proves_a_name(exposure: Exposure) -> bool:
    """Only by a path that is what it says, and that the backend gets as it came."""
    path = exposure.path
    is_plain = path.kind not in {PathKind.REGEX, PathKind.UNKNOWN}
    return is_plain and path.value.startswith("/.well-known/acme-challenge") and not exposure.rewrites


def _beginnings(url: str) -> tuple[str, tuple[str, ...]]:
    """Give the host of a URL, its path and that above: `/oauth2/auth`, `/oauth2`."""
    try:
        parts = urlsplit(url)
        name = parts.netloc.rpartition("@")[2].partition(":")[0].lower()
    except ValueError:
        return "", ()
    path = parts.path.rstrip("/")
    return name, tuple(one for one in (path, path.rpartition("/")[0]) if one)
