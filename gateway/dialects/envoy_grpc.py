"""How does Envoy ask over gRPC, and what does it understand?

`envoy.service.auth.v3.Authorization/Check`, as plain values: what a message is made of knows
`gateway.server.grpc`. Everything about the request stands in the message; who asks is the call itself, its
connection and its metadata. A dialect of its own beside `envoy`: the octets that the memo keeps for one are
never given to the other, and a record tells which listener was asked.

The proxy is no row of `DIALECTS`, for no URL leads here: the policy is named by what the operator wrote into
Envoy's `context_extensions`, or by a host that one policy alone has.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.core.facts import ClientCertificate, RequestFacts
from gateway.core.headers import Headers
from gateway.core.host import host_pattern, parse_host
from gateway.core.policy import CertificateFrom, Policy
from gateway.core.reason import Reason, Refusal
from gateway.core.verdict import Deny
from gateway.dialects import envoy_answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.client_certificate import certificate_in, certificate_of
from gateway.dialects.forwarded import check_caller, client_address
from gateway.dialects.hygiene import check_method, check_method_parameter, take_carriers, upgrade_of
from gateway.dialects.wire import ClientRequest, HttpRequest

NAME: Final = "envoy-grpc"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=False,
    replaces_cookies=True,
    removes_query=True,  # our answer sets `:path`, see `gateway.dialects.query`
    relays_refusals=True,
    answers_preflight=False,  # its own CORS filter answers before it asks
)

_PROTO: Final = b"x-forwarded-proto"
_OWN: Final = (_PROTO, b"x-forwarded-for")
"""Envoy's own among the client's headers (use_remote_address): none may be said twice."""
_SCHEMES: Final = {b"http": "http", b"https": "https"}


class Checked(NamedTuple):
    """One question. `headers` and `target` hold the credential: never print them."""

    call: HttpRequest
    """Who asks: the connection's other end, with the call's metadata as headers."""
    policy: bytes | None
    """What the operator has set. None: nothing."""
    method: bytes
    scheme: bytes
    host: bytes
    target: bytes
    headers: Headers
    client: bytes
    """The address of whom Envoy serves, as it says."""
    certificate: bytes = b""
    """What the client has shown, as escaped PEM; empty where it showed none, or Envoy does not say."""

    @property
    def peer(self) -> str:
        """Give the address that asks."""
        return self.call.peer

    def __repr__(self) -> str:
        return f"Checked({self.method!r}, {self.peer})"


render = envoy_answers.render


def policy_of(checked: Checked, policies: Mapping[str, Policy]) -> Policy | None:
    """Give the policy that is named, or the only one of the host. None where nothing says which."""
    if checked.policy is not None:
        return policies.get(checked.policy.decode("ascii", "replace"))
    try:
        host = parse_host(checked.host)
    except Refusal:
        return None
    scheme = _scheme(checked) or ""
    having = [one for one in policies.values() if host_pattern(host, scheme, one.host_patterns) is not None]
    return having[0] if len(having) == 1 else None


def read(checked: Checked, policy: Policy) -> RequestFacts | Deny:
    """Read the facts. Never raises."""
    try:
        check_caller(checked.call, policy)
        return _facts(checked, policy)
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail)


def imitate(client: ClientRequest, policy_id: str, peer: str) -> Checked:
    """Ask as Envoy would ask for a client's request, told by its configuration which policy it is."""
    carriers = ((_PROTO, client.scheme.encode()), (b"x-forwarded-for", client.address.encode()))
    return Checked(
        call=HttpRequest(b"POST", b"", Headers.of(()), peer),
        policy=policy_id.encode(),
        method=client.method.encode(),
        scheme=client.scheme.encode(),
        host=client.authority.encode(),
        target=client.target.encode(),
        headers=Headers.of(carriers + client.headers),
        client=client.address.encode(),
    )


# --- private ---


def _facts(checked: Checked, policy: Policy) -> RequestFacts:
    headers, scheme = checked.headers, _scheme(checked)
    take_carriers(headers, _OWN, policy.places.headers)
    if not (checked.host and checked.method):
        raise Refusal(Reason.CARRIER_MISSING, "attributes.request.http")
    if scheme is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "attributes.request.http.scheme")
    check_method_parameter(checked.target)
    return RequestFacts(
        NAME,
        policy.id,
        checked.peer,
        client_address(checked.client or None),
        check_method(checked.method),
        scheme,
        parse_host(checked.host),
        checked.target,
        headers,
        upgrade_of(headers),
        CAPABILITIES.removes_query,
        CAPABILITIES.replaces_cookies,
        None if policy.certificate_from is None else _certificate(checked, policy),
    )


def _certificate(checked: Checked, policy: Policy) -> ClientCertificate | None:
    if policy.certificate_from is CertificateFrom.ENVOY_GRPC:
        return certificate_in(checked.certificate, policy, "attributes.source.certificate")
    return certificate_of(checked.headers, policy)


def _scheme(checked: Checked) -> str | None:
    """Give the scheme by which the client came in.

    The message's own is the word of a client that speaks HTTP/2; what Envoy has seen is in its header.
    """
    said = checked.headers.all(_PROTO)
    return _SCHEMES.get(said[0] if said else checked.scheme)
