"""How does a request become a verdict and an answer, without a server and without waiting?

The loop of the engine with the look-ups answered from a table: what the pure parts do, and nothing else.
"""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Final

from gateway.core.answer import answer
from gateway.core.ask import Question, ask
from gateway.core.evidence import Evidence, Need, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.jwk import KeySet
from gateway.core.policy import Snapshot
from gateway.core.verdict import Context, Deny, Pending, Verdict
from gateway.dialects import DIALECTS, edge, envoy_grpc
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.grpc.conversion import checked
from tests.builders import JTI, NOW, POLICY, SENDERS, Wire, edge_request, evidence, snapshot
from tests.server.grpc.messages import call, message

MAX_ROUNDS = 4
GRPC = envoy_grpc.NAME
EDGE = edge.NAME
EVERY_PROXY: Final = (*SENDERS, GRPC)
"""Where one asks for its client: it must be listed."""
EVERY_DIALECT: Final = (*EVERY_PROXY, EDGE)
ENTRANCE: Final = edge.Entrance(
    scheme="http", trusted_proxies=frozenset({ip_network("10.42.0.0/16")}), forwarded="x-forwarded"
)
"""A listener of the edge behind load balancers, so that all of a `Wire` can be told."""


def decide(
    facts: RequestFacts,
    world: Snapshot | None = None,
    known: Evidence | None = None,
    lookups: Mapping[Need, KeySet | Unavailable] | None = None,
    *,
    now: int = NOW,
) -> Verdict:
    """Walk to the verdict. A need that `lookups` does not answer is unavailable."""
    world, known = world or snapshot(), known or evidence()
    question = ask(facts, world)
    if not isinstance(question, Question):
        return question
    for _ in range(MAX_ROUNDS):
        verdict = answer(question, world, known, now=now, jti=JTI)
        if not isinstance(verdict, Pending):
            return verdict
        found = (lookups or {}).get(verdict.need, Unavailable())
        known = known._replace(found={**known.found, verdict.need: found}, signed=verdict.signed)
    raise AssertionError(f"no verdict after {MAX_ROUNDS} rounds")


def converse(
    dialect: str,
    request: HttpRequest,
    world: Snapshot | None = None,
    known: Evidence | None = None,
    lookups: Mapping[Need, KeySet | Unavailable] | None = None,
    *,
    now: int = NOW,
    policy: str = POLICY,
) -> tuple[Verdict, HttpAnswer]:
    """Read, decide, render: what the proxy says in, what it gets back out."""
    world = world or snapshot()
    spoken = DIALECTS[dialect]
    facts = spoken.read(request, world.policies[policy])
    if isinstance(facts, Deny):
        denied = facts._replace(context=Context(policy=world.policies[policy]))
        return denied, spoken.render(denied)
    verdict = decide(facts, world, known, lookups, now=now)
    return verdict, spoken.render(verdict)


def through(
    dialect: str,
    wire: Wire,
    world: Snapshot | None = None,
    known: Evidence | None = None,
    lookups: Mapping[Need, KeySet | Unavailable] | None = None,
    *,
    now: int = NOW,
) -> tuple[Verdict, HttpAnswer]:
    """The same in any dialect: what its proxy makes of this client's request, and what it gets back."""
    world = world or snapshot()
    if dialect == EDGE:
        return at_edge(edge_request(wire), ENTRANCE, world, known, lookups, now=now)
    if dialect != GRPC:
        return converse(dialect, SENDERS[dialect](wire), world, known, lookups, now=now)
    question = checked(message(wire), call(wire))
    policy = envoy_grpc.policy_of(question, world.policies)
    assert policy is not None
    facts = envoy_grpc.read(question, policy)
    if isinstance(facts, Deny):
        verdict: Verdict = facts._replace(context=Context(policy=policy))
    else:
        verdict = decide(facts, world, known, lookups, now=now)
    return verdict, envoy_grpc.render(verdict)


def at_edge(
    request: HttpRequest,
    entrance: edge.Entrance,
    world: Snapshot,
    known: Evidence | None = None,
    lookups: Mapping[Need, KeySet | Unavailable] | None = None,
    *,
    now: int = NOW,
) -> tuple[Verdict, HttpAnswer]:
    """What a client gets that asks us itself, under whichever policy has its host."""
    policy, facts = edge.read_any(request, edge.HostTable(world.policies), entrance)
    if isinstance(facts, Deny):
        verdict: Verdict = facts._replace(context=Context(policy=policy))
    else:
        verdict = decide(facts, world, known, lookups, now=now)
    return verdict, edge.render(verdict)
