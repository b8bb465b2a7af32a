"""What connections share cannot be changed under them."""

from dataclasses import FrozenInstanceError

import pytest

from gateway.server.edge.always import Always
from gateway.server.edge.handler import Edge
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.shares import Shares
from gateway.server.edge.upstreams import Upstreams
from tests.server.edge.edged import forward


def test_what_is_shared_stays() -> None:
    limits = EdgeLimits()
    edge = Edge(
        handler=forward,
        upstreams=Upstreams({}, limits),
        shares=Shares(1),
        always=Always(()),
        limits=limits,
        clock=lambda: 0.0,
    )
    with pytest.raises(FrozenInstanceError):
        edge.limits = EdgeLimits()  # type: ignore[misc]
