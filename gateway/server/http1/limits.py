"""How much of a peer's bytes, time and connections do we spend before we refuse?

Each number has its reason beside it. They bound what one unauthenticated peer can make us hold or do.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one listener. Sizes in bytes, durations in seconds."""

    head_bytes: int = 32 * 1024
    """Start line and headers together. nginx accepts 4 x 8 KiB from its client
    (large_client_header_buffers) and adds its own headers, so a token of 16 KiB fits twice."""
    target_bytes: int = 9 * 1024
    """8 KiB is nginx's longest request line and RFC 9112 3's minimum; 1 KiB more is ours, because
    Envoy puts `/auth/envoy/<policy>` before the path of its client."""
    header_count: int = 128
    """Envoy's and Apache's default is 100 for what a client sends; the proxy adds its own."""
    head_timeout_s: float = 10.0
    """From the first byte of a head (of the first one: from the connection) to its last. A proxy
    sends a whole head at once; only an attacker is slow (slowloris)."""
    idle_timeout_s: float = 75.0
    """Longer than the 60 s that nginx keeps an idle upstream connection (keepalive_timeout), so that
    the proxy closes first and never sends a request into a connection that we are closing."""
    answer_timeout_s: float = 30.0
    """For a handler that has to look something up, and for a peer to take an answer. A backstop:
    look-ups have shorter deadlines of their own, and nginx gives up at 60 s (proxy_read_timeout)."""
    linger_s: float = 5.0
    """How long, after the last answer, we read and drop what the peer still sends. A proxy closes
    at once. nginx's own lingering_timeout is 5 s."""
    max_pipelined: int = 16
    """Requests that may stand in one connection at once. No proxy pipelines to its upstream."""
    max_connections: int = 10_000
    """Far above the pools of the proxies (nginx `keepalive 8..320`, Envoy 1024 a cluster)."""
    newest_wins: bool = False
    """Whether the oldest connection goes where there is one too many, or the new one. A proxy's old ones are
    its pool, and a new one may go to another replica; the kubelet's is always new, and must get through."""
    max_strangers: int = 64
    """Of them, for peers that no policy lists: enough to be told so, too few to keep the proxies out."""
    unread_bytes: int = 8 * 1024 * 1024
    """Of heads that have begun and not ended, in all connections together: 256 of the largest. Without this
    10,000 connections could make us hold 32 KiB each, several times over."""
    unsent_bytes: int = 16 * 1024
    """Of answers that a peer does not take: with more, nothing of it is read. An answer is under 4 KiB."""
    backlog: int = 1024
    """Connections that wait for accept(); the kernel cuts it to net.core.somaxconn."""


PAGES: Final = Limits(
    head_bytes=8 * 1024,
    target_bytes=2 * 1024,
    header_count=64,
    idle_timeout_s=15,
    max_connections=256,
    newest_wins=True,
    unread_bytes=1024 * 1024,
)
"""For the keys and the admin listener: backends that fetch keys, the kubelet, Prometheus. No tokens."""
