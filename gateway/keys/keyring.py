"""Which key signs, and which keys does the world see?"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.core.evidence import Signer
from gateway.keys.rotation import began
from gateway.keys.signing_key import Algorithm
from gateway.keys.stored_key import KeyState, StoredKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """The public half of one key, and where it is in its life."""

    kid: str
    algorithm: Algorithm
    state: KeyState
    created_at: int
    """Whole seconds since the epoch."""
    jwk: Mapping[str, str]


class Keyring:
    """Our keys at one moment. Never changes: a rotation makes another keyring, and pages made from it."""

    __slots__ = ("_active", "_jwks", "_published", "_signer")

    def __init__(self, keys: Iterable[StoredKey], *, algorithm: Algorithm) -> None:
        ordered = sorted(keys, key=lambda stored: stored.key.kid)
        self._published = tuple(map(_published, ordered))
        self._active = next(
            (
                stored
                for stored in ordered
                if stored.state is KeyState.ACTIVE and stored.key.algorithm == algorithm
            ),
            None,
        )
        self._signer: Signer | None = None if self._active is None else self._active.key
        self._jwks = _json({"keys": [published.jwk for published in self._published]})

    def signer(self) -> Signer | None:
        """Give the active key of the configured algorithm; None if there is none, which mints nothing."""
        return self._signer

    @property
    def signs_since(self) -> int | None:
        """When that key began to sign, as far as is known; None where none does.

        Units: whole seconds since the epoch. It was made earlier, for it was published before it signed.
        """
        return None if self._active is None else began(self._active)

    def public_keys(self) -> tuple[PublishedKey, ...]:
        """Give every key's public half, ordered by kid."""
        return self._published

    def jwks(self) -> bytes:
        """Give the JWK Set (RFC 7517 section 5): the same bytes in every replica with the same keys.

        Holds the keys of every state and algorithm. Never a private member.
        """
        return self._jwks

    def openid_configuration(self, issuer: str, jwks_uri: str) -> bytes:
        """Give the metadata with which verifiers find our keys (OpenID Connect Discovery 1.0 section 3).

        The five members of the Kubernetes API server's own document, which verifiers are used to. go-oidc
        compares `issuer`, fetches `jwks_uri` and takes the algorithms (without them it accepts RS256 only);
        Spring needs the first two. The other two are REQUIRED by the clause, and libraries that parse it
        strictly (Nimbus) ask for them. We have no authorization endpoint, so we name none: nobody can log in
        here, and `id_token` only says of what kind our tokens are to such a library.
        """
        algorithms = sorted({published.algorithm for published in self._published})
        return _json(
            {
                "issuer": issuer,
                "jwks_uri": jwks_uri,
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": algorithms,
            }
        )


# --- private ---


def _published(stored: StoredKey) -> PublishedKey:
    key = stored.key
    return PublishedKey(
        kid=key.kid,
        algorithm=key.algorithm,
        state=stored.state,
        created_at=stored.created_at,
        jwk=key.public_jwk(),
    )


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")
