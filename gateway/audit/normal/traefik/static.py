"""With which settings was Traefik started?

By a file, by arguments, or by environment variables, of which it takes one alone
(https://doc.traefik.io/traefik/getting-started/configuration-overview/); and by the values of its chart. All
of them come to the names of its arguments, in lower case: `entrypoints.web.http.sanitizepath`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from gateway.audit.estate.containers import Container, containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.place import Place
from gateway.audit.normal.traefik.chart import charts
from gateway.audit.normal.traefik.files import files
from gateway.audit.normal.traefik.origin import Origin, of_object
from gateway.config.tree import Node

IMAGE: Final = "(image)"
"""Under this name, which no argument has, the settings hold the image that runs."""


class Setting(NamedTuple):
    """One of them."""

    value: str
    """As text; the items of a list with commas between them."""
    place: Place

    @property
    def is_on(self) -> bool:
        """Whether it is true."""
        return self.value.lower() == "true"

    @property
    def words(self) -> tuple[str, ...]:
        """Give the items of a list."""
        return tuple(part for part in (one.strip() for one in self.value.split(",")) if part)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One Traefik, as it is started."""

    settings: Mapping[str, Setting]
    place: Place
    namespace: str = ""
    """Of its pods; empty where not known."""

    def get(self, name: str) -> Setting | None:
        """Give a setting, by its name in lower case."""
        return self.settings.get(name)

    def is_on(self, name: str) -> bool:
        """Whether a setting is there, and true."""
        found = self.settings.get(name)
        return found is not None and found.is_on

    def under(self, prefix: str) -> Iterator[tuple[str, Setting]]:
        """Give the settings whose names begin so, without that beginning."""
        for name, setting in self.settings.items():
            if name.startswith(prefix):
                yield name[len(prefix) :], setting

    @cached_property
    def entry_points(self) -> tuple["EntryPoint", ...]:
        """Give its doors."""
        names: dict[str, Place] = {}
        for name, setting in self.under("entrypoints."):
            names.setdefault(name.partition(".")[0], setting.place)
        return tuple(EntryPoint(name, self, place) for name, place in names.items())


class EntryPoint(NamedTuple):
    """One door."""

    name: str
    """In lower case."""
    installation: Installation
    place: Place

    def get(self, name: str) -> Setting | None:
        """Give one of its settings, such as `http.sanitizepath`."""
        return self.installation.get(f"entrypoints.{self.name}.{name}")

    @property
    def speaks_tls(self) -> bool:
        """Whether its routers do, unless they say otherwise."""
        prefix = f"entrypoints.{self.name}.http.tls"
        return any(
            (name == prefix and setting.is_on) or name.startswith(f"{prefix}.")
            for name, setting in self.installation.settings.items()
        )

    @property
    def redirects(self) -> bool:
        """Whether whatever comes in is sent to another door."""
        return self.get("http.redirections.entrypoint.to") is not None

    @property
    def is_for_operators(self) -> bool:
        """Whether it is the one of the dashboard, of metrics, or of no HTTP."""
        address = self.get("address")
        metrics = self.installation.get("metrics.prometheus.entrypoint")
        of_metrics = metrics is not None and metrics.value.lower() == self.name
        return self.name in _OPERATORS or of_metrics or (address is not None and "/udp" in address.value)


def installations(estate: Estate) -> tuple[Installation, ...]:
    """Give every Traefik whose settings were given."""
    return estate.once(_installations)


# --- private ---

_OPERATORS: Final = frozenset({"traefik", "metrics", "ping"})
_IMAGE: Final = re.compile(r"(?:^|[/-])traefik(?:-hub|-ee|ee)?(?::|@|$)")
_VARIABLE: Final = "TRAEFIK_"


def _installations(estate: Estate) -> tuple[Installation, ...]:
    return (*_by_files(estate), *_by_containers(estate), *_by_charts(estate))


def _by_files(estate: Estate) -> Iterator[Installation]:
    for one in files(estate):
        if one.is_static:
            origin = one.origin("static configuration", "", one.root)._replace(owner="static configuration")
            settings = dict(_flat(one.root, "", origin))
            namespace = one.of.namespace if one.of else ""
            yield Installation(settings=settings, place=origin.place(one.root), namespace=namespace)


def _by_containers(estate: Estate) -> Iterator[Installation]:
    for one in containers(estate):
        if _IMAGE.search(one.image):
            origin = of_object(one.of)
            settings = {**dict(_environment(one, origin)), **_arguments(one.arguments, origin)}
            settings[IMAGE] = Setting(one.image, origin.place(at(one.node, "image")))
            yield Installation(settings=settings, place=origin.place(one.node), namespace=one.of.namespace)


def _by_charts(estate: Estate) -> Iterator[Installation]:
    for chart in charts(estate):
        found: dict[str, Setting] = {}
        for name, node in chart.named:
            found.update(_flat(node, name, chart.origin))
        found.update(_arguments(chart.arguments, chart.origin))
        if chart.tag is not None:
            found[IMAGE] = Setting(f"traefik:{text(chart.tag)}", chart.origin.place(chart.tag))
        yield Installation(settings=found, place=chart.origin.place(chart.values), namespace=chart.namespace)


def _arguments(arguments: tuple[Node, ...], origin: Origin) -> dict[str, Setting]:
    found = {}
    for one in arguments:
        name, value = option_of(one)
        if name:
            found[name] = Setting(value.strip("\"'"), origin.place(one))
    return found


def _environment(one: Container, origin: Origin) -> Iterator[tuple[str, Setting]]:
    for variable in items(one.node, "env"):
        name, value = text(variable, "name") or "", text(variable, "value")
        if name.startswith(_VARIABLE) and value is not None:
            yield name[len(_VARIABLE) :].lower().replace("_", "."), Setting(value, origin.place(variable))


def _flat(node: Node, name: str, origin: Origin) -> Iterator[tuple[str, Setting]]:
    """Write a tree as arguments. An empty mapping switches on what it is of."""
    match node.value:
        case dict() as members:
            if name:
                yield name, Setting("true", origin.place(node))
            for key, one in members.items():
                yield from _flat(one, f"{name}.{key.lower()}" if name else key.lower(), origin)
        case tuple() as listed:
            plain = [text(one) for one in listed]
            yield name, Setting(",".join(one for one in plain if one is not None), origin.place(node))
            for index, one in enumerate(listed):
                if isinstance(one.value, dict):
                    yield from _flat(one, f"{name}[{index}]", origin)
        case None:
            pass
        case _:
            yield name, Setting(text(node) or "", origin.place(node))
