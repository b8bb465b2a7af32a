"""Whose host is it, and who else answers there?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.doors import Asked, asks_nobody, by_host, named, wider_hosts
from gateway.audit.exposure import ANY_HOST, Exposure, PathKind, PathMatch, Tls
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show


def _claimed_twice(view: View) -> Iterator[Hit]:
    hosts = by_host(one for one in view.exposures if one.of is not None and one.host != ANY_HOST)
    guards = {host: one for host, these in hosts.items() if (one := _first_protected(these)) is not None}
    for host, these in hosts.items():
        if host in guards:
            yield from _others(these, guards[host])
        else:
            wider = next((guards[name] for name in wider_hosts(host) if name in guards), None)
            if wider is not None:
                yield from _others(these, wider)


def _catch_all(view: View) -> Iterator[Hit]:
    seen: set[str] = set()
    for one in view.exposures:
        owner = f"{one.source.file} {one.source.owner}"
        if one.host != ANY_HOST or not one.backends or one.public is not None or owner in seen:
            continue
        is_octets = one.tls is Tls.PASSED_THROUGH or one.path == _NO_PATH
        if is_octets or (one.of is None and one.auth is not None):
            continue  # octets have no host; and a proxy with one site is what a file is for
        seen.add(owner)
        severity = Severity.MEDIUM if one.auth is None else Severity.LOW
        yield Hit(one.source, "answers for every host that nobody else answers for", severity)


def _open_wildcard(view: View) -> Iterator[Hit]:
    hosts = by_host(view.exposures)
    guarded = {
        wider: host
        for host, these in hosts.items()
        if _first_protected(these) is not None
        for wider in wider_hosts(host)
    }
    for wildcard in sorted(hosts.keys() & guarded.keys()):
        if _first_protected(hosts[wildcard]) is not None:
            continue  # then its open paths are those of a protected host: COV-001
        asked = Asked(hosts[guarded[wildcard]])
        for one in hosts[wildcard]:
            if asks_nobody(one) and not asked.is_behind(one):
                what = f"{named(one)} is open, and {show(guarded[wildcard])} within it is protected"
                yield Hit(one.source, what, about=f"{one.host} {one.path}")


CLAIMED_TWICE: Final = Rule(
    id="COV-002",
    title="A protected host is claimed from two namespaces",
    severity=Severity.HIGH,
    why="Routes of one host are merged, and the older or the longer one wins: whoever may write in the "
    "other namespace takes over a path of this host.",
    fix="let one namespace own the host, or give each its own listener",
    check=_claimed_twice,
    references=("https://gateway-api.sigs.k8s.io/concepts/security-model/",),
)
CATCH_ALL: Final = Rule(
    id="COV-010",
    title="A route without a host",
    severity=Severity.MEDIUM,
    why="It answers for names that nobody has thought of, and a backend that believes the Host header can be "
    "made to write links to a stranger's name.",
    fix="name the hosts",
    check=_catch_all,
    references=("https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules",),
)
OPEN_WILDCARD: Final = Rule(
    id="COV-011",
    title="An open wildcard covers a protected host",
    severity=Severity.MEDIUM,
    why="A name that is misspelt, or not there yet, falls to the wildcard and reaches a backend unasked.",
    fix="name the hosts, or protect the wildcard too",
    check=_open_wildcard,
    references=("https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards",),
)


# --- private ---


_NO_PATH: Final = PathMatch(PathKind.UNKNOWN, "")
"""Of a route that sees no requests."""


def _first_protected(these: list[Exposure]) -> Exposure | None:
    return next((one for one in these if one.is_protected), None)


def _others(these: list[Exposure], guard: Exposure) -> Iterator[Hit]:
    """What other namespaces and other classes claim of the host of a protected route."""
    owner = guard.source.owner
    told: set[str] = set()
    for one in sorted(these, key=lambda each: each.auth is not None):  # the open ones say more
        if one.of is None or guard.of is None or one.source.owner in told or not _is_claim(one):
            continue
        if one.of.namespace != guard.of.namespace:
            told.add(one.source.owner)
            severity = Severity.HIGH if one.auth is None else Severity.MEDIUM
            what = f"claims {show(one.host)}, which {owner} protects from another namespace"
            yield Hit(one.source, what, severity, about=one.host)
        elif (one.controller, one.class_name) != (
            guard.controller,
            guard.class_name,
        ) and one.host == guard.host:
            told.add(one.source.owner)
            what = f"claims {show(one.host)} for another class than {owner}"
            yield Hit(one.source, what, Severity.INFO, about=one.host)


_DELEGATED: Final = frozenset({"HTTPProxy", "VirtualServerRoute"})
"""A host of these has one owner, who says by name what others may add."""


def _is_claim(one: Exposure) -> bool:
    is_delegated = one.of is not None and one.of.kind in _DELEGATED
    return bool(one.backends) and one.public is None and not is_delegated
