"""What does the controller's own configuration say: its ConfigMap, and its arguments?

kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap. Traefik, where it reads the
annotations of ingress-nginx, reads no such ConfigMap: what it has of this are options of its provider.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.audit.estate.containers import Container, containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.estate.proxy_files import ProxyKind

PROVIDER: Final = "kubernetesIngressNGINX"
NO_AUTH_LOCATIONS: Final = ("/.well-known/acme-challenge",)
"""What is open by default, for certificates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One value, and where it stands."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for every Ingress of one kind of controller."""

    said: Mapping[str, Said] = field(default_factory=dict)
    maps: tuple[Object, ...] = ()
    """The ConfigMaps it is from; none where none was given: then nothing is known, not even a default."""

    def get(self, key: str) -> Said | None:
        """Give what a key says; None where it is not there, or empty."""
        return self.said.get(key)

    def is_on(self, key: str) -> bool:
        """Whether a key says `true`."""
        found = self.get(key)
        return found is not None and found.value == "true"

    @property
    def reads_snippets(self) -> bool:
        """Whether snippets of an Ingress count: since 1.9 only where the ConfigMap says so."""
        return not self.maps or self.is_on("allow-snippet-annotations")

    @property
    def forbids_snippets(self) -> bool:
        """Whether the ConfigMap says that none counts, which holds for every version."""
        said = self.get("allow-snippet-annotations")
        return said is not None and said.value == "false"

    @property
    def no_auth_locations(self) -> tuple[str, ...]:
        """Give the beginnings of paths that are open on every host."""
        found = self.get("no-auth-locations")
        if found is None:
            return NO_AUTH_LOCATIONS
        return tuple(one for one in (part.strip() for part in found.value.split(",")) if one)


def settings_of(estate: Estate) -> Settings:
    """Give what the ConfigMaps of ingress-nginx say; of several, only what each of them says."""
    maps = tuple(config_maps(estate))
    if not maps:
        return Settings()
    each = [_entries(one) for one in maps]
    first, *others = each
    return Settings(said={k: v for k, v in first.items() if all(k in one for one in others)}, maps=maps)


def config_maps(estate: Estate) -> Iterator[Object]:
    """Give the ConfigMaps that a controller is started with, or that are called as the chart calls them."""
    named = {_named(one, "configmap") for one in controllers(estate)}
    for one in estate.of("ConfigMap"):
        if (one.namespace, one.name) in named or _is_by_name(one):
            yield one


def stream_maps(estate: Estate) -> Iterator[tuple[str, Object]]:
    """Give the ConfigMaps of open ports: `tcp` or `udp`, and the object."""
    programs = tuple(controllers(estate))
    for protocol in ("tcp", "udp"):
        named = {_named(one, f"{protocol}-services-configmap") for one in programs}
        for one in estate.of("ConfigMap"):
            by_name = one.name == f"{protocol}-services" or one.name.endswith(f"ingress-nginx-{protocol}")
            if by_name or (one.namespace, one.name) in named:
                yield protocol, one


def controllers(estate: Estate) -> Iterator[Container]:
    """Give the containers that run ingress-nginx."""
    for one in containers(estate):
        if "ingress-nginx/controller" in one.image or one.image.partition(":")[0].endswith(_IMAGES):
            yield one


def passes_tls_through(estate: Estate) -> bool:
    """Whether ssl-passthrough counts: a controller has to be started with it. True where none was given."""
    programs = tuple(controllers(estate))
    given = [one.option("enable-ssl-passthrough") for one in programs]
    return not programs or any(one is not None and option_of(one)[1] != "false" for one in given)


def traefik_provider(estate: Estate) -> Settings:
    """Give the options of Traefik's provider, by their names in lower case."""
    said: dict[str, Said] = {}
    for container in containers(estate):
        for argument in container.arguments:
            name, value = option_of(argument)
            if name.startswith(_OPTION):
                said[name.removeprefix(_OPTION)] = Said(value=value, place=container.of.place(argument))
    for file in estate.files:
        if file.kind is ProxyKind.TRAEFIK:
            for name, node in members(file.root, "providers", PROVIDER):
                place = Place(file.file, *node.mark, "", f"providers.{PROVIDER}.{name}")
                said[name.lower()] = Said(value=text(node) or "", place=place)
    return Settings(said=said)


# --- private ---

_SAID_BY_NOTHING: Final = frozenset({"no-auth-locations"})
"""Empty it means none, and not the default."""
_IMAGES: Final = ("nginx-ingress-controller", "ingress-nginx-controller")
_OPTION: Final = f"providers.{PROVIDER.lower()}."
_NAMES: Final = frozenset({"nginx-configuration", "nginx-load-balancer-conf", "nginx-config"})


def _entries(config: Object) -> dict[str, Said]:
    found = ((key, node, text(node)) for key, node in members(config.node, "data"))
    return {
        key: Said(value=value.strip(), place=config.place(node))
        for key, node, value in found
        if value is not None and (value.strip() or key in _SAID_BY_NOTHING)
    }


def _named(program: Container, option: str) -> tuple[str, str]:
    argument = program.option(option)
    if argument is None:
        return ("", "")
    namespace, slash, name = option_of(argument)[1].rpartition("/")
    if not slash or namespace.startswith("$("):
        namespace = program.of.namespace
    return (namespace, name)


def _is_by_name(config: Object) -> bool:
    if at(config.node, "data") is None:
        return False
    if config.name.endswith(("ingress-nginx-controller", "nginx-ingress-controller")):
        return True
    labelled = config.labels.get("app.kubernetes.io/name") == "ingress-nginx"
    return config.name in _NAMES and (labelled or "nginx" in config.namespace)
