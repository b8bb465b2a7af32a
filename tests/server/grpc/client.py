"""A client of HTTP/2 that also says what no client of gRPC would."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    PingAckReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from hyperframe.frame import HeadersFrame

from gateway.server.grpc.call import CHECK, framed

PATIENCE_S = 20.0
GOING = b"\0\0\x08\x07\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\0"
HEADERS = (
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b":path", CHECK),
    (b":authority", b"gateway"),
    (b"te", b"trailers"),
    (b"content-type", b"application/grpc"),
)


@dataclass(slots=True)
class Reply:
    """What has come on one stream."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    reset: bool = False

    @property
    def status(self) -> bytes | None:
        return self.headers.get(b"grpc-status")

    @property
    def message(self) -> bytes:
        assert self.body[:5] == framed(self.body[5:])[:5]
        return self.body[5:]


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.h2 = H2Connection(
            H2Configuration(client_side=True, header_encoding=None, validate_outbound_headers=False)
        )
        self.replies: dict[int, Reply] = {}
        self.goaway: list[int] = []
        """The error of each GOAWAY that ends the connection."""
        self.told_to_go = False
        """The first of two has come (RFC 9113 section 6.8)."""
        self.acknowledged = 0
        self.closed = False

    @classmethod
    async def to(cls, port: int) -> Self:
        client = cls(*await asyncio.open_connection("127.0.0.1", port))
        client.h2.initiate_connection()
        client.flush()
        return client

    def flush(self) -> None:
        self._writer.write(self.h2.data_to_send())

    def write(self, octets: bytes) -> None:
        self.flush()
        self._writer.write(octets)

    def begin(self, *headers: tuple[bytes, bytes], end: bool = False) -> int:
        stream = self.h2.get_next_available_stream_id()
        self.replies[stream] = Reply()
        self.h2.send_headers(stream, headers or HEADERS, end_stream=end)
        self.flush()
        return stream

    def ask(self, message: bytes, *headers: tuple[bytes, bytes]) -> int:
        stream = self.begin(*headers)
        self.h2.send_data(stream, framed(message), end_stream=True)
        self.flush()
        return stream

    async def asked(self, message: bytes, *headers: tuple[bytes, bytes]) -> Reply:
        return await self.reply(self.ask(message, *headers))

    async def reply(self, stream: int) -> Reply:
        reply = self.replies[stream]
        await self.read_until(lambda: reply.ended or reply.reset)
        return reply

    async def read_until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds() and not self.closed:
                try:
                    octets = await self._reader.read(65536)
                except ConnectionError:
                    octets = b""
                self.closed = not octets
                if GOING in octets:  # after a GOAWAY h2 takes nothing more
                    self.told_to_go, octets = True, octets.replace(GOING, b"")
                for event in self.h2.receive_data(octets) if octets else ():
                    self._take(event)
                if not self._writer.is_closing():
                    self.flush()

    async def read_to_end(self) -> None:
        await self.read_until(lambda: False)

    def begin_beyond_what_was_agreed(self, stream: int) -> None:
        frame = HeadersFrame(stream, self.h2.encoder.encode(HEADERS), flags=["END_HEADERS"])
        self.write(frame.serialize())

    def drop(self) -> None:
        self._writer.transport.abort()

    # --- private ---

    def _take(self, event: Event) -> None:
        match event:
            case (
                ResponseReceived(stream_id=int(stream), headers=headers)
                | TrailersReceived(stream_id=int(stream), headers=headers)
            ):
                self.replies[stream].headers |= dict(headers or ())
            case DataReceived(stream_id=int(stream), data=part, flow_controlled_length=int(octets)):
                self.replies[stream].body += part or b""
                self.h2.acknowledge_received_data(octets, stream)
            case StreamEnded(stream_id=int(stream)):
                self.replies[stream].ended = True
            case StreamReset(stream_id=int(stream)):
                self.replies[stream].reset = True
            case ConnectionTerminated(error_code=code):
                self.goaway.append(int(code or 0))
            case PingAckReceived():
                self.acknowledged += 1
            case _:
                pass
