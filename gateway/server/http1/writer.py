"""Which bytes say this answer?

The only place that frames an answer: Content-Length, Connection and Date are made here and refused
in an answer's own headers, so no handler can make two readers see two different answers.
"""

from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from gateway.core.headers import HeaderPairs
from gateway.dialects.wire import HttpAnswer
from gateway.server.http1.after import After


class UnwritableAnswer(ValueError):
    """The answer would not be one well-formed HTTP answer: our bug. Never holds its content."""


class AnswerWriter:
    """Turns answers into bytes. Without a clock it writes no Date (RFC 9110 6.6.1)."""

    __slots__ = ("_clock", "_date", "_second")

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock
        self._second = -1
        self._date = b""

    def render(self, answer: HttpAnswer, after: After, *, head: bool = False) -> bytes:
        """Write one answer; `head` if the request's method was HEAD.

        204 and 304 have neither body nor Content-Length (RFC 9110 8.6). The answer to HEAD has
        neither as well: the length is optional there, and a sloppy reader would wait for the body.
        Raises: UnwritableAnswer for a header or status that would not be one line of its kind.
        Never writes a control byte except a tab within a value.
        """
        status = answer.status
        fields = [_field_name(name) + value for name, value in answer.headers]
        lines = b"\r\n".join((status_line(status), *fields, b""))
        # Every CR, LF or other control byte that is not one of our line ends makes this unequal.
        if len(lines.translate(None, TEXT)) != 2 * (len(fields) + 1):
            raise UnwritableAnswer("control byte in a header")
        bodiless = status in (204, 304)
        if bodiless and answer.body:
            raise UnwritableAnswer("body in an answer that has none")
        length = b"" if bodiless or head else b"content-length: %d\r\n" % len(answer.body)
        date = self._date_line() if self._clock else b""
        return b"".join((lines, date, length, CONNECTION[after], b"\r\n", b"" if head else answer.body))

    @staticmethod
    def reframe(wire: bytes, after: After) -> bytes:
        """Write an answer without body, rendered for a connection that stays, for one that may not."""
        return wire[:-2] + CONNECTION[after] + b"\r\n"

    def _date_line(self) -> bytes:
        second = int(self._clock()) if self._clock else 0
        if second != self._second:
            self._second = second
            self._date = b"date: %b\r\n" % formatdate(second, usegmt=True).encode("ascii")
        return self._date


CONNECTION: Final = {
    After.CLOSE: b"connection: close\r\n",
    After.STAY: b"",
    After.STAY_1_0: b"connection: keep-alive\r\n",
}
_OURS: Final = frozenset(
    (b"content-length", b"transfer-encoding", b"connection", b"date", b"upgrade", b"trailer")
)
TOKEN: Final = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# field-value of RFC 9110 5.5: visible ASCII, space, tab, obs-text.
TEXT: Final = bytes((0x09, *range(0x20, 0x7F), *range(0x80, 0x100)))


def lines_of(pairs: HeaderPairs) -> bytes:
    """Write whole header lines. Raises: UnwritableAnswer, as `AnswerWriter.render`."""
    lines = b"".join([b"%b%b\r\n" % (_field_name(name), value) for name, value in pairs])
    if len(lines.translate(None, TEXT)) != 2 * len(pairs):
        raise UnwritableAnswer("control byte in a header")
    return lines


field_lines: Final = lru_cache(maxsize=1024)(lines_of)
"""For what a policy says, or a listener: a closed set, and nobody's token."""


def status_line(status: int) -> bytes:
    """Write the first line of a final answer, without its end. The phrase is the registry's, or none."""
    known = _STATUS_LINES.get(status)
    if known is not None:
        return known
    if not 200 <= status <= 599:
        raise UnwritableAnswer("not a final status")
    return b"HTTP/1.1 %d " % status  # RFC 9112 4: the phrase may be empty, its space may not


_STATUS_LINES: Final = {
    status.value: b"HTTP/1.1 %d %b" % (status.value, status.phrase.encode("ascii"))
    for status in HTTPStatus
    if status >= 200
}


@lru_cache(maxsize=256)  # names are few and fixed by our code; a flood of others costs only time
def _field_name(name: bytes) -> bytes:
    """Check one header name (RFC 9110 5.1 token, not one of ours) and give it its colon."""
    if not name or name.translate(None, TOKEN) or name.lower() in _OURS:
        raise UnwritableAnswer("header name")
    return name + b": "
