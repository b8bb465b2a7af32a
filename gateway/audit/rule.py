"""What can be wrong, how bad is it, and what would put it right?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, unique
from typing import NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Exposure
from gateway.core.policy import Policy


@unique
class Severity(StrEnum):
    """How bad. The first is the worst."""

    CRITICAL = "critical"
    """Whoever comes, comes in; or a credential is written down for others."""
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that a rule may look at."""

    estate: Estate
    exposures: tuple[Exposure, ...]
    policies: Mapping[str, Policy] | None = None
    """Of our own gateway, by id; None where no configuration was given."""
    today: date | None = None
    """None: nobody says what day it is, and nothing has come to its end."""


class Hit(NamedTuple):
    """One place where a rule's case is there."""

    place: Place
    what: str
    """One sentence on this place, without a full stop. Never a value that may be a secret."""
    severity: "Severity | None" = None
    """Where it is not the rule's own."""
    about: str = ""
    """Tells several hits of one place apart, such as a header's name: part of the fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that can be wrong. Its two examples are in `examples/<id>/`."""

    id: str
    title: str
    """What is wrong, in a few words: `The client's token reaches the backend`."""
    severity: Severity
    why: str
    """What somebody can do because of it."""
    fix: str
    """What to write instead; an instruction, without a full stop."""
    check: Callable[[View], Iterable[Hit]]
    references: tuple[str, ...] = field(default=())
    """`CVE-2026-24513`, or the URL of a specification or of the controller's documentation."""


class Finding(NamedTuple):
    """A rule, and where its case is there."""

    rule: Rule
    place: Place
    what: str
    severity: Severity
    about: str
