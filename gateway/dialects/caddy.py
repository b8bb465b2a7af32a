"""How does Caddy ask, and what does it understand?

`forward_auth`, in the long form that our snippet writes. The sub-request is a GET with the client's headers;
the request that is judged stands in X-Forwarded-Method, -Proto, -Host and -Uri, which Caddy overwrites. The
target is the client's, as Caddy sends it on. Our snippet permits on 200 alone; a 4xx and a 503 reach the
client as we gave them, and anything else is a 503.
"""

from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.policy import Policy
from gateway.core.verdict import Deny, Verdict
from gateway.dialects import answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.forward_auth import imitate_forwarded, read_forwarded
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest

NAME: Final = "caddy"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=True,
    replaces_cookies=True,
    removes_query=True,  # by a map of our snippet, which says so in X-Token-Gateway-Removes
    relays_refusals=True,
    answers_preflight=True,  # our snippet makes a 204 of the refusal that says it is one
)


def read(request: HttpRequest, policy: Policy) -> RequestFacts | Deny:
    """Read the facts from the sub-request. Never raises."""
    return read_forwarded(request, policy, NAME, CAPABILITIES)


def render(verdict: Verdict) -> HttpAnswer:
    """Give the answer: 200, or what the client is to see."""
    return answers.marking_preflights(verdict)


def imitate(client: ClientRequest, url: str, peer: str) -> HttpRequest:
    """Ask as this proxy would ask for a client's request, at the URL it is pinned to."""
    return imitate_forwarded(client, url, peer)
