"""How does an object become one line that no reader can misread?

ASCII only: control characters of either range, U+2028 and what a terminal might obey are escaped, so a
line cannot be forged or split by what a client has sent.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from time import gmtime, strftime
from typing import Final

import orjson

Value = str | int | float | bool | None | list[str]

ELLIPSIS: Final = "..."


def json_line(fields: Mapping[str, Value]) -> bytes:
    """Give one JSON object (RFC 8259) in ASCII, with its line feed. Never raises for what a string holds."""
    return _ascii(fields) + b"\n"


def json_members(fields: Mapping[str, Value]) -> str:
    """Give the members alone, each with a comma before it, to be put into an object that has others."""
    return f",{_ascii(fields)[1:-1].decode('ascii')}" if fields else ""


def json_text(text: str) -> str:
    """Give a JSON string, with its quotes, as `json_line` would write it."""
    return _ascii(text).decode("ascii")


def shortened(text: str, limit: int) -> str:
    """Give at most `limit` characters; what was cut ends in three dots."""
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)] + ELLIPSIS


def timestamp(now: float) -> str:
    """Give RFC 3339 in UTC, to the millisecond. Units: seconds since the epoch, not negative."""
    milliseconds = int(now * 1000)
    return _second(milliseconds // 1000) + _MILLISECONDS[milliseconds % 1000]


# --- private ---

_MILLISECONDS: Final = tuple(f".{number:03d}Z" for number in range(1000))


@lru_cache(maxsize=256)  # now, and when the tokens that are minted now expire
def _second(seconds: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))


def _ascii(value: str | Mapping[str, Value]) -> bytes:
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:  # a lone surrogate, or an integer over 64 bits
        return _escaped(value)
    return text if text.isascii() and b"\x7f" not in text else _escaped(value)


def _escaped(value: str | Mapping[str, Value]) -> bytes:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    # A lone surrogate comes out as an escape, which strict readers refuse: such a string is mended first.
    if "\\ud" in text:
        mended = (
            _mended(value) if isinstance(value, str) else {name: _mended(one) for name, one in value.items()}
        )
        text = json.dumps(mended, separators=(",", ":"))
    return text.encode("ascii").replace(b"\x7f", b"\\u007f")


def _mended(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
