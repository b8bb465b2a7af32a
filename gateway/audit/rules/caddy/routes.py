"""Which routes of a Caddyfile are open, and what goes on from those that are not?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.exposure import ANY_HOST, Exposure, Mechanism, Reaches
from gateway.audit.normal.asked import asked as read_url
from gateway.audit.rule import Hit, Severity, View
from gateway.audit.rules.caddy.asking import questions
from gateway.audit.rules.coverage.gaps import told_doors
from gateway.config.problem import show


def survives(view: View) -> Iterator[Hit]:
    """CDY-001: who signs in with a password is told too, but less loudly."""
    for one in _of_caddy(view):
        if one.auth is None or not one.backends or one.auth.mechanism is Mechanism.CLIENT_CERTIFICATE:
            continue
        severity = Severity.MEDIUM if one.auth.mechanism is Mechanism.BASIC else None
        if one.token.reaches is Reaches.YES:
            yield Hit(one.token.place, "nothing takes the client's Authorization away", severity)
        elif one.token.reaches is Reaches.CANNOT_TELL:
            what = "it cannot be told that Authorization is taken away"
            yield Hit(one.token.place, what, Severity.MEDIUM)


def uncovered(view: View) -> Iterator[Hit]:
    """CDY-003."""
    asking = [one for one in _of_caddy(view) if one.is_protected and one.backends]
    protected = {(one.source.file, one.host) for one in asking}
    asked = {read_url(one.auth.url) for one in asking if one.auth is not None and one.auth.url is not None}
    servers = {one.host for one in asked if one is not None}
    told = told_doors(view) if protected else frozenset()
    for one in _of_caddy(view):
        to_itself = all(backend.name in servers for backend in one.backends)  # where it signs people in
        is_open = not one.is_protected and not to_itself
        if is_open and (one.source.file, one.host) in protected:
            host = "any host" if one.host == ANY_HOST else show(one.host)
            severity = Severity.INFO if id(one) in told else None
            what = f"nobody is asked about {show(one.path.value)} of {host}"
            yield Hit(one.source, what, severity, str(one.path))
    yield from _asks_in_vain(view)


def rewritten(view: View) -> Iterator[Hit]:
    """CDY-007."""
    for one in _of_caddy(view):
        if one.rewrites and one.backends and one.auth is not None and one.auth.mechanism in _BY_TARGET:
            yield Hit(one.source, "the target is changed before it is judged, or behind it")


# --- private ---


def _asks_in_vain(view: View) -> Iterator[Hit]:
    """Somebody is asked, and no route of the file comes by it."""
    routes = [one for one in _of_caddy(view) if one.backends]
    behind = {one.source.file for one in routes if one.auth is not None}
    for one, _ in questions(view):
        if one.place.file not in behind and any(each.source.file == one.place.file for each in routes):
            yield Hit(one.place, "no route comes by this question: whatever is served is open")


_BY_TARGET: Final = frozenset({Mechanism.EXTERNAL})


def _of_caddy(view: View) -> Iterator[Exposure]:
    return (one for one in view.exposures if one.controller is Controller.CADDY)
