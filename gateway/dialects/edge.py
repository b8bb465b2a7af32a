"""How does a client ask that comes to us itself, and what is it answered?

No proxy stands between, so the facts are the request's own: method, target in origin form, the one Host; the
scheme and the other end of the connection. Where load balancers stand before us, the client's address and
scheme are their word (`gateway.dialects.forwarded_chain`): of listed ones, in the one family of headers that
the operator names. The Host never is: many of them pass on a client's X-Forwarded-Host.

A target in absolute form is refused, though RFC 9112 section 3.2.2 tells servers to accept it: it names a
second host and a second scheme, and no client sends it but to a forward proxy, which this is not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from gateway.core.facts import ClientCertificate, Host, RequestFacts
from gateway.core.headers import Headers
from gateway.core.host import DEFAULT_PORTS, parse_host
from gateway.core.policy import CertificateFrom, Network, Policy
from gateway.core.reason import Reason, Refusal
from gateway.core.verdict import Deny, Permit, Verdict
from gateway.dialects import answers, problem_answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.client_certificate import certificate_of
from gateway.dialects.forwarded import client_address, is_listed
from gateway.dialects.forwarded_chain import Hop, forwarded_hops, nearest_untrusted, x_forwarded_hops
from gateway.dialects.hygiene import check_method, check_method_parameter, take_carriers, upgrade_of
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest

NAME: Final = "edge"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=True,
    replaces_cookies=True,
    removes_query=True,
    relays_refusals=True,
    answers_preflight=True,
    removes_subprotocols=True,
)

Family = Literal["none", "forwarded", "x-forwarded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Through what requests come in: one listener, and whose word it takes. By default nobody's."""

    scheme: Literal["http", "https"]
    """Of its connections."""
    trusted_proxies: frozenset[Network] = frozenset()
    forwarded: Family = "none"
    """The one family of headers in which they tell of their clients."""


class HostTable:
    """Which policy has which host. Made once, of a snapshot's policies that are `at_the_edge`.

    No host has two of them: `gateway.config.compile_edge` refuses it.
    """

    __slots__ = ("_exact", "_wild")

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        """Index every host of these policies."""
        self._exact: dict[tuple[str, int | None], Policy] = {}
        self._wild: dict[tuple[str, int | None], Policy] = {}
        for policy in policies.values():
            for pattern in policy.hosts:
                table = self._wild if pattern.wildcard else self._exact
                table[pattern.name.removeprefix("*."), pattern.port] = policy

    def policy(self, host: Host, scheme: str) -> Policy | None:
        """Give the policy of a host, an exact name before a wildcard."""
        default = DEFAULT_PORTS.get(scheme)
        port = default if host.port is None else host.port
        ports = (port, None) if port == default else (port,)
        for table, name in ((self._exact, host.name), (self._wild, host.name.partition(".")[2])):
            for one in ports:
                if (name, one) in table:
                    return table[name, one]
        return None


class Read(NamedTuple):
    """What was asked, and under which policy; None where no policy has the host."""

    policy: Policy | None
    facts: RequestFacts | Deny


def read_any(request: HttpRequest, hosts: HostTable, entrance: Entrance) -> Read:
    """Find the policy by the request's Host, and read the facts under it. Never raises."""
    policy = None
    try:
        arrived = _arrived(request, entrance)
        policy = hosts.policy(arrived.host, arrived.scheme)
        if policy is None:
            raise Refusal(Reason.POLICY_UNKNOWN)
        return Read(policy, _facts(request, policy, arrived))
    except Refusal as refusal:
        return Read(policy, Deny(reason=refusal.reason, detail=refusal.detail))


def read(request: HttpRequest, policy: Policy, entrance: Entrance) -> RequestFacts | Deny:
    """Read the facts. Every client may ask: `peers` and `callers` are for those who ask for another.

    Never raises.
    """
    try:
        return _facts(request, policy, _arrived(request, entrance))
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail)


def render(verdict: Verdict) -> HttpAnswer:
    """Give what the client is told. A permit is told to nobody: 200, with what the backend is to get."""
    if isinstance(verdict, Permit):
        return answers.render(verdict)
    return problem_answers.render(verdict)


def imitate(client: ClientRequest) -> HttpRequest:
    """Ask as this client asks, on a connection of its own. Its scheme is the entrance's."""
    headers = Headers.of(((b"host", client.authority.encode()), *client.headers))
    return HttpRequest(client.method.encode(), client.target.encode(), headers, client.address)


# --- private ---

_CARRIERS: Final = (b"host",)
_SCHEMES: Final = {b"http": "http", b"https": "https"}


_known_host: Final = lru_cache(maxsize=1024)(parse_host)
"""One that is refused is read anew each time."""


class _Arrived(NamedTuple):
    """Where a request wants to go, and who sends it."""

    host: Host
    address: str
    scheme: str
    told: bool
    """By a proxy of ours that stands before us, which then has the client's connection, and not we."""


def _arrived(request: HttpRequest, entrance: Entrance) -> _Arrived:
    host = _known_host(_one(request, b"host"))
    # The zone is our own machine's, and means nothing to anybody else (RFC 4007 section 11.2).
    peer = client_address(request.peer.partition("%")[0].encode())
    if entrance.forwarded == "none" or not is_listed(peer, entrance.trusted_proxies):
        return _Arrived(host, peer, entrance.scheme, told=False)
    hop = nearest_untrusted(_hops(request, entrance.forwarded), entrance.trusted_proxies)
    if hop.scheme is None:
        raise Refusal(Reason.CARRIER_MISSING, "proto= in forwarded")
    scheme = _SCHEMES.get(hop.scheme)
    if scheme is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "the client's scheme")
    return _Arrived(host, hop.address, scheme, told=True)


def _hops(request: HttpRequest, family: Literal["forwarded", "x-forwarded"]) -> Iterator[Hop]:
    if family == "forwarded":
        return forwarded_hops(request.values(b"forwarded"))
    return x_forwarded_hops(request.values(b"x-forwarded-for"), _one(request, b"x-forwarded-proto"))


def _one(request: HttpRequest, name: bytes) -> bytes:
    values = request.values(name)
    if len(values) != 1:
        raise Refusal(Reason.CARRIER_DUPLICATE if values else Reason.CARRIER_MISSING, name.decode())
    return values[0]


def _facts(request: HttpRequest, policy: Policy, arrived: _Arrived) -> RequestFacts:
    headers = request.headers
    take_carriers(headers, _CARRIERS, policy.places.headers)
    check_method_parameter(request.target)
    return RequestFacts(
        NAME,
        policy.id,
        request.peer,
        arrived.address,
        check_method(request.method),
        arrived.scheme,
        arrived.host,
        request.target,
        headers,
        upgrade_of(headers),
        CAPABILITIES.removes_query,
        CAPABILITIES.replaces_cookies,
        _certificate(request, policy, arrived),
        CAPABILITIES.removes_subprotocols,
        strips_cookies=True,
    )


def _certificate(request: HttpRequest, policy: Policy, arrived: _Arrived) -> ClientCertificate | None:
    """Which one the client has shown: to us, or to a proxy of ours that says so; never by its own word."""
    if policy.certificate_from is CertificateFrom.TLS:
        return None if arrived.told else _shown_to_us(request, policy)
    return certificate_of(request.headers, policy) if arrived.told else None


def _shown_to_us(request: HttpRequest, policy: Policy) -> ClientCertificate | None:
    """Its names only where a route asks for them: elsewhere the thumbprint tells questions apart."""
    if request.certificate is None:
        return None
    return ClientCertificate(request.certificate, request.identities if policy.asks_identities else None)
