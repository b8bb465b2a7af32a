"""How does one request get to a server, and its answer to the client?

Straight through: what the client's connection read is written to the server's in the same call, and back.
The two run at the same time, each as fast as its reader takes it. A request is sent again only where no
server can have acted on it: it was not sent at all, or it went, without a body and idempotent, into a
connection that the server was closing (RFC 9110 9.2.2).
"""

import asyncio
from typing import Final

from gateway.dialects.wire import Forward
from gateway.server.edge.answer_framing import BODILESS, framed, sized
from gateway.server.edge.approach import Approach
from gateway.server.edge.body import LAST_CHUNK, Body, EndlessBody, MalformedBody, SizedBody, chunk
from gateway.server.edge.fault import EdgeFault
from gateway.server.edge.handler import Edge
from gateway.server.edge.pace import Pace
from gateway.server.edge.relayed_head import relayed_head
from gateway.server.edge.request_head import request_head
from gateway.server.edge.response_head import AnswerHead, FaultyAnswer
from gateway.server.edge.served import Client
from gateway.server.edge.tunnel import Tunnel, switches
from gateway.server.edge.upstream_connection import UpstreamConnection
from gateway.server.http1.after import After
from gateway.server.http1.head import Frame
from gateway.server.http1.writer import CONNECTION, field_lines


