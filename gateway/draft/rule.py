"""What does one line of an Ingress send where? The normal form of every kind of route."""

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final, NamedTuple

from gateway.config.problem import Problem
from gateway.draft.reach import Reach

ANY_HOST: Final = ""
"""The host of a rule that names none."""
DEFAULT_RANK: Final = (9,)
"""Of a default backend: it gets what nobody else does."""


@unique
class Via(StrEnum):
    """What reads the object: how hosts and paths are ranked depends on it."""

    INGRESS = "ingress"
    HTTP_ROUTE = "http-route"
    TRAEFIK = "traefik"


class Place(NamedTuple):
    """Where it stands."""

    file: str
    line: int
    column: int
    name: str
    """As `Ingress shop/orders: /v1`."""

    def problem(self, what: str, fix: str) -> Problem:
        """Say something about it."""
        return Problem(file=self.file, line=self.line, column=self.column, path=self.name, what=what, fix=fix)


class Backend(NamedTuple):
    """Where it goes: the name and port of a Service, or of several that share the requests."""

    namespace: str
    services: tuple[str, ...]
    port: str

    @property
    def name(self) -> str:
        """Give the one by which the downstream token is named."""
        return self.services[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """All that it routes lies within `reach`; what the policy may say of it is `path`."""

    place: Place
    owner: str
    """The name of the object."""
    via: Via
    target: str | None
    """The snippet of the controller that serves it, where it shows which."""
    host: str
    path: str | None
    """A template of the policy: this rule routes every request of it, unless an earlier rule does. None:
    there is none, and the reason was told."""
    reach: Reach
    """Beyond it this rule routes nothing."""
    methods: frozenset[str] | None
    """None: every method."""
    backend: Backend
    rank: tuple[int, ...] | None
    """Which rule of a host is taken first: the smaller. None: not known."""
    notes: tuple[str, ...] = ()
    """What to check, for the comment beside the route."""


@dataclass(slots=True)
class Found:
    """What was read so far, and what there is to say."""

    rules: list[Rule] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    """No route of the policy stands for it: the gateway refuses it."""
    remarks: list[Problem] = field(default_factory=list)
    """What the operator should know before the configuration is used."""

    def omit(self, place: Place, what: str, fix: str) -> None:
        """Say that something is left out."""
        self.left_out.append(place.problem(what, fix))

    def remark(self, place: Place, what: str, fix: str) -> None:
        """Say what to look at."""
        self.remarks.append(place.problem(what, fix))
