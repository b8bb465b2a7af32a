"""Which issuer do the tests of sources ask, and what does it answer?"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.core.jwk import DroppedKey, public_members
from gateway.net.outbound import Outbound

LOOPBACK = Outbound(allow_private_network=True, allow_http=True)


def jwk(kid: str) -> dict[str, str]:
    """A new key by this name."""
    return {"kid": kid, **dict(public_members(Ed25519PrivateKey.generate().public_key()))}


def jwks(*keys: dict[str, str]) -> bytes:
    return json.dumps({"keys": keys}).encode()


@dataclass
class Issuer:
    """Answers with its keys, or as told."""

    document: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    gate: asyncio.Event | None = None
    """Where set, answers wait for it."""

    def publish(self, *kids: str) -> None:
        self.document = jwks(*(jwk(kid) for kid in kids))

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        if self.gate is not None:
            await self.gate.wait()
        return web.Response(
            status=self.status, body=self.document, headers=self.headers, content_type=self.media_type
        )


@dataclass
class Notes:
    """An observer that writes everything down."""

    outcomes: list[str] = field(default_factory=list)
    unfit: list[list[str]] = field(default_factory=list)

    def fetched(self, issuer_id: str, outcome: str) -> None:
        self.outcomes.append(outcome)

    def dropped(self, issuer_id: str, keys: Sequence[DroppedKey]) -> None:
        self.unfit.append([key.why for key in keys])
