"""How does the edge listen?"""

import ssl as tls
from collections.abc import Callable
from functools import partial
from typing import Final

from gateway.server.edge.always import Always
from gateway.server.edge.announced import AnnouncedConnections
from gateway.server.edge.client import EdgeConnection
from gateway.server.edge.handler import Edge, EdgeHandler
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.shares import Shares
from gateway.server.edge.upstreams import Upstreams
from gateway.server.http1.connections import Connections
from gateway.server.http1.writer import AnswerWriter
from gateway.server.listener import Listener, bind, listen_for

EdgeListener = Listener
"""It pauses, resumes and drains as the decision listener does. The upstreams are the caller's to close."""


def _ignore(_: object) -> None:
    pass


def _anybody(_: str) -> bool:
    return True


_DEFAULTS: Final = EdgeLimits()


async def listen(  # noqa: PLR0913 -- an address and its rules: each is named at the call
    handler: EdgeHandler,
    upstreams: Upstreams,
    *,
    host: str,
    port: int,
    clock: Callable[[], float],
    limits: EdgeLimits = _DEFAULTS,
    knows: Callable[[str], bool] = _anybody,
    on_malformed: Callable[[str], None] = _ignore,
    on_bug: Callable[[BaseException], None] = _ignore,
    ssl: tls.SSLContext | None = None,
    reuse_port: bool = False,
    announced_by: Callable[[str], bool] | None = None,
    shares: Shares | None = None,
    always: Always | None = None,
) -> EdgeListener:
    """Listen on `host` and `port` (0: any); answer or pass on each request as `handler` says.

    `on_malformed` gets one of `Fault` or `EdgeFault`; `on_bug` what the handler or this core raised, whose
    traceback may hold the request: redact it. `clock` gives seconds since the epoch, for the Date of our own
    answers and the end of WebSockets. With `announced_by` every connection must begin with a header of the
    PROXY protocol, from an address that it says yes to, and is the client's that this tells of; without, none
    may. `shares` and what is `always` said stay the caller's to change. Raises: OSError if the address cannot
    be had.
    """
    shares = Shares(limits.share_requests) if shares is None else shares  # which is empty now
    always = Always(()) if always is None else always
    connections = Connections(limits.client, knows)
    connect = partial(
        EdgeConnection,
        Edge(handler=handler, upstreams=upstreams, limits=limits, shares=shares, always=always, clock=clock),
        connections=connections,
        on_malformed=on_malformed,
        on_bug=on_bug,
        writer=AnswerWriter(clock),
    )
    if announced_by is None:
        return await listen_for(
            connect, connections, host=host, port=port, limits=limits.client, ssl=ssl, reuse_port=reuse_port
        )
    bound = bind(host, port, reuse_port=reuse_port)
    accepting = AnnouncedConnections(
        connect, bound, announced_by=announced_by, on_malformed=on_malformed, limits=limits, ssl=ssl
    )
    return Listener(accepting, connections, accepting.port)
