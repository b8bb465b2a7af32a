"""What may a deny list say?"""

from typing import Annotated

from pydantic import Field, StringConstraints

from gateway.config.schema_types import FINGERPRINT_PATTERN, MOMENT_PATTERN, Id, Section
from gateway.core.claims import MAX_JTI_LENGTH
from gateway.core.jwk import MAX_KID_LENGTH
from gateway.core.principal import MAX_SUBJECT_LENGTH

Moment = Annotated[str, StringConstraints(pattern=MOMENT_PATTERN), Field(examples=["2026-12-01T00:00:00Z"])]


class RevokedEntry(Section):
    """One thing that is taken back: exactly one of `jti`, `subject`, `kid`, `fingerprint`."""

    issuer: Id | None = Field(default=None, examples=["corp"])
    """The id of an issuer of gateway.yaml; always, but with `fingerprint`."""
    jti: Annotated[str, Field(min_length=1, max_length=MAX_JTI_LENGTH)] | None = Field(
        default=None, examples=["7f3c0b52"]
    )
    """One token."""
    subject: Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT_LENGTH)] | None = Field(
        default=None, examples=["alice"]
    )
    """All tokens of a subject, as the issuer's `subject_from` maps it."""
    issued_before: Moment | None = Field(default=None, examples=["2026-12-01T00:00:00Z"])
    """With `subject`: only tokens whose `iat` is earlier, or absent."""
    kid: Annotated[str, Field(min_length=1, max_length=MAX_KID_LENGTH)] | None = Field(
        default=None, examples=["2024-key"]
    )
    """All tokens under a key of the issuer, by its `kid` or its RFC 7638 thumbprint."""
    fingerprint: Annotated[str, StringConstraints(pattern=FINGERPRINT_PATTERN)] | None = Field(
        default=None, examples=["tfp1_abcdefghijklmnop"]
    )
    """One token, as decision records name it."""
    until: Moment | None = Field(default=None, examples=["2026-12-01T00:00:00Z"])
    """When the entry is no longer needed: the token's `exp`. It counts for five minutes more."""
    why: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None, examples=["found in a log"]
    )
    """For whoever reads the file."""


class RevocationsFile(Section):
    """A deny list. An empty one has to be written: `revoked: []`."""

    revoked: tuple[RevokedEntry, ...] = Field(examples=[[{"issuer": "corp", "jti": "7f3c0b52"}]])
    """What is taken back."""
