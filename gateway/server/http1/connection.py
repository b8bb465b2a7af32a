"""How does a client's connection begin, wait and end, whatever is asked on it?

What the decision listener's connections and the edge's have in common. They differ in what they do with a
request: see `protocol`, and `gateway.server.edge.client`.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, cast

from gateway.dialects.wire import HttpAnswer
from gateway.server.http1.after import After
from gateway.server.http1.alarm import Alarm
from gateway.server.http1.connections import Connections
from gateway.server.http1.fault import OUR_BUG, REFUSALS, Fault
from gateway.server.http1.head import HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender, peer_address
from gateway.server.http1.writer import AnswerWriter
from gateway.tls.identity import certificate_shown, identities


class ClientConnection(asyncio.Protocol):
    """One connection.

    `on_malformed` gets a `Fault` and nothing else; `on_bug` gets what the handler (or this core)
    raised, and the peer a constant 500. Never logs, never echoes a byte of a request.
    """

    # fmt: off
    __slots__ = (
        "_alarm", "_burst", "_closing", "_connections", "_head_clock", "_is_head", "_limits", "_loop",
        "_on_bug", "_on_malformed", "_reader", "_reading", "_task", "_transport", "_unread", "_write_paused",
        "_writer",
    )
    # fmt: on

    BODIES: ClassVar = False
    """Whether a request may have one."""

    _alarm: Alarm
    _loop: asyncio.AbstractEventLoop
    _reader: HeadReader
    _transport: asyncio.Transport
    _task: asyncio.Task[Any] | None

    def __init__(
        self,
        *,
        limits: Limits,
        connections: Connections,
        on_malformed: Callable[[str], None],
        on_bug: Callable[[BaseException], None],
        writer: AnswerWriter,
    ) -> None:
        self._limits = limits
        self._connections = connections
        self._on_malformed = on_malformed
        self._on_bug = on_bug
        self._writer = writer
        self._closing = self._write_paused = False
        self._reading = True
        self._head_clock = True  # the deadline that stands is that of a head
        self._burst = 0
        self._unread = 0  # bytes of heads, as far as `connections` know
        self._is_head = False
        self._task = None  # the decision that is waited for

    # --- what the event loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or abort it if it is one too many."""
        self._loop = asyncio.get_running_loop()
        self._alarm = Alarm(self._loop, self._overdue)
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not subclasses
        peer = self._address()
        handshake = transport.get_extra_info("ssl_object")
        sender = Sender(peer or "", identities(handshake), certificate_shown(handshake))
        self._reader = HeadReader(sender=sender, limits=self._limits, bodies=self.BODIES)
        if peer is None or self._connections.closed:
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

    def connection_lost(self, _exc: Exception | None) -> None:
        """Forget everything."""
        self._closing = True
        self._connections.remove(self)
        self._reader.forget()
        self._alarm.cancel()

    # --- what the listener calls ---

    def abort(self) -> None:
        """Close now."""
        self._transport.abort()

    def hold(self) -> None:
        """Take no more requests (`Connections.paused`)."""
        if not self._closing:
            self._pause_reading()

    @abstractmethod
    def retire(self) -> None:
        """Close now if idle; else after the answer that is under way (`Connections.draining`)."""

    @abstractmethod
    def go_on(self) -> None:
        """Take requests again (`Connections.paused` no more)."""

    def give_up_unread(self) -> None:
        """Close now: the bytes that we hold of it are needed for others."""
        self._unread = 0
        self._on_malformed(Fault.UNREAD)
        self._turn_away()

    # --- reading ---

    def _address(self) -> str | None:
        """Who is at the other end; None where nobody can say."""
        return peer_address(self._transport.get_extra_info("peername"))

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
            self._transport.write(self._last_words(answer))
            self._linger()

    def _last_words(self, answer: HttpAnswer) -> bytes:
        """Write a constant answer of the core's."""
        return self._writer.render(answer, After.CLOSE)

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

    def _overdue(self) -> None:
        """Do what is due when the alarm rings."""
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
