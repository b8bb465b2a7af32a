"""What does Traefik show of one host and path?"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.exposure import (
    Auth,
    Exposure,
    LoggedField,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.traefik.asks import REWRITES, auth_of, fate_of, redirects
from gateway.audit.normal.traefik.chain import Step, middlewares_of
from gateway.audit.normal.traefik.doors import REQUIRED, Doors, doors
from gateway.audit.normal.traefik.logs import logged
from gateway.audit.normal.traefik.match import Match, matches
from gateway.audit.normal.traefik.ranks import Ranks
from gateway.audit.normal.traefik.router import Protocol, Router
from gateway.audit.normal.traefik.routers import routers
from gateway.audit.normal.traefik.services import Served, served
from gateway.audit.normal.traefik.static import installations


class Route(NamedTuple):
    """A router, and all that its names stand for."""

    router: Router
    doors: Doors
    steps: tuple[Step, ...]
    served: Served
    auth: Auth | None
    means: tuple[Match, ...]
    """What its rule matches."""


def routes(estate: Estate) -> tuple[Route, ...]:
    """Give every router with what its names stand for."""
    return estate.once(_routes)


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what every router shows."""
    logs = tuple(dict.fromkeys(field for one in installations(estate) for field in logged(one)))
    ranks = Ranks()
    for route in routes(estate):
        if _is_served(route):
            ranks.add(route.router, route.doors, (host for match in route.means for host in match.hosts))
    for route in routes(estate):
        yield from _exposures(route, logs, ranks)


# --- private ---

_NO_HTTP: Final = "no request is read, only octets"


def _routes(estate: Estate) -> tuple[Route, ...]:
    return tuple(_route(estate, one) for one in routers(estate))


def _route(estate: Estate, router: Router) -> Route:
    through = doors(estate, router)
    steps: tuple[Step, ...] = ()
    if router.protocol is Protocol.HTTP:
        steps = middlewares_of(estate, (*through.middlewares, *router.middlewares))
    means = matches(router.rule) if router.rule else (_ANYTHING,)
    return Route(router, through, steps, served(estate, router), _auth(steps, through), means)


_ANYTHING: Final = Match(("",), PathMatch(PathKind.UNKNOWN, ""))


def _auth(steps: tuple[Step, ...], through: Doors) -> Auth | None:
    found = auth_of(steps)
    if found is None and through.client_certificates == REQUIRED and through.certificates_place is not None:
        return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=through.certificates_place)
    return found


def _is_served(route: Route) -> bool:
    """Whether requests get to a backend: a clear one may be sent to https."""
    is_clear = route.router.tls is None and route.doors.tls is not Tls.ONLY
    return (
        route.router.protocol is Protocol.HTTP
        and bool(route.served.backends)
        and not redirects(route.steps, is_clear=is_clear)
    )


def _exposures(route: Route, logs: tuple[LoggedField, ...], ranks: Ranks) -> Iterator[Exposure]:
    router, is_http = route.router, route.router.protocol is Protocol.HTTP
    is_served = _is_served(route)
    backends = route.served.backends if is_served or not is_http else ()
    fate = _fate(route, has_backends=bool(backends))
    for match in route.means:
        for host in match.hosts:
            yield Exposure(
                host=host,
                path=match.path if is_http else _of_octets(match),
                methods=match.methods,
                tls=route.doors.tls,
                controller=Controller.TRAEFIK,
                class_name=router.class_name,
                backends=backends,
                auth=route.auth,
                token=fate,
                mirrors=route.served.mirrors,
                logs=logs if is_http else (),
                rewrites=any(step.kind in REWRITES for step in route.steps),
                conditions=match.conditions,
                rank=(-router.priority,) if is_served and ranks.are_known(host) else (),
                public=router.origin.of.public if router.origin.of is not None else None,
                source=router.place,
                of=router.origin.of,
            )


def _of_octets(match: Match) -> PathMatch:
    """Of a host all paths; of a port whatever speaks there."""
    return match.path if match.hosts != ("",) else PathMatch(PathKind.UNKNOWN, "")


def _fate(route: Route, *, has_backends: bool) -> TokenFate:
    if not has_backends:
        return TokenFate(Reaches.NO, "no backend is asked", route.router.place)
    if route.router.protocol is not Protocol.HTTP:
        return TokenFate(Reaches.YES, _NO_HTTP, route.router.place)
    return fate_of(route.steps, route.router.place)
