"""Which objects and files were given, and which of them belong together?"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar, cast

from gateway.audit.controller import Controller
from gateway.audit.estate.objects import Object
from gateway.audit.estate.proxy_files import ProxyFile
from gateway.config.problem import Problem

T = TypeVar("T")
ANY_KIND: Final = ""


@dataclass(frozen=True, kw_only=True)
class Estate:
    """Everything that was given.

    What is not in it may be elsewhere. So a rule on what is lacking asks `shows`: nobody is told that a
    Service is missing who gave no Service at all.
    """

    objects: tuple[Object, ...] = ()
    files: tuple[ProxyFile, ...] = ()
    unread: tuple[Problem, ...] = ()
    """What could not be read."""
    is_whole: bool = False
    """Whether all there is was given, as of a cluster: then what is not there is missing."""
    unlisted: frozenset[str] = frozenset()
    """The kinds of which not all was given after all; `ANY_KIND` where nobody knows which."""
    controller: Controller | None = None
    """Who serves every Ingress and HTTPRoute, where the operator has said so."""

    def of(self, kind: str, group: str | None = None) -> tuple[Object, ...]:
        """Give the objects of a kind; None is the group that this kind is known in, or else any."""
        if group is None:
            return self._by_kind.get(kind, ())
        return tuple(one for one in self._of_any_group.get(kind, ()) if one.group == group)

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """Give one object. `namespace` is empty for a kind that has none."""
        return self._by_name.get((kind, namespace, name))

    def shows(self, kind: str, namespace: str | None = None) -> bool:
        """Whether objects of this kind were given at all (there): then one that is not is missing."""
        return self.is_whole_of(kind) or (
            (kind, namespace) in self._shown if namespace else kind in self._by_kind
        )

    def is_whole_of(self, *kinds: str) -> bool:
        """Whether everything of these kinds was given."""
        return self.is_whole and not self.unlisted & {*kinds, ANY_KIND}

    def once(self, make: "Callable[[Estate], T]") -> T:
        """Give what `make` makes of this estate, which is made once: for what many rules need."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("T", self._made[make])

    @cached_property
    def _made(self) -> dict[Hashable, object]:
        return {}

    @cached_property
    def _of_any_group(self) -> dict[str, tuple[Object, ...]]:
        return _by_kind(self.objects)

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Object, ...]]:
        return _by_kind(one for one in self.objects if one.is_of_its_group)

    @cached_property
    def _shown(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.kind, one.namespace) for one in self.objects if one.is_of_its_group)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], Object]:
        return {(one.kind, one.namespace, one.name): one for one in self.objects if one.is_of_its_group}


@dataclass(slots=True)
class Gathering:
    """An estate while it is being read."""

    objects: list[Object] = field(default_factory=list)
    files: list[ProxyFile] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    unlisted: dict[Problem, str] = field(default_factory=dict)
    """Kinds of which a cluster shows nothing, and why."""

    def finished(self, *, is_whole: bool = False, controller: Controller | None = None) -> Estate:
        """Give the whole."""
        return Estate(
            objects=tuple(self.objects),
            files=tuple(self.files),
            unread=tuple(dict.fromkeys((*self.unread, *self.unlisted))),
            is_whole=is_whole,
            unlisted=frozenset((*self.unlisted.values(), *((ANY_KIND,) if self.unread else ()))),
            controller=controller,
        )

    def take(self, objects: Iterable[Object]) -> None:
        """Add some."""
        self.objects.extend(objects)


# --- private ---


def _by_kind(objects: Iterable[Object]) -> dict[str, tuple[Object, ...]]:
    found: dict[str, list[Object]] = {}
    for one in objects:
        found.setdefault(one.kind, []).append(one)
    return {kind: tuple(these) for kind, these in found.items()}
