"""How does the file describe the issuers we believe, and what we issue ourselves?"""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from gateway.config.schema_types import (
    ClaimPaths,
    ClaimPathText,
    Duration,
    Scalar,
    Scalars,
    Section,
    Text,
    Texts,
)

PresetName = Literal[
    "rfc9068",
    "keycloak",
    "auth0",
    "entra",
    "okta",
    "cognito",
    "google",
    "github-actions",
    "kubernetes",
]


class GrantSection(Section):
    """Scopes for those whose claim equals or contains a value."""

    claim: ClaimPathText = Field(examples=["realm_access.roles"])
    """Path of the claim."""
    value: Scalar = Field(examples=["orders-reader"])
    """What the claim must be, or hold."""
    scopes: Texts = Field(examples=[["orders:read"]])
    """The scopes that this gives."""


class IssuerSection(Section):
    """One identity provider: which of its tokens we believe, and where its keys are."""

    issuer: Text = Field(examples=["https://idp.example.com/realms/prod"])
    """The `iss` of its tokens, compared exactly."""
    preset: PresetName = Field(default="rfc9068", examples=["keycloak"])
    """What its tokens look like. Every field below that describes them overrides the preset's."""
    audiences: Texts = Field(examples=[["https://api.example.com"]])
    """The `aud` values that mean us. Required, never empty."""

    jwks_uri: Text | None = Field(default=None, examples=["https://idp.example.com/keys"])
    """Where its keys are. Without this and without jwks_file: discovery (RFC 8414, OIDC)."""
    jwks_file: Text | None = Field(default=None, examples=["keys/idp.json"])
    """A local file with its keys, relative to this file."""

    algorithms: Texts | None = Field(default=None, examples=[["RS256"]])
    """Signature algorithms; asymmetric ones only."""
    token_types: Texts | None = Field(default=None, examples=[["at+jwt"]])
    """Accepted header `typ`; `none` accepts its absence."""
    max_lifetime: Duration | None = Field(default=None, examples=["1h"])
    """`exp - iat` at most."""
    max_age: Duration | None = Field(default=None, examples=["1h"])
    """`now - iat` at most, for tokens that live longer than they should be believed."""
    leeway: Duration = Field(default="30s", examples=["30s"])
    """How far clocks may be apart: 0s to 300s."""
    audience_from: Text | None = Field(default=None, examples=["aud"])
    """The claim that is compared with `audiences`."""
    subject_from: ClaimPathText | None = Field(default=None, examples=["sub"])
    """The claim that names the subject."""
    client_from: ClaimPaths | None = Field(default=None, examples=[["azp", "client_id"]])
    """Claims that name the client; the first that is present counts."""
    scopes_from: ClaimPaths | None = Field(default=None, examples=[["scope"]])
    """Claims that hold scopes; all of them count."""
    grants: tuple[GrantSection, ...] | None = Field(default=None, min_length=1)
    """Scopes for roles, groups or permissions."""
    require_claims: dict[Text, Scalars] | None = Field(
        default=None, min_length=1, examples=[{"repository_owner_id": ["123456"]}]
    )
    """Claims that must have one of these values before a token counts as this issuer's at all."""

    ca_file: Text | None = Field(default=None, examples=["tls/idp-ca.pem"])
    """PEM file with the only certificate authorities trusted for fetching."""
    proxy: Text | None = Field(default=None, examples=["http://proxy.example.com:3128"])
    """HTTP proxy for fetching."""
    allow_private_network: bool = False
    """Insecure by name: fetch from loopback and private addresses."""
    allow_http: bool = False
    """Insecure by name: fetch without TLS."""
    token_file: Text | None = Field(default=None, examples=["/var/run/secrets/tokens/idp"])
    """A bearer token to send when fetching, read again at each fetch."""


ROTATE_EVERY: Final = "7d"


class MemoryStore(Section):
    """Keys that die with the process: one replica, or tests."""

    store: Literal["memory"]
    """Made anew at each start."""
    rotate_every: Duration = Field(default=ROTATE_EVERY, examples=[ROTATE_EVERY])
    """How long one key signs: 14m or more."""


class DirectoryStore(Section):
    """Keys in a directory, made on first start (0600)."""

    store: Literal["directory"]
    """The process writes here."""
    path: Text = Field(examples=["keys/"])
    """The directory, relative to this file."""
    rotate_every: Duration = Field(default=ROTATE_EVERY, examples=[ROTATE_EVERY])
    """How long one key signs: 14m or more."""


def _without_rotate_every(schema: dict[str, Any]) -> None:
    """Keep out of the published schema what is there to be refused with a reason."""
    del schema["properties"]["rotate_every"]


class SharedStore(Section):
    """Keys in a directory that others write, such as a mounted Secret."""

    model_config = ConfigDict(json_schema_extra=_without_rotate_every)

    store: Literal["shared"]
    """The process only reads here."""
    path: Text = Field(examples=["/etc/token-gateway/keys"])
    """The directory, relative to this file."""
    rotate_every: Duration | None = None
    """Refused, in words of its own: whoever writes the directory rotates."""


KeyStoreSection = Annotated[MemoryStore | DirectoryStore | SharedStore, Field(discriminator="store")]


class DownstreamSection(Section):
    """The tokens that we mint: under which name, signed how, verified with what."""

    issuer: Text = Field(examples=["https://token-gateway.token-gateway.svc"])
    """The `iss` of our tokens."""
    jwks_uri: Text = Field(
        examples=["http://token-gateway-keys.token-gateway.svc:8081/.well-known/jwks.json"]
    )
    """Where backends find our public keys."""
    algorithm: Literal["ES256", "EdDSA"] = Field(default="ES256", examples=["ES256"])
    """Signature algorithm of our tokens."""
    keys: KeyStoreSection = Field(examples=[{"store": "directory", "path": "keys/"}])
    """Where our private keys live."""
