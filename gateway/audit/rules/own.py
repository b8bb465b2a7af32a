"""Do the door and the policies of our own gateway agree?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.doors import named
from gateway.audit.exposure import ANY_HOST, Exposure
from gateway.audit.own import Stated, stated_policies
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show

MAX_TTL_S: Final = 300


def _cannot_be_cleaned(view: View) -> Iterator[Hit]:
    for one, policy in _pinned(view):
        kept = [word for kind, word in _WORDS if kind in policy.credentials and not _is_removed(kind, one)]
        if kept and one.auth is not None:
            what = f"policy {show(policy.id)} takes tokens from {' and '.join(kept)}, and they stay there"
            yield Hit(one.auth.place, what, about=policy.id)


def _broad_tokens(view: View) -> Iterator[Hit]:
    for policy in (stated_policies(view) or {}).values():
        for route, audience, ttl in policy.tokens:
            said = f"route {show(route)} of policy {show(policy.id)} makes tokens"
            if ttl is not None and ttl > MAX_TTL_S:
                yield Hit(
                    policy.place, f"{said} that are good for {ttl} seconds", about=f"{policy.id} {route} ttl"
                )
            if audience in {"", "*"}:
                yield Hit(policy.place, f"{said} for any audience", about=f"{policy.id} {route} audience")


def _drifted(view: View) -> Iterator[Hit]:
    policies = stated_policies(view)
    if policies is None:
        return
    asked: set[str] = set()
    for one in view.exposures:
        if one.auth is None or one.auth.policy is None:
            continue
        asked.add(one.auth.policy)
        if one.auth.policy not in policies:
            what = f"{named(one)} is asked about by policy {show(one.auth.policy)}, which is not there"
            yield Hit(one.auth.place, what, about=one.auth.policy)
    for policy in policies.values() if asked else ():
        if policy.id not in asked and not policy.is_edge:
            all_routes = view.estate.is_whole and not view.estate.unlisted
            severity = None if all_routes else Severity.INFO  # a route may be elsewhere
            what = f"no route is asked about by policy {show(policy.id)}"
            yield Hit(policy.place, what, severity, policy.id)


def _foreign_host(view: View) -> Iterator[Hit]:
    for one, policy in _pinned(view):
        if (
            one.host != ANY_HOST
            and policy.hosts
            and one.auth is not None
            and not _is_of(one.host, policy.hosts)
        ):
            what = f"{show(one.host)} is none of the hosts of policy {show(policy.id)}"
            yield Hit(one.auth.place, what, about=f"{one.host} {policy.id}")


CANNOT_BE_CLEANED: Final = Rule(
    id="SELF-001",
    title="A policy takes tokens from where this proxy cannot remove them",
    severity=Severity.HIGH,
    why="The token would travel on into logs and backends, so that such a request is refused.",
    fix="take tokens from the Authorization header, or list cookie among the headers that are replaced",
    check=_cannot_be_cleaned,
    references=("https://www.rfc-editor.org/rfc/rfc6750#section-2.3",),
)
BROAD_TOKENS: Final = Rule(
    id="SELF-002",
    title="A token for a backend is good for long, or for any",
    severity=Severity.MEDIUM,
    why="A token that leaks from one backend is of use until it ends, wherever its audience is believed.",
    fix="write a ttl of 300s or less, and the backend's own audience",
    check=_broad_tokens,
    references=("https://www.rfc-editor.org/rfc/rfc9700#section-2.3",),
)
DRIFTED: Final = Rule(
    id="SELF-003",
    title="A policy and the routes do not know of each other",
    severity=Severity.LOW,
    why="A route without its policy is closed to everybody; a policy without a route is reviewed in vain.",
    fix="mend the policy's id in the URL, or remove what is not used",
    check=_drifted,
)
FOREIGN_HOST: Final = Rule(
    id="SELF-004",
    title="A route's host is none of its policy's",
    severity=Severity.MEDIUM,
    why="The gateway refuses every request of a host that its policy does not name.",
    fix="add the host to the policy, or name the policy that was meant",
    check=_foreign_host,
)
RULES: Final[tuple[Rule, ...]] = (CANNOT_BE_CLEANED, BROAD_TOKENS, DRIFTED, FOREIGN_HOST)


# --- private ---

_WORDS: Final = (("query", "the query"), ("cookie", "a cookie"))
_REMOVES_QUERY: Final = frozenset({Controller.NGINX, Controller.CADDY, Controller.HAPROXY, Controller.ENVOY})
"""Where `gateway snippet` writes what takes a parameter away (`X-Token-Gateway-Removes`)."""


def _is_removed(kind: str, one: Exposure) -> bool:
    if one.auth is None or "grpc" in (one.auth.dialect or ""):
        return True
    if kind == "query":
        return one.controller in _REMOVES_QUERY
    return one.auth.response_headers is None or "cookie" in one.auth.response_headers


def _pinned(view: View) -> Iterator[tuple[Exposure, Stated]]:
    policies = stated_policies(view) or {}
    for one in view.exposures:
        policy = policies.get(one.auth.policy or "") if one.auth is not None else None
        if policy is not None:
            yield one, policy


def _is_of(host: str, hosts: frozenset[str]) -> bool:
    return host in hosts or f"*.{host.partition('.')[2]}" in hosts
