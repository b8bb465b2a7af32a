"""How does Envoy ask over gRPC? A client's request (`tests.builders.Wire`) as its message and its call."""

from dataclasses import replace
from typing import Any, Final

from gateway.core.headers import Headers
from gateway.dialects.forwarded import CALLER
from gateway.dialects.wire import HttpRequest
from gateway.server.grpc.protos.check_pb2 import CheckRequest
from tests.builders import PEER, Wire

METHOD: Final = b"x-original-method"
SCHEME: Final = b"x-forwarded-proto"


def message(wire: Wire | None = None, **changes: Any) -> CheckRequest:
    """The message with raw headers. `wire.without` names the headers of other proxies that say the same."""
    wire = replace(wire or Wire(), **changes)
    asked = CheckRequest()
    attributes = asked.attributes
    http = attributes.request.http
    http.method = b"" if METHOD in wire.without else wire.method
    http.scheme = b"" if SCHEME in wire.without else wire.scheme
    http.host, http.path = wire.host, wire.target
    pseudo = ((b":authority", wire.host), (b":path", wire.target), (b":method", wire.method))
    own = ((SCHEME, wire.scheme), (b"x-forwarded-for", wire.client))
    kept = [pair for pair in own if pair[0] not in wire.without]
    for name, value in (*pseudo, *kept, *wire.headers):
        if name != CALLER:
            http.header_map.headers.add(key=name, raw_value=value)
    attributes.source.address.socket_address.address = wire.client
    attributes.context_extensions["policy"] = wire.policy.encode()
    return asked


def call(wire: Wire) -> HttpRequest:
    """Who sends it. The caller's secret, which a scenario has among the headers, Envoy says beside it."""
    said = tuple(pair for pair in wire.headers if pair[0] == CALLER)
    return calling(*said, peer=wire.peer)


def calling(
    *said: tuple[bytes, bytes], peer: str = PEER, identities: frozenset[str] = frozenset()
) -> HttpRequest:
    """A call from this address, with these words beside the message."""
    return HttpRequest(b"POST", b"", Headers.of(said), peer, identities)
