"""What is being asked? The first half of the walk: match, extract.

A pure function of the facts and the snapshot. Everything that can be refused without looking at a
token, a key or the clock is refused here.
"""

from dataclasses import dataclass

from gateway.core.cors import answer_headers, is_preflight, preflight_headers, requested_method
from gateway.core.credential import Presented, extract
from gateway.core.facts import RequestFacts
from gateway.core.host import host_matches
from gateway.core.policy import Access, Policy, Route, Snapshot
from gateway.core.reason import Reason, Refusal
from gateway.core.target import Path, parse_target
from gateway.core.verdict import Context, Deny, Preflight


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request that falls under a route and presents what the route needs."""

    context: Context
    route: Route
    presented: Presented


def ask(facts: RequestFacts, snapshot: Snapshot) -> Question | Preflight | Deny:
    """Match the facts to a route and find the credential."""
    policy = snapshot.policies.get(facts.policy)
    if policy is None:
        return Deny(reason=Reason.POLICY_UNKNOWN, context=Context(facts=facts))
    cors = answer_headers(policy.cors, facts)
    route = presented = None
    try:
        path = _match_host_and_path(facts, policy)
        if policy.cors is not None and is_preflight(facts):
            policy.routes.match(path, requested_method(facts))
            headers = preflight_headers(policy.cors, facts)
            return Preflight(context=Context(facts=facts, policy=policy, cors=cors), headers=headers)
        route = policy.routes.match(path, facts.method)
        _check_upgrade(facts, route)
        presented = extract(facts, policy.credentials)
        if presented.token is None and route.access is Access.TOKEN:
            raise Refusal(Reason.CREDENTIAL_MISSING)
    except Refusal as refusal:
        context = Context(facts=facts, policy=policy, route=route, cors=cors)
        return Deny(reason=refusal.reason, detail=refusal.detail, context=context)
    context = Context(facts=facts, policy=policy, route=route, token=presented.token, cors=cors)
    return Question(context=context, route=route, presented=presented)


# --- private ---


def _match_host_and_path(facts: RequestFacts, policy: Policy) -> Path:
    if not host_matches(facts.host, facts.scheme, policy.hosts):
        raise Refusal(Reason.HOST_NOT_ALLOWED)
    return parse_target(facts.target)


def _check_upgrade(facts: RequestFacts, route: Route) -> None:
    """Only WebSocket, and only where the route says so: an upgraded connection is past every rule."""
    if facts.upgrade is None:
        return
    if facts.upgrade != "websocket" or not route.websocket:
        raise Refusal(Reason.UPGRADE_REFUSED)
