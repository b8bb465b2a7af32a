"""Where does the text of a key set come from?

Three places (`gateway.core.trust.KeyLocation`), one method. Nothing here knows what the text means.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, assert_never

from gateway.core.trust import KeyLocation, KeysAtUri, KeysDiscovered, KeysInFile
from gateway.net.client import MAX_BYTES, OutboundClient
from gateway.net.failure import FetchFailed
from gateway.sources.asking import JWKS_TYPES, Asking
from gateway.sources.budget import Budget
from gateway.sources.discovery import Discovery
from gateway.sources.outcome import KeysFault, KeysUnread
from gateway.sources.regular_file import read_regular_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The text of a key set, and for how long its server called it good."""

    body: bytes = field(repr=False)
    max_age_s: int | None = None


class Documents(Protocol):
    """A place that key sets are read from."""

    async def read(self) -> Document:
        """Read it now. Raises: FetchFailed, KeysUnread."""


class AtUri:
    """At a URL that the operator wrote."""

    def __init__(self, uri: str, asking: Asking) -> None:
        self._uri = uri
        self._asking = asking

    async def read(self) -> Document:
        """Fetch it. Raises: FetchFailed, KeysUnread."""
        fetched = await self._asking.get(self._uri, accept=JWKS_TYPES)
        return Document(body=fetched.body, max_age_s=fetched.max_age_s)


class Discovered:
    """At the URL that the issuer's metadata names, asked for again after a while or a failure."""

    def __init__(
        self, discovery: Discovery, asking: Asking, *, keep_s: float, clock: Callable[[], float]
    ) -> None:
        self._discovery = discovery
        self._asking = asking
        self._keep_s = keep_s
        self._clock = clock
        self._found: tuple[float, str] | None = None

    async def read(self) -> Document:
        """Fetch it. Raises: FetchFailed, KeysUnread."""
        now = self._clock()
        if self._found is None or now - self._found[0] > self._keep_s:
            self._found = (now, await self._discovery.jwks_uri())
        try:
            fetched = await self._asking.get(self._found[1], accept=JWKS_TYPES)
        except FetchFailed:
            self._found = None  # it may have moved
            raise
        return Document(body=fetched.body, max_age_s=fetched.max_age_s)


class InFile:
    """In a file, opened by its name each time: a symbolic link may have been swapped."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def read(self) -> Document:
        """Read it. Raises: KeysUnread(file_unreadable), also for what is not a regular file."""
        try:
            return Document(body=await asyncio.to_thread(read_regular_file, self._path, MAX_BYTES))
        except (OSError, ValueError):
            raise KeysUnread(KeysFault.FILE_UNREADABLE) from None


def documents_at(
    location: KeyLocation,
    client: OutboundClient,
    *,
    budget: Budget,
    metadata_keep_s: float,
    clock: Callable[[], float],
) -> Documents:
    """Give the place that the operator named. Raises: ValueError for an issuer that is no URL."""
    asking = Asking(client, budget)
    match location:
        case KeysAtUri(uri):
            return AtUri(uri, asking)
        case KeysDiscovered(issuer):
            discovery = Discovery(issuer, asking, allow_http=client.allow_http)
            return Discovered(discovery, asking, keep_s=metadata_keep_s, clock=clock)
        case KeysInFile(path):
            return InFile(path)
        case _:
            assert_never(location)