class Exchange:
    """One request and its answer."""

    # fmt: off
    __slots__ = (
        "_after", "_answering", "_approach", "_body", "_chunks", "_client", "_connection", "_deadline",
        "_edge", "_first", "_forward", "_frame", "_head", "_interims", "_keeps", "_limits", "_pace", "_reply",
        "_sent", "_share", "_told", "_upstream_full", "tunnel",
    )
    # fmt: on

    def __init__(self, client: Client, forward: Forward, frame: Frame, edge: Edge) -> None:
        """Take what was judged. Raises: UnwritableRequest, UnwritableAnswer."""
        self._client = client
        self._forward = forward
        self._frame = frame
        self._edge = edge
        pool = edge.upstreams.get(forward.upstream)
        self._limits = edge.limits if pool is None else pool.limits
        self._head = request_head(forward, frame.length)
        self._told = field_lines(forward.told) + edge.always.lines
        self._reply = edge.always.rules(forward.reply)
        self._first = b""
        self._approach = Approach(pool, self._limits)
        self._connection: UpstreamConnection | None = None
        self._sent = False  # the whole request
        self._answering = False  # a byte of an answer has come
        self._body: Body | None = None  # of the answer, once its head has come
        self._chunks = self._keeps = self._upstream_full = False
        self._after = After.CLOSE
        self._interims = 0
        self._share: bytes | None = None  # of the principal's, while it is taken
        self._pace: Pace | None = None  # of a body that is waited for
        self._deadline: float | None = None
        self.tunnel: Tunnel | None = None

    @property
    def begun(self) -> bool:
        """Whether the client has seen something of a final answer."""
        return self._body is not None or self.tunnel is not None

    # --- what the client's connection calls ---

    def start(self, first: bytes, *, whole: bool) -> None:
        """Send the request, and of its body what is at hand."""
        share = self._forward.share
        if share is not None:
            if not self._edge.shares.take(share):
                self._fail(EdgeFault.SHARE)
                return
            self._share = share
        self._first, self._sent = self._encoded(first, last=whole), whole
        total_s = self._limits.total_s if self._forward.timeout_s is None else self._forward.timeout_s
        if total_s is not None:
            self._deadline = asyncio.get_running_loop().time() + total_s
        self._seek()

    def send(self, content: bytes, *, last: bool) -> None:
        """Send more of the body."""
        if self._connection is None:
            return
        if not last and not self.begun and not self._keeps_up(len(content)):
            self._fail(EdgeFault.BODY_TIMEOUT)
            return
        self._sent = last
        wire = self._encoded(content, last=last)
        if wire:
            self._connection.transport.write(wire)
        self._rearm()

    def from_client(self, data: bytes) -> None:
        """Pass on bytes of the other protocol."""
        if self.tunnel is not None:
            self.tunnel.from_client(data)
            self._rearm()

    def client_full(self) -> None:
        """Read no more of the answer."""
        if self._connection is not None:
            self._connection.pause_reading()

    def client_takes(self) -> None:
        """Read on."""
        if self._connection is not None:
            self._connection.resume_reading()
            self._rearm()

    def close_tunnel(self, code: int) -> None:
        """End the other protocol, with a word where one can stand."""
        if self.tunnel is not None:
            farewell = self.tunnel.farewell(code)
            self.abandon()
            if farewell:
                self._client.write(farewell)
            self._client.answered(After.CLOSE)

    def abandon(self) -> None:
        """Let go of everything: nobody waits for the answer."""
        if self.tunnel is not None:
            self.tunnel.forget()
        if self._connection is not None:
            self._connection.discard()
            self._connection = None
        self._leave()

    def overdue(self) -> None:
        """Decide whose silence it is."""
        if self.tunnel is not None:
            self.abandon()
            self._client.answered(After.CLOSE)
        elif self._body is not None:
            self._cut()
        elif self._connection is None and not self._is_late():
            self._approach.turn_from(EdgeFault.CONNECT_TIMEOUT)
            self._seek()
        elif self._sent or self._upstream_full or self._connection is None:
            self._fail(EdgeFault.UPSTREAM_TIMEOUT)
        else:
            self._fail(EdgeFault.BODY_TIMEOUT)

    # --- what the pool calls ---

    def connected(self, connection: UpstreamConnection) -> None:
        """Send the request on a new connection."""
        self._approach.arrived()
        self._use(connection)

    def unreachable(self, fault: EdgeFault) -> None:
        """Try another server."""
        self._approach.arrived()
        self._approach.turn_from(fault)
        self._seek()

    # --- what the server's connection calls ---

    def received(self, data: bytes) -> None:
        """Pass on what the server says."""
        if self._body is not None:
            self._pass_on(b"", data)
        elif self.tunnel is not None:
            self.tunnel.from_upstream(data)
            self._client.arm(self._limits.tunnel_idle_s)
        elif self._connection is not None:
            self._answering = True
            self._connection.answers.feed(data)
            try:
                self._read_heads(self._connection)
            except FaultyAnswer:
                self._fail(EdgeFault.BAD_ANSWER)

    def upstream_lost(self, *, in_order: bool) -> None:
        """End the answer, or do without."""
        connection, self._connection = self._connection, None
        if self.tunnel is not None:
            self.abandon()
            self._client.answered(After.CLOSE)
        elif isinstance(self._body, EndlessBody) and in_order:
            if self._chunks:
                self._client.write(LAST_CHUNK)
            self._finish(keeps=False)
        elif self._body is not None:
            self._cut()
        elif connection is not None and connection.used and self._may_repeat():
            self._approach.leave()
            self._seek(fresh=True)
        else:
            self._fail(EdgeFault.LOST)

    def upstream_full(self) -> None:
        """Have the client wait."""
        self._upstream_full = True
        self._client.hold_body()

    def upstream_takes(self) -> None:
        """Have the client go on."""
        self._upstream_full = False
        if self._pace is not None:
            self._pace.begin(asyncio.get_running_loop().time())
        self._rearm()
        self._client.flow()

    def failed(self, bug: BaseException) -> None:
        """End, with what is left to say."""
        begun = self.begun
        self.abandon()
        self._client.broken(bug, begun=begun)

    # --- getting there ---

    def _seek(self, *, fresh: bool = False) -> None:
        match self._approach.next(self, fresh=fresh):
            case EdgeFault() as fault:
                self._fail(fault)
            case None:
                self._arm(self._limits.connect_s)
            case connection:
                self._use(connection)

    def _use(self, connection: UpstreamConnection) -> None:
        self._connection = connection
        connection.exchange = self
        connection.transport.write(self._head + self._first)
        self._first = b""  # what has a body is not sent again
        if self._sent and self._deadline is None:  # as `_rearm` does
            self._client.arm(self._limits.first_byte_s)
            return
        self._rearm()
        if not self._sent:
            self._pace = Pace(self._limits, asyncio.get_running_loop().time())
            self._client.flow()

    def _keeps_up(self, octets: int) -> bool:
        return self._pace is None or self._pace.keeps_up(octets, asyncio.get_running_loop().time())

    def _may_repeat(self) -> bool:
        return not self._answering and self._frame.length == 0 and self._forward.method in _IDEMPOTENT

    def _encoded(self, content: bytes, *, last: bool) -> bytes:
        if self._frame.length is not None:
            return content
        return chunk(content) + LAST_CHUNK if last else chunk(content)

    # --- coming back ---

    def _read_heads(self, connection: UpstreamConnection) -> None:
        head = connection.answers.next()
        while head is not None:
            if head.status >= 200:
                self._begin_answer(head, connection.answers.take())
                return
            if head.status == 101:
                self._switch(head, connection)
                return
            self._interims += 1
            if self._interims > self._limits.interim_answers:
                raise FaultyAnswer
            # 100 is ours to say, and we did; others mean nothing to most clients. RFC 9110 15.2 lets a
            # gateway choose: only a proxy, which the client has chosen, must forward them.
            if head.status == 103 and self._frame.http_1_1:
                self._client.write(relayed_head(head, self._reply, b""))
            head = connection.answers.next()

    def _begin_answer(self, head: AnswerHead, rest: bytes) -> None:
        self._approach.answered(head.status)
        bodiless = head.status in BODILESS or self._forward.method == b"HEAD"
        self._after = self._client.after
        if head.length == len(rest) and not bodiless:  # all of it is here, as most answers are
            self._client.write(self._relayed(head, sized(head.length)) + rest)
            self._finish(keeps=head.keeps and self._sent and not self._upstream_full)
            return
        self._body, framing, self._chunks, self._keeps = framed(
            head, bodiless=bodiless, http_1_1=self._frame.http_1_1
        )
        if not framing and not bodiless:  # the end of the connection is the end of the answer
            self._after = After.CLOSE
        self._pass_on(self._relayed(head, framing), rest)

    def _relayed(self, head: AnswerHead, framing: bytes) -> bytes:
        after = self._after
        stays = b"" if after is _STAY else CONNECTION[after]  # a member of an Enum is slow to look up by
        return relayed_head(head, self._reply, self._told + framing + stays)

    def _pass_on(self, wire: bytes, data: bytes) -> None:
        body = self._body
        if body is None:
            return
        try:
            content = body.feed(data)
        except MalformedBody:
            self._cut(wire)
            return
        if self._chunks:
            content = chunk(content) + LAST_CHUNK if body.ended else chunk(content)
        if wire or content:
            self._client.write(wire + content if wire else content)
        if body.ended:
            self._finish(keeps=self._keeps and self._sent and not self._upstream_full and not body.rest)
        else:
            self._rearm()

    def _finish(self, *, keeps: bool) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and keeps:
            self._approach.give_back(connection)
        elif connection is not None:
            connection.discard()
        self._leave()
        self._client.answered(self._after)

    def _switch(self, head: AnswerHead, connection: UpstreamConnection) -> None:
        if self._forward.upgrade is None or not switches(head, self._forward.upgrade):
            raise FaultyAnswer
        self._approach.answered(head.status)
        self.tunnel = Tunnel(self._client.write, connection.transport.write)
        rest = connection.answers.take()
        upgrade = b"connection: Upgrade\r\nupgrade: %b\r\n" % self._forward.upgrade
        self._client.write(relayed_head(head, self._reply, self._told + upgrade))
        if rest:
            self.tunnel.from_upstream(rest)
        early = self._client.switched()
        if early:
            self.tunnel.from_client(early)
        if self._forward.until is not None:
            self.tunnel.end_in(self._forward.until - self._edge.clock(), self.close_tunnel)
        self._rearm()

    # --- the ways it ends ---

    def _leave(self) -> None:
        self._approach.leave()
        share, self._share = self._share, None
        if share is not None:
            self._edge.shares.give_back(share)

    def _fail(self, fault: EdgeFault) -> None:
        self._approach.unanswered(fault)
        self.abandon()
        self._client.refused(fault)

    def _cut(self, wire: bytes = b"") -> None:
        """End an answer that is not whole. One without an end of its own can only be reset."""
        self.abandon()
        if wire:
            self._client.write(wire)
        self._client.cut(hard=not self._chunks and not isinstance(self._body, SizedBody))

    # --- deadlines ---

    def _rearm(self) -> None:
        """Wait for whoever's turn it is."""
        limits = self._limits
        if self.tunnel is not None:
            self._client.arm(limits.tunnel_idle_s)
        elif self._body is not None:
            self._arm(limits.upstream_idle_s)
        elif self._sent or self._upstream_full:
            self._arm(limits.first_byte_s)
        else:
            self._arm(limits.body_idle_s)

    def _is_late(self) -> bool:
        return self._deadline is not None and self._deadline <= asyncio.get_running_loop().time()

    def _arm(self, delay_s: float) -> None:
        if self._deadline is not None:
            delay_s = min(delay_s, self._deadline - asyncio.get_running_loop().time())
        self._client.arm(delay_s)


_STAY: Final = After.STAY
_IDEMPOTENT: Final = frozenset((b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"))
