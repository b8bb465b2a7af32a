"""Which objects does a cluster have, as far as our account may see them? Reads, and never writes or watches.

https://kubernetes.io/docs/reference/using-api/api-concepts: lists in parts (`limit`, `continue`), and the
kinds of a group by its discovery document.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import aiohttp

from gateway.kubernetes.access import Access
from gateway.tls.client import Trust, trusted_of
from gateway.tls.pair import UnfitCertificates

PART: Final = 500
"""Objects of one answer: what kubectl asks for."""
MAX_ANSWER: Final = 256 << 20
"""Bytes of one answer: 500 objects of half a MiB."""
Json = dict[str, Any]


class Denied(NamedTuple):
    """What could not be listed."""

    what: str
    """As `ingresses.networking.k8s.io`."""
    why: str
    fix: str
    kind: str = ""
    """Empty where it is a whole group, or nobody said."""


class Unreachable(Exception):
    """The API server does not answer, or not as one. Holds no address, token or answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which objects of one group."""

    group: str
    """Empty for the core's."""
    resources: frozenset[str] | None = None
    """Plurals; None is every one that can be listed."""
    selector: str = ""
    """A field selector, for all of them."""
    only_metadata: bool = False
    """Ask for names and labels alone: no contents leave the API server."""


async def list_objects(
    access: Access, wanted: Sequence[Wanted], *, namespace: str | None = None
) -> AsyncIterator[Json | Denied]:
    """Give every object, with its kind and version, and what could not be listed.

    A group that is not installed has none. `namespace`: only of this one, and those that have no namespace.
    Raises: Unreachable.
    """
    async with _session(access) as session:
        reader = _Reader(session=session, url=access.url, namespace=namespace, access=access)
        for one in wanted:
            async for found in reader.group(one):
                yield found


# --- private ---

_PLAIN: Final = "application/json"
_METADATA: Final = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
_NOT_HERE: Final = "is no API server that answers us"


@asynccontextmanager
async def _session(access: Access) -> AsyncIterator[aiohttp.ClientSession]:
    try:
        tls = trusted_of(Trust(authority=access.authority, shows=access.pair)).context
    except UnfitCertificates as unfit:
        raise Unreachable(str(unfit)) from None
    headers = {"User-Agent": "token-gateway", "Accept-Encoding": "gzip"}
    if access.token is not None:
        headers["Authorization"] = f"Bearer {access.token}"
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls),
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=60.0, connect=10.0),
        trust_env=False,
    ) as session:
        yield session


@dataclass(slots=True, kw_only=True)
class _Reader:
    session: aiohttp.ClientSession
    url: str
    namespace: str | None
    access: Access

    async def group(self, wanted: Wanted) -> AsyncIterator[Json | Denied]:
        base = "/api/v1"
        if wanted.group:
            status, found = await self._get(f"/apis/{wanted.group}", {}, _PLAIN)
            if status != 200:
                if status != 404:
                    yield _denied(wanted.group, status)
                return
            base = f"/apis/{found['preferredVersion']['groupVersion']}"
        status, found = await self._get(base, {}, _PLAIN)
        if status != 200:
            yield _denied(wanted.group or "core", status)
            return
        for resource in found.get("resources") or ():
            name = str(resource.get("name"))
            listable = "list" in (resource.get("verbs") or ()) and "/" not in name
            if listable and (wanted.resources is None or name in wanted.resources):
                async for one in self._list(base, resource, wanted):
                    yield one

    async def _list(self, base: str, resource: Json, wanted: Wanted) -> AsyncIterator[Json | Denied]:
        name, kind = str(resource["name"]), str(resource["kind"])
        inside = f"/namespaces/{self.namespace}" if self.namespace and resource.get("namespaced") else ""
        asked = {"limit": str(PART)} | ({"fieldSelector": wanted.selector} if wanted.selector else {})
        accept = _METADATA if wanted.only_metadata else _PLAIN
        version = base.removeprefix("/apis/").removeprefix("/api/")
        while True:
            status, found = await self._get(f"{base}{inside}/{name}", asked, accept)
            if status != 200:
                what = f"{name}.{wanted.group}" if wanted.group else name
                yield _denied(what, status)._replace(kind=kind)
                return
            for item in found.get("items") or ():
                item.get("metadata", {}).pop("managedFields", None)
                yield {**item, "apiVersion": version, "kind": kind}
            follows = (found.get("metadata") or {}).get("continue")
            if not follows:
                return
            asked["continue"] = follows

    async def _get(self, path: str, asked: dict[str, str], accept: str) -> tuple[int, Json]:
        try:
            async with self.session.get(
                self.url + path,
                params=asked,
                headers={"Accept": accept},
                allow_redirects=False,
                server_hostname=self.access.server_name,
                proxy=self.access.proxy,
            ) as answer:
                body = bytearray()
                async for part in answer.content.iter_any():
                    body += part
                    if len(body) > MAX_ANSWER:
                        raise Unreachable("an answer of the API server is too large")
                return answer.status, json.loads(body) if answer.status == 200 else {}
        except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError):
            what = "the API server's certificate is not from its authority, or for another host"
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError):
            what = "the API server cannot be reached, or does not answer in time"
        except (ValueError, RecursionError):
            what = f"what answers {_NOT_HERE}"
        raise Unreachable(what)


def _denied(what: str, status: int) -> Denied:
    match status:
        case 401:
            return Denied(what, "the API server does not know this account", "sign in to the cluster again")
        case 403:
            fix = "give it the ClusterRole of docs/audit-coverage.md"
            return Denied(what, "this account may not list them", fix)
        case 410:
            return Denied(what, "the list changed too much while it was read", "run it again")
        case _:
            return Denied(what, f"the API server answers {status}", "run it again later")
