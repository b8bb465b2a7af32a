"""How does Envoy ask over gRPC? A client's request (`tests.builders.Wire`) as its message and its call."""

from dataclasses import replace
from typing import Any, Final

from gateway.dialects.forwarded import CALLER
from gateway.server.grpc.conversion import Metadata
from gateway.server.grpc.protos.check_pb2 import CheckRequest
from tests.builders import Wire

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


def metadata(wire: Wire) -> Metadata:
    """What Envoy says beside it: the caller's secret, which a scenario has among the headers."""
    return tuple((name.decode(), value.decode("latin-1")) for name, value in wire.headers if name == CALLER)


def peer(wire: Wire) -> str:
    """The other end, as gRPC prints it."""
    return f"ipv4:{wire.peer}:4711"
