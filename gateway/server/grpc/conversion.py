"""What does a message of Envoy's say, and which message says our answer?

Envoy reads a message without a status, or with status 0 and anything at all, as a permit. So every answer
is made by `response`, and `sealed` lets none go that is not wholly one thing or wholly the other.
"""

from typing import Final

from gateway.core.headers import HeaderPairs, Headers
from gateway.core.mint import IDENTITY_HEADERS
from gateway.dialects.answers import internal_error
from gateway.dialects.envoy_answers import REMOVE
from gateway.dialects.envoy_grpc import Checked
from gateway.dialects.forwarded import CALLER
from gateway.dialects.untrusted import UNTRUSTED
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.grpc.protos.check_pb2 import CheckRequest, CheckResponse, DeniedHttpResponse
from gateway.server.grpc.protos.core_pb2 import HeaderMap, HeaderValue, HeaderValueOption

OK: Final = 0
PERMISSION_DENIED: Final = 7  # google.rpc.Code
PERMIT: Final = 200
POLICY: Final = "policy"
"""The key of `context_extensions` that names the policy."""
SAID: Final = "caller"
"""The key that says the caller's secret, where the proxy has no way to set metadata."""


class Unsound(Exception):
    """A message that could be read as something that it is not."""


def checked(message: CheckRequest, call: HttpRequest) -> Checked:
    """Read a message; `call` is who has sent it."""
    attributes = message.attributes
    http = attributes.request.http
    extensions = attributes.context_extensions
    if SAID in extensions:
        call = call._replace(headers=Headers.of((*call.headers.pairs, (CALLER, extensions[SAID]))))
    return Checked(
        call=call,
        policy=extensions.get(POLICY),
        method=http.method,
        scheme=http.scheme,
        host=http.host,
        target=http.path,
        headers=_headers(http.header_map, http.headers),
        client=attributes.source.address.socket_address.address,
        certificate=attributes.source.certificate,
    )


def response(answer: HttpAnswer, target: bytes | None = None) -> CheckResponse:
    """Write an answer; of a permit also the target that the backend is to get, where it is another one."""
    if answer.status != PERMIT:
        return _denied(answer)
    message = CheckResponse()
    message.status.code = OK  # the default; `sealed` looks whether it is there
    message.status.SetInParent()
    permit, given = message.ok_response, dict(answer.headers)
    permit.headers.extend(_option(name, given[name]) for name in _SET if name in given)
    if target is not None:
        permit.headers.append(_option(b":path", target))
    permit.headers_to_remove.extend(filter(None, given.get(REMOVE, b"").split(b",")))
    permit.headers_to_remove.extend(_UNTRUSTED)  # not every controller has a place to say so
    return message


def sealed(message: CheckResponse) -> bytes:
    """Give the octets of a message that can be read in one way alone. Raises: Unsound."""
    kind = message.WhichOneof("http_response")
    if kind == "ok_response":
        sound = _is_whole_permit(message)
    else:
        refusal = message.denied_response
        sound = kind == "denied_response" and message.status.code != OK and 400 <= refusal.status.code <= 599
    if not sound or not message.HasField("status"):
        raise Unsound
    octets: bytes = message.SerializeToString()
    return octets


# --- private ---

_SET: Final = (b"authorization", *IDENTITY_HEADERS, b"cookie")
"""What reaches the backend. What a browser is told is for Envoy's own CORS filter."""


def _headers(raw: HeaderMap, joined: "dict[str, bytes]") -> Headers:
    """Every header but the pseudo ones; `joined` has repeated ones as one, with commas."""
    pairs: HeaderPairs = tuple((one.key, (one.raw_value or one.value).strip(b" \t")) for one in raw.headers)
    if not pairs:
        pairs = tuple((name.encode(), value.strip(b" \t")) for name, value in joined.items())
    return Headers.of(tuple(pair for pair in pairs if not pair[0].startswith(b":")))


def _option(name: bytes, value: bytes) -> HeaderValueOption:
    return HeaderValueOption(
        header=HeaderValue(key=name, value=value),
        append_action=HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD,
        keep_empty_value=True,
    )


def _denied(answer: HttpAnswer) -> CheckResponse:
    refusal = DeniedHttpResponse(body=answer.body)
    refusal.status.code = answer.status
    refusal.headers.extend(_option(name, value) for name, value in answer.headers)
    message = CheckResponse(denied_response=refusal)
    message.status.code = PERMISSION_DENIED
    return message


def _is_whole_permit(message: CheckResponse) -> bool:
    """Our four headers, and the client's Authorization either replaced or removed: never both, or neither."""
    names = [option.header.key for option in message.ok_response.headers]
    removed = set(message.ok_response.headers_to_remove)
    return (
        message.status.code == OK
        and len(set(names)) == len(names)
        and _IDENTITY.issubset(names)
        and removed.isdisjoint(names)
        and (b"authorization" in removed or b"authorization" in names)
    )


_UNTRUSTED: Final = tuple(name.lower().encode() for name in UNTRUSTED)
_IDENTITY: Final = frozenset(IDENTITY_HEADERS)

BROKEN: Final = sealed(response(internal_error()))
"""The answer to a defect of ours, made before there is one."""
