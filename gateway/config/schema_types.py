"""Which spellings do the fields of the file share?

Base model, and the few texts whose form a pattern can say. What a text means (a host, a header name, a
scope) is judged in `gateway.config.compile`, with a message of its own.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DURATION_PATTERN: Final = "^(0|[1-9][0-9]{0,5})(s|m|h|d)$"
SIZE_PATTERN: Final = "^(0|[1-9][0-9]{0,5})(B|KiB|MiB|GiB)$"
ID_PATTERN: Final = "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
SECRET_PATTERN: Final = "^(file:.+|env:[A-Za-z_][A-Za-z0-9_]*)$"  # noqa: S105 - where one is kept
MOMENT_PATTERN: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$"
FINGERPRINT_PATTERN: Final = "^tfp1_[a-z2-7]{16}$"

FORMS: Final[Mapping[str, str]] = {
    DURATION_PATTERN: "a duration: a whole number and s, m, h or d, such as 90s",
    SIZE_PATTERN: "a size: a whole number and B, KiB, MiB or GiB, such as 10MiB",
    ID_PATTERN: "an id: at most 63 lower-case letters, digits, - and _, such as orders-read",
    SECRET_PATTERN: "a reference to a secret, never the secret: file:PATH or env:NAME",
    MOMENT_PATTERN: "a moment with its zone, such as 2026-12-01T00:00:00Z",
    FINGERPRINT_PATTERN: "the fingerprint of a token as records show it: tfp1_ and 16 characters",
}
"""What each pattern means, in words."""


class Section(BaseModel):
    """A mapping of the file. Unknown keys are errors, nothing is converted, nothing can be changed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


Text = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
Duration = Annotated[str, StringConstraints(pattern=DURATION_PATTERN), Field(examples=["60s"])]
Size = Annotated[str, StringConstraints(pattern=SIZE_PATTERN), Field(examples=["10MiB"])]
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
SecretReference = Annotated[
    str, StringConstraints(pattern=SECRET_PATTERN), Field(examples=["env:GATEWAY_FINGERPRINT_KEY"])
]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
"""A list with something in it: an empty list never means "all"."""
ClaimPathText = Text | Texts
"""`realm_access.roles`, or the list of names where a name holds a dot."""
ClaimPaths = Annotated[tuple[ClaimPathText, ...], Field(min_length=1)]
Scalar = str | int | bool
Scalars = Annotated[tuple[Scalar, ...], Field(min_length=1)]

_SECONDS: Final[Mapping[str, int]] = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_OCTETS: Final[Mapping[str, int]] = {"B": 0, "KiB": 10, "MiB": 20, "GiB": 30}


def seconds(duration: str) -> int:
    """Give the seconds of a duration that has passed the pattern."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


def octets(size: str) -> int:
    """Give the octets of a size that has passed the pattern."""
    digits = size.rstrip("BKMGi")
    return int(digits) << _OCTETS[size.removeprefix(digits)]
