"""What exactly was on the wire? HTTP/1.1 messages read with their bytes kept, nothing interpreted.

A test of what a proxy forwards must not look through a library that tidies headers up.
"""

from dataclasses import dataclass
from typing import BinaryIO

MAX_HEAD_BYTES = 1024 * 1024


class Truncated(ConnectionError):
    """The peer closed in the middle of a message, or before one when one was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or a response: start line and header pairs in their order, as received."""

    start_line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Every value of a header, in order. The name in any case, but never `_` for `-`."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def only(self, name: str) -> str:
        """The value of a header that must be there exactly once."""
        found = self.values(name)
        assert len(found) == 1, f"{name}: {len(found)} values instead of one"
        return found[0]

    def text(self) -> str:
        """All of it, as one text to search in."""
        lines = (self.start_line, *(f"{name}: {value}" for name, value in self.headers))
        return "\r\n".join((*lines, "", self.body.decode("latin-1")))


def read_message(stream: BinaryIO, *, bodiless: bool = False) -> Message | None:
    """The next message, or None where the peer has closed between two messages.

    `bodiless` for what answers HEAD. A response with no stated length is read until the close.
    Raises `Truncated`.
    """
    start_line = _line(stream)
    if start_line is None:
        return None
    headers: list[tuple[str, str]] = []
    while line := _line(stream):
        name, _, value = line.partition(":")
        headers.append((name, value.strip(" \t")))
    if line is None:
        raise Truncated("closed within the head")
    message = Message(start_line=start_line, headers=tuple(headers), body=b"")
    if bodiless:
        return message
    return Message(start_line=start_line, headers=tuple(headers), body=_body(stream, message))


def _line(stream: BinaryIO) -> str | None:
    raw = stream.readline(MAX_HEAD_BYTES)
    if not raw:
        return None
    if not raw.endswith(b"\n"):
        raise Truncated("closed within a line")
    return raw.removesuffix(b"\n").removesuffix(b"\r").decode("latin-1")


def _body(stream: BinaryIO, message: Message) -> bytes:
    if "chunked" in ",".join(message.values("transfer-encoding")).lower():
        return _chunks(stream)
    if lengths := message.values("content-length"):
        return _exactly(stream, int(lengths[0]))
    is_response = message.start_line.startswith("HTTP/")
    if not is_response or message.start_line.split(" ")[1] in {"101", "204", "304"}:
        return b""
    return stream.read()


def _chunks(stream: BinaryIO) -> bytes:
    parts = []
    while size := int(_next_line(stream).partition(";")[0], 16):
        parts.append(_exactly(stream, size))
        _next_line(stream)
    while _next_line(stream):
        pass  # trailers
    return b"".join(parts)


def _next_line(stream: BinaryIO) -> str:
    line = _line(stream)
    if line is None:
        raise Truncated("closed between two chunks")
    return line


def _exactly(stream: BinaryIO, size: int) -> bytes:
    body = stream.read(size)
    if len(body) < size:
        raise Truncated("closed within the body")
    return body
