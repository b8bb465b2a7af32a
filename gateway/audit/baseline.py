"""Which findings were there already, when somebody began to look?

A file to keep beside the configuration and to review like it: JSON, one finding a line, in an order that only
changes where findings do.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from gateway.audit.rule import Finding

VERSION: Final = 1
MAX_BYTES: Final = 64 << 20


class Known(NamedTuple):
    """One finding of the baseline. Only the fingerprint is compared; the rest is for who reads the file."""

    rule: str
    object: str
    pointer: str
    about: str
    fingerprint: str


class BaselineUnusable(ValueError):
    """It cannot be read, or is none."""


def known_of(finding: Finding, fingerprint: str) -> Known:
    """Say of a finding what a baseline keeps of it."""
    place = finding.place
    return Known(finding.rule.id, place.owner, place.pointer, finding.about, fingerprint)


def written(known: Iterable[Known]) -> str:
    """Write a baseline."""
    lines = ",\n".join(f"    {json.dumps(one._asdict())}" for one in sorted(set(known)))
    return f'{{\n  "version": {VERSION},\n  "findings": [{_between(lines)}]\n}}\n'


def read(path: Path) -> tuple[Known, ...]:
    """Read a baseline. Raises: BaselineUnusable."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise BaselineUnusable(f"{path} is larger than {MAX_BYTES >> 20} MiB")
        return _known(json.loads(content))
    except OSError as error:
        raise BaselineUnusable(f"{path} cannot be read: {(error.strerror or 'error').lower()}") from None
    except json.JSONDecodeError as error:
        raise BaselineUnusable(
            f"{path}:{error.lineno}:{error.colno} is not JSON; write it anew with --write-baseline"
        ) from None
    except (TypeError, KeyError, UnicodeDecodeError, RecursionError):
        raise BaselineUnusable(f"{path} is no baseline; write one with --write-baseline") from None


# --- private ---


def _between(lines: str) -> str:
    return f"\n{lines}\n  " if lines else ""


def _known(document: Any) -> tuple[Known, ...]:
    """Raises: TypeError, KeyError."""
    if document["version"] != VERSION:
        raise KeyError("version")
    found = tuple(Known(*(one[name] for name in Known._fields)) for one in document["findings"])
    if not all(isinstance(value, str) for one in found for value in one):
        raise TypeError("findings")
    return found
