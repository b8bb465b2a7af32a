"""What does a permitted request say to its backend? As the edge's handler makes it, read back."""

from dataclasses import replace

from gateway.core.headers import HeaderPairs
from gateway.core.verdict import Permit
from gateway.dialects.edge_headers import given
from gateway.dialects.wire import Forward
from gateway.server.edge_handler import passed_on
from gateway.server.http1.writer import lines_of


def anywhere(permit: Permit) -> Permit:
    """The same, whose route goes somewhere."""
    route = permit.context.route
    assert route is not None
    return permit._replace(context=permit.context._replace(route=replace(route, upstream="http://a:80")))


def forward(permit: Permit) -> Forward:
    """What goes on."""
    return passed_on(permit, lines_of(given(permit)))


def headers_of(forwarded: Forward) -> HeaderPairs:
    """Every header that its backend gets, in order."""
    lines = [line.partition(b": ") for line in forwarded.given.split(b"\r\n")[:-1]]
    return (*forwarded.headers.pairs, *((name, value) for name, _, value in lines))
