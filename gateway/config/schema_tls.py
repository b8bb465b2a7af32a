"""How does the file say what a listener shows, and whose certificates it believes?"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.config.schema_types import SecretReference, Section


class CertificateSection(Section):
    """One certificate and its key. Read again when a file changes."""

    certificate: SecretReference = Field(examples=["file:tls/tls.crt"])
    """The certificate and those between it and a root, as PEM."""
    key: SecretReference = Field(examples=["file:tls/tls.key"])
    """Its key, as PEM without a password."""


class TlsSection(CertificateSection):
    """What a listener shows, and whom it believes. Read again when a file changes."""

    more: Annotated[tuple[CertificateSection, ...], Field(min_length=1)] | None = Field(
        default=None, examples=[[{"certificate": "file:tls/shop.crt", "key": "file:tls/shop.key"}]]
    )
    """Further certificates, each for the DNS names that it shows. Whoever asks for none gets the first."""
    client_ca: SecretReference | None = Field(default=None, examples=["file:tls/ca.crt"])
    """Who vouches for clients. With it clients are asked for a certificate, and need not show one."""


class EdgeTlsSection(TlsSection):
    """What clients are shown, and what they may or must show. Read again when a file changes."""

    names_alone: bool = False
    """Whoever asks for no DNS name of a certificate gets no connection, and not the first certificate."""
    client_certificate: Literal["optional", "required"] | None = Field(default=None, examples=["required"])
    """Whether a client without a certificate gets a connection. Needs client_ca. Default: optional."""
