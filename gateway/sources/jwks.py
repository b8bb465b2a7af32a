"""Which keys of one issuer are believed right now?

One key set over time. It is refreshed before it is stale, by one fetch at a time that everybody who
waits shares; a kid that nobody has seen may ask for a fetch, within a budget that does not depend on
how many ask. What the issuer last said counts: a key that it removed is gone with the next document.
What cannot be read, or holds no usable key, changes nothing until `max_stale_s` has passed; then the
keys are gone. (An issuer that wants to withdraw its only key publishes another one.)
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from secrets import SystemRandom
from typing import TypeGuard

from gateway.core.evidence import Unavailable
from gateway.core.jwk import JwksMalformed, KeySet, parse_jwks
from gateway.core.trust import KeyLocation, KeysInFile
from gateway.net.client import OutboundClient
from gateway.net.failure import FetchFailed
from gateway.sources.budget import Budget
from gateway.sources.documents import Document, documents_at
from gateway.sources.outcome import REFRESHED, UNCHANGED, KeysFault, KeysObserver, KeysUnread
from gateway.sources.timing import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambience:
    """What the passing of time looks like; tests bring their own."""

    clock: Callable[[], float]
    """Seconds, monotonic."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    roll: Callable[[], float] = field(default=SystemRandom().random)
    """A random number in [0, 1), for jitter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """A document of keys that was read."""

    keys: KeySet
    body: bytes = field(repr=False)
    read_at: float
    """When we began to read it, by `Ambience.clock`: it is at least this old."""


class IssuerKeys:
    """One issuer's keys. Without `start()` they are only fetched when asked for."""

    def __init__(
        self,
        *,
        issuer_id: str,
        location: KeyLocation,
        client: OutboundClient,
        timing: Timing,
        ambience: Ambience,
        observer: KeysObserver,
    ) -> None:
        """Raises: ValueError for an issuer that is no URL that we fetch."""
        self.issuer_id = issuer_id
        self._timing = timing.for_file() if isinstance(location, KeysInFile) else timing
        self._ambience = ambience
        self._clock = ambience.clock
        self._observer = observer
        self._budget = Budget(limit=timing.budget, window_s=timing.budget_window_s, clock=ambience.clock)
        self._documents = documents_at(
            location,
            client,
            budget=self._budget,
            metadata_keep_s=timing.max_ttl_s,
            clock=ambience.clock,
        )
        self._known: Believed | None = None
        self._failures = 0
        self._due = -math.inf
        """When the background refreshes next."""
        self._hold_until = -math.inf
        """Until when the issuer asked to be left alone."""
        self._cool_at = -math.inf
        """From when on an unknown kid may ask for a fetch."""
        self._flight: asyncio.Task[bool] | None = None
        self._background: asyncio.Task[None] | None = None
        self._closed = False

    def current(self) -> KeySet | None:
        """The keys that may still be believed, or None. Waits for nothing."""
        known = self._known
        if known is None or self._clock() - known.read_at > self._timing.max_stale_s:
            return None
        return known.keys

    def age_s(self) -> float | None:
        """How long ago the issuer could last be read; None is never."""
        return None if self._known is None else self._clock() - self._known.read_at

    @property
    def tried(self) -> bool:
        """Whether a first attempt to read the keys has ended, well or not."""
        return self._known is not None or self._failures > 0

    def believed(self) -> Believed | None:
        """The document that the keys are from, also when it has become too old; None before the first."""
        return self._known

    async def lookup(self, kid: str | None) -> KeySet | Unavailable:
        """Give a set that holds `kid` (any set for None), or the newest there may be.

        A set without the kid says that the issuer does not have it, as far as the budget lets us know.
        Unavailable says that we do not know: the last attempt to ask failed. Safe to cancel: who waits
        with us is not touched.
        """
        keys = self.current()
        if _answers(keys, kid):
            return keys
        if self._flight is not None:
            # It began before we missed the kid: it may read the set from before the kid was there.
            if not await self._refreshed():
                return self._unavailable()
            keys = self.current()
            if _answers(keys, kid):
                return keys
        return await self._demanded()

    def start(self) -> None:
        """Begin to fetch, and keep the set fresh. Needs the running loop."""
        if self._background is None and not self._closed:
            self._background = asyncio.create_task(self._keep_fresh())

    async def close(self) -> None:
        """End every task. What is known stays known; nothing is fetched any more."""
        self._closed = True
        tasks = [task for task in (self._background, self._flight) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- private ---

    async def _demanded(self) -> KeySet | Unavailable:
        """Fetch because somebody misses a kid, where that may be; else tell what we know."""
        if self._flight is None:
            if not self._may_ask():
                return self._unavailable() if self._failures or self._closed else self._believed()
            self._cool_at = self._clock() + self._timing.cooldown_s
        return self._believed() if await self._refreshed() else self._unavailable()

    def _believed(self) -> KeySet | Unavailable:
        return self.current() or self._unavailable()

    def _may_ask(self) -> bool:
        return not self._closed and self._wait_s() <= 0

    def _wait_s(self) -> float:
        return max(max(self._hold_until, self._cool_at) - self._clock(), self._budget.free_in_s())

    def _unavailable(self) -> Unavailable:
        wait_s = self._wait_s()
        if self._background is not None:
            wait_s = min(wait_s, self._due - self._clock())
        return Unavailable(max(1, math.ceil(min(wait_s, self._timing.max_retry_s))))

    async def _refreshed(self) -> bool:
        """Wait for the one fetch there is. It is nobody's child: no waiter's end is its end."""
        if self._flight is None:
            self._flight = asyncio.create_task(self._refresh())
            self._flight.add_done_callback(self._land)
        flight = self._flight
        await asyncio.wait({flight})
        return not flight.cancelled() and flight.result()

    def _land(self, _: asyncio.Task[bool]) -> None:
        self._flight = None

    async def _keep_fresh(self) -> None:
        while True:
            wait_s = max(self._due - self._clock(), self._budget.free_in_s())
            if wait_s > 0:
                await self._ambience.sleep(wait_s)
            else:
                await self._refreshed()

    async def _refresh(self) -> bool:
        began = self._clock()
        try:
            document = await self._documents.read()
            keys = await self._parsed(document)
        except FetchFailed as failed:
            return self._failed(failed.kind, failed.retry_after_s)
        except KeysUnread as unread:
            return self._failed(unread.fault, unread.retry_after_s)
        except Exception as error:  # noqa: BLE001
            # our bug; it must not end the refreshing for ever
            context = {"message": "refreshing an issuer's keys", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
            return self._failed(KeysFault.INTERNAL, None)
        self._believe(keys, document, began)
        return True

    async def _parsed(self, document: Document) -> KeySet:
        known = self._known
        if known is not None and known.body == document.body:
            return known.keys
        try:
            keys = await asyncio.to_thread(parse_jwks, document.body)
        except JwksMalformed:
            raise KeysUnread(KeysFault.JWKS_MALFORMED) from None
        self._observer.dropped(self.issuer_id, keys.dropped)
        if not keys.keys:
            raise KeysUnread(KeysFault.NO_USABLE_KEY)
        return keys

    def _believe(self, keys: KeySet, document: Document, began: float) -> None:
        changed = self._known is None or self._known.keys is not keys
        self._known = Believed(keys=keys, body=document.body, read_at=began)
        self._failures = 0
        self._hold_until = -math.inf
        self._due = self._clock() + self._timing.refresh_in_s(document.max_age_s, self._ambience.roll())
        self._observer.fetched(self.issuer_id, REFRESHED if changed else UNCHANGED)

    def _failed(self, outcome: str, retry_after_s: float | None) -> bool:
        now = self._clock()
        self._failures += 1
        self._hold_until = now + self._timing.hold_s(retry_after_s)
        backed_off = now + self._timing.retry_in_s(self._failures, self._ambience.roll())
        self._due = max(backed_off, self._hold_until)
        self._observer.fetched(self.issuer_id, outcome)
        return False


def _answers(keys: KeySet | None, kid: str | None) -> TypeGuard[KeySet]:
    return keys is not None and (kid is None or keys.knows(kid))
