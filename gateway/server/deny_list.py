"""What has the operator taken back, as of a second ago?

The file is read again and again, and compared by content: neither a swapped link nor a clock that stands
still can hide a change. An entry that is new counts at once. One that is gone is forgiven when two readings
in a row do not have it, so that a file which is just being written over takes nobody off the list. A file
that cannot be used changes nothing: the last good list stays, and the observer is told.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.config.problem import ConfigError
from gateway.config.revocations import MAX_BYTES, RevocationList, parse_revocations, unusable
from gateway.config.world import RevocationFile
from gateway.core.revocation import Revocations
from gateway.sources.regular_file import read_regular_file

LOOK_EVERY_S: Final = 1.0


class DenyListObserver(Protocol):
    """Who is told of what becomes of the list. Must not raise and must not wait."""

    def changed(self, count: int) -> None:
        """The list in use is another one, of so many entries."""

    def refused(self, problems: Sequence[str]) -> None:
        """The file cannot be used, for reasons that were not told before; the list in use stays."""

    def healed(self) -> None:
        """The file can be used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What was read last, and what is in use for it."""

    content: bytes = field(repr=False)
    read: RevocationList
    in_use: Revocations
    settled: bool
    """Whether the two are one; else entries are in use that only the reading before had."""


class DenyList:
    """One deny list, kept up to date by calling `look`. Has to be opened first."""

    __slots__ = ("_clock", "_file", "_observer", "_state", "_trouble")

    def __init__(
        self, file: RevocationFile, observer: DenyListObserver, *, clock: Callable[[], float]
    ) -> None:
        """`clock` gives seconds since the epoch."""
        self._file = file
        self._observer = observer
        self._clock = clock
        self._trouble: tuple[str, ...] = ()
        self._state: _State

    @property
    def current(self) -> Revocations:
        """The list in use. Another object when, and only when, it has changed."""
        return self._state.in_use

    @property
    def content(self) -> bytes:
        """The file as it was last good, for processes that do not read it themselves: see `take`."""
        return self._state.content

    @property
    def refused(self) -> bool:
        """Whether the file cannot be used, so that an older list is in use."""
        return self._trouble != ()

    def open(self, content: bytes | None = None) -> None:
        """Read the file for the first time, unless its content is given. Raises: ConfigError."""
        content = _content(self._file) if content is None else content
        read = parse_revocations(content, self._file, now=int(self._clock()))
        self._state = _State(content=content, read=read, in_use=read.revocations, settled=True)

    async def look(self) -> bool:
        """Read the file once more. Gives whether anything is new: then `content` is to be passed on."""
        try:
            content = await asyncio.to_thread(_content, self._file)
        except ConfigError as error:
            return self._refuse(error)
        return await self.take(content)

    async def take(self, content: bytes) -> bool:
        """Go on with this content of the file. Gives whether anything is new.

        Another process that takes `content` whenever `look` says so here has the same list in use.
        """
        before = self._state
        try:
            self._state = await asyncio.to_thread(_next, before, content, self._file, int(self._clock()))
        except ConfigError as error:
            return self._refuse(error)
        self._heal()
        if self._state.in_use is not before.in_use:
            self._observer.changed(self._state.in_use.count)
        return self._state is not before

    # --- private ---

    def _refuse(self, error: ConfigError) -> bool:
        problems = tuple(map(str, error.problems))
        if self._trouble != problems:
            self._trouble = problems
            self._observer.refused(problems)
        return False

    def _heal(self) -> None:
        if self._trouble:
            self._trouble = ()
            self._observer.healed()


def read_deny_list(file: RevocationFile, *, now: int) -> RevocationList:
    """Read a deny list once. Raises: ConfigError."""
    return parse_revocations(_content(file), file, now=now)


# --- private ---


def _next(before: _State, content: bytes, file: RevocationFile, now: int) -> _State:
    """An entry is in use while this reading or the one before has it. Raises: ConfigError."""
    read, same = before.read, content == before.content
    if not same or (read.changes_at is not None and now >= read.changes_at):
        read = parse_revocations(content, file, now=now)
    elif before.settled:
        return before
    together = read.revocations if same else before.read.revocations | read.revocations
    settled = together == read.revocations
    in_use = before.in_use if together == before.in_use else together
    return _State(content=content, read=read, in_use=in_use, settled=settled)


def _content(file: RevocationFile) -> bytes:
    try:
        return read_regular_file(file.path, MAX_BYTES)
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        fix = "check the path and its permissions; an empty list is a file with revoked: []"
        raise unusable(file.path, f"cannot be read: {reason}", fix) from None
    except ValueError as error:
        fix = f"make it a regular file of at most {MAX_BYTES >> 20} MiB"
        raise unusable(file.path, f"is {error}", fix) from None
