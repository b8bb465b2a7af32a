"""How does HAProxy ask, and what does it understand?

It has no sub-requests of its own: the Lua script of our snippet asks, with HAProxy's built-in HTTP client.
So the form is ours: a GET with the client's headers, and the request that is judged in X-Forwarded-Method,
-Proto, -Host and -Uri, as HAProxy will forward it. The script permits on exactly 200 and relays what the
gateway refuses; what is no answer of the gateway's becomes a 503 of the configuration's.
"""

from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.policy import Policy
from gateway.core.verdict import Deny, Verdict
from gateway.dialects import answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.forward_auth import imitate_forwarded, read_forwarded
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest

NAME: Final = "haproxy"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=True,  # the script deletes each header before it sets ours
    replaces_cookies=True,
    removes_query=True,  # by the script, which says so in X-Token-Gateway-Removes
    relays_refusals=True,
    answers_preflight=True,  # the script makes a 204 of the refusal that says it is one
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
