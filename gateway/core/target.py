"""Does every reader of this request target read the same path?

Proxies and backends disagree about dot segments, `//`, `;`, escapes and more, and wherever they
disagree a rule on the path can be walked around. So nothing is normalized here: a target on which two
known readers could differ is refused, with the reason. Four spellings that honest applications do
use can be admitted by a route by name (`Oddity`); then every reading is judged, and all must lead to
that same route (`gateway.core.route`).

Sources: RFC 3986 sections 2 and 3.3, RFC 9112 section 3.2; the readers compared are nginx, Traefik,
Envoy, HAProxy, Caddy, Go's mux, Tomcat, Express, Starlette and aiohttp.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum, unique
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from gateway.core.reason import Reason, Refusal

MAX_TARGET_BYTES: Final = 8192  # nginx's large_client_header_buffers default; RFC 9110 4.1 asks for 8000
MAX_SEGMENTS: Final = 256
MAX_UNESCAPINGS: Final = 3
"""How often a path can be unescaped until nothing is left; honest applications need two. Each is judged."""

Segments = tuple[str, ...]


@unique
class Oddity(StrEnum):
    """A spelling that readers treat differently and that a route may admit by name."""

    ESCAPED_SLASH = "escaped_slash"
    ESCAPED_PERCENT = "escaped_percent"
    ESCAPED_UNRESERVED = "escaped_unreserved"
    SEMICOLON = "semicolon"


ODDITY_REASONS: Final = {
    Oddity.ESCAPED_SLASH: Reason.TARGET_ESCAPED_SLASH,
    Oddity.ESCAPED_PERCENT: Reason.TARGET_ESCAPED_PERCENT,
    Oddity.ESCAPED_UNRESERVED: Reason.TARGET_ESCAPED_UNRESERVED,
    Oddity.SEMICOLON: Reason.TARGET_SEMICOLON,
}


class Path(NamedTuple):
    """A path that passed the grammar. The trailing slash is not a segment: `/a/` reads as `/a`."""

    segments: Segments
    """Split at `/`, then unescaped once, as UTF-8."""
    oddities: frozenset[Oddity] = frozenset()
    other_readings: tuple[Segments, ...] = ()
    """What readers see that unescape more, less or later. Empty where all of them agree."""


def parse_target(target: bytes) -> Path:
    """Read the path of a request target in origin form.

    Raises: Refusal with one of the `target_*` reasons.
    Never: changes, merges or resolves anything; looks into the query, but for bytes no target may hold.
    """
    if len(target) > MAX_TARGET_BYTES:
        raise Refusal(Reason.TARGET_TOO_LONG)
    clean = _CLEAN.fullmatch(target)
    if clean is not None:
        plain = clean[1]
        # All readers agree at a glance: no empty segment, none that ends in a dot.
        if plain.find(b"//") < 0 and plain.find(b"./") < 0 and plain[-1] != _DOT:
            return Path(_within_limit(_split(plain.decode("ascii"))))
    path, _, query = target.partition(b"?")
    _check_bytes(path)
    _check_query(query)
    if path.count(b"/") > MAX_SEGMENTS + 1:  # before each of them is unescaped in every way
        raise Refusal(Reason.TARGET_TOO_LONG, f"{path.count(b'/')} slashes")
    return _parse_unclean(path)


def fold(segment: str) -> str:
    """Give the one spelling that every case-insensitive or compatibility-mapping reader arrives at."""
    if segment.isascii():
        return segment.lower()
    cased = unicodedata.normalize("NFKC", segment).upper().casefold()
    return unicodedata.normalize("NFKC", cased)  # upper() takes some Greek letters apart


# --- private ---

# Single repeats only: before Python 3.11.5 a possessive quantifier on a group can match what it must not
# (CPython issue 106052), and this is the grammar that everything else stands on.
_DOT: Final = ord(".")
_CLEAN: Final = re.compile(rb"(/[A-Za-z0-9_~!$&'()*+,=:@./-]*)(?:\?[!-\"$-~]*)?")
"""Pchar without `%` and `;`, and slashes; then a query."""
_PCHAR: Final = re.compile(rb"[A-Za-z0-9_~!$&'()*+,=:@.;%/-]*+")
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})?")
_ESCAPED_PCHAR: Final = re.compile(rb"%(2[146-9A-Ca-c]|3[Aa]|3[Dd]|40)")  # sub-delims but `;`, `:` and `@`
_QUERY: Final = re.compile(rb"[!-\"$-~]*+")
_UNRESERVED: Final = re.compile(rb"[A-Za-z0-9._~-]")
_PARAMETERS: Final = re.compile(r";[^/]*")
_ASCII: Final = re.compile(r"[\0-\x7f]+")
_SPLITTING: Final = frozenset("./\\%;?#:@ ")
"""ASCII characters that would change the structure of a path if a compatibility mapping made them."""


def _split(path: str) -> Segments:
    """Split at slashes; `path` begins with one. A last, empty segment is not counted."""
    segments = path.split("/")
    return tuple(segments[1:] if segments[-1] else segments[1:-1])


def _within_limit(segments: Segments) -> Segments:
    if len(segments) > MAX_SEGMENTS:
        raise Refusal(Reason.TARGET_TOO_LONG, f"{len(segments)} segments")
    return segments


def _check_query(query: bytes) -> None:
    if _QUERY.fullmatch(query) is None:
        _refuse_byte(query)


def _check_bytes(path: bytes) -> None:
    if not path.startswith(b"/"):
        raise Refusal(Reason.TARGET_FORM)
    if b"\\" in path:
        raise Refusal(Reason.TARGET_BACKSLASH)
    if _PCHAR.fullmatch(path) is None:
        _refuse_byte(path)


def _refuse_byte(text: bytes) -> None:
    if not text.isascii():
        raise Refusal(Reason.TARGET_NON_ASCII)
    if b"#" in text:
        raise Refusal(Reason.TARGET_FRAGMENT)
    raise Refusal(Reason.TARGET_CHARACTER)


def _parse_unclean(path: bytes) -> Path:
    oddities = frozenset(_oddities(path))
    segments = tuple(_decoded(segment) for segment in _split(path.decode("ascii")))
    others = tuple(dict.fromkeys(_other_readings(path, oddities)))
    for reading in (segments, *others):
        _check_structure(_within_limit(reading))
    return Path(segments=segments, oddities=oddities, other_readings=others)


def _oddities(path: bytes) -> Iterator[Oddity]:
    if b";" in path:
        yield Oddity.SEMICOLON
    for digits in dict.fromkeys(_ESCAPE.findall(path)):  # each spelling once: the work is bounded
        yield from _judge_escape(digits)


def _judge_escape(digits: bytes) -> Iterator[Oddity]:
    if not digits:
        raise Refusal(Reason.TARGET_ESCAPE_MALFORMED)
    octet = bytes.fromhex(digits.decode())
    if octet < b" " or octet == b"\x7f":
        raise Refusal(Reason.TARGET_ESCAPED_CONTROL)
    if octet == b"\\":
        raise Refusal(Reason.TARGET_BACKSLASH)
    if octet in b"?#;":
        raise Refusal(Reason.TARGET_ESCAPED_DELIMITER)
    if octet == b"/":
        yield Oddity.ESCAPED_SLASH
    elif octet == b"%":
        yield Oddity.ESCAPED_PERCENT
    elif _UNRESERVED.fullmatch(octet):
        yield Oddity.ESCAPED_UNRESERVED


def _decoded(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(Reason.TARGET_INVALID_UTF8) from None


def _other_readings(path: bytes, oddities: frozenset[Oddity]) -> Iterator[Segments]:
    """What readers make of it that unescape less, before they split, more than once, or cut parameters.

    `%3A` and `:` are two spellings that RFC 3986 section 2.2 does not call equivalent: a reader that
    routes before it unescapes never finds a literal `:` in the first.
    """
    kept = _ESCAPED_PCHAR.sub(rb"%25\1", path)
    if kept != path:
        yield tuple(_decoded(segment) for segment in _split(kept.decode("ascii")))
    if not oddities:
        return
    for text in _texts(path.decode("ascii")):
        yield _split(text)


def _texts(path: str) -> Iterator[str]:
    """The path, unescaped once, twice and so on until nothing is left to, with parameters and without.

    A reader that cuts first and unescapes then, as servlet containers do, sees `/a/b` in `/a%2Fb;c%2Fd`:
    fewer segments than one that does both the other way round.
    """
    texts: tuple[str, ...] = (path,)
    for _ in range(MAX_UNESCAPINGS + 1):
        texts = tuple(dict.fromkeys((*texts, *map(_without_parameters, texts))))
        yield from texts
        unescaped = tuple(dict.fromkeys(map(_decoded, texts)))
        if unescaped == texts:
            return
        texts = unescaped
    raise Refusal(Reason.TARGET_ESCAPED_PERCENT, f"escaped more than {MAX_UNESCAPINGS} times")


def _without_parameters(text: str) -> str:
    return _PARAMETERS.sub("", text) if ";" in text else text


def _check_structure(segments: Segments) -> None:
    for segment in segments:
        if segment == "":
            raise Refusal(Reason.TARGET_EMPTY_SEGMENT)
        if segment in {".", ".."}:
            raise Refusal(Reason.TARGET_DOT_SEGMENT)
        if segment[-1] in ". ":
            raise Refusal(Reason.TARGET_SEGMENT_END)
        if "\\" in segment:
            raise Refusal(Reason.TARGET_BACKSLASH)
        if not segment.isascii():
            _check_confusables(segment)


def _check_confusables(segment: str) -> None:
    """Refuse what has no one visible spelling, or another structure after a compatibility mapping."""
    if not segment.isprintable() or not unicodedata.is_normalized("NFC", segment):
        raise Refusal(Reason.TARGET_CONFUSABLE)
    # NFKD takes characters apart one by one, and puts none together: no two of them hide a third.
    if not _SPLITTING.isdisjoint(unicodedata.normalize("NFKD", _ASCII.sub("", segment))):
        raise Refusal(Reason.TARGET_CONFUSABLE)
