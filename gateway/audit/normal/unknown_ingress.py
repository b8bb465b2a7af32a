"""What does an Ingress open that nobody serves whose annotations are known here?

Its hosts and paths are the API's, so they are shown; whether anybody is asked cannot be told.
"""

from collections.abc import Iterator

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at
from gateway.audit.exposure import Auth, Exposure, Mechanism, PathKind, PathMatch, Reaches, TokenFate
from gateway.audit.normal.ingress_paths import IngressPath, paths_of


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each path opens."""
    for ingress in estate.of("Ingress"):
        if controller_of(estate, ingress) is Controller.UNKNOWN:
            place = ingress.place(at(ingress.node, "spec", "ingressClassName"))
            for path in paths_of(ingress):
                yield Exposure(
                    host=path.host,
                    path=_match(path),
                    controller=Controller.UNKNOWN,
                    class_name=class_of(estate, ingress),
                    backends=() if path.backend is None else (path.backend,),
                    auth=Auth(mechanism=Mechanism.UNKNOWN, place=place),
                    token=TokenFate(Reaches.CANNOT_TELL, "who serves this class is not known here", place),
                    public=ingress.public,
                    source=ingress.place(path.node),
                    of=ingress,
                )


# --- private ---


def _match(path: IngressPath) -> PathMatch:
    match path.path_type:
        case "Exact":
            return PathMatch(PathKind.EXACT, path.path)
        case "Prefix":
            return PathMatch(PathKind.PREFIX, path.path)
        case _:
            return PathMatch(PathKind.UNKNOWN, path.path)
