"""In how many ways is one character written in a log?

A dot, an equals sign or a line break inside a token may be percent-encoded (RFC 3986 section 2.1), more than
once where a URL is a parameter of a URL, or escaped as JSON does (RFC 8259 section 7). Patterns of this room
are put together of these parts, for our own log (`text`) and for everybody's (`find`).
"""

from typing import Final

SEGMENT: Final = r"[A-Za-z0-9_-]"
"""A character of base64url (RFC 4648 section 5)."""

DOT: Final = r"(?:\.|%(?:25){0,2}2[Ee]|\\{1,3}u002[Ee])"
EQUALS: Final = r"(?:=|%(?:25){0,2}3[Dd]|\\{1,3}u003[Dd])"
JOINS: Final = r"(?:[?&;]|%(?:25){0,2}(?:3[Ff]|26|3[Bb])|\\{1,3}u0026)"
"""What stands before the name of a parameter."""

OBJECT: Final = r"(?:ey[ABIJ]|ew[klop01])"
"""base64url of `{"`, `{ `, and of `{` with a line break or a tab: how the header of a JWT begins."""

BREAK: Final = r"(?:\\?\r?\n[ \t]{0,16}|=\r?\n|(?:\\{1,3}r)?\\{1,3}n)"
"""A line that was wrapped: plainly, with a backslash, quoted-printable (RFC 2045 section 6.7), escaped."""
EXPLICIT_BREAK: Final = r"(?:\\\r?\n[ \t]{0,16}|=\r?\n)"
"""One that says itself that the line goes on."""
