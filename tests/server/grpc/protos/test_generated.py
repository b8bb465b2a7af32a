"""The committed modules are those that the committed protos give, and say what Envoy's own say."""

from gateway.server.grpc.protos.check_pb2 import CheckRequest, CheckResponse
from tests.server.grpc.protos.generated import PROTOS, ROOT, generated


def test_what_is_committed_is_what_would_be_generated() -> None:
    made = generated()
    there = {path.name: path.read_text() for path in (ROOT / PROTOS).glob("*_pb2.py*")}
    assert there == made, "python -m tests.server.grpc.protos.generated"


def test_the_numbers_are_envoys() -> None:
    # Octets written by hand from external_auth.proto and attribute_context.proto (field << 3 | 2).
    http = b"\x12\x03GET" + b"\x22\x02/x" + b"\x2a\x01h" + b"\x32\x05https"
    raw = b"\x0a\x06" + b"\x0a\x01a" + b"\x1a\x01b"
    http += b"\x6a" + bytes([len(raw)]) + raw
    request = b"\x12" + bytes([len(http)]) + http
    extension = b"\x0a\x06policy\x12\x06orders"
    attributes = b"\x22" + bytes([len(request)]) + request + b"\x52" + bytes([len(extension)]) + extension
    message = CheckRequest.FromString(b"\x0a" + bytes([len(attributes)]) + attributes)
    read = message.attributes.request.http
    assert (read.method, read.path, read.host, read.scheme) == (b"GET", b"/x", b"h", b"https")
    assert [(one.key, one.raw_value) for one in read.header_map.headers] == [(b"a", b"b")]
    assert dict(message.attributes.context_extensions) == {"policy": b"orders"}


def test_what_we_say_has_envoys_numbers_as_well() -> None:
    said = CheckResponse()
    said.status.code = 7
    said.denied_response.status.code = 401
    said.denied_response.body = b"b"
    assert (
        said.SerializeToString() == b"\x0a\x02\x08\x07" + b"\x12\x08" + b"\x0a\x03\x08\x91\x03" + b"\x1a\x01b"
    )
    said = CheckResponse()
    said.ok_response.headers_to_remove.append(b"a")
    said.ok_response.headers.add(append_action=2).header.key = b"k"
    assert said.SerializeToString() == b"\x1a\x0c" + b"\x12\x07\x0a\x03\x0a\x01k\x18\x02" + b"\x2a\x01a"
