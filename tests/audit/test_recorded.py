"""Is what the audit says of objects what it says of the Envoy that their controller makes of them?

What it says of an Envoy is compared with a real one in tests/wire/test_audit_envoy.py. What the controllers
make of objects was recorded: recorded/README.md says how.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gateway.audit.coverage import state_of
from gateway.audit.exposure import Exposure, Mechanism, PathKind, PathMatch, Tls
from tests.audit.showing import exposures

RECORDED: Final = sorted(Path("tests/audit/recorded").glob("*.yaml"))
METHODS: Final = ("GET", "POST")
NOTHING: Final = frozenset({"no backend is reached"})


@pytest.mark.long
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_objects_are_what_their_controller_makes_of_them(file: Path) -> None:
    recorded = yaml.safe_load(file.read_text())
    assert len(recorded["cases"]) > 1
    every = {one["name"]: list(differences(recorded["given"], one)) for one in recorded["cases"]}
    assert {name: found for name, found in every.items() if found} == {}


def test_what_was_recorded_of_other_objects_is_seen_to_be_of_others() -> None:
    for file in RECORDED:
        recorded = yaml.safe_load(file.read_text())
        asked, other = (recorded["cases"][number] for number in (0, -1))
        swapped = {"objects": asked["objects"], "envoy": other["envoy"]}
        assert list(differences(recorded["given"], swapped)), file


# --- private ---


def differences(given: str, case: dict[str, Any]) -> Iterator[str]:
    """Of each host, path and method: over TLS and in the clear."""
    ours = exposures(f"{given}---\n{case['objects']}")
    theirs = exposures(yaml.safe_dump(case["envoy"]), file="envoy.yaml")
    for host in sorted({one.host for one in (*ours, *theirs)}):
        here, there = ([one for one in these if one.host == host] for these in (ours, theirs))
        for path in sorted(probes((*here, *there))):
            for way in ((path, method, secure) for method in METHODS for secure in (True, False)):
                if (ours_said := said(here, *way)) != (theirs_said := said(there, *way)):
                    yield f"{host} {way}: {sorted(ours_said)}, and not {sorted(theirs_said)}"


def probes(routes: Iterable[Exposure]) -> set[str]:
    """Paths on both sides of every border."""
    found = {"/", "/x"}
    for one in (route.path for route in routes):
        if one.kind is PathKind.REGEX:
            found.add(f"{one.value.partition('[')[0]}7")
        elif one.value.startswith("/"):
            stem = one.value.rstrip("/")
            found |= {one.value, stem or "/", f"{stem}/x", f"{stem}x"}
    return found


def said(routes: list[Exposure], path: str, method: str, secure: bool) -> frozenset[str]:  # noqa: FBT001
    """What becomes of a request at each door: the first of its routes that takes it."""
    taking = [one for one in routes if takes(one, path, method, secure=secure)]
    found = set()
    for door in {one.class_name for one in taking}:
        these = [one for one in taking if one.class_name == door]
        first = min(map(order, these))
        found |= {line(one) for one in these if order(one) == first and one.backends}
    return frozenset(found) or NOTHING


def order(route: Exposure) -> tuple[tuple[int, ...], bool, int]:
    """Of one rank the smaller part decides."""
    return route.rank, route.path.kind is not PathKind.EXACT, -len(route.path.value)


def takes(route: Exposure, path: str, method: str, *, secure: bool) -> bool:
    if route.conditions or method not in (route.methods or METHODS):
        return False
    return route.tls is not (Tls.NONE if secure else Tls.ONLY) and is_of(route.path, path)


def is_of(match: PathMatch, path: str) -> bool:
    whole = match.value.rstrip("/")
    match match.kind:
        case PathKind.EXACT:
            return path == match.value
        case PathKind.REGEX:
            return re.fullmatch(match.value, path) is not None
        case PathKind.BEGINS_WITH:
            return path.startswith(match.value)
        case PathKind.PREFIX:
            return path == whole or path.startswith(f"{whole}/")
        case PathKind.UNKNOWN:
            return True


def line(route: Exposure) -> str:
    """As `protected, the token: no, shown: authorization`."""
    state, _ = state_of(route)
    auth = route.auth
    asked = auth is not None and auth.mechanism is Mechanism.EXTERNAL
    shown = "all" if auth is None or auth.request_headers is None else " ".join(sorted(auth.request_headers))
    mirrored = ", mirrored" if route.mirrors else ""
    return f"{state}, the token: {route.token.reaches}{f', shown: {shown}' if asked else ''}{mirrored}"
