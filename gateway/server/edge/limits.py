"""How much do we spend on strangers' requests and backends' answers before we give up?

Each number has its reason beside it. Sizes in bytes, durations in seconds.
"""

from dataclasses import dataclass
from typing import Final

from gateway.server.http1.limits import Limits

CLIENT: Final = Limits(
    max_strangers=10_000,
    unread_bytes=64 * 1024 * 1024,
    unsent_bytes=64 * 1024,
)
"""Of the client's side. Everybody is a stranger here, so strangers are as many as there may be connections.
What a client sends while its upstream is being connected counts as unread, up to one read (256 KiB) each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeLimits:
    """Bounds of the reverse proxy."""

    client: Limits = CLIENT
    announcement_s: float = 5.0
    """For a header of the PROXY protocol. A load balancer sends it with the connection, in one segment."""
    body_bytes: int = 100 * 1024 * 1024
    """Of one request. It is streamed and costs no memory, but what it is sent to may keep it."""
    drain_bytes: int = 64 * 1024
    """Of a body that nobody wants, read so that the connection stays; with more it is closed."""
    body_idle_s: float = 30.0
    """Between two pieces of a body. nginx's client_body_timeout is 60 s; a client on a bad network
    repeats a lost packet within seconds."""
    body_rate: int = 1024
    """Octets a second that a body brings at least; 0: any. The slowest modems brought seven times as much."""
    body_window_s: float = 10.0
    """What that is the average of. Longer than a lost packet takes to come again, several times."""
    connect_s: float = 5.0
    """Backends are near: two lost SYN (1 s + 2 s) fit in."""
    first_byte_s: float = 60.0
    """From the whole request to the head of the answer: nginx's proxy_read_timeout."""
    upstream_idle_s: float = 60.0
    """Between two pieces of an answer. An event stream must say something once a minute, as behind nginx."""
    total_s: float | None = None
    """Of one exchange, if at all: a download or an event stream may last."""
    tunnel_idle_s: float = 3600.0
    """Of a WebSocket that nobody uses. Its own pings are the rule; this is for ends that have vanished."""
    keepalive_s: float = 4.0
    """Of an idle connection to a server. Node closes after 5 s, others later: we must be the first, else a
    POST may meet a connection that is being closed, and it cannot be sent twice."""
    idle_connections: int = 64
    """Kept for each server: as many as one busy worker uses at a time, and far below a backend's limit."""
    upstream_requests: int = 1024
    """Under way at one upstream; beyond, 503 is better than a queue that nobody waits for."""
    share_requests: int = 256
    """Of them, of one principal: nobody takes more than a quarter of an upstream away from the others."""
    attempts: int = 3
    """For one request: two servers may have gone with their node, a third says that it is not them."""
    rest_s: float = 5.0
    """For a server that refused a connection: a container restarts in seconds."""
    breaker_failures: int = 5
    """In a row, before nobody waits for a server any more: Envoy's outlier detection begins there too."""
    breaker_s: float = 1.0
    """For how long at first; twice as long each time ..."""
    breaker_most_s: float = 30.0
    """... up to this: then one request in half a minute finds out, whoever else is refused at once."""
    retry_after_s: int = 1
    """What a refused client is told: a crowd is gone, or grown, after a second."""
    buffer_bytes: int = 64 * 1024
    """Unsent bytes towards a server, above which the client is not read. Beside it stands what one read of a
    socket brings (256 KiB), and the kernel's own."""
    answer_head_bytes: int = 64 * 1024
    """Start line and headers of an answer: twice of what a request may have, for cookies and policies."""
    answer_headers: int = 256
    """As many lines as that: 64 KiB in headers of 256 bytes."""
    interim_answers: int = 16
    """1xx before the answer: a real server sends one or two."""
