"""In whose words is a verdict told, and what of a permit is kept for the next one like it?

The engine decides and knows no proxy; a speaker says what was decided. To a proxy that asks over HTTP that
is an answer, or the octets of one; over gRPC a message is made of it; at the edge a permit is a request that
goes on.
"""

from collections.abc import Mapping
from typing import Final, Protocol, TypeVar

from gateway.core.ask import Question
from gateway.core.verdict import Permit, Verdict
from gateway.dialects import DIALECTS
from gateway.dialects.answers import render
from gateway.dialects.wire import HttpAnswer
from gateway.server.http1.after import After
from gateway.server.http1.writer import AnswerWriter
from gateway.server.memo import Again

Said = TypeVar("Said", covariant=True)  # noqa: PLC0105 - not a word more where it is read


class Renderer(Protocol):
    """What every dialect has: its name, and its words for a verdict."""

    NAME: str

    def render(self, verdict: Verdict) -> HttpAnswer:
        """Give the answer; 200 for a permit and for nothing else."""


class Speaker(Protocol[Said]):
    """Says what was decided to those who asked."""

    @property
    def name(self) -> str:
        """Of the dialect, for records and metrics."""

    def say(self, verdict: Verdict) -> Said:
        """Say a verdict that is not kept."""

    def keep(self, permit: Permit) -> tuple[bytes, Said]:
        """Give what is kept of a permit, with its token in it once, and say the permit itself."""

    def say_again(self, question: Question, again: Again) -> Said:
        """Say a permit of which only that was kept."""


class InOctets:
    """Says a permit as the octets of its answer: what is kept for the next one serves this one as well."""

    __slots__ = ("_render", "name")

    def __init__(self, dialect: Renderer) -> None:
        self.name: Final = dialect.NAME
        self._render: Final = dialect.render

    def say(self, verdict: Verdict) -> HttpAnswer:
        """Give the answer."""
        return self._render(verdict)

    def keep(self, permit: Permit) -> tuple[bytes, HttpAnswer | bytes]:
        """Give its octets, twice."""
        wire = written(self._render(permit))
        return wire, wire

    def say_again(self, _: Question, again: Again) -> HttpAnswer | bytes:
        """Give the octets."""
        return again.wire


class _Unknown:
    """Who asks about no policy of ours, in no dialect that we know."""

    NAME = "unknown"
    render = staticmethod(render)


UNKNOWN: Final = InOctets(_Unknown)
SPEAKERS: Final[Mapping[str, InOctets]] = {name: InOctets(dialect) for name, dialect in DIALECTS.items()}
"""By the name of the dialect."""


class Unreadable(Exception):
    """What was kept of a permit is none: our bug. Never holds its content."""


def written(answer: HttpAnswer) -> bytes:
    """Write an answer for a connection that stays, without a date: it may be given again."""
    return _WRITER.render(answer, After.STAY)


def reread(wire: bytes) -> HttpAnswer:
    """Read back the answer of a permit that `written` wrote. Raises: Unreadable."""
    head = wire.removesuffix(_END)
    line, *lines = head.split(b"\r\n")
    if line != b"HTTP/1.1 200 OK" or head == wire:
        raise Unreadable
    pairs = [text.partition(b": ") for text in lines]
    return HttpAnswer(200, tuple([(name, value) for name, _, value in pairs]))


# --- private ---

_WRITER: Final = AnswerWriter()
_END: Final = b"\r\ncontent-length: 0\r\n\r\n"
