"""Any headers are facts or a refusal, in every dialect; no identity header or alias of one is in the facts.

`read` never raises, whatever the headers are, and neither does the walk behind it. Facts hold the headers as
they came, and none that any reader folds into a name that we protect. A permit needs a route that lists the
method. Lines of the input are headers: `name:value`.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.headers import HeaderPairs, Headers
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import BearerCredential, CookieCredential, HeaderCredential, QueryCredential
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight
from gateway.dialects import DIALECTS, edge
from gateway.dialects.hygiene import METHOD_OVERRIDES
from gateway.dialects.wire import HttpRequest
from gateway.server.single_walk import GivenKeys, Moment, walk
from gateway.server.speaker import Renderer
from tests.builders import JTI, NOW, PEER, cors, key_set, nothing_revoked, policy, signer, snapshot

_POLICY = policy(
    credentials=(
        BearerCredential(),
        HeaderCredential(name="x-api-token"),
        CookieCredential(name="api_token"),
        QueryCredential(name="jwt"),
    ),
    cors=cors(),
)
_WORLD = snapshot(_POLICY)
_FAMILIES: Final[tuple[edge.Family, ...]] = ("none", "forwarded", "x-forwarded")
_NEVER = {*IDENTITY_HEADERS, *METHOD_OVERRIDES}
_MOMENT = Moment(now=NOW, jti=JTI, signer=signer(), revoked=nothing_revoked())
_KEYS = GivenKeys({"corp": key_set()}, None)  # type: ignore[arg-type]  # every issuer that there is has its keys


def check(octets: bytes) -> None:
    """Judge the octets as the header lines of one sub-request."""
    headers = _headers(octets)
    for dialect, read in _read(headers):
        assert isinstance(read, RequestFacts | Deny)
        if isinstance(read, RequestFacts):
            assert read.headers.pairs == headers
            # what a CGI, WSGI or PHP reader makes of a name: no two characters become one
            assert not any(re.sub(rb"[^a-z0-9]", b"-", one.lower()) in _NEVER for one, _ in headers)
        verdict = asyncio.run(walk(read, _POLICY, _WORLD, _KEYS, _MOMENT))
        answer = dialect.render(verdict)
        assert (answer.status == 200) == isinstance(verdict, Permit)
        assert isinstance(verdict, Permit | Deny | Preflight | Indeterminate)
        if isinstance(verdict, Permit):
            assert isinstance(read, RequestFacts)
            assert verdict.context.route is not None
            assert read.method in verdict.context.route.methods
            assert sorted(name for name, _ in verdict.identity) == sorted(IDENTITY_HEADERS)


def _read(headers: HeaderPairs) -> Iterator[tuple[Renderer, RequestFacts | Deny]]:
    asked = Headers.of(headers)
    for name, dialect in DIALECTS.items():
        target = b"/auth/" + name.encode() + b"/orders"
        yield dialect, dialect.read(HttpRequest(b"GET", target, asked, PEER), _POLICY)
    for family in _FAMILIES:
        entrance = edge.Entrance(scheme="https", trusted_proxies=_POLICY.peer_networks, forwarded=family)
        yield edge, edge.read(HttpRequest(b"GET", b"/v1/orders", asked, PEER), _POLICY, entrance)


def _headers(octets: bytes) -> HeaderPairs:
    """As the listener gives them: names in lower case, no white space around values."""
    lines = octets.replace(b"\r", b"").split(b"\n")[:20]
    pairs = (line.partition(b":") for line in lines if line)
    return tuple((name.lower(), value.strip(b" \t")) for name, _, value in pairs if name)
