"""What can be wrong with a connection or the bytes on it, and what is answered?"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from gateway.dialects.wire import HttpAnswer


@unique
class Fault(StrEnum):
    """A closed vocabulary, fit for a metric label: it never holds anything of the request."""

    MALFORMED = "malformed"
    """The head is not HTTP/1.0 or 1.1 as RFC 9112 writes it."""
    BODY = "body"
    """The head announces a body, and no dialect has one."""
    HEAD_TOO_LARGE = "head_too_large"
    """Head, target or number of headers is over its limit."""
    HEAD_TIMEOUT = "head_timeout"
    """A head began and did not end in time."""
    PIPELINED = "pipelined"
    """More requests at once than a connection may hold."""
    CONNECTIONS = "connections"
    """One connection more than the listener may hold."""
    UNREAD = "unread"
    """All connections together held too much of heads that had not ended, and this one's was the oldest."""
    ANSWER_TIMEOUT = "answer_timeout"
    """The handler did not answer in time."""


class FaultyHead(ValueError):
    """The bytes are not a head that we answer. Carries its fault, never the bytes."""

    __slots__ = ("fault",)

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault: Final = fault


def refusal(status: int) -> HttpAnswer:
    """One constant answer: nothing of the request, nothing of the cause, nothing to cache."""
    return HttpAnswer(status=status, headers=((b"cache-control", b"no-store"),))


OUR_BUG: Final = refusal(500)

REFUSALS: Final[Mapping[Fault, HttpAnswer]] = {
    Fault.MALFORMED: refusal(400),
    Fault.BODY: refusal(400),
    Fault.HEAD_TOO_LARGE: refusal(431),
    Fault.HEAD_TIMEOUT: refusal(408),
    Fault.PIPELINED: refusal(400),
    Fault.ANSWER_TIMEOUT: refusal(503),
    # Neither is ever written: a connection too many is aborted before it is read. The proxy then sees a
    # failed connect and tries the next replica, where a 503 would be its client's answer.
    Fault.CONNECTIONS: refusal(503),
    Fault.UNREAD: refusal(503),
}
