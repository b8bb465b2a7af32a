"""Which middlewares does a request pass, and in which order?

Traefik looks each one up by its name; a `chain` stands for others. One that is named and not there is a step
too: the router that names it answers nobody (https://doc.traefik.io/traefik/middlewares/overview/).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items
from gateway.audit.estate.place import Place
from gateway.audit.normal.traefik.dynamic import CRD, FILE, KUBERNETES, Index, Named, dynamic
from gateway.audit.normal.traefik.spelled import entries, get, word
from gateway.config.tree import Node

MISSING: Final = "missing"
MAX_DEPTH: Final = 16
MAX_STEPS: Final = 256
MAX_LOOKUPS: Final = 2 * MAX_STEPS + MAX_DEPTH
"""Of names, for one router: chains of nothing but chains have no steps, and no end."""


class Reference(NamedTuple):
    """Where somebody names a middleware."""

    name: str
    """As written, with `@provider` where that is there."""
    provider: str
    """In which the name stands: CRD or FILE."""
    namespace: str
    place: Place


class Step(NamedTuple):
    """One middleware of a router."""

    kind: str
    """In lower case, as `forwardauth`; MISSING where what is named was not given, or is none."""
    node: Node
    """Its settings."""
    by: Named | None
    """What defines it; None where it is MISSING."""
    reference: Reference

    def place(self, node: Node | None = None) -> Place:
        """Give the place of one of its settings, or of all."""
        return self.by.origin.place(node or self.node) if self.by is not None else self.reference.place


def middlewares_of(estate: Estate, references: Iterable[Reference]) -> tuple[Step, ...]:
    """Give the steps that these names stand for, in order; at most MAX_STEPS."""
    found: list[Step] = []
    index = dynamic(estate).middlewares
    search = _Search(index, estate.once(_listed))
    for one in references:
        for step in search.steps(one, ()):
            if len(found) == MAX_STEPS:
                return tuple(found)
            found.append(step)
    return tuple(found)


def reference_of(namespace: str, name: str, place: Place) -> Reference:
    """Make one of the name of a Middleware of a cluster, as an `extensionRef` of an HTTPRoute has it."""
    return Reference(name, CRD, namespace, place)


def is_shown(index: Index, reference: Reference) -> bool:
    """Whether its neighbours were given: then what it names, and is not there, is missing."""
    plain, sign, told = reference.name.rpartition("@")
    provider = told if sign else reference.provider
    if provider == FILE:
        return index.in_files
    if provider == KUBERNETES:
        return True  # it has none: an Ingress names those of others
    if provider != CRD:
        return False
    if sign:
        return any(plain.startswith(f"{one}-") for one in index.namespaces)
    return reference.namespace in index.namespaces


# --- private ---


def _listed(_: Estate) -> dict[int, tuple[Reference, ...]]:
    return {}


@dataclass(slots=True)
class _Search:
    index: Index
    listed: dict[int, tuple[Reference, ...]]
    """What each chain names, by its `id`."""
    left: int = MAX_LOOKUPS

    def steps(self, reference: Reference, above: tuple[int, ...]) -> Iterator[Step]:
        """Give what a name stands for."""
        self.left -= 1
        if self.left < 0:
            return
        named = self.index.find(reference.name, reference.provider, reference.namespace)
        kinds = tuple(entries(named.node)) if named is not None else ()
        if named is None or len(kinds) != 1:  # Traefik takes none of two kinds
            yield Step(MISSING, Node(path=(), mark=(0, 1), value=None), None, reference)
            return
        if id(named) in above or len(above) >= MAX_DEPTH:
            return  # Traefik takes no such chain, and no router that names it
        kind, node = kinds[0]
        if kind.lower() != "chain":
            yield Step(kind.lower(), node, named, reference)
            return
        if id(named) not in self.listed:
            self.listed[id(named)] = tuple(_named_by(named, node))
        for one in self.listed[id(named)]:
            yield from self.steps(one, (*above, id(named)))


def _named_by(chain: Named, node: Node) -> Iterator[Reference]:
    listed = get(node, "middlewares")
    for one in items(listed):
        name = word(one, "name") if isinstance(one.value, dict) else word(one)
        namespace = word(one, "namespace") or chain.namespace
        yield Reference(name or "", chain.provider, namespace, chain.origin.place(one))
