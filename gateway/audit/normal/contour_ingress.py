"""What do the Ingresses open that Contour serves?

https://projectcontour.io/docs/main/config/ingress/ ; compared with what Contour 1.33 makes of them: whoever
is asked about every host is asked about an Ingress in the clear alone, and switched off for none.
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Auth, Exposure, LoggedField, PathKind, PathMatch, Tls
from gateway.audit.normal.contour_auth import global_asking, logs_of
from gateway.audit.normal.ext_authz import fate_at_envoy
from gateway.audit.normal.ingress_paths import IngressPath, paths_of


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what every Ingress of Contour opens."""
    everywhere, logs = global_asking(estate), logs_of(estate)
    for ingress in estate.of("Ingress"):
        if controller_of(estate, ingress) is Controller.CONTOUR:
            for path in paths_of(ingress):
                for tls, auth in _ways(ingress, path, everywhere.auth if everywhere else None):
                    yield _exposure(estate, ingress, path, tls, auth, logs)


# --- private ---

_OF_A_REGEX: Final = frozenset("^+*[]%")
_REDIRECTS: Final = "ingress.kubernetes.io/force-ssl-redirect"
_CLEAR: Final = "kubernetes.io/ingress.allow-http"


def _ways(ingress: Object, path: IngressPath, asked: Auth | None) -> Iterator[tuple[Tls, Auth | None]]:
    redirects = ingress.annotation(_REDIRECTS) == "true"
    is_clear = not redirects and ingress.annotation(_CLEAR) != "false"
    if path.has_tls and is_clear and asked is None:
        yield Tls.OPTIONAL, None
        return
    if path.has_tls:
        yield Tls.ONLY, None
    if is_clear:
        yield Tls.NONE, asked


def _exposure(
    estate: Estate,
    ingress: Object,
    path: IngressPath,
    tls: Tls,
    auth: Auth | None,
    logs: tuple[LoggedField, ...],
) -> Exposure:
    place = ingress.place(path.node)
    match = _match(path)
    kinds = (PathKind.EXACT, PathKind.REGEX)
    kind = kinds.index(match.kind) if match.kind in kinds else len(kinds)
    return Exposure(
        host=path.host,
        path=match,
        tls=tls,
        controller=Controller.CONTOUR,
        class_name=class_of(estate, ingress),
        backends=() if path.backend is None else (path.backend,),
        auth=auth,
        token=fate_at_envoy(auth, place),
        logs=logs,
        rank=(kind, -len(match.value)),
        public=ingress.public,
        source=place,
        of=ingress,
    )


def _match(path: IngressPath) -> PathMatch:
    """What is left to the implementation is a regular expression if it looks like one."""
    match path.path_type:
        case "Exact":
            return PathMatch(PathKind.EXACT, path.path)
        case "Prefix":
            return PathMatch(PathKind.PREFIX, path.path)
        case _ if _OF_A_REGEX & set(path.path):
            return PathMatch(PathKind.REGEX, path.path)
        case _:
            return PathMatch(PathKind.BEGINS_WITH, path.path)
