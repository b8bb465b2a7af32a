"""Which keys are there, and what is each for?

`keys.json`: `{"version": 1, "keys": [{"kid", "algorithm", "state", "created_at", "since"}]}`. `since` is when
the state began, and may be absent. The file is written last, so what it lists is complete. Members that are
not known are ignored: a newer gateway may add some, and going back to this one must work. A change that
this one would misread gets another version.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from gateway.core.strict_json import JsonLimits, NotStrict, parse_object
from gateway.keys.signing_key import ALGORITHMS, Algorithm
from gateway.keys.stored_key import KeyState

FILE_NAME: Final = "keys.json"
MAX_BYTES: Final = 64 * 1024
VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One line of the manifest."""

    kid: str
    """Fit to be part of a file name."""
    algorithm: Algorithm
    state: KeyState
    created_at: int
    """Whole seconds since the epoch; RFC 3339 in UTC in the file."""
    since: int | None = None
    """The same; None where the file does not say."""


class ManifestUnfit(ValueError):
    """Not a manifest that we can use. Its message is from a closed vocabulary."""


def parse_manifest(document: bytes) -> tuple[ManifestEntry, ...]:
    """Read a manifest. Raises: ManifestUnfit, also where it lists no key, or one twice."""
    try:
        body = parse_object(document, _LIMITS)
    except NotStrict as error:
        raise ManifestUnfit(f"is not complete JSON ({error})") from None
    version, listed = body.get("version"), body.get("keys")
    if type(version) is not int or version != VERSION:
        raise ManifestUnfit(f"is not of version {VERSION}")
    if not isinstance(listed, list) or not listed:
        raise ManifestUnfit("lists no key")
    entries = tuple(map(_entry, listed))
    if len({entry.kid for entry in entries}) != len(entries):
        raise ManifestUnfit("lists a key twice")
    return entries


def render_manifest(entries: Iterable[ManifestEntry]) -> bytes:
    """Write a manifest, for people to read as well."""
    keys = list(map(_members, entries))
    return json.dumps({"version": VERSION, "keys": keys}, indent=2).encode() + b"\n"


def render_time(seconds: int) -> str:
    """Write a moment as RFC 3339 in UTC, at most the last one that this can say; seconds since the epoch."""
    return datetime.fromtimestamp(min(seconds, _LAST), UTC).strftime(_TIME)


# --- private ---

_LIMITS: Final = JsonLimits(max_bytes=MAX_BYTES, max_depth=8, max_members=1024)
_KID: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # an RFC 7638 thumbprint: no dot, no slash
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_LAST: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
_STATES: Final = {state.value: state for state in KeyState}
_ALGORITHMS: Final[Mapping[str, Algorithm]] = {algorithm: algorithm for algorithm in ALGORITHMS}


def _members(entry: ManifestEntry) -> dict[str, str]:
    members = {
        "kid": entry.kid,
        "algorithm": entry.algorithm,
        "state": entry.state.value,
        "created_at": render_time(entry.created_at),
    }
    return members if entry.since is None else members | {"since": render_time(entry.since)}


def _entry(listed: Any) -> ManifestEntry:
    if not isinstance(listed, dict):
        raise ManifestUnfit("lists a key that is not an object")
    kid = _text(listed, "kid")
    algorithm = _ALGORITHMS.get(_text(listed, "algorithm"))
    state = _STATES.get(_text(listed, "state"))
    if _KID.fullmatch(kid) is None:
        raise ManifestUnfit("lists a key whose kid is not an RFC 7638 thumbprint")
    if algorithm is None:
        raise ManifestUnfit(f"lists a key whose algorithm is none of {', '.join(ALGORITHMS)}")
    if state is None:
        raise ManifestUnfit(f"lists a key whose state is none of {', '.join(_STATES)}")
    return ManifestEntry(
        kid=kid,
        algorithm=algorithm,
        state=state,
        created_at=_seconds(listed, "created_at"),
        since=_seconds(listed, "since") if "since" in listed else None,
    )


def _text(listed: Mapping[str, Any], member: str) -> str:
    text = listed.get(member)
    if not isinstance(text, str):
        raise ManifestUnfit(f"lists a key without {member}")
    return text


def _seconds(listed: Mapping[str, Any], member: str) -> int:
    text = _text(listed, member)
    try:
        return int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise ManifestUnfit(f"lists a key whose {member} is not as 2026-01-31T23:59:59Z") from None
