"""What does this change do to the door? The authentication surface before and after.

Routes are compared by the requests that they share, not by the objects that make them: an Ingress that
becomes an HTTPRoute is the same door, and is seen as one that has lost its lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from gateway.audit import changes
from gateway.audit.coverage import Covered, State, coverage_of
from gateway.audit.exposure import Exposure, Reaches, Tls
from gateway.audit.overlap import host_covers, hosts_overlap, methods_overlap, overlaps, path_covers
from gateway.audit.rule import Finding, Rule, Severity
from gateway.config.problem import show


def diff(base: Iterable[Exposure], head: Iterable[Exposure]) -> tuple[Finding, ...]:
    """Give what changed, the worst first. Each change is a finding, so every report can show it."""
    before = _Surface(base)
    after = _Surface(head)
    found = [
        *(finding for one in after.routes for finding in _compared(one, before)),
        *_gone(before, after),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.severity.rank, one.rule.id, one.place)))


# --- private ---

_GUARDED: Final = frozenset({State.PROTECTED, State.CANNOT_TELL})
_UNGUARDED: Final = frozenset({State.OPEN, State.PUBLIC})
_TLS_ORDER: Final = {Tls.PASSED_THROUGH: 0, Tls.ONLY: 0, Tls.UNKNOWN: 1, Tls.OPTIONAL: 2, Tls.NONE: 3}


class _Surface:
    """The routes that requests can take, to be found by host."""

    def __init__(self, exposures: Iterable[Exposure]) -> None:
        covered = coverage_of(exposures).hosts
        self.routes = tuple(
            one for these in covered.values() for one in these if one.state is not State.SHADOWED
        )
        self._by_host: dict[str, list[Covered]] = {}
        for one in self.routes:
            self._by_host.setdefault(one.exposure.host, []).append(one)
        self._patterns = [host for host in self._by_host if host == "" or host.startswith("*.")]

    def sharing(self, exposure: Exposure) -> Iterator[Covered]:
        """Give the routes that share requests with this one."""
        for host in self._hosts(exposure.host):
            for one in self._by_host[host]:
                if overlaps(one.exposure, exposure):
                    yield one

    def _hosts(self, host: str) -> Iterable[str]:
        if host == "" or host.startswith("*."):
            return [one for one in self._by_host if hosts_overlap(one, host)]
        exact = [host] if host in self._by_host else []
        return exact + [one for one in self._patterns if host_covers(one, host)]


def _compared(one: Covered, before: _Surface) -> Iterator[Finding]:
    """What is new about a route of the head."""
    former = _closest(one.exposure, before.sharing(one.exposure))
    if not former:
        change = changes.NEW_OPEN if one.state in _UNGUARDED else changes.NEW
        yield _found(change, one, f"is a new route: {one.by}", _of_state(one))
        return
    if one.state in _UNGUARDED and any(old.state in _GUARDED for old in former):
        yield _found(changes.LOST, one, f"was {_former(former)}, and now {one.by}")
    if one.state is State.CANNOT_TELL and any(old.state is State.PROTECTED for old in former):
        yield _found(changes.UNSURE, one, f"was {_former(former)}, and now {one.by}")
    if one.state in _GUARDED and any(old.state in _UNGUARDED for old in former):
        yield _found(changes.GAINED, one, f"is protected now: {one.by}")
    yield from _token(one, former)
    yield from _details(one, former)


def _token(one: Covered, former: Sequence[Covered]) -> Iterator[Finding]:
    now, fates = one.exposure.token, {old.exposure.token.reaches for old in former}
    if now.reaches is Reaches.YES and fates & {Reaches.NO, Reaches.CANNOT_TELL}:
        yield _found(changes.SURVIVES, one, f"the client's token reaches the pod now: {now.why}")
    elif now.reaches is Reaches.CANNOT_TELL and fates == {Reaches.NO}:
        yield _found(
            changes.SURVIVES, one, f"the client's token may reach the pod now: {now.why}", Severity.MEDIUM
        )


def _details(one: Covered, former: Sequence[Covered]) -> Iterator[Finding]:
    new = one.exposure
    olds = [old.exposure for old in former]
    if any(old.auth is not None for old in olds):
        for header in sorted(_copied(new) - frozenset().union(*map(_copied, olds))):
            what = f"the backend gets {show(header)} from whoever is asked"
            yield _found(changes.COPIED, one, what, about=header)
    if all(_TLS_ORDER[new.tls] > _TLS_ORDER[old.tls] for old in olds):
        yield _found(changes.CLEAR, one, f"TLS was {olds[0].tls}, and now is {new.tls}")
    for mirror in new.mirrors:
        if mirror.to not in {known.to for old in olds for known in old.mirrors}:
            yield _found(
                changes.MIRRORED, one, f"every request is copied to {show(mirror.to)}", about=mirror.to
            )
    for logged in new.logs:
        if logged.name not in {known.name for old in olds for known in old.logs}:
            yield _found(
                changes.LOGGED, one, f"{show(logged.name)} is written to the access log", about=logged.name
            )
    guards = {_guard(old) for old in former if old.state in _GUARDED}
    if one.state is State.PROTECTED and guards and _guard(one) not in guards:
        asked = "" if one.by not in {by for by, *_ in guards} else ", asked elsewhere"
        yield _found(changes.OTHER, one, f"was {_former(former)}, and now {one.by}{asked}")


def _gone(before: _Surface, after: _Surface) -> Iterator[Finding]:
    for old in before.routes:
        if not any(True for _ in after.sharing(old.exposure)):
            yield _found(changes.GONE, old, "is not routed any more")


def _closest(new: Exposure, sharing: Iterable[Covered]) -> tuple[Covered, ...]:
    """Those that served this path before: the same path, else what covers it, else whatever it cuts into."""
    found = tuple(sharing)
    same = tuple(o for o in found if (o.exposure.host, o.exposure.path) == (new.host, new.path))
    if same:
        return same
    over = [o for o in found if path_covers(o.exposure.path, new.path)]
    deepest = max((len(o.exposure.path.value) for o in over), default=0)
    nearest = tuple(o for o in over if len(o.exposure.path.value) == deepest)
    return nearest or tuple(o for o in found if methods_overlap(o.exposure.methods, new.methods))


def _guard(one: Covered) -> tuple[object, ...]:
    """Who is asked. The policy's name alone tells nothing of who answers by it; nor does the port."""
    auth = one.exposure.auth
    if auth is None or auth.dialect is None:
        return (one.by,)
    if auth.service is not None:
        return one.by, auth.service.namespace, auth.service.name
    try:
        return one.by, urlsplit(auth.url or "").hostname
    except ValueError:
        return (one.by, auth.url)


def _former(former: Sequence[Covered]) -> str:
    guarded = [one for one in former if one.state in _GUARDED] or list(former)
    return f"{guarded[0].state} ({guarded[0].by})"


def _copied(one: Exposure) -> frozenset[str]:
    if one.auth is None:
        return frozenset()
    headers = one.auth.response_headers
    return frozenset({"every header"}) if headers is None else headers


def _of_state(one: Covered) -> Severity | None:
    return Severity.INFO if one.state is State.PUBLIC else None


def _found(
    rule: Rule, one: Covered, what: str, severity: Severity | None = None, *, about: str = ""
) -> Finding:
    where = one.exposure
    subject = f"{where.host or 'any host'} {where.path}"
    methods = f" {' '.join(sorted(where.methods))}" if where.methods is not None else ""
    return Finding(rule, where.source, f"{subject}{methods} {what}", severity or rule.severity, about)
