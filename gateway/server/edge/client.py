"""How does a client's connection at the edge live: read a request, have it answered or passed on, and again?

One request at a time, in order. Of a body nothing is read that its server does not take; what a client sends
beyond its request waits, and reading stops with the first of it. A request whose frame is in doubt is refused
before anything of it is sent, or else ends both connections.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.dialects.wire import Forward, HttpAnswer, HttpRequest
from gateway.server.edge.exchange import Exchange
from gateway.server.edge.fault import EdgeFault, FaultyRequest, refusal_for
from gateway.server.edge.frames import GOING_AWAY
from gateway.server.edge.handler import Decided, Edge
from gateway.server.edge.request_body import RequestBody, expects_continue
from gateway.server.edge.request_head import UnwritableRequest
from gateway.server.edge.tunnel import upgradable
from gateway.server.http1.after import After
from gateway.server.http1.connection import ClientConnection
from gateway.server.http1.connections import Connections
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.head import SIMPLE, Frame
from gateway.server.http1.writer import AnswerWriter


class EdgeConnection(ClientConnection):
    """One connection of a client."""

    # fmt: off
    __slots__ = (
        "_advancing", "_body", "_edge", "_exchange", "_expects", "_flows", "_frame", "_is_head", "_task",
    )
    # fmt: on

    BODIES = True

    def __init__(
        self,
        edge: Edge,
        *,
        connections: Connections,
        on_malformed: Callable[[str], None],
        on_bug: Callable[[BaseException], None],
        writer: AnswerWriter,
    ) -> None:
        super().__init__(
            limits=edge.limits.client,
            connections=connections,
            on_malformed=on_malformed,
            on_bug=on_bug,
            writer=writer,
        )
        self._edge = edge
        self._frame = SIMPLE
        self._is_head = self._advancing = self._expects = False
        self._body: RequestBody | None = None  # until it has ended
        self._flows = False  # what arrives goes to the exchange
        self._exchange: Exchange | None = None
        self._task: asyncio.Task[Decided] | None = None

    # --- what the event loop calls ---

    def data_received(self, data: bytes) -> None:
        """Go on with the request that is under way, or begin the next."""
        if self._closing:
            return
        if self._flows:
            self._pass_on(data)
            return
        if self._busy() or self._waits():
            self._reader.feed(data)
            self._burst = 0
            self._pause_reading()
            self._hold_unread()
            return
        if self._body is None and self._reader.empty:
            request = self._reader.whole(data)
            if request is not None:
                self._guarded(self._begin, request, SIMPLE)
                if not self._busy() and not self._closing:
                    self._alarm.set(self._limits.idle_timeout_s)
                return
        self._reader.feed(data)
        self._burst = 0
        self._advance()

    def pause_writing(self) -> None:
        """Have the server wait: the client does not take its answer."""
        self._write_paused = True
        if self._exchange is not None:
            self._exchange.client_full()
        else:
            self._pause_reading()
        self._alarm.set(self._limits.answer_timeout_s)

    def resume_writing(self) -> None:
        """Go on: the client has taken it."""
        self._write_paused = False
        if self._exchange is not None:
            self._exchange.client_takes()
        else:
            self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything, and ask no server for what nobody will read."""
        super().connection_lost(exc)
        self._forget_request()

    # --- what the listener calls ---

    def retire(self) -> None:
        """Close now if idle; a WebSocket with its own word; else after the answer that is under way."""
        if self._closing:
            return
        if self._exchange is not None:
            self._exchange.close_tunnel(GOING_AWAY)
        elif self._task is None and self._reader.empty and self._body is None:
            self._close()

    def hold(self) -> None:
        """Take no more requests; what is under way goes on."""
        if not self._flows:
            super().hold()

    def go_on(self) -> None:
        """Take requests again."""
        if self._closing or self._write_paused:
            return
        if self._busy():
            if self._flows or self._reader.empty:
                self._resume_reading()
        else:
            self._burst = 0
            self._advance()

    # --- what the exchange calls ---

    @property
    def after(self) -> After:
        """Close if the request is not whole: what follows of it would be read as the next."""
        return After.CLOSE if self._connections.draining or self._body is not None else self._frame.after

    def write(self, wire: bytes) -> None:
        """Send this."""
        self._transport.write(wire)

    def arm(self, delay_s: float) -> None:
        """Wait that long. While the client takes nothing, the deadline is that of the client."""
        if not self._write_paused:
            self._alarm.set(delay_s)

    def flow(self) -> None:
        """Send on what has arrived and what will."""
        if self._exchange is None or (self._body is None and self._exchange.tunnel is None):
            if self._reader.empty:
                self._resume_reading()  # else its end would go unnoticed
            return
        self._flows = True
        held = self._reader.take()
        self._hold_unread()
        if held:
            self._pass_on(held)
        if self._flows:
            if self._expects:  # RFC 9110 10.1.1: it is permitted, and its server is there
                self._expects = False
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._resume_reading()

    def hold_body(self) -> None:
        """Read no more for now."""
        self._flows = False
        self._pause_reading()

    def answered(self, after: After) -> None:
        """Go on with the next request, or part."""
        self._end_exchange()
        if after is After.CLOSE:
            self._linger()
        elif self._connections.draining:
            self._close()
        elif self._reader.empty and not self._waits():
            self._await_bytes()
        else:
            self._advance()

    def refused(self, fault: EdgeFault) -> None:
        """Say that there is no answer."""
        if fault is EdgeFault.BODY_TIMEOUT:
            self._give_up(fault)
            return
        self._end_exchange()
        self._on_malformed(fault)
        self._answer(refusal_for(fault, self._edge.limits.retry_after_s))
        self._advance()

    def cut(self, *, hard: bool) -> None:
        """End within an answer, so that its reader sees it: no length is reached, no last chunk sent."""
        self._end_exchange()
        self._on_malformed(EdgeFault.CUT)
        if hard or self._write_paused:
            self._turn_away()
        else:
            self._close()

    def broken(self, bug: BaseException, *, begun: bool) -> None:
        """Report a defect; say so to a client that has not seen anything else."""
        self._end_exchange()
        if begun:
            self._on_bug(bug)
            self._turn_away()
        else:
            self._fail(bug)

    def switched(self) -> bytes:
        """Pass on whatever comes, from now on, until the connection has to end."""
        self._flows = True
        early = self._reader.take()
        self._hold_unread()
        self._resume_reading()
        return early

    # --- one request after the other ---

    def _busy(self) -> bool:
        return self._exchange is not None or self._task is not None

    def _advance(self) -> None:
        if not self._advancing:
            self._advancing = True
            self._guarded(self._take_requests)
            self._advancing = False

    def _guarded(self, step: Callable[..., None], *args: object) -> None:
        """Take a step; whatever goes wrong, the client gets an answer."""
        try:
            step(*args)
        except FaultyHead as faulty:
            self._refuse(faulty.fault)
        except FaultyRequest as faulty:
            self._give_up(faulty.fault)
        except asyncio.CancelledError as leaked:  # somebody else's: no task of ours runs here
            self._forget_request()
            self._fail(leaked)
        except Exception as bug:  # noqa: BLE001 -- whatever it is, the client gets an answer
            self._forget_request()
            self._fail(bug)

    def _take_requests(self) -> None:
        while not self._busy() and not self._closing and not self._waits():
            if self._body is not None:
                self._drain(self._body)
                if self._body is not None:
                    return
            head = self._reader.next_framed()
            if head is None:
                self._await_bytes()
                return
            self._burst += 1
            if self._burst > self._limits.max_pipelined:
                raise FaultyHead(Fault.PIPELINED)
            self._begin(*head)
        if not self._closing:
            self._hold_unread()

    def _begin(self, request: HttpRequest, frame: Frame) -> None:
        self._head_clock = False
        self._frame = frame
        self._is_head = request.method == b"HEAD"
        if request.method in (b"CONNECT", b"TRACE"):
            raise FaultyRequest(EdgeFault.METHOD)
        self._expects = expects_continue(request, frame)
        first = b""
        if frame.length != 0:
            self._body = RequestBody(frame.length, self._edge.limits.body_bytes)
            first = self._content(self._body, self._reader.take())
        decided = self._edge.handler(request)
        if isinstance(decided, _AT_ONCE):
            self._decided(decided, first)
            return
        self._task = self._loop.create_task(decided)
        self._task.add_done_callback(lambda task: self._decided_later(task, first))
        self._alarm.set(self._limits.answer_timeout_s)

    def _content(self, body: RequestBody, data: bytes) -> bytes:
        if data:
            self._expects = False
        content = body.feed(data)
        if body.ended:
            self._end_body(body)
        return content

    def _end_body(self, body: RequestBody) -> None:
        self._body = None
        self._flows = False
        if body.rest:
            self._reader.feed(body.rest)
            self._hold_unread()

    def _decided_later(self, task: asyncio.Task[Decided], first: bytes) -> None:
        if task is not self._task:  # given up: nobody waits, but asyncio wants its exception seen
            _ = task.cancelled() or task.exception()
            return
        self._task = None
        self._guarded(lambda: self._decided(task.result(), first))
        self._advance()

    def _decided(self, decided: Decided, first: bytes) -> None:
        if not isinstance(decided, Forward):
            self._answer(decided)
            return
        if (decided.method == b"HEAD") is not self._is_head:  # its answer would end elsewhere for the client
            raise UnwritableRequest("another method")
        self._exchange = Exchange(self, upgradable(decided, self._frame), self._frame, self._edge)
        self._exchange.start(first, whole=self._body is None)

    def _pass_on(self, data: bytes) -> None:
        exchange, body = self._exchange, self._body
        if exchange is not None and body is not None:
            self._guarded(lambda: exchange.send(self._content(body, data), last=body.ended))
        elif exchange is not None:
            exchange.from_client(data)

    def _answer(self, answer: HttpAnswer | bytes) -> None:
        after = self._after_ours()
        if isinstance(answer, bytes):
            wire = answer if after is After.STAY else self._writer.reframe(answer, after)
        else:
            wire = self._writer.render(answer, after, head=self._is_head)
        self._transport.write(wire)
        if after is After.CLOSE:
            self._body = None
            self._linger()

    def _after_ours(self) -> After:
        """Stay if little enough of the body is to come: it is read and dropped."""
        body, limits = self._body, self._edge.limits
        if body is None:
            return self.after
        # A client that waits for 100 may send its body now, or never.
        if self._connections.draining or self._expects or not body.begin_to_drain(limits.drain_bytes):
            return After.CLOSE
        self._alarm.set(limits.body_idle_s)
        return self._frame.after

    def _drain(self, body: RequestBody) -> None:
        """Drop what has come of a body that nobody wants; its answer was sent."""
        if not body.drain(self._reader.take()):
            self._linger()
        elif body.ended:
            self._end_body(body)
            if self._connections.draining:
                self._close()
        else:
            self._resume_reading()
            self._hold_unread()

    # --- the ways it ends ---

    def _give_up(self, fault: EdgeFault) -> None:
        """End a request that has turned out to be none."""
        begun = self._exchange is not None and self._exchange.begun
        self._forget_request()
        self._on_malformed(fault)
        if begun:
            self._turn_away()
        else:
            self._end(refusal_for(fault, self._edge.limits.retry_after_s))

    def _end_exchange(self) -> None:
        self._exchange, self._flows = None, False

    def _forget_request(self) -> None:
        exchange, task = self._exchange, self._task
        self._task = self._body = None
        self._end_exchange()
        if exchange is not None:
            exchange.abandon()
        if task is not None:
            task.cancel()

    def _overdue(self) -> None:
        if self._closing or self._write_paused:
            self._transport.abort()
        elif self._task is not None:
            self._forget_request()
            self._refuse(Fault.ANSWER_TIMEOUT)
        elif self._connections.paused:  # it is we who do not read
            self._alarm.set(self._limits.head_timeout_s)
        elif self._exchange is not None:
            self._exchange.overdue()
        elif self._body is not None or self._reader.empty:
            self._close()
        else:
            self._refuse(Fault.HEAD_TIMEOUT)


_AT_ONCE: Final = (Forward, HttpAnswer, bytes)
