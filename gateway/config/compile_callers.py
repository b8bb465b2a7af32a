"""How does a proxy show that it is the one that may ask?

Its address alone says little: whoever can send from the network can say what any request was. So it says a
secret as well, or the operator asks for less by name.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.config.compile_secrets import secret_at
from gateway.config.identities import parse_identity
from gateway.config.schema_policies import CallersSection
from gateway.config.secret import ReadSecret
from gateway.config.spot import Spot

# A header's value, which no proxy trims or folds (RFC 9110 section 5.5).
_SECRET: Final = re.compile(rb"[!-~]{32,256}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """What a caller must say or show; neither where its network alone is believed."""

    secrets: tuple[bytes, ...] = field(repr=False)
    identities: frozenset[str]


NO_CALLERS: Final = Callers(secrets=(), identities=frozenset())
"""Of a policy without peers: no proxy may ask, whatever it shows."""


def compile_callers(section: CallersSection, directory: Path, spot: Spot, read: ReadSecret) -> Callers:
    """Give what a caller must say or show. What is wrong goes to the spot."""
    named = bool(section.secrets or section.identities)
    if section.network_alone is named:
        spot.refuse(
            "says both" if named else "says neither how callers are known nor that they are not",
            "name secrets or identities; or write network_alone: true if that is meant",
        )
    if section.network_alone:
        spot.warn("whoever can send from those networks may ask and say what the request was")
    return Callers(
        secrets=_secrets(section, directory, spot / "secrets", read),
        identities=frozenset((spot / "identities").read_each(parse_identity, section.identities or ())),
    )


# --- private ---


def _secrets(section: CallersSection, directory: Path, spot: Spot, read: ReadSecret) -> tuple[bytes, ...]:
    texts = section.secrets or ()
    found = tuple(_secret(text, directory, spot / index, read) for index, text in enumerate(texts))
    if len(found) == 2 and found[0] == found[1]:
        spot.refuse("both are the same", "keep one of the two")
    return tuple(secret for secret in found if secret)


def _secret(text: str, directory: Path, spot: Spot, read: ReadSecret) -> bytes | None:
    secret = secret_at(text, directory, spot, read)
    if secret is not None and _SECRET.fullmatch(secret) is None:
        spot.refuse(
            "is not of 32 to 256 visible ASCII characters without spaces",
            "make one with: openssl rand -hex 32",
        )
    return secret
