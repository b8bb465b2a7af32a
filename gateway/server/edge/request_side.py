"""Which request of a client is next at the edge, and what is decided of it?

One at a time, in order. Of a body that nobody wants a little is read, so that the connection stays. A request
whose frame is in doubt is refused before anything of it is sent, or else ends both connections.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import Final

from gateway.core.headers import Headers
from gateway.dialects.problem_answers import wants_page
from gateway.dialects.wire import Forward, HttpAnswer, HttpRequest
from gateway.server.edge.fault import STATUSES, EdgeFault, FaultyRequest, refusal
from gateway.server.edge.handler import Decided, Edge
from gateway.server.edge.request_body import RequestBody, expects_continue
from gateway.server.http1.after import After
from gateway.server.http1.connection import ClientConnection
from gateway.server.http1.connections import Connections
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.head import SIMPLE, Frame
from gateway.server.http1.writer import AnswerWriter


class RequestSide(ClientConnection):
    """What a client's connection does until a request is to be passed on, and when it has been answered."""

    __slots__ = ("_advancing", "_asked", "_body", "_edge", "_expects", "_frame")

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
        self._advancing = self._expects = False
        self._asked: Headers | None = None  # of the request that is under way
        self._body: RequestBody | None = None  # until it has ended

    @property
    def after(self) -> After:
        """Close if the request is not whole: what follows of it would be read as the next."""
        return After.CLOSE if self._connections.draining or self._body is not None else self._frame.after

    # --- what the connection that passes on does ---

    @abstractmethod
    def _busy(self) -> bool:
        """Whether a request is under way."""

    @abstractmethod
    def _begin_exchange(self, forward: Forward, first: bytes) -> None:
        """Pass it on; `first` is what has come of its body."""

    @abstractmethod
    def _forget_request(self) -> bool:
        """Let go of what is under way. Whether the client has seen something of its answer."""

    @abstractmethod
    def _end_body(self, body: RequestBody) -> None:
        """Know that the whole body has come."""

    # --- one request after the other ---

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
            self._begin(*head, b"" if head[1].length == 0 else self._reader.take())
        if not self._closing:
            self._hold_unread()

    def _begin(self, request: HttpRequest, frame: Frame, first: bytes) -> None:
        """Have it decided; `first` is what has come of its body, and perhaps of what follows."""
        self._head_clock = False
        self._frame = frame
        self._asked = request.headers
        self._is_head = request.method == b"HEAD"
        if request.method in (b"CONNECT", b"TRACE"):
            raise FaultyRequest(EdgeFault.METHOD)
        self._expects = expects_continue(request, frame)
        if frame.length != len(first):  # else all of it is here, or there is none
            self._body = RequestBody(frame.length)
            first = self._content(self._body, first)
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
            self._body = None
            self._end_body(body)
        return content

    def _keep_rest(self, body: RequestBody) -> None:
        """What stands behind a body is the next request's."""
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
        if isinstance(decided, Forward):
            self._bound_body(decided.max_body, first)
            self._begin_exchange(decided, first)
        else:
            self._answer(decided)

    def _bound_body(self, most: int | None, first: bytes) -> None:
        """Refuse what is known to be too much, and have the rest counted."""
        most = self._edge.limits.body_bytes if most is None else most
        if len(first) > most:
            raise FaultyRequest(EdgeFault.BODY_TOO_LARGE)
        if self._body is not None:
            self._body.bound(most)

    # --- answers of our own ---

    def _answer(self, answer: HttpAnswer) -> None:
        after = self._after_ours()
        self._asked = None
        self._transport.write(self._render(answer, after, head=self._is_head))
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
            self._body = None
            self._keep_rest(body)
            if self._connections.draining:
                self._close()
        else:
            self._resume_reading()
            self._hold_unread()

    def _refusal(self, status: int) -> HttpAnswer:
        """Say what is wrong, to a browser as a page. Nobody knows who has sent a malformed head."""
        page = self._asked is not None and wants_page(self._asked)
        return refusal(status, page=page, retry_after_s=self._edge.limits.retry_after_s)

    def _last_words(self, answer: HttpAnswer) -> bytes:
        head = self._is_head and self._asked is not None
        return self._render(self._refusal(answer.status), After.CLOSE, head=head)

    def _render(self, answer: HttpAnswer, after: After, *, head: bool) -> bytes:
        return self._writer.render(self._edge.always.answer(answer), after, head=head)

    def _give_up(self, fault: EdgeFault) -> None:
        """End a request that has turned out to be none."""
        begun = self._forget_request()
        self._on_malformed(fault)
        if begun:
            self._turn_away()
        else:
            self._end(HttpAnswer(STATUSES[fault]))


_AT_ONCE: Final = (Forward, HttpAnswer)
