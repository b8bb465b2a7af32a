"""What is kept in memory, and what makes room for it?

Two dictionaries: what was kept or used lately, and what was before. When the young one has its half of the
room, the old one is given up and the young one becomes old; what is used in the old one moves to the young
one. So what is in use stays, a look-up costs one dictionary look-up, and nothing is ordered or timed. What
is given up is freed a few at a time: freeing all of it at once would stop the loop.
"""

from typing import Final, Generic, Protocol, TypeVar

FREED_AT_ONCE: Final = 4
"""More than the one that each new entry adds: what was given up is gone before the next is."""


class Sized(Protocol):
    """What an entry must tell."""

    @property
    def size(self) -> int:
        """About how many bytes of memory it costs."""


V = TypeVar("V", bound=Sized)


class Generations(Generic[V]):
    """Entries under 16-byte keys, bounded in number and in bytes."""

    # fmt: off
    __slots__ = (
        "_given_up", "_half_bytes", "_half_entries", "_old", "_old_bytes", "_young", "_young_bytes",
        "evicted",
    )
    # fmt: on

    def __init__(self, *, max_entries: int, max_bytes: int) -> None:
        """With room for fewer than two entries nothing is kept."""
        self.bound(max_entries=max_entries, max_bytes=max_bytes)
        self._young: dict[bytes, V] = {}
        self._old: dict[bytes, V] = {}
        self._given_up: list[dict[bytes, V]] = []
        self._young_bytes = self._old_bytes = 0
        self.evicted = 0
        """How many entries have made room, since the start."""

    def bound(self, *, max_entries: int, max_bytes: int) -> None:
        """Keep within other bounds from the next entry on."""
        self._half_entries = max_entries // 2
        self._half_bytes = max_bytes // 2

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    @property
    def octets(self) -> int:
        """About how much memory the entries cost."""
        return self._young_bytes + self._old_bytes

    def get(self, key: bytes) -> V | None:
        """Give an entry, and keep it for longer."""
        entry = self._young.get(key)
        if entry is None and self._old:
            entry = self._old.pop(key, None)
            if entry is not None:
                size = entry.size
                self._old_bytes -= size
                self._put(key, entry, size)
        return entry

    def keep(self, key: bytes, entry: V) -> None:
        """Keep an entry, in place of one with the same key; not one that is larger than half the room."""
        self.forget(key)
        size = entry.size
        if self._half_entries and size <= self._half_bytes:
            self._put(key, entry, size)

    def forget(self, key: bytes) -> None:
        """Give up one entry, if it is there."""
        entry = self._young.pop(key, None)
        if entry is not None:
            self._young_bytes -= entry.size
            return
        entry = self._old.pop(key, None)
        if entry is not None:
            self._old_bytes -= entry.size

    def clear(self) -> None:
        """Give up everything."""
        self._given_up += (self._old, self._young)
        self._young, self._old = {}, {}
        self._young_bytes = self._old_bytes = 0

    # --- private ---

    def _put(self, key: bytes, entry: V, size: int) -> None:
        if len(self._young) >= self._half_entries or self._young_bytes + size > self._half_bytes:
            self.evicted += len(self._old)
            self._given_up.append(self._old)
            self._old, self._old_bytes = self._young, self._young_bytes
            self._young, self._young_bytes = {}, 0
        self._young[key] = entry
        self._young_bytes += size
        if self._given_up:
            self._free_some()

    def _free_some(self) -> None:
        last = self._given_up[-1]
        for _ in range(min(FREED_AT_ONCE, len(last))):
            last.popitem()
        if not last:
            self._given_up.pop()
