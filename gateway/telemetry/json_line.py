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
    try:
        line = orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:  # a lone surrogate, or an integer over 64 bits
        return _escaped(fields)
    return line if line.isascii() and b"\x7f" not in line else _escaped(fields)


def shortened(text: str, limit: int) -> str:
    """Give at most `limit` characters; what was cut ends in three dots."""
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)] + ELLIPSIS


def timestamp(now: float) -> str:
    """Give RFC 3339 in UTC, to the millisecond. Units: seconds since the epoch, not negative."""
    milliseconds = int(now * 1000)
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


# --- private ---


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))


def _escaped(fields: Mapping[str, Value]) -> bytes:
    line = json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
    # A lone surrogate comes out as an escape, which strict readers refuse: such a string is mended first.
    if "\\ud" in line:
        line = json.dumps({name: _mended(value) for name, value in fields.items()}, separators=(",", ":"))
    return line.encode("ascii").replace(b"\x7f", b"\\u007f") + b"\n"


def _mended(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
