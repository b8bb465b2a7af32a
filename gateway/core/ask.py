"""What is being asked? The first half of the walk: match, extract.

A pure function of the facts and the snapshot. Everything that can be refused without looking at a
token, a key or the clock is refused here.
"""

from typing import NamedTuple

from gateway.core.cors import (
    answer_headers,
    is_preflight,
    may_bring_cookies,
    preflight_headers,
    requested_method,
)
from gateway.core.credential import Presented, extract, is_cookie
from gateway.core.facts import RequestFacts
from gateway.core.headers import HeaderPairs
from gateway.core.host import host_pattern
from gateway.core.policy import Access, Policy, Route, Snapshot
from gateway.core.reason import Reason, Refusal
from gateway.core.target import Path, parse_target
from gateway.core.verdict import Context, Deny, Preflight


class Question(NamedTuple):
    """One request that falls under a route and presents what the route needs.

    All of the request that `answer` reads is in the last three: two questions that agree in them, under one
    snapshot, have one answer at one moment. A memo's key is made of them.
    """

    facts: RequestFacts
    policy: Policy
    route: Route
    presented: Presented
    cors: HeaderPairs
    """What a browser of an allowed origin must be told on any answer."""

    @property
    def context(self) -> Context:
        """Give what is known so far."""
        return Context(facts=self.facts, policy=self.policy, route=self.route, cors=self.cors)


def ask(facts: RequestFacts, snapshot: Snapshot) -> Question | Preflight | Deny:
    """Match the facts to a route and find the credential."""
    policy = snapshot.policies.get(facts.policy)
    if policy is None:
        return Deny(reason=Reason.POLICY_UNKNOWN, context=Context(facts=facts))
    cors = () if policy.cors is None else answer_headers(policy.cors, facts)
    route = None
    try:
        path = _match_host_and_path(facts, policy)
        if policy.cors is not None and is_preflight(facts):
            policy.routes.match(path, requested_method(facts))
            headers = preflight_headers(policy.cors, facts)
            return Preflight(context=Context(facts=facts, policy=policy, cors=cors), headers=headers)
        route = policy.routes.match(path, facts.method)
        if facts.upgrade is not None:
            _check_upgrade(facts.upgrade, route)
        presented = extract(facts, policy.places)
        if route.access is Access.TOKEN:
            _check_presented(presented, facts, policy)
    except Refusal as refusal:
        context = Context(facts=facts, policy=policy, route=route, cors=cors)
        return Deny(reason=refusal.reason, detail=refusal.detail, context=context)
    return Question(facts, policy, route, presented, cors)


# --- private ---


def _match_host_and_path(facts: RequestFacts, policy: Policy) -> Path:
    if host_pattern(facts.host, facts.scheme, policy.host_patterns) is None:
        raise Refusal(Reason.HOST_NOT_ALLOWED)
    return parse_target(facts.target)


def _check_upgrade(upgrade: str, route: Route) -> None:
    """Only WebSocket, and only where the route says so: an upgraded connection is past every rule."""
    if upgrade != "websocket" or not route.websocket:
        raise Refusal(Reason.UPGRADE_REFUSED)


def _check_presented(presented: Presented, facts: RequestFacts, policy: Policy) -> None:
    """A token must be there, and none that a browser has attached for a page of another origin."""
    if presented.text is None:
        raise Refusal(Reason.CREDENTIAL_MISSING)
    if not policy.places.cookies or may_bring_cookies(policy.cors, facts):
        return
    if is_cookie(presented.text, facts, policy.places):
        raise Refusal(Reason.ORIGIN_NOT_ALLOWED, "a cookie, for a page of another origin")
