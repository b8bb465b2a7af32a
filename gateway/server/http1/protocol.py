"""How does one connection live: read a head, answer it, wait for the next, and end?

One answer at a time, in order. An answer that is there at once is written in the call that read the
head: no task, no future. One that must be waited for is a task; further bytes of the peer are then
kept, and reading stops with the first of them. (Not earlier: a socket that is not read cannot tell
that the peer has gone, and then the task is cancelled.)
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.after import After
from gateway.server.http1.connection import ClientConnection
from gateway.server.http1.connections import Connections
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.limits import Limits
from gateway.server.http1.writer import AnswerWriter

Answered = HttpAnswer | bytes
Handler = Callable[[HttpRequest], Answered | Coroutine[Any, Any, Answered]]
"""Gives an answer, or a coroutine that does; or the octets of an answer as `AnswerWriter` wrote it for a
connection that stays."""


_AT_ONCE: Final = (bytes, HttpAnswer)


class Http1Protocol(ClientConnection):
    """One connection of the decision listener."""

    __slots__ = ("_after", "_handler")

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
        super().__init__(
            limits=limits,
            connections=connections,
            on_malformed=on_malformed,
            on_bug=on_bug,
            writer=writer,
        )
        self._handler = handler
        self._after = After.CLOSE

    # --- what the event loop calls ---

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

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything, and stop looking up what nobody will read."""
        super().connection_lost(exc)
        self._give_up_task()

    # --- what the listener calls ---

    def retire(self) -> None:
        """Close now if idle; else after the answer that is under way (`Connections.draining`)."""
        if not self._closing and self._task is None and self._reader.empty:
            self._close()

    def go_on(self) -> None:
        """Take requests again."""
        if self._closing or self._write_paused:
            return
        if self._task is None:
            self._burst = 0
            self._advance()
        elif self._reader.empty:
            self._resume_reading()

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

    def _answered(self, task: asyncio.Task[Answered]) -> None:
        if task is not self._task:  # given up: nobody waits, but asyncio wants its exception seen
            _ = task.cancelled() or task.exception()
            return
        self._task = None
        try:
            self._send(task.result())
        except (Exception, asyncio.CancelledError) as bug:  # noqa: BLE001 -- see _advance
            self._fail(bug)  # cancelled, and not by us: somebody else's cancellation leaked in
        self._advance()

    def _send(self, answer: Answered) -> None:
        after = After.CLOSE if self._connections.draining else self._after
        if isinstance(answer, bytes):
            self._transport.write(answer if after is After.STAY else self._writer.reframe(answer, after))
        else:
            self._transport.write(self._writer.render(answer, after, head=self._is_head))
        if after is After.CLOSE:
            self._linger()
