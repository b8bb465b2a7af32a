"""Which bytes say this request to an upstream?

Rebuilt from what was judged, never copied from what came in: the request line, the headers that the dialect
chose, and framing of our own. A name that frames a message is refused among the dialect's headers, so that no
dialect can make the upstream see two requests where one was judged.
"""

from typing import Final, NamedTuple

from gateway.core.headers import Shape
from gateway.dialects.wire import Forward
from gateway.server.http1.writer import TEXT, TOKEN


class UnwritableRequest(ValueError):
    """The request would not be one well-formed HTTP request: our bug. Never holds its content."""


HOP_BY_HOP: Final = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding"),
        *(b"upgrade", b"content-length"),
    )
)
"""What RFC 9110 7.6.1 has every intermediary remove, and what frames a message: each hop writes its own."""


def request_head(forward: Forward, length: int | None) -> bytes:
    """Write the head of a request whose body has `length` octets; None: chunked.

    Expect is left out: it was for us (RFC 9110 10.1.1 lets a proxy answer it itself).
    Raises: UnwritableRequest.
    """
    shape, values = forward.headers.shape, forward.headers.values
    form: _Form = shape.findings.get(_Form) or _form_of(shape)
    framing = _FRAMING_OF_NONE.get(forward.method, b"") if length == 0 else _framing(length)
    if forward.upgrade is not None:
        framing = b"connection: Upgrade\r\nupgrade: %b\r\n" % forward.upgrade
    head = form.template % (forward.method, forward.target, *values, forward.given, framing)
    lines = form.lines + forward.given.count(b"\n") + (2 if forward.upgrade is not None else bool(framing))
    # Every CR, LF or other control byte that is not one of our line ends makes this unequal. `given` was
    # looked at when it was written.
    if len(head.translate(None, TEXT)) != 2 * lines:
        raise UnwritableRequest("control byte")
    if not forward.target or b" " in forward.target or forward.method.translate(None, TOKEN):
        raise UnwritableRequest("request line")
    return head


# --- private ---


class _Form(NamedTuple):
    """What the names alone fix of a head."""

    template: bytes
    lines: int


_FRAMING_OF_NONE: Final = dict.fromkeys((b"POST", b"PUT", b"PATCH"), b"content-length: 0\r\n")
"""RFC 9110 8.6: a method that anticipates content says that there is none."""
_DROPPED: Final = frozenset((b"expect",))


def _framing(length: int | None) -> bytes:
    return b"transfer-encoding: chunked\r\n" if length is None else b"content-length: %d\r\n" % length


def _form_of(shape: Shape) -> _Form:
    if len(shape.places(b"host")) != 1:
        raise UnwritableRequest("not one Host")
    for name in shape.names:
        if not name or name.translate(None, TOKEN) or name in HOP_BY_HOP:
            raise UnwritableRequest("header name")
    fields = [line_of(name, kept=name not in _DROPPED) for name in shape.names]
    kept = sum(name not in _DROPPED for name in shape.names)
    form = _Form(b"".join((b"%b %b HTTP/1.1\r\n", *fields, b"%b%b\r\n")), kept + 2)
    shape.findings[_Form] = form
    return form


def line_of(name: bytes, *, kept: bool) -> bytes:
    """Give the template of one header line; of one that is not kept, what takes its value and is empty."""
    return name.replace(b"%", b"%%") + b": %b\r\n" if kept else b"%.0b"
