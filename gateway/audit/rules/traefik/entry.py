"""What do the entry points let in?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.normal.traefik.static import EntryPoint
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import ENTRY_POINTS, entry_points, trusts_everybody
from gateway.config.problem import show


def _aliases(view: View) -> Iterator[Hit]:
    for point in _serving(view):
        said = point.get("http.aliasheadersstrategy")
        before = point.get("http.underscoreheadersstrategy")
        if said is not None and said.value.lower() in _REFUSING:
            continue
        if said is None and before is not None and before.value.lower() in _REFUSING:
            what = f"the entry point {show(point.name)} refuses X_Name, and not X.Name"
            yield Hit(before.place, what, Severity.LOW, point.name)
            continue
        place = said.place if said is not None else point.place
        yield Hit(place, f"the entry point {show(point.name)} lets X_Name and X.Name pass", about=point.name)


def _encoded(view: View) -> Iterator[Hit]:
    for point in _serving(view):
        cleaned = point.get("http.sanitizepath")
        if cleaned is not None and cleaned.value.lower() != "true":
            what = f"the entry point {show(point.name)} does not clean paths"
            yield Hit(cleaned.place, what, about=f"{point.name} path")
        said = {name: point.get(f"http.encodedcharacters.allowencoded{name}") for name in _CHARACTERS}
        allowed = [name for name, one in said.items() if one is None or one.value.lower() != "false"]
        if allowed:
            place = next((one.place for name in allowed if (one := said[name]) is not None), point.place)
            what = f"the entry point {show(point.name)} lets pass what stands for {', '.join(allowed)}"
            yield Hit(place, what, about=point.name)


def _trusts_everybody(view: View) -> Iterator[Hit]:
    for point in entry_points(view):
        place = trusts_everybody(point)
        if place is not None:
            what = f"the entry point {show(point.name)} believes every client's X-Forwarded headers"
            yield Hit(place, what, about=point.name)


# --- private ---


def _serving(view: View) -> Iterator[EntryPoint]:
    """Those that do more than send clients to another."""
    return (point for point in entry_points(view) if not point.redirects)


_REFUSING: Final = frozenset({"delete", "reject"})
_CHARACTERS: Final = ("slash", "backslash", "nullcharacter", "semicolon", "percent", "questionmark", "hash")

ALIASES: Final = Rule(
    id="TRF-005",
    title="Headers with other spellings of a name pass",
    severity=Severity.MEDIUM,
    why="Traefik sets and deletes X-Auth-Subject, and lets X_Auth_Subject and X.Auth.Subject pass. Many "
    "backends read all three as the same header.",
    fix="set http.aliasHeadersStrategy of the entry point to delete or reject",
    check=_aliases,
    references=(ENTRY_POINTS, "CVE-2026-39858", "CVE-2026-54763", "CVE-2026-88011"),
)
ENCODED: Final = Rule(
    id="TRF-012",
    title="Paths with encoded separators pass",
    severity=Severity.MEDIUM,
    why="A router, the server that is asked, and the backend may each decode %2F or %5C otherwise: then one "
    "path is judged and another is served.",
    fix="set each allowEncoded... of http.encodedCharacters to false, and leave sanitizePath true",
    check=_encoded,
    references=(ENTRY_POINTS, "CVE-2025-66490", "CVE-2026-40912", "CVE-2026-48020"),
)
TRUSTS_EVERYBODY: Final = Rule(
    id="TRF-025",
    title="The entry point believes what clients say of themselves",
    severity=Severity.HIGH,
    why="A client may say its own address, host, scheme and certificate: in X-Forwarded-For for lists of "
    "addresses, in X-Forwarded-Uri and -Tls-Client-Cert for whoever decides by them.",
    fix="take insecure away, and name in trustedIPs the proxies that stand before it",
    check=_trusts_everybody,
    references=(ENTRY_POINTS, "CVE-2026-29054"),
)
