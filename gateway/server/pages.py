"""What do our own pages say to a request that is not for them?

Constant answers: no byte of a request comes back in one.
"""

from typing import Final

from gateway.core.headers import HeaderPairs
from gateway.dialects.wire import HttpAnswer, HttpRequest

NOSNIFF: Final = (b"X-Content-Type-Options", b"nosniff")
PLAIN: Final[HeaderPairs] = (
    (b"Content-Type", b"text/plain; charset=utf-8"),
    (b"Cache-Control", b"no-store"),
    NOSNIFF,
)

NOT_FOUND: Final = HttpAnswer(status=404, headers=PLAIN, body=b"not found\n")
METHOD_NOT_ALLOWED: Final = HttpAnswer(
    status=405, headers=((b"Allow", b"GET, HEAD"), *PLAIN), body=b"method not allowed\n"
)


def path_of(request: HttpRequest) -> bytes:
    """Give the target without its query, as sent: a path in any other spelling is another path."""
    return request.target.split(b"?", 1)[0]


def reads(request: HttpRequest) -> bool:
    """Whether the method only reads. To HEAD a page answers as to GET, and the listener omits the body."""
    return request.method in (b"GET", b"HEAD")
