"""How does a token come onto the deny list, while a gateway reads it and others write?

One writer at a time; the list is read as the gateway reads it, before and after; the file is exchanged in one
step, and belongs to whom it belonged. What cannot be written is told with the lines to paste.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import yaml

from gateway.config.compile_issuers import MAX_LEEWAY_S
from gateway.config.revocations import MAX_BYTES, RevocationList, parse_revocations, unusable
from gateway.config.world import RevocationFile
from gateway.keys import durable
from gateway.leaks.deny_edit import NoPlace, with_entries
from gateway.leaks.deny_entry import DenyEntry
from gateway.sources.regular_file import read_regular_file


class NotWritten(Exception):
    """The list is as it was. Says why, and what to do; never names a token but as an entry does."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(f"{why}. Fix: {fix}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the entries."""

    added: tuple[DenyEntry, ...]
    already: tuple[DenyEntry, ...]
    """The list named them before, and for as long."""


def read_list(file: RevocationFile, *, now: int) -> RevocationList:
    """Read the list as the gateway does. Raises: ConfigError for one that it would refuse."""
    return parse_revocations(_content(file), file, now=now)


def deny(entries: Sequence[DenyEntry], file: RevocationFile, *, now: int, attempts: int = 100) -> Outcome:
    """Put those on the list that it does not name yet. Blocks on the disk, and up to 5 s on other writers.

    Raises: ConfigError for a list that is broken, or would be with these entries (more than it may hold);
    NotWritten where the file cannot be exchanged. Never writes a list that the gateway would not take, or one
    that says anything else than before beside these entries.
    """
    path = Path(os.path.realpath(file.path))
    with _alone(path.parent, attempts):
        content = _content(file)
        before = parse_revocations(content, file, now=now)
        missing = tuple(
            entry
            for entry in dict.fromkeys(entries)
            if not _is_named(entry, before) or _outlives(entry, content, file, now)
        )
        already = tuple(entry for entry in dict.fromkeys(entries) if entry not in missing)
        if missing:
            _exchange(path, _changed(content, missing, before, file, now), missing)
    return Outcome(added=missing, already=already)


# --- private ---

_PAUSE_S: Final = 0.05


def _content(file: RevocationFile) -> bytes:
    try:
        return read_regular_file(file.path, MAX_BYTES)
    except FileNotFoundError:
        raise unusable(file.path, "is missing", "make it; an empty list is `revoked: []`") from None
    except OSError as error:
        raise unusable(file.path, f"cannot be read ({error.strerror})", "let this user read it") from None
    except ValueError as error:
        raise unusable(file.path, f"is {error}", f"a file of at most {MAX_BYTES >> 20} MiB") from None


def _is_named(entry: DenyEntry, listed: RevocationList) -> bool:
    if entry.fingerprint is not None:
        return entry.fingerprint in listed.revocations.fingerprints
    return (entry.issuer, entry.jti) in listed.revocations.jtis


def _outlives(entry: DenyEntry, content: bytes, file: RevocationFile, now: int) -> bool:
    """Whether the list, which names the token, ceases to before this entry would."""
    if entry.until is None:
        return False
    last = int(datetime.fromisoformat(entry.until).timestamp()) + MAX_LEEWAY_S - 1
    return not _is_named(entry, parse_revocations(content, file, now=max(now, last)))


def _changed(
    content: bytes, entries: Sequence[DenyEntry], before: RevocationList, file: RevocationFile, now: int
) -> bytes:
    try:
        text = with_entries(content.decode("utf-8"), entries)
    except (NoPlace, yaml.YAMLError):
        raise _impossible(file.path, "has a form that nothing can be added to", entries) from None
    changed = text.encode("utf-8")
    after = parse_revocations(changed, file, now=now).revocations
    was = before.revocations
    fingerprints = {entry.fingerprint for entry in entries if entry.fingerprint}
    jtis = {(entry.issuer, entry.jti) for entry in entries if entry.jti}
    kept = (after.subjects, after.keys) == (was.subjects, was.keys)
    if not kept or after.fingerprints != was.fingerprints | fingerprints or after.jtis != was.jtis | jtis:
        raise _impossible(file.path, "would not say what it should with these entries", entries)
    return changed


def _exchange(path: Path, content: bytes, entries: Sequence[DenyEntry]) -> None:
    try:
        durable.write(path, content, like=path.stat())
    except OSError as error:
        raise _impossible(str(path), f"cannot be exchanged ({error.strerror})", entries) from None


def _impossible(path: str, what: str, entries: Sequence[DenyEntry]) -> NotWritten:
    lines = "\n".join(f"  - {entry.as_yaml()}" for entry in entries)
    fix = "run this as the owner of the file, where it can be written; or add under `revoked:`, at its source"
    return NotWritten(f"{path} {what}", f"{fix}\n{lines}")


@contextmanager
def _alone(directory: Path, attempts: int) -> Iterator[None]:
    """Lock the directory itself: no file is left behind, and who dies has no lock (flock(2))."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise unusable(str(directory), f"cannot be opened ({error.strerror})", "name a folder") from None
    try:
        _take(descriptor, directory, attempts)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, directory: Path, attempts: int) -> None:
    for _ in range(attempts):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
    raise NotWritten(f"another process has locked {directory} for seconds", "end it, or try again")
