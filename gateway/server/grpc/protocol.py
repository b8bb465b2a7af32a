"""How does one connection of Envoy's live: calls come, each is answered, and it ends?

h2 reads and writes HTTP/2; what is done with it is decided here. Many calls are under way at once. One that
can be answered at once is answered in the turn of the loop that brought it; one that must be waited for is a
task, cancelled where its stream is reset or its connection ends.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final, cast

from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    PingAckReceived,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError

from gateway.core.headers import Headers
from gateway.dialects.wire import HttpRequest
from gateway.server.grpc.call import TOO_SLOW, Call, NoCall
from gateway.server.grpc.exchange import Exchange
from gateway.server.grpc.servicer import Servicer
from gateway.server.http1.alarm import Alarm
from gateway.server.http1.connections import Connections
from gateway.server.http1.fault import Fault
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import peer_address
from gateway.tls.identity import identities

MAX_PARTIAL: Final = 64 * 1024
"""Octets of what is not whole yet, a frame or the headers of a call. h2 would gather 16 MiB of a frame before
it refused it for its size."""
MAX_EVENTS: Final = 4096
"""Of a connection without one call answered: room for every stream to begin, and then it is a flood."""


class GrpcProtocol(asyncio.Protocol):
    """One connection. Never logs, never echoes an octet of a call."""

    # fmt: off
    __slots__ = (
        "_acknowledged", "_alarm", "_calls", "_closing", "_connections", "_events", "_exchange",
        "_identities", "_idle_events", "_limits", "_loop", "_on_bug", "_on_malformed", "_partial",
        "_partial_began", "_peer", "_reading", "_retiring", "_servicer", "_tasks", "_transport",
        "_write_paused",
    )
    # fmt: on

    _alarm: Alarm
    _loop: asyncio.AbstractEventLoop
    _peer: str
    _identities: frozenset[str]
    _transport: asyncio.Transport

    def __init__(
        self,
        servicer: Servicer,
        *,
        limits: Limits,
        connections: Connections,
        on_malformed: Callable[[str], None],
        on_bug: Callable[[BaseException], None],
    ) -> None:
        self._servicer = servicer
        self._limits = limits
        self._connections = connections
        self._on_malformed = on_malformed
        self._on_bug = on_bug
        self._exchange = Exchange()
        self._events: deque[Event] = deque()
        """What has been read and not been looked at: empty unless we have been told to wait."""
        self._calls: dict[int, Call] = {}
        """Whose messages are on their way, by stream; the oldest first."""
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._idle_events = 0
        self._partial, self._partial_began = 0, 0.0
        self._closing = self._write_paused = self._retiring = self._acknowledged = False
        self._reading = True

    # --- what the event loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or abort it if it is one too many, or not of HTTP/2."""
        self._loop = asyncio.get_running_loop()
        self._alarm = Alarm(self._loop, self._overdue)
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not subclasses
        peer = peer_address(transport.get_extra_info("peername"))
        handshake = transport.get_extra_info("ssl_object")
        self._peer, self._identities = peer or "", identities(handshake)
        if peer is None or self._connections.closed:
            self._turn_away()
            return
        if not self._connections.add(self, peer):
            self._on_malformed(Fault.CONNECTIONS)
            self._turn_away()
            return
        if handshake is not None and handshake.selected_alpn_protocol() != "h2":  # RFC 9113 section 3.2
            self._on_malformed(Fault.MALFORMED)
            self._turn_away()
            return
        self._transport.set_write_buffer_limits(high=self._limits.unsent_bytes)
        self._alarm.set(self._limits.head_timeout_s)
        self._flush()
        if self._connections.paused:
            self._pause_reading()

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        if self._closing:
            return
        try:
            events = self._exchange.receive(data)
        except ProtocolError:
            self._refuse(Fault.MALFORMED)
            return
        except Exception as bug:  # noqa: BLE001 - h2's, or ours in using it
            self._fail(bug)
            return
        self._note_partial(len(data), whole=bool(events))
        if not self._closing:
            self._events += events
            self._advance()

    def pause_writing(self) -> None:
        """Stop: the peer does not take its answers."""
        self._write_paused = True
        self._pause_reading()
        self._alarm.set(self._limits.answer_timeout_s)

    def resume_writing(self) -> None:
        """Go on: the peer has taken them."""
        self._write_paused = False
        self._advance()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Forget everything, and stop looking up what nobody will read."""
        self._closing = True
        self._connections.remove(self)
        self._alarm.cancel()
        self._forget_all()

    # --- what the listener calls ---

    def retire(self) -> None:
        """Take no new calls, and close after the last answer (RFC 9113 section 6.8).

        First the peer is told; once it has said that it knows, no call of its is on the way.
        """
        if self._closing or self._retiring:
            return
        self._retiring = True
        self._transport.write(self._exchange.announce_end())
        self._set_alarm()

    def abort(self) -> None:
        """Close now."""
        self._transport.abort()

    def hold(self) -> None:
        """Take no more calls (`Connections.paused`)."""
        if not self._closing:
            self._pause_reading()

    def go_on(self) -> None:
        """Take calls again: those that had begun have all their time once more, for it was we who waited."""
        if self._closing or self._write_paused:
            return
        self._partial_began = now = self._loop.time()
        for call in self._calls.values():
            call.began = now
        self._advance()

    def give_up_unread(self) -> None:
        """Close now: the octets that we hold of it are needed for others."""
        self._on_malformed(Fault.UNREAD)
        self._turn_away()

    # --- one event after the other ---

    def _advance(self) -> None:
        try:
            while self._events and not (self._waits() or self._closing):
                self._take(self._events.popleft())
            if self._closing:
                return
            self._flush()
        except Exception as bug:  # noqa: BLE001 - whatever it is, nothing of it becomes an answer
            self._fail(bug)
            return
        self._await_more()

    def _note_partial(self, octets: int, *, whole: bool) -> None:
        if whole:
            self._partial = 0
            return
        if not self._partial:
            self._partial_began = self._loop.time()
        self._partial += octets
        if self._partial > MAX_PARTIAL:
            self._refuse(Fault.HEAD_TOO_LARGE)

    def _take(self, event: Event) -> None:
        match event:
            case RequestReceived(stream_id=int(stream), headers=headers):
                self._begin(stream, headers)
            case DataReceived(stream_id=int(stream), data=part, flow_controlled_length=int(octets)):
                self._exchange.taken(octets, stream)
                self._add(stream, part or b"")
            case StreamEnded(stream_id=int(stream)):
                self._end(stream)
                return
            case StreamReset(stream_id=int(stream)):
                self._forget(stream)
            case WindowUpdated() | RemoteSettingsChanged():
                self._exchange.send_unsent()
            case PingAckReceived():
                self._acknowledged = self._retiring
            case ConnectionTerminated():  # h2 lets nothing more be said
                self._close()
            case _:
                pass
        self._idle_events += 1
        if self._idle_events > MAX_EVENTS:
            self._refuse(Fault.PIPELINED)

    def _begin(self, stream: int, headers: list[tuple[bytes, bytes]]) -> None:
        try:
            self._calls[stream] = Call(tuple(headers), began=self._loop.time())
        except NoCall as none:
            self._exchange.reject(stream, none.answer)

    def _add(self, stream: int, part: bytes) -> None:
        call = self._calls.get(stream)
        if call is None:  # rejected, while this was on its way
            return
        try:
            call.add(part)
        except NoCall as none:
            del self._calls[stream]
            self._exchange.reject(stream, none.answer)

    def _end(self, stream: int) -> None:
        call = self._calls.pop(stream, None)
        if call is None:
            return
        asked = HttpRequest(b"POST", b"", Headers.of(call.said), self._peer, self._identities)
        try:
            answer = self._servicer.check(call.message(), asked)
        except NoCall as none:
            self._exchange.reject(stream, none.answer)
            return
        if isinstance(answer, bytes):
            self._answer(stream, answer)
        else:
            self._tasks[stream] = self._loop.create_task(self._wait(stream, answer))

    async def _wait(self, stream: int, answer: Coroutine[Any, Any, bytes]) -> None:
        try:
            async with asyncio.timeout(self._limits.answer_timeout_s):
                octets = await answer
        except (TimeoutError, asyncio.CancelledError) as ended:
            if self._tasks.pop(stream, None) is None:  # it was we who have cancelled it
                raise
            self._on_malformed(Fault.ANSWER_TIMEOUT)
            self._exchange.reject(stream, TOO_SLOW)
            if isinstance(ended, asyncio.CancelledError):  # somebody else's: it has leaked in
                self._on_bug(ended)
        else:
            del self._tasks[stream]
            self._answer(stream, octets)
        self._advance()

    def _answer(self, stream: int, message: bytes) -> None:
        self._idle_events = 0
        self._exchange.answer(stream, message)

    def _flush(self) -> None:
        octets = self._exchange.to_send()
        if octets and not self._transport.is_closing():
            self._transport.write(octets)

    def _await_more(self) -> None:
        held = self._partial + sum(call.octets for call in self._calls.values())
        self._connections.hold_unread(self, held)
        if self._closing:
            return
        busy = self._calls or self._tasks or self._events or self._exchange.waits_for_room
        if self._retiring and self._acknowledged and not busy:
            self._exchange.end()
            self._close()
            return
        if not self._waits():
            self._resume_reading()
            self._set_alarm()

    def _set_alarm(self) -> None:
        """Each call's message has its time from its first octet; what is sent, as an answer; or it idles."""
        limits = self._limits
        if self._calls or self._partial:
            began = next(iter(self._calls.values())).began if self._calls else self._partial_began
            self._alarm.set(began + limits.head_timeout_s - self._loop.time())
        elif self._tasks or self._exchange.waits_for_room:
            self._alarm.set(limits.answer_timeout_s + limits.linger_s)
        else:
            self._alarm.set(limits.linger_s if self._retiring else limits.idle_timeout_s)

    # --- the ways it ends ---

    def _overdue(self) -> None:
        if self._closing or self._write_paused:
            self._transport.abort()
        elif self._connections.paused:  # it is we who do not read
            self._alarm.set(self._limits.head_timeout_s)
        elif self._calls or self._partial:
            self._refuse(Fault.HEAD_TIMEOUT)
        elif self._tasks or self._retiring or self._exchange.waits_for_room:
            self._transport.abort()
        else:
            self.retire()

    def _turn_away(self) -> None:
        self._closing = True
        self._forget_all()
        self._transport.abort()

    def _refuse(self, fault: Fault) -> None:
        """Say that the connection is at its end, and why in one number."""
        self._on_malformed(fault)
        if fault is not Fault.MALFORMED:  # there h2 has objected, and has written why
            self._exchange.end(ErrorCodes.ENHANCE_YOUR_CALM)
        self._close()

    def _fail(self, bug: BaseException) -> None:
        self._on_bug(bug)
        self._turn_away()

    def _close(self) -> None:
        self._closing = True
        self._flush()
        self._forget_all()
        self._transport.close()
        self._alarm.set(self._limits.answer_timeout_s)  # close() waits for a peer that takes nothing

    def _forget(self, stream: int) -> None:
        self._calls.pop(stream, None)
        self._exchange.forget(stream)
        task = self._tasks.pop(stream, None)
        if task is not None:
            task.cancel()

    def _forget_all(self) -> None:
        self._events.clear()
        for stream in (*self._calls, *self._tasks):
            self._forget(stream)
        self._connections.hold_unread(self, 0)

    def _waits(self) -> bool:
        return self._write_paused or self._connections.paused

    def _pause_reading(self) -> None:
        if self._reading and not self._transport.is_closing():
            self._reading = False
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if not self._reading and not self._transport.is_closing():
            self._reading = True
            self._transport.resume_reading()
