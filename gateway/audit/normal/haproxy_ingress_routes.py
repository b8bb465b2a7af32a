"""Which paths does HAProxy Ingress serve, and which keys does each of them have?"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items, text, texts
from gateway.audit.estate.haproxy_syntax import Line, read_lines
from gateway.audit.estate.objects import Object
from gateway.audit.normal.haproxy_keys import Key, Keys, config_of
from gateway.audit.normal.ingress_paths import IngressPath, paths_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path of an Ingress, with all that is configured for it."""

    ingress: Object
    path: IngressPath
    keys: Keys
    asks: Keys | None
    """The keys of the question; None where auth-external-placement lets nobody ask."""
    early: tuple[Line, ...]
    """The snippet before the question."""
    late: tuple[Line, ...]
    """The one behind it."""

    @property
    def url(self) -> Key | None:
        """Give the auth-url that counts."""
        return None if self.asks is None else self.asks.get("auth-url")


def routes_of(estate: Estate) -> tuple[Route, ...]:
    """Give every path that HAProxy Ingress serves, read once."""
    return estate.once(_routes)


def secured_hosts(estate: Estate) -> frozenset[str]:
    """Give the hosts that any Ingress of it has a certificate for, by their full names."""
    tls = (one for ingress in estate.once(_ingresses) for one in items(ingress.node, "spec", "tls"))
    return frozenset(host.lower() for one in tls for host in texts(one, "hosts"))


# --- private ---


def _ingresses(estate: Estate) -> tuple[Object, ...]:
    """As it reads them: the oldest first."""
    served = (one for one in estate.of("Ingress") if controller_of(estate, one) is Controller.HAPROXY_INGRESS)
    return tuple(sorted(served, key=_age))


def _age(ingress: Object) -> tuple[str, str]:
    since = text(ingress.node, "metadata", "creationTimestamp") or ""
    return since, f"{ingress.namespace}/{ingress.name}"


def _by_host(estate: Estate) -> dict[str, tuple[Object, ...]]:
    found: defaultdict[str, dict[Object, None]] = defaultdict(dict)
    for ingress in estate.once(_ingresses):
        for path in paths_of(ingress):
            found[path.host][ingress] = None
        for tls in items(ingress.node, "spec", "tls"):
            for host in texts(tls, "hosts"):
                found[host.lower()][ingress] = None
    return {host: tuple(those) for host, those in found.items()}


def _routes(estate: Estate) -> tuple[Route, ...]:
    return tuple(_each_route(estate))


def _each_route(estate: Estate) -> Iterator[Route]:
    config = config_of(estate, Controller.HAPROXY_INGRESS)
    disabled = _disabled_keywords(estate)
    for ingress in estate.of("Ingress"):
        if controller_of(estate, ingress) is not Controller.HAPROXY_INGRESS:
            continue
        parameters = _parameters(estate, ingress, config)
        for path in paths_of(ingress):
            to = path.backend
            keys = Keys(
                controller=Controller.HAPROXY_INGRESS,
                ingress=ingress,
                service=None if to is None else estate.get("Service", to.namespace, to.name),
                parameters=parameters,
                config=config,
                neighbours=estate.once(_by_host)[path.host],
            )
            late = "config-backend-late" if keys.get("config-backend-late") else "config-backend"
            yield Route(
                ingress=ingress,
                path=path,
                keys=keys,
                asks=_asks(keys),
                early=_snippet(keys, "config-backend-early", disabled),
                late=_snippet(keys, late, disabled),
            )


def _asks(keys: Keys) -> Keys | None:
    """In the backend or in the frontend; any other word is neither, and nobody is asked at all."""
    if keys.text("auth-external-placement", "backend").lower() == "backend":
        return keys
    of_host = keys.of_the_host()
    return of_host if of_host.text("auth-external-placement").lower() == "frontend" else None


def _parameters(estate: Estate, ingress: Object, config: Object | None) -> Object | None:
    """A ConfigMap in the controller's own namespace."""
    given = estate.get("IngressClass", "", class_of(estate, ingress))
    if given is None or (text(given.node, "spec", "parameters", "kind") or "").lower() != "configmap":
        return None
    name = text(given.node, "spec", "parameters", "name") or ""
    spaces = estate.once(_spaces) | (frozenset() if config is None else {config.namespace})
    found = (estate.get("ConfigMap", space, name) for space in sorted(spaces))
    return next((one for one in found if one is not None), None)


def _spaces(estate: Estate) -> frozenset[str]:
    return frozenset(one.of.namespace for one in containers(estate) if "haproxy-ingress" in one.image)


def _disabled_keywords(estate: Estate) -> frozenset[str]:
    """What `--disable-config-keywords` forbids; `*` is every snippet."""
    options = (
        option_of(argument)
        for one in containers(estate)
        for argument in (one.arguments if "haproxy-ingress" in one.image else ())
    )
    given = (value for name, value in options if name == "disable-config-keywords")
    return frozenset(word.strip() for value in given for word in value.split(",")) - {""}


def _snippet(keys: Keys, name: str, disabled: frozenset[str]) -> tuple[Line, ...]:
    """One forbidden word, and the whole snippet is left out."""
    found = keys.get(name)
    if found is None or "*" in disabled:
        return ()
    lines = read_lines(found.value, found.place)
    return () if any(line.words[0] in disabled for line in lines if line.words) else lines
