"""How does one request fare, at a moment of the caller's choosing? For `gateway explain`.

The same steps as in the engine, with nothing recorded and nobody listening.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.core.answer import answer
from gateway.core.ask import ask
from gateway.core.evidence import Evidence, KeysNeeded, Signer, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.jwk import KeySet
from gateway.core.policy import Policy, Snapshot
from gateway.core.revocation import Revocations
from gateway.core.verdict import Context, Deny, Pending, Preflight, Verdict
from gateway.server.engine import Resolver, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the engine would read from the clock, the random source, the key store and the deny list."""

    now: int
    jti: str
    signer: Signer | None
    revoked: Revocations


async def walk(
    facts: RequestFacts | Deny, policy: Policy | None, snapshot: Snapshot, sources: Resolver, at: Moment
) -> Verdict:
    """Decide one request, as its dialect has read it. Looks keys up through `sources`, and nothing else."""
    if isinstance(facts, Deny):
        return Deny(reason=facts.reason, detail=facts.detail, context=Context(policy=policy))
    question = ask(facts, snapshot)
    if isinstance(question, Deny | Preflight):
        return question
    evidence = Evidence(signer=at.signer, keys={}, revoked=at.revoked)
    verdict = answer(question, snapshot, evidence, now=at.now, jti=at.jti)
    if not isinstance(verdict, Pending):
        return verdict
    return await settle(
        question, snapshot, sources, evidence, verdict, clock=lambda: at.now, jti=lambda: at.jti
    )


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """Key sets that the caller brought along; the rest is looked up."""

    given: Mapping[str, KeySet]
    rest: Resolver

    async def resolve(self, need: KeysNeeded) -> KeySet | Unavailable:
        """Give what was brought along, or ask."""
        found = self.given.get(need.issuer_id)
        return found if found is not None else await self.rest.resolve(need)
