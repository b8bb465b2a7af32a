"""Where does a private key end?

RFC 7468: from its BEGIN line to its END line, over several lines or with its line breaks escaped, as in JSON.
Where the END is missing it ends with the last line that can be of a key. What decides whether it is one is
the first that stands behind BEGIN: so a secret in a later line, when it is gone, makes none of it.
"""

import re
from typing import Final

from gateway.redact.followed import Followed
from gateway.redact.span import NOTHING, Looked, Measured, Open, Reach, in_parts

TYPE: Final = "private-key"
START: Final = "-----BEGIN[ A-Z0-9]{0,60}PRIVATE KEY(?: BLOCK)?-----"


def measure(text: bytes, at: int, reach: Reach) -> Measured:
    """Give the key that begins at `at`."""
    followed = Followed(text, at, reach)
    begin = _BEGIN.match(text, at, followed.end)
    if begin is None:
        return NOTHING
    end = stop = begin.end()
    while (piece := _piece(text, stop, followed)) is not None:
        stop, of_a_key = piece
        end = stop if of_a_key else end
    last, is_open = _last(text, stop, followed)
    if is_open:
        return Open(at)
    plain = _ESCAPED_BREAK.sub(b"\n", followed.between(begin.end(), last.start() if last else end))
    if end == begin.end() and (last is None or _BODY.search(plain) is None):
        return Looked(stop + _MOST_BEHIND)  # a text that only speaks of keys
    parts = followed.parts(last.end() if last else at + len(text[at:end].rstrip()))
    return in_parts(parts, TYPE, b"".join(_BODY.findall(plain)) or plain)


# --- private ---

_MOST_BEHIND: Final = 256
"""More than is asked for behind the last piece: 80 characters, 8 breaks, and END."""
_BREAK: Final = r"(?:\r?\n|(?:\\{1,3}r)?\\{1,3}n)"
_ESCAPED_BREAK: Final = re.compile(rb"(?:\\{1,3}r)?\\{1,3}n")
_BEGIN: Final = re.compile(START.encode())
_BODY: Final = re.compile(rb"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{16,}+={0,2}|[A-Za-z0-9+/]{1,15}={0,2}\Z")
_PIECE: Final = re.compile(
    f"(?P<blank>[ \\t]*+{_BREAK})"
    r"|[ \t>|]*+(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): ?[^\r\n\\]{0,200}"
    r"|[ \t>|]*+[A-Za-z0-9+/]{16,}+={0,2}".encode()
)
_SHORT: Final = re.compile(rb"[ \t>|]*+[A-Za-z0-9+/=]{0,80}")
_REST: Final = re.compile(rb"[A-Za-z0-9+/]*+={0,2}")
_GAP: Final = re.compile(f"(?P<line>{_BREAK})|[ \\t>|]".encode())
_MOST_GAPS: Final = 8
_END: Final = re.compile(rb"-----END[ A-Z0-9]{0,60}KEY(?: BLOCK)?-----")
_UNFINISHED: Final = re.compile(rb"-{0,5}[ A-Z0-9]{0,70}\Z")


def _piece(text: bytes, at: int, followed: Followed) -> tuple[int, bool] | None:
    """Give where the next piece ends, and whether it can only be of a key."""
    piece = _PIECE.match(text, at, followed.end)
    if piece is not None and piece["blank"] is None:
        return piece.end(), True
    cut = _REST.match(text, at, followed.end) if piece is None else None
    stop = at if cut is None else cut.end()
    place = followed.over(stop, stop if piece is None else piece.end())
    rest = _rest(text, place, followed)
    return (rest, stop > at or rest > place) if place > stop else None


def _rest(text: bytes, at: int, followed: Followed) -> int:
    """Give where what is left ends of a line that was cut before `at`."""
    rest = _REST.match(text, at, followed.end) if followed.is_cut else None
    return at if rest is None else rest.end()


def _last(text: bytes, at: int, followed: Followed) -> tuple[re.Match[bytes] | None, bool]:
    """Give its END, with what is too short before it to be a piece; else whether one may follow."""
    short = _SHORT.match(text, at, followed.end)
    at = at if short is None else short.end()
    for _ in range(_MOST_GAPS):
        gap = _GAP.match(text, at, followed.end)
        if gap is None:
            break
        at = _rest(text, followed.over(at, gap.end()), followed) if gap["line"] else gap.end()
    last = _END.match(text, at, followed.end)
    is_open = followed.is_open or (
        not followed.whole and _UNFINISHED.match(text, at, followed.end) is not None
    )
    return last, last is None and is_open
