"""Which proxies do we speak with?

A dialect is one small pure module: `read` (wire request -> facts), `render` (verdict -> the answer that
this proxy understands), its declared `CAPABILITIES`, and its row here. The operator pins a proxy to a
dialect by the URL it is given; nothing is ever detected. No URL leads to Envoy's gRPC and to the edge, where
clients ask themselves: they have listeners of their own, and no row.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from gateway.core.facts import RequestFacts
from gateway.core.policy import Policy
from gateway.core.verdict import Deny, Verdict
from gateway.dialects import caddy, envoy, haproxy, nginx, traefik
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest


class Dialect(Protocol):
    """What every dialect module offers."""

    NAME: str
    CAPABILITIES: Capabilities

    def read(self, request: HttpRequest, policy: Policy) -> RequestFacts | Deny:
        """Read the facts; a value whatever arrives."""

    def imitate(self, client: ClientRequest, url: str, peer: str) -> HttpRequest:
        """Ask as the proxy would ask for a client's request."""

    def render(self, verdict: Verdict) -> HttpAnswer:
        """Give the answer that the proxy understands; 2xx for a permit and for nothing else."""


DIALECTS: Final[Mapping[str, Dialect]] = {
    nginx.NAME: nginx,
    traefik.NAME: traefik,
    caddy.NAME: caddy,
    haproxy.NAME: haproxy,
    envoy.NAME: envoy,
}
