"""What is in this Secret, and is it still the same when we replace it?

Every change names the `resourceVersion` that it was made from. The API server refuses it (409) where somebody
else has written meanwhile (API conventions, "Concurrency control and consistency").
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.core.strict_json import JsonLimits, NotStrict, parse_object
from gateway.kubernetes.failure import ApiFailed, explained
from gateway.kubernetes.name import SecretName
from gateway.kubernetes.place import ApiServer
from gateway.net.client import Deadlines, Method, OutboundClient
from gateway.net.failure import FailureKind, FetchFailed
from gateway.net.outbound import Outbound

MAX_BYTES: Final = 512 * 1024
"""How much we put into a Secret: half of what it may hold (kubernetes.io, "Secrets"), and a thousand keys."""

Contents = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One version of a Secret. Never shows what it holds."""

    contents: Contents = field(repr=False)
    immutable: bool
    found: Mapping[str, Any] = field(repr=False)
    """The whole object, with the resourceVersion that a change must name."""


class Secrets:
    """The Secrets of one API server, as our account may see them."""

    def __init__(self, server: ApiServer, *, deadlines: Deadlines | None = None) -> None:
        """Nothing is called yet."""
        self._url = server.url.rstrip("/")
        outbound = Outbound(
            ca_file=server.ca_file,
            allow_private_network=True,  # where every API server is, seen from its pods
            token_file=server.token_file,
            old_certificates=True,  # as those of clusters made by Go before 1.15
        )
        self._client = OutboundClient(
            outbound, own_url=server.url, deadlines=deadlines or Deadlines(total_s=10.0, connect_s=5.0)
        )

    async def get(self, name: SecretName) -> Secret | None:
        """Read it; None where there is no such Secret. Raises: ApiFailed."""
        try:
            body = await self._ask("GET", self._path(name) + f"/{name.name}", None)
        except FetchFailed as failed:
            if failed.status == 404:
                return None
            raise explained(failed, "GET", name) from None
        return _parsed(body, name)

    async def replace(self, name: SecretName, secret: Secret, contents: Contents) -> bool:
        """Put other contents in the place of this version; everything else of it stays.

        False where it is this version no more, and nothing was changed. Raises: ApiFailed.
        """
        if secret.immutable:
            raise ApiFailed("is immutable", "make a new one without `immutable: true`")
        changed = {**secret.found, "data": _encoded(contents)}
        return await self._given("PUT", f"{self._path(name)}/{name.name}", changed, name)

    async def create(self, name: SecretName, contents: Contents) -> bool:
        """Make it. False where there is one already, and nothing was changed. Raises: ApiFailed."""
        made = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": {"name": name.name, "namespace": name.namespace},
            "data": _encoded(contents),
        }
        return await self._given("POST", self._path(name), made, name)

    # --- private ---

    async def _given(self, method: Method, path: str, document: Mapping[str, Any], name: SecretName) -> bool:
        try:
            await self._ask(method, path, json.dumps(document).encode())
        except FetchFailed as failed:
            gone = failed.status == 404 and method == "PUT"
            if failed.status == 409 or gone:
                return False
            raise explained(failed, method, name) from None
        return True

    async def _ask(self, method: Method, path: str, document: bytes | None) -> bytes:
        fetched = await self._client.ask(
            method, self._url + path, accept=("application/json",), max_bytes=_MAX_ANSWER, document=document
        )
        return fetched.body

    def _path(self, name: SecretName) -> str:
        return f"/api/v1/namespaces/{name.namespace}/secrets"


# --- private ---

_MAX_ANSWER: Final = 3 * 1024 * 1024
"""1 MiB in base64, with annotations (256 KiB) and what the API server itself adds."""
_LIMITS: Final = JsonLimits(max_bytes=_MAX_ANSWER, max_depth=64, max_members=100_000)


def _encoded(contents: Contents) -> dict[str, str]:
    if sum(map(len, contents.values())) > MAX_BYTES:
        raise ApiFailed("would hold more than 512 KiB", "take out what is not keys")
    return {name: b64encode(content).decode("ascii") for name, content in contents.items()}


def _parsed(body: bytes, name: SecretName) -> Secret:
    """Believe only a whole Secret of this name: without a version, a change of it would be unconditional."""
    try:
        found = parse_object(body, _LIMITS)
        metadata = found["metadata"]
        named = (found["kind"], metadata["namespace"], metadata["name"])
        contents = {key: b64decode(text, validate=True) for key, text in (found.get("data") or {}).items()}
    except (NotStrict, KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        raise explained(FetchFailed(FailureKind.PROTOCOL), "GET", name) from None
    if named != ("Secret", name.namespace, name.name) or not metadata.get("resourceVersion"):
        raise explained(FetchFailed(FailureKind.PROTOCOL), "GET", name)
    return Secret(contents=contents, immutable=found.get("immutable") is True, found=found)
