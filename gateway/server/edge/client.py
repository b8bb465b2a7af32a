"""How does a client's connection at the edge live: have a request passed on, its answer back, and again?

`request_side` reads and decides. Here a request is under way: what its client sends beyond it waits, and
reading stops with the first of it; what comes of its body goes on as fast as the server takes it.
"""

from collections.abc import Callable

from gateway.dialects.wire import Forward
from gateway.server.edge.exchange import Exchange
from gateway.server.edge.fault import STATUSES, EdgeFault
from gateway.server.edge.frames import GOING_AWAY
from gateway.server.edge.handler import Edge
from gateway.server.edge.request_body import RequestBody
from gateway.server.edge.request_head import UnwritableRequest
from gateway.server.edge.request_side import RequestSide
from gateway.server.edge.tunnel import upgradable
from gateway.server.http1.after import After
from gateway.server.http1.connections import Connections
from gateway.server.http1.head import SIMPLE
from gateway.server.http1.writer import AnswerWriter


class EdgeConnection(RequestSide):
    """One connection of a client."""

    __slots__ = ("_announced", "_exchange", "_flows")

    def __init__(
        self,
        edge: Edge,
        *,
        connections: Connections,
        on_malformed: Callable[[str], None],
        on_bug: Callable[[BaseException], None],
        writer: AnswerWriter,
        announced: str | None = None,
    ) -> None:
        """`announced` is whose connection this is, by the word of the load balancer that made it."""
        super().__init__(
            edge, connections=connections, on_malformed=on_malformed, on_bug=on_bug, writer=writer
        )
        self._announced = announced
        self._flows = False  # what arrives goes to the exchange
        self._exchange: Exchange | None = None

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
            if data.endswith(b"\r\n\r\n"):  # mostly one without a body
                request = self._reader.whole(data)
                found = None if request is None else (request, SIMPLE, b"")
            else:
                found = self._reader.sized(data)
            if found is not None:
                self._guarded(self._begin, *found)
                self._wait_idle()
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
        self._asked = None
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
        self._exchange, self._flows = None, False
        self._on_malformed(fault)
        self._answer(self._refusal(STATUSES[fault]))
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

    # --- what the request side calls ---

    def _busy(self) -> bool:
        return self._exchange is not None or self._task is not None

    def _begin_exchange(self, forward: Forward, first: bytes) -> None:
        if (forward.method == b"HEAD") is not self._is_head:  # its answer would end elsewhere for the client
            raise UnwritableRequest("another method")
        self._exchange = Exchange(self, upgradable(forward, self._frame), self._frame, self._edge)
        self._exchange.start(first, whole=self._body is None)

    def _end_body(self, body: RequestBody) -> None:
        self._flows = False
        self._keep_rest(body)

    def _forget_request(self) -> bool:
        exchange, self._body = self._exchange, None
        begun = exchange is not None and exchange.begun
        self._end_exchange()
        if exchange is not None:
            exchange.abandon()
        self._give_up_task()
        return begun

    # --- private ---

    def _wait_idle(self) -> None:
        """Nothing is unread: where nothing is under way either, wait for the next request."""
        if self._exchange is None and self._task is None and self._body is None and not self._closing:
            self._alarm.set(self._limits.idle_timeout_s)

    def _address(self) -> str | None:
        return self._announced or super()._address()

    def _pass_on(self, data: bytes) -> None:
        exchange, body = self._exchange, self._body
        if exchange is not None and body is not None:
            self._guarded(lambda: exchange.send(self._content(body, data), last=body.ended))
        elif exchange is not None:
            exchange.from_client(data)

    def _end_exchange(self) -> None:
        self._exchange, self._flows = None, False

    def _overdue(self) -> None:
        others = self._closing or self._waits() or self._task is not None
        if self._exchange is not None and not others:
            self._exchange.overdue()
        elif self._body is not None and not others:
            self._close()
        else:
            super()._overdue()
