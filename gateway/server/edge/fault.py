"""What can be wrong between a client and a backend, and what is the client told?"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from gateway.dialects.problem_answers import problem
from gateway.dialects.wire import HttpAnswer


@unique
class EdgeFault(StrEnum):
    """A closed vocabulary beside `Fault`, fit for a metric label: nothing of a request or an answer."""

    ANNOUNCEMENT = "announcement"
    """A connection does not begin with a header of the PROXY protocol, and must; or is of nobody listed."""
    METHOD = "method"
    """CONNECT, which asks for a tunnel to anywhere, or TRACE, which shows our token to the client."""
    EXPECTATION = "expectation"
    """An Expect that is not `100-continue`."""
    MALFORMED_BODY = "malformed_body"
    """Chunks that are not as RFC 9112 7.1 writes them, or a body where none can be."""
    BODY_TOO_LARGE = "body_too_large"
    BODY_TIMEOUT = "body_timeout"
    """A body began and did not go on, or hardly."""
    NO_UPSTREAM = "no_upstream"
    """Every server is known to be ill; or the upstream is gone since the request was judged."""
    BUSY = "busy"
    """The upstream has as many requests as it may have."""
    SHARE = "share"
    """The principal has as many requests under way as it may have."""
    CIRCUIT = "circuit_open"
    """Every server of the upstream has failed too often, a moment ago."""
    UNREACHABLE = "unreachable"
    """No server took a connection."""
    UNTRUSTED = "untrusted"
    """Servers took connections, and the last one showed no certificate that we believe."""
    CONNECT_TIMEOUT = "connect_timeout"
    """No server took a connection in time."""
    LOST = "lost"
    """The server closed before the head of its answer was whole."""
    BAD_ANSWER = "bad_answer"
    """What the server sent is not one answer that every reader reads alike."""
    UPSTREAM_TIMEOUT = "upstream_timeout"
    """The server did not answer in time."""
    CUT = "cut"
    """The answer ended early, or a side fell silent within it: its client sees that it is not whole."""


class FaultyRequest(ValueError):
    """The request is none that we pass on. Carries its fault, never its bytes."""

    __slots__ = ("fault",)

    def __init__(self, fault: EdgeFault) -> None:
        super().__init__(fault.value)
        self.fault: Final = fault


STATUSES: Final[Mapping[EdgeFault, int]] = {
    # RFC 9110 9.1: 501 where no resource here will ever know the method; 405 would have to list the others.
    EdgeFault.METHOD: 501,
    EdgeFault.EXPECTATION: 417,
    EdgeFault.MALFORMED_BODY: 400,
    EdgeFault.BODY_TOO_LARGE: 413,
    EdgeFault.BODY_TIMEOUT: 408,
    EdgeFault.NO_UPSTREAM: 503,
    EdgeFault.BUSY: 503,
    EdgeFault.SHARE: 429,
    EdgeFault.CIRCUIT: 503,
    EdgeFault.UNREACHABLE: 502,
    EdgeFault.UNTRUSTED: 502,
    EdgeFault.CONNECT_TIMEOUT: 504,
    EdgeFault.LOST: 502,
    EdgeFault.BAD_ANSWER: 502,
    EdgeFault.UPSTREAM_TIMEOUT: 504,
    # Never written: nothing has been asked ...
    EdgeFault.ANNOUNCEMENT: 400,
    # ... or an answer has begun.
    EdgeFault.CUT: 502,
}


def refusal(status: int, *, page: bool, retry_after_s: int) -> HttpAnswer:
    """Give a problem (RFC 9457), or a page; one that asks for patience says how much (RFC 9110 10.2.3)."""
    more = ((b"retry-after", b"%d" % retry_after_s),) if status in _PATIENCE else ()
    return problem(status, page=page, more=more)


# --- private ---

_PATIENCE: Final = (429, 503)
