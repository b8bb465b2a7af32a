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
from gateway.sources.jwks import Ambience, IssuerKeys
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
    ) -> None:
        """Raises: ValueError for an issuer that is no URL that we fetch, or one that is named twice."""
        self._issuers: dict[str, IssuerKeys] = {}
        for source in sources:
            if source.issuer_id in self._issuers:
                raise ValueError(f"issuer {source.issuer_id} is named twice")
            self._issuers[source.issuer_id] = IssuerKeys(
                issuer_id=source.issuer_id,
                location=source.location,
                client=OutboundClient(
                    source.outbound, own_url=_own_url(source.location), deadlines=deadlines
                ),
                timing=timing or Timing(),
                ambience=ambience,
                observer=observer or Unobserved(),
            )
        self.keys: Mapping[str, KeySet] = _Believed(self._issuers)
        """By issuer id, live: an issuer is in it only while its keys may be believed."""

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        """Look it up (see IssuerKeys.lookup). Raises: KeyError for an issuer that was never named."""
        return await self._issuers[need.issuer_id].lookup(need.kid)

    async def start(self) -> None:
        """Begin to fetch all sets at once. Does not wait for them: see `ready`."""
        for issuer in self._issuers.values():
            issuer.start()

    async def close(self) -> None:
        """End every task. May be called twice, and without `start`."""
        await asyncio.gather(*(issuer.close() for issuer in self._issuers.values()))

    def ready(self, issuer_id: str) -> bool:
        """Whether the issuer's keys are known. Raises: KeyError for an issuer that was never named."""
        return self._issuers[issuer_id].current() is not None

    def age_s(self, issuer_id: str) -> float | None:
        """How long ago the issuer could last be read, for a metric; None is never."""
        return self._issuers[issuer_id].age_s()


# --- private ---


class _Believed(Mapping[str, KeySet]):
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
