"""Is this one JSON object that every reader reads the same way?

UTF-8 only, no byte-order mark, no member twice, no NaN or Infinity, no numbers beyond 64 bits or
doubles, no lone surrogates, bounded in size, depth and members (RFC 8259, RFC 7493 I-JSON, RFC 8725 3.7).
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import orjson


class NotStrict(ValueError):
    """The text is not strict JSON. Its message is from a closed vocabulary."""


class DuplicateMember(NotStrict):
    """An object names a member twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLimits:
    """How large a document may be: bytes, nesting, members and elements in all."""

    max_bytes: int
    max_depth: int
    max_members: int


def parse_object(document: bytes, limits: JsonLimits) -> dict[str, Any]:
    """Parse one JSON object.

    Raises: NotStrict (DuplicateMember where that is the fault). Never RecursionError: the depth is
    counted before the parser runs. Linear in the size of the document.
    """
    if len(document) > limits.max_bytes:
        raise NotStrict("too large")
    _check_nesting(document, limits)
    plain = _plain_object(document)
    return _thorough_object(document) if plain is None else plain


# --- private ---


def _plain_object(document: bytes) -> dict[str, Any] | None:
    """Read what nearly every issuer writes; None says nothing about the document.

    Written again it is the same, byte for byte: so nothing was there twice or dropped, no number was rounded,
    and no text was read as another.
    """
    try:
        value = orjson.loads(document)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) and orjson.dumps(value) == document else None


def _thorough_object(document: bytes) -> dict[str, Any]:
    try:
        value = _DECODER.decode(document.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotStrict("not UTF-8") from None
    except json.JSONDecodeError:
        raise NotStrict("not JSON") from None
    if not isinstance(value, dict):
        raise NotStrict("not an object")
    if _SURROGATE_ESCAPE.search(document):
        _check_encodable(value)
    return value


# A string that does not end is one too: a regex that fails there tries again at every quote behind.
# Every character has one way to match and nothing behind can fail: linear without possessive groups, which
# Python before 3.11.5 gets wrong (CPython issue 106052).
_STRINGS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*["\\]?', re.DOTALL)
_OPEN_OR_CLOSE: Final = bytes.maketrans(b"{[}]", b"(())")
_NO_BRACKETS: Final = bytes(b for b in range(256) if b not in b"{[}]")
_SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def _check_nesting(document: bytes, limits: JsonLimits) -> None:
    opened = document.count(b"{") + document.count(b"[")
    if opened <= limits.max_depth and document.count(b",") < limits.max_members:
        return  # whatever of it stands in strings: it cannot be too much
    bare = _STRINGS.sub(b"", document)
    if bare.count(b",") >= limits.max_members:  # a comma: one member or element more
        raise NotStrict("too many members")
    brackets = bare.translate(_OPEN_OR_CLOSE, _NO_BRACKETS)
    most = 2 * limits.max_members  # every array or object but the outermost is itself a member or element
    depth = 0
    for byte in brackets[:most]:
        depth += 1 if byte == 0x28 else -1
        if depth > limits.max_depth:
            raise NotStrict("nested too deeply")
    if len(brackets) > most:
        raise NotStrict("too many members")


def _check_encodable(value: dict[str, Any]) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotStrict("lone surrogate") from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateMember("duplicate member")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise NotStrict("NaN or Infinity")


def _integer(digits: str) -> int:
    if len(digits) > 20:  # before int(), whose cost is the square of the length
        raise NotStrict("integer beyond 64 bits")
    value = int(digits)
    if not -(2**63) <= value < 2**64:
        raise NotStrict("integer beyond 64 bits")
    return value


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise NotStrict("number beyond a double")
    return value


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_constant=_refuse_constant,
    parse_int=_integer,
    parse_float=_number,
)
