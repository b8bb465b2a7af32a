"""What do the supervisor and a worker tell each other?

A closed union. JSON, with octets in base64: nothing that is read can run. Private keys travel in it, and
therefore only over the socket that the two were born with.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, get_args

import orjson

# from the supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """Decide by the configuration that is compiled from these readings."""

    path: str
    """Of the main file."""
    generation: str
    readings: bytes = field(repr=False)
    """`gateway.config.readings.to_json`: secrets among them."""
    fingerprint_key: bytes = field(repr=False)
    """For where the configuration has none: the same in all workers."""
    denied: bytes | None = field(repr=False)
    """The deny list, as the file has it; None where the configuration names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeys:
    """Sign with the active one of these."""

    keys: tuple[tuple[str, str, int, int | None], ...] = field(repr=False)
    """Each as PEM, state, and when it was made and since when it is so, in seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """The deny list has this content now."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKeys:
    """An issuer's keys, as it published them."""

    issuer_id: str
    document: bytes = field(repr=False)
    read_at: float
    """By CLOCK_MONOTONIC, which all processes of a machine share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Everything needed was told: begin to decide on these ports."""

    ports: Mapping[str, int]
    """By the name of the listener."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a `Need`. If there are keys, they have been told before."""

    number: int
    retry_after_s: int | None
    """None: what is known now is the answer. Else: it cannot be known before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """Accept no more, finish what was asked, end."""

    within_s: float


# from a worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """It decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """It decides by this configuration."""

    generation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAdopted:
    """It could not compile what the supervisor could: a defect. It ends."""

    generation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Ask this issuer for its keys."""

    number: int
    """Of the question, among this worker's."""
    issuer_id: str
    kid: bytes | None = field(repr=False)
    """The client's text, in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Everything that it has counted (`gateway.telemetry.merge`)."""

    dump: bytes = field(repr=False)


FromSupervisor = Adopt | SigningKeys | Revoked | IssuerKeys | Listen | Found | Drain
FromWorker = Listening | Adopted | NotAdopted | Need | Counted
Message = FromSupervisor | FromWorker


def encode(message: Message) -> bytes:
    """Write a message."""
    members = {each.name: getattr(message, each.name) for each in fields(message)}
    return orjson.dumps([type(message).__name__, members], default=_octets)


def decode(text: bytes) -> Message:
    """Read a message. Raises: ValueError, whose text is of the message's form and not of its content."""
    try:
        name, members = orjson.loads(text)
        kind = _KINDS[name]
        return kind(**{each.name: _value(each.type, members[each.name]) for each in fields(kind)})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError("not a message") from None


# --- private ---

_KINDS: Final[dict[str, type[Message]]] = {kind.__name__: kind for kind in get_args(Message)}


def _octets(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError


def _value(declared: Any, value: Any) -> Any:
    if declared in (bytes, bytes | None):
        return None if value is None else b64decode(value, validate=True)
    if isinstance(value, list):
        return tuple(tuple(item) for item in value)
    return value
