"""Who says what becomes of a request at the edge, and what do its connections share?"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from gateway.dialects.wire import Forward, HttpAnswer, HttpRequest
from gateway.server.edge.always import Always
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.shares import Shares
from gateway.server.edge.upstreams import Upstreams

Decided = HttpAnswer | Forward

EdgeHandler = Callable[[HttpRequest], Decided | Coroutine[Any, Any, Decided]]
"""Gives an answer of our own, or what is to be passed on; or a coroutine that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What all connections of one listener share."""

    handler: EdgeHandler
    upstreams: Upstreams
    limits: EdgeLimits
    shares: Shares
    always: Always
    clock: Callable[[], float]
    """Seconds since the epoch."""
