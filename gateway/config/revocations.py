"""What does a deny list mean?

The same rules as for the configuration: what is unknown, empty or says nothing is a mistake, and every
mistake is told with its place. With any mistake the file is not used, for half a deny list is none.

An entry's `until` is for keeping the file short. The clock is read here and not in the core, so whoever holds
the result asks again at `changes_at`. An entry counts until no issuer's leeway can keep its token alive.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path as FilePath
from typing import Final

from gateway.config.compile_issuers import MAX_LEEWAY_S
from gateway.config.json_schema import revocations_outline
from gateway.config.partial import fit
from gateway.config.problem import ConfigError, Problem, Unfit, show_value
from gateway.config.schema_revocations import RevocationsFile, RevokedEntry
from gateway.config.source import Source, decoded, problem_at
from gateway.config.spot import Spot
from gateway.config.tree import Node
from gateway.config.world import RevocationFile
from gateway.config.yaml_tree import NotYaml, read_tree
from gateway.core.revocation import Named, Revocations, wider

MAX_BYTES: Final = 8 << 20
MAX_ENTRIES: Final = 50_000
MAX_PROBLEMS: Final = 100
"""Who has made one mistake fifty thousand times need not read it as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """What a deny list says at one moment."""

    revocations: Revocations
    ended: int
    """Entries that no longer count."""
    changes_at: int | None
    """When the next entry ends, in seconds since the epoch."""


def parse_revocations(content: bytes, file: RevocationFile, *, now: int) -> RevocationList:
    """Read a deny list. Raises: ConfigError with its mistakes, the first hundred of them."""
    path = FilePath(file.path)
    try:
        tree, duplicates = read_tree(decoded(path, content), file.path, top="revoked:")
    except NotYaml as error:
        raise ConfigError((error.problem,)) from None
    _check_length(tree, file.path)
    reading = _Reading(file=file, now=now, problems=list(duplicates))
    for part in _parts(tree):
        reading.take(part)
        if len(reading.problems) >= MAX_PROBLEMS:
            break
    if reading.problems:
        raise ConfigError(reading.problems[:MAX_PROBLEMS])
    return reading.result()


def unusable(file: str, what: str, fix: str) -> ConfigError:
    """Say that a deny list cannot be read at all."""
    return ConfigError([Problem(file=file, line=1, column=1, path="", what=what, fix=fix)])


# --- private ---

_PART: Final = 256
"""Entries that are judged together: looking for every mistake costs the square of what is looked at."""


def _check_length(tree: Node, file: str) -> None:
    entries = tree.child("revoked")
    if entries is not None and isinstance(entries.value, tuple) and len(entries.value) > MAX_ENTRIES:
        what, fix = f"more than {MAX_ENTRIES} entries", "take out those whose tokens have expired"
        raise ConfigError([problem_at(file, entries, entries.path, what, fix)])


def _parts(tree: Node) -> Iterator[Node]:
    """The file in small pieces, whose nodes know their place in the whole. What is no list is one piece."""
    entries = tree.child("revoked")
    if entries is None or not isinstance(entries.value, tuple) or not isinstance(tree.value, dict):
        yield tree
        return
    others = tree.value
    for start in range(0, max(1, len(entries.value)), _PART):
        piece = replace(entries, value=entries.value[start : start + _PART])
        yield replace(tree, value={**others, "revoked": piece})
        others = {}


@dataclass(slots=True, kw_only=True)
class _Reading:
    file: RevocationFile
    now: int
    problems: list[Problem]
    ended: int = 0
    ends: list[int] = field(default_factory=list)
    jtis: set[Named] = field(default_factory=set)
    subjects: dict[Named, int | None] = field(default_factory=dict)
    keys: set[Named] = field(default_factory=set)
    fingerprints: set[str] = field(default_factory=set)

    def take(self, part: Node) -> None:
        fitted = fit(part, RevocationsFile, revocations_outline(), self.file.path)
        spot = Spot(source=Source(file=self.file.path, tree=fitted.tree, damaged=fitted.damaged))
        for position, entry in enumerate(fitted.model.revoked if fitted.model else ()):
            self._entry(entry, spot / "revoked" / position)
        self.problems += [*fitted.problems, *spot.problems]

    def result(self) -> RevocationList:
        revocations = Revocations(
            jtis=frozenset(self.jtis),
            subjects=self.subjects,
            keys=frozenset(self.keys),
            fingerprints=frozenset(self.fingerprints),
            fingerprint=self.file.fingerprint,
        )
        return RevocationList(
            revocations=revocations, ended=self.ended, changes_at=min(self.ends, default=None)
        )

    def _entry(self, entry: RevokedEntry, spot: Spot) -> None:
        _check_form(entry, self.file, spot)
        before = _moment(entry.issued_before, spot, "issued_before")
        until = _moment(entry.until, spot, "until")
        if until is not None and self.now >= until + MAX_LEEWAY_S:
            self.ended += 1
            return
        if until is not None:
            self.ends.append(until + MAX_LEEWAY_S)
        self._keep(entry, before)

    def _keep(self, entry: RevokedEntry, before: int | None) -> None:
        issuer = entry.issuer or ""
        if entry.jti is not None:
            self.jtis.add((issuer, entry.jti))
        if entry.kid is not None:
            self.keys.add((issuer, entry.kid))
        if entry.fingerprint is not None:
            self.fingerprints.add(entry.fingerprint)
        if entry.subject is not None:
            name = (issuer, entry.subject)
            self.subjects[name] = wider(self.subjects[name], before) if name in self.subjects else before


def _check_form(entry: RevokedEntry, file: RevocationFile, spot: Spot) -> None:
    named = [name for name in ("jti", "subject", "kid", "fingerprint") if getattr(entry, name) is not None]
    if len(named) != 1:
        spot.refuse(
            f"names {' and '.join(named) or 'nothing'}: an entry takes back one thing",
            "write an entry for each" if named else "add one of jti, subject, kid, fingerprint",
        )
        return
    (name,) = named
    if _is_token(getattr(entry, name)):
        (spot / name).refuse("is a token itself", "write its jti, or its fingerprint in the records")
    if entry.issued_before is not None and entry.subject is None:
        (spot / "issued_before").refuse("does nothing here: it is for a subject", "remove it")
    if entry.fingerprint is None:
        _check_issuer(entry.issuer, file.issuer_ids, spot)
    elif entry.issuer is not None:
        (spot / "issuer").refuse("does nothing here: a fingerprint is of one token", "remove it")
    if entry.fingerprint is not None and file.fingerprint is None:
        (spot / "fingerprint").refuse(
            "would name another token after every restart: fingerprints have no fixed key",
            "set audit.fingerprint_key in the configuration",
        )


def _check_issuer(issuer_id: str | None, known: frozenset[str], spot: Spot) -> None:
    choice = ", ".join(sorted(known))
    if issuer_id is None:
        (spot / "issuer").refuse("is missing: two issuers may give one name", f"add issuer: one of {choice}")
    elif issuer_id not in known:
        (spot / "issuer").refuse(f"there is no issuer {show_value(issuer_id)}", f"write one of {choice}")


def _is_token(text: str) -> bool:
    """Whether somebody has put into the file what should be kept nowhere."""
    return text.startswith("eyJ") and text.count(".") >= 2


def _moment(text: str | None, spot: Spot, name: str) -> int | None:
    return None if text is None else (spot / name).read(_seconds, text)


def _seconds(text: str) -> int:
    """Read a moment that has passed the pattern. Raises: Unfit for a day or hour that there is not."""
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        raise Unfit("is no moment of the calendar", "write one such as 2026-12-01T00:00:00Z") from None
