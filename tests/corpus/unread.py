"""Which requests are none in HTTP/1.1, so that the listener refuses them before there is anything to judge?

RFC 9112 and the listener's own limits in plain words, apart from the product. What HTTP cannot say at all
is refused with the bytes unread: 400, or 431 where it is too much.
"""

import re
from typing import Final

from gateway.dialects.wire import HttpRequest

MALFORMED: Final = "malformed"
BODY: Final = "body"
TOO_LARGE: Final = "head_too_large"
METHOD: Final = "method"
EXPECTATION: Final = "expectation"
STATUS: Final = {MALFORMED: 400, BODY: 400, TOO_LARGE: 431, METHOD: 501, EXPECTATION: 417}

HEAD_BYTES: Final = 32 * 1024
TARGET_BYTES: Final = 9 * 1024
HEADERS: Final = 128
OPTIONS: Final = 33
"""In one Connection header."""

METHODS: Final = frozenset(b"GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND QUERY".split())
"""Of those that the corpus sends, the ones that the parser knows. It knows CONNECT, and refuses it."""
NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
VALUE: Final = re.compile(rb"[\t -~\x80-\xff]*")  # RFC 9110 section 5.5
TARGET: Final = re.compile(rb"/[!-~]*")
NO_PATH: Final = re.compile(rb"\*|https?://[!-~]*", re.IGNORECASE)
"""The other forms of RFC 9112 section 3.2: a request all the same, which the edge judges as it is."""
HOST: Final = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]*")  # RFC 3986 section 3.2.2


def fault_of(request: HttpRequest, size: int) -> str | None:
    """Why a proxy's question is refused unread, if it is; `size` is that of the whole head."""
    pairs = request.headers.pairs
    if size > HEAD_BYTES or len(request.target) > TARGET_BYTES or len(pairs) > HEADERS:
        return TOO_LARGE
    named = request.method in METHODS and TARGET.fullmatch(request.target)
    if not named or not all(NAME.fullmatch(name) and VALUE.fullmatch(value) for name, value in pairs):
        return MALFORMED
    for name, value in pairs:
        if (name == b"host" and not HOST.fullmatch(value)) or (
            name == b"connection" and value.count(b",") >= OPTIONS
        ):
            return MALFORMED
        if name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            return BODY
    return None


def fault_at_edge(request: HttpRequest, size: int) -> str | None:
    """The same of a client's own request."""
    if request.method in {b"CONNECT", b"TRACE"}:
        return METHOD  # a tunnel to anywhere; and a backend would answer TRACE with our token
    if NO_PATH.fullmatch(request.target):
        request = request._replace(target=b"/")
    expected = {value.lower() for value in request.values(b"expect")}
    return fault_of(request, size) or (EXPECTATION if expected - {b"100-continue"} else None)
