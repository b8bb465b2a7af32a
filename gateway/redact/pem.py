"""Where does a private key end?

RFC 7468: from its BEGIN line to its END line, over several lines or with its line breaks escaped, as in JSON.
Where the END is missing it ends with the last line that can be of a key. What decides whether it is one is
the first that stands behind BEGIN: so a secret in a later line, when it is gone, makes none of it.
"""

import re
from typing import Final

from gateway.redact.span import MAX_LINES_BYTES, NOTHING, Looked, Measured, Open, Reach, Span

TYPE: Final = "private-key"
START: Final = "-----BEGIN[ A-Z0-9]{0,60}PRIVATE KEY(?: BLOCK)?-----"


def measure(text: bytes, at: int, reach: Reach) -> Measured:
    """Give the key that begins at `at`."""
    end = min(reach.end, at + MAX_LINES_BYTES)
    begin = _BEGIN.match(text, at, end)
    if begin is None:
        return NOTHING
    stop, of_a_key = begin.end(), False
    while (piece := _PIECE.match(text, stop, end)) is not None:
        stop = piece.end()
        of_a_key = of_a_key or piece["blank"] is None
    last = _LAST.match(text, stop, end)
    if last is None and end == reach.end and not reach.whole and _UNFINISHED.match(text, stop, end):
        return Open(at)
    body = text[begin.end() : last.start("end") if last else stop]
    plain = _ESCAPED_BREAK.sub(b"\n", body)
    if not of_a_key and (last is None or _BODY.search(plain) is None):
        return Looked(stop + _MOST_BEHIND)  # a text that only speaks of keys
    end = last.end() if last else begin.end() + len(body.rstrip())
    return (Span(at, end, TYPE, b"".join(_BODY.findall(plain)) or plain),)


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
_LAST: Final = re.compile(
    f"[ \\t>|]*+[A-Za-z0-9+/=]{{0,80}}(?:[ \\t>|]|{_BREAK}){{0,8}}"
    "(?P<end>-----END[ A-Z0-9]{0,60}KEY(?: BLOCK)?-----)".encode()
)
_UNFINISHED: Final = re.compile(
    f"[ \\t>|]*+[A-Za-z0-9+/=]{{0,80}}(?:[ \\t>|]|{_BREAK})*-{{0,5}}[ A-Z0-9]{{0,70}}\\Z".encode()
)
