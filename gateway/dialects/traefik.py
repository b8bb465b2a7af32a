"""How does Traefik ask, and what does it understand?

`ForwardAuth`. The sub-request is a GET; the request that is judged stands in X-Forwarded-Method, -Proto,
-Host and -Uri, which Traefik builds itself unless the operator tells it to trust the client's. The path
is the one Traefik will forward: it normalizes once, before it asks. Any status but 2xx reaches the
client as we gave it, with headers and body.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.policy import Policy
from gateway.core.verdict import Deny, Preflight, Verdict
from gateway.dialects import answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.forward_auth import SCHEMES, imitate_forwarded, read_forwarded
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest

NAME: Final = "traefik"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=True,
    replaces_cookies=True,
    removes_query=False,
    relays_refusals=True,
    answers_preflight=False,  # any 2xx of ours is a permit; its own headers middleware answers instead
)

_SCHEMES: Final[Mapping[bytes, str]] = {**SCHEMES, b"ws": "http", b"wss": "https"}
"""Traefik names the WebSocket schemes where the request asks for an upgrade."""


def read(request: HttpRequest, policy: Policy) -> RequestFacts | Deny:
    """Read the facts from the sub-request. Never raises."""
    return read_forwarded(request, policy, NAME, CAPABILITIES, _SCHEMES)


def render(verdict: Verdict) -> HttpAnswer:
    """Give the answer: 200, or what the client is to see."""
    answer = answers.render(verdict)
    if isinstance(verdict, Preflight):  # a 204 would let the preflight through to the backend
        return HttpAnswer(status=403, headers=answer.headers)
    return answer


def imitate(client: ClientRequest, url: str, peer: str) -> HttpRequest:
    """Ask as this proxy would ask for a client's request, at the URL it is pinned to."""
    return imitate_forwarded(client, url, peer)
