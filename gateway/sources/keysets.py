"""Which keys of which issuers are believed right now?"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.trust import KeyLocation, KeysAtUri, KeysDiscovered, KeysInFile
from gateway.net.client import Deadlines, OutboundClient
from gateway.net.outbound import Outbound
from gateway.sources.jwks import Ambience, Believed, IssuerKeys
from gateway.sources.outcome import KeysObserver, Unobserved
from gateway.sources.timing import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerSource:
    """Where one issuer's keys are, and how to get there."""

    issuer_id: str
    location: KeyLocation
    outbound: Outbound = field(default_factory=Outbound)


class KeySources:
    """The key sets of all issuers, kept fresh between `start()` and `close()`."""

    def __init__(
        self,
        sources: Iterable[IssuerSource],
        *,
        ambience: Ambience,
        timing: Timing | None = None,
        deadlines: Deadlines | None = None,
        observer: KeysObserver | None = None,
        predecessor: "KeySources | None" = None,
    ) -> None:
        """Take over from the `predecessor`, as they are, the issuers that are reached as before.

        Raises: ValueError for an issuer that is no URL that we fetch, or one that is named twice.
        """
        self._ambience = ambience
        self._timing = timing or Timing()
        self._deadlines = deadlines
        self._observer = observer or Unobserved()
        self._sources = _by_id(sources)
        self._issuers = {
            issuer_id: (predecessor and predecessor.reached_by(source)) or self._new(source)
            for issuer_id, source in self._sources.items()
        }
        self.keys: Mapping[str, KeySet] = _Fresh(self._issuers)
        """By issuer id, live: an issuer is in it only while its keys may be believed."""

    def reached_by(self, source: IssuerSource) -> IssuerKeys | None:
        """Give the keys of this issuer, if it is one of ours and reached in this very way."""
        return self._issuers[source.issuer_id] if self._sources.get(source.issuer_id) == source else None

    async def close_all_but(self, heir: "KeySources") -> None:
        """End the tasks of those that the heir has not taken over. What they know stays known."""
        left = [self._issuers[one.issuer_id] for one in self._sources.values() if not heir.reached_by(one)]
        await asyncio.gather(*(issuer.close() for issuer in left))

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        """Look it up (see IssuerKeys.lookup). Raises: KeyError for an issuer that was never named."""
        return await self._issuers[need.issuer_id].lookup(need.kid)

    async def start(self) -> None:
        """Begin to fetch all sets at once, where that has not begun. Does not wait for them: see `ready`."""
        for issuer in self._issuers.values():
            issuer.start()

    async def close(self) -> None:
        """End every task. May be called twice, and without `start`."""
        await asyncio.gather(*(issuer.close() for issuer in self._issuers.values()))

    def ready(self, issuer_id: str) -> bool:
        """Whether the issuer's keys are known. Raises: KeyError for an issuer that was never named."""
        return self._issuers[issuer_id].current() is not None

    @property
    def issuer_ids(self) -> frozenset[str]:
        """Every issuer that was named."""
        return frozenset(self._issuers)

    @property
    def untried(self) -> frozenset[str]:
        """Issuers for which no attempt has ended yet."""
        return frozenset(issuer_id for issuer_id, issuer in self._issuers.items() if not issuer.tried)

    def believed(self, issuer_id: str) -> Believed | None:
        """The newest document of the issuer, if there was one. Raises: KeyError as above."""
        return self._issuers[issuer_id].believed()

    def age_s(self, issuer_id: str) -> float | None:
        """How long ago the issuer could last be read, for a metric; None is never."""
        return self._issuers[issuer_id].age_s()

    # --- private ---

    def _new(self, source: IssuerSource) -> IssuerKeys:
        return IssuerKeys(
            issuer_id=source.issuer_id,
            location=source.location,
            client=OutboundClient(
                source.outbound, own_url=_own_url(source.location), deadlines=self._deadlines
            ),
            timing=self._timing,
            ambience=self._ambience,
            observer=self._observer,
        )


# --- private ---


def _by_id(sources: Iterable[IssuerSource]) -> dict[str, IssuerSource]:
    found: dict[str, IssuerSource] = {}
    for source in sources:
        if source.issuer_id in found:
            raise ValueError(f"issuer {source.issuer_id} is named twice")
        found[source.issuer_id] = source
    return found


class _Fresh(Mapping[str, KeySet]):
    """Asks each time: keys that have become too old vanish without a timer."""

    def __init__(self, issuers: Mapping[str, IssuerKeys]) -> None:
        self._issuers = issuers

    def __getitem__(self, issuer_id: str) -> KeySet:
        keys = self._issuers[issuer_id].current()
        if keys is None:
            raise KeyError(issuer_id)
        return keys

    def get(self, issuer_id: str, default: Any = None) -> Any:
        """Ask without an exception: this is asked for every request."""
        issuer = self._issuers.get(issuer_id)
        keys = None if issuer is None else issuer.current()
        return default if keys is None else keys

    def __iter__(self) -> Iterator[str]:
        return (each for each, issuer in self._issuers.items() if issuer.current() is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _own_url(location: KeyLocation) -> str | None:
    """The URL that the operator wrote: the only origin that may be sent a token file."""
    match location:
        case KeysDiscovered(issuer):
            return issuer
        case KeysAtUri(uri):
            return uri
        case KeysInFile():
            return None
