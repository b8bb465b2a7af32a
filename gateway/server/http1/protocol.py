"""How does one connection live: read a head, answer it, wait for the next, and end?

One answer at a time, in order. An answer that is there at once is written in the call that read the
head: no task, no future. One that must be waited for is a task; further bytes of the peer are then
kept, and reading stops with the first of them. (Not earlier: a socket that is not read cannot tell
that the peer has gone, and then the task is cancelled.)
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, cast

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.after import After
from gateway.server.http1.alarm import Alarm
from gateway.server.http1.connections import Connections
from gateway.server.http1.fault import OUR_BUG, REFUSALS, Fault, FaultyHead
from gateway.server.http1.head import HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import peer_address
from gateway.server.http1.writer import AnswerWriter
from gateway.tls.identity import identities

Handler = Callable[[HttpRequest], HttpAnswer | bytes | Coroutine[Any, Any, HttpAnswer]]
"""Gives an answer, or a coroutine that does; or the octets of an answer as `AnswerWriter` wrote it for a
connection that stays."""


_AT_ONCE: Final = (bytes, HttpAnswer)


class Http1Protocol(asyncio.Protocol):
    """One connection.

    `on_malformed` gets a `Fault` and nothing else; `on_bug` gets what the handler (or this core)
    raised, and the peer a constant 500. Never logs, never echoes a byte of a request.
    """

    # fmt: off
    __slots__ = (
        "_after", "_alarm", "_burst", "_closing", "_connections", "_handler", "_head_clock",
        "_is_head", "_limits", "_loop", "_on_bug", "_on_malformed", "_reader", "_reading", "_task",
        "_transport", "_unread", "_write_paused", "_writer",
    )
    # fmt: on

    _alarm: Alarm
    _loop: asyncio.AbstractEventLoop
    _reader: HeadReader
    _transport: asyncio.Transport

    def __init__(
        self,
        handler: Handler,
        *,
        limits: Limits,
        connections: Connections,
        on_malformed: Callable[[str], None],
        on_bug: Callable[[BaseException], None],
        writer: AnswerWriter,
    ) -> None:
        self._handler = handler
        self._limits = limits
        self._connections = connections
        self._on_malformed = on_malformed
        self._on_bug = on_bug
        self._writer = writer
        self._task: asyncio.Task[HttpAnswer] | None = None
        self._after = After.CLOSE
        self._is_head = self._closing = self._write_paused = False
        self._reading = True
        self._head_clock = True  # the deadline that stands is that of a head
        self._burst = 0
        self._unread = 0  # bytes of heads, as far as `connections` know

    # --- what the event loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or abort it if it is one too many."""
        self._loop = asyncio.get_running_loop()
        self._alarm = Alarm(self._loop, self._overdue)
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not subclasses
        peer = peer_address(transport.get_extra_info("peername"))
        shown = identities(transport.get_extra_info("ssl_object"))
        self._reader = HeadReader(peer=peer or "", limits=self._limits, identities=shown)
        if peer is None or self._connections.draining:
            self._turn_away()
            return
        if not self._connections.add(self, peer):
            self._on_malformed(Fault.CONNECTIONS)
            self._turn_away()
            return
        self._transport.set_write_buffer_limits(high=self._limits.unsent_bytes)
        self._alarm.set(self._limits.head_timeout_s)
        if self._connections.paused:
            self._pause_reading()

    def data_received(self, data: bytes) -> None:
        """Answer what is complete; keep the rest."""
        if self._closing:
            return
        reader, waits = self._reader, self._write_paused or self._connections.paused
        if self._task is None and not waits and reader.empty:
            request = reader.whole(data)
            if request is not None:
                self._answer_whole(request)
                return
        reader.feed(data)
        if self._task is not None or waits:
            self._pause_reading()
            self._hold_unread()
            return
        self._burst = 0
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
        self._reader.forget()
        self._alarm.cancel()
        self._give_up_task()

    # --- what the listener calls ---

    def retire(self) -> None:
        """Close now if idle; else after the answer that is under way (`Connections.draining`)."""
        if not self._closing and self._task is None and self._reader.empty:
            self._close()

    def abort(self) -> None:
        """Close now."""
        self._transport.abort()

    def hold(self) -> None:
        """Take no more requests (`Connections.paused`)."""
        if not self._closing:
            self._pause_reading()

    def go_on(self) -> None:
        """Take requests again."""
        if self._closing or self._write_paused:
            return
        if self._task is None:
            self._burst = 0
            self._advance()
        elif self._reader.empty:
            self._resume_reading()

    def give_up_unread(self) -> None:
        """Close now: the bytes that we hold of it are needed for others."""
        self._unread = 0
        self._on_malformed(Fault.UNREAD)
        self._turn_away()

    # --- one request after the other ---

    def _advance(self) -> None:
        try:
            while self._task is None and not self._closing and not self._waits():
                head = self._reader.next()
                if head is None:
                    self._await_bytes()
                    return
                self._burst += 1
                if self._burst > self._limits.max_pipelined:
                    raise FaultyHead(Fault.PIPELINED)
                self._answer(*head)
            if not self._closing:
                self._hold_unread()
        except FaultyHead as faulty:
            self._refuse(faulty.fault)
        except asyncio.CancelledError as leaked:  # somebody else's: no task of ours runs here
            self._fail(leaked)
        except Exception as bug:  # noqa: BLE001 -- whatever it is, the peer gets an answer
            self._fail(bug)

    def _answer_whole(self, request: HttpRequest) -> None:
        try:
            self._answer(request, After.STAY)
        except (Exception, asyncio.CancelledError) as bug:  # noqa: BLE001 -- as in _advance
            self._fail(bug)
        if self._task is None and not self._closing:  # nothing is unread, and reading goes on
            self._alarm.set(self._limits.idle_timeout_s)

    def _answer(self, request: HttpRequest, after: After) -> None:
        self._head_clock = False
        self._after = after
        self._is_head = request.method == b"HEAD"
        answer = self._handler(request)
        if isinstance(answer, _AT_ONCE):
            self._send(answer)
            return
        self._task = self._loop.create_task(answer)
        self._task.add_done_callback(self._answered)
        self._alarm.set(self._limits.answer_timeout_s)

    def _answered(self, task: asyncio.Task[HttpAnswer]) -> None:
        if task is not self._task:  # given up: nobody waits, but asyncio wants its exception seen
            _ = task.cancelled() or task.exception()
            return
        self._task = None
        try:
            self._send(task.result())
        except (Exception, asyncio.CancelledError) as bug:  # noqa: BLE001 -- see _advance
            self._fail(bug)  # cancelled, and not by us: somebody else's cancellation leaked in
        self._advance()

    def _send(self, answer: HttpAnswer | bytes) -> None:
        after = After.CLOSE if self._connections.draining else self._after
        if isinstance(answer, bytes):
            self._transport.write(answer if after is After.STAY else self._writer.reframe(answer, after))
        else:
            self._transport.write(self._writer.render(answer, after, head=self._is_head))
        if after is After.CLOSE:
            self._linger()

    def _await_bytes(self) -> None:
        self._resume_reading()
        self._hold_unread()
        if self._reader.empty:
            self._alarm.set(self._limits.idle_timeout_s)
        elif not self._head_clock:  # from its first byte; later ones do not prolong it
            self._head_clock = True
            self._alarm.set(self._limits.head_timeout_s)

    def _hold_unread(self) -> None:
        octets = self._reader.unread
        if octets != self._unread:
            self._unread = octets
            self._connections.hold_unread(self, octets)

    # --- the ways it ends ---

    def _turn_away(self) -> None:
        self._closing = True
        self._reader.forget()  # at once: the loop may read from a thousand others before it tells of the end
        self._transport.abort()

    def _refuse(self, fault: Fault) -> None:
        self._on_malformed(fault)
        self._end(REFUSALS[fault])

    def _fail(self, bug: BaseException) -> None:
        self._on_bug(bug)
        self._end(OUR_BUG)

    def _end(self, answer: HttpAnswer) -> None:
        if not self._closing:
            self._transport.write(self._writer.render(answer, After.CLOSE))
            self._linger()

    def _linger(self) -> None:
        """Say that this was the last answer; read and drop until the peer closes as well.

        Closing at once with unread bytes on their way resets the connection, and the peer may lose
        the answer (RFC 9112 9.6). TLS has no half-close here.
        """
        self._reader.forget()
        self._hold_unread()
        if not self._transport.can_write_eof():
            self._close()
            return
        self._closing = True
        try:
            if not self._transport.is_closing():
                self._transport.write_eof()
        except OSError:  # the peer was faster
            self._transport.abort()
        self._resume_reading()
        limits = self._limits
        self._alarm.set(limits.answer_timeout_s if self._write_paused else limits.linger_s)

    def _close(self) -> None:
        self._closing = True
        self._transport.close()
        self._alarm.set(self._limits.answer_timeout_s)  # close() waits for a peer that takes nothing

    def _give_up_task(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _pause_reading(self) -> None:
        if self._reading and not self._transport.is_closing():
            self._reading = False
            self._transport.pause_reading()

    def _waits(self) -> bool:
        return self._write_paused or self._connections.paused

    def _resume_reading(self) -> None:
        if self._connections.paused and not self._closing:
            return
        if not self._reading and not self._transport.is_closing():
            self._reading = True
            self._transport.resume_reading()

    def _overdue(self) -> None:
        if self._closing or self._write_paused:
            self._transport.abort()
        elif self._task is not None:
            self._give_up_task()
            self._refuse(Fault.ANSWER_TIMEOUT)
        elif self._connections.paused:  # it is we who do not read
            self._alarm.set(self._limits.head_timeout_s)
        elif self._reader.empty:
            self._close()
        else:
            self._refuse(Fault.HEAD_TIMEOUT)
