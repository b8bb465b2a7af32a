"""What becomes of a client's request at the edge?

Its facts are read under the policy of its host, the engine decides, and what is permitted goes on to the
route's upstream, with a token of ours in the place of the client's.
"""

from collections.abc import Coroutine
from typing import Any, Final

from gateway.core.ask import Question
from gateway.core.verdict import Permit, Verdict
from gateway.dialects import edge
from gateway.dialects.edge import Entrance, HostTable
from gateway.dialects.edge_headers import forward, given
from gateway.dialects.wire import Forward, HttpAnswer, HttpRequest
from gateway.server.engine import Engine
from gateway.server.http1.writer import lines_of
from gateway.server.memo import Again

Said = HttpAnswer | Forward


class EdgeHandler:
    """Gives what the client is answered, or what goes on (`gateway.server.edge.handler`)."""

    __slots__ = ("_engine", "_entrance", "_hosts")

    name: Final = edge.NAME

    def __init__(self, engine: Engine, hosts: HostTable, entrance: Entrance) -> None:
        """Read by these hosts and this entrance what the engine decides."""
        self._engine = engine
        self.adopt(hosts, entrance)

    def adopt(self, hosts: HostTable, entrance: Entrance) -> None:
        """Read by others from the next request on: in the same turn in which the engine adopts."""
        self._hosts = hosts
        self._entrance = entrance

    def __call__(self, request: HttpRequest) -> Said | Coroutine[Any, Any, Said]:
        """Decide one request; by a coroutine only where something must be looked up first."""
        read = edge.read_any(request, self._hosts, self._entrance)
        return self._engine.decide(self, read.policy, read.facts, request.peer)

    # --- what the engine calls ---

    def say(self, verdict: Verdict) -> Said:
        """Let it go on, or answer."""
        if isinstance(verdict, Permit):
            return passed_on(verdict, lines_of(given(verdict)))
        return edge.render(verdict)

    def keep(self, permit: Permit) -> tuple[bytes, Said]:
        """Keep the lines that the backend gets of us."""
        lines = lines_of(given(permit))
        return lines, passed_on(permit, lines)

    def say_again(self, question: Question, again: Again) -> Said:
        """Let it go on as it did before."""
        facts, policy, route, _, cors = question
        share = f"{again.tags.issuer_id}:{again.tags.subject}".encode()
        return forward(facts, policy, route, again.wire, cors, share=share)


def passed_on(permit: Permit, lines: bytes) -> Forward:
    """Let a permitted request go on, with these `lines` of ours. Raises: LookupError without an upstream."""
    facts, policy, route, _, _, principal, cors = permit.context
    if facts is None or policy is None or route is None:
        raise LookupError("a permit of no request")
    if principal is None:
        return forward(facts, policy, route, lines, cors)
    share, until = principal.qualified_subject.encode(), float(principal.span.end)
    return forward(facts, policy, route, lines, cors, share=share, until=until)
