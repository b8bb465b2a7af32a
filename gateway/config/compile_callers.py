"""How does a proxy show that it is the one that may ask?

Its address alone says little: whoever can send from the network can say what any request was. So it says a
secret as well, or the operator asks for less by name.
"""

import re
from pathlib import Path
from typing import Final

from gateway.config.compile_secrets import secret_at
from gateway.config.schema_policies import CallersSection
from gateway.config.secret import ReadSecret
from gateway.config.spot import Spot

# A header's value, which no proxy trims or folds (RFC 9110 section 5.5).
_SECRET: Final = re.compile(rb"[!-~]{32,256}")


def compile_callers(
    section: CallersSection, directory: Path, spot: Spot, read: ReadSecret
) -> tuple[bytes, ...]:
    """Give the secrets of which a caller must say one; none where its network alone is believed."""
    if section.network_alone is bool(section.secrets):
        spot.refuse(
            "says both" if section.secrets else "says neither how callers are known nor that they are not",
            "name one secret, or two while you change it; or write network_alone: true if that is meant",
        )
    if section.network_alone:
        spot.warn("whoever can send from those networks may ask and say what the request was")
    spots = ((text, spot / "secrets" / index) for index, text in enumerate(section.secrets or ()))
    secrets = tuple(_secret(text, directory, here, read) for text, here in spots)
    if len(secrets) == 2 and secrets[0] == secrets[1]:
        (spot / "secrets").refuse("both are the same", "keep one of the two")
    return tuple(secret for secret in secrets if secret)


# --- private ---


def _secret(text: str, directory: Path, spot: Spot, read: ReadSecret) -> bytes | None:
    secret = secret_at(text, directory, spot, read)
    if secret is not None and _SECRET.fullmatch(secret) is None:
        spot.refuse(
            "is not of 32 to 256 visible ASCII characters without spaces",
            "make one with: openssl rand -hex 32",
        )
    return secret
