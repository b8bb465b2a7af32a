"""May this principal use this route?

All requirements must hold; each that does not has its own reason. A `Permission` is the only thing
that `mint` accepts, and only `authorize` makes one.
"""

from typing import NamedTuple, assert_never

from gateway.core.binding import is_bound
from gateway.core.claim_path import ABSENT, follow, same
from gateway.core.facts import ClientCertificate
from gateway.core.policy import (
    AudienceIncludes,
    CertificateShows,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClientIs,
    Requirement,
    Route,
    ScopesInclude,
    TokenBound,
)
from gateway.core.principal import Principal
from gateway.core.reason import Reason, Refusal


class Permission(NamedTuple):
    """Proof that a principal satisfied every requirement of a route."""

    principal: Principal
    route: Route

    def __repr__(self) -> str:
        return f"Permission(route={self.route.id!r})"


def authorize(principal: Principal, route: Route, certificate: ClientCertificate | None = None) -> Permission:
    """Check every requirement of the route. `certificate` is what its client has shown, None where unknown.

    Raises: Refusal(issuer_not_admitted | scope_insufficient | client_not_allowed |
    audience_not_allowed | claim_unsatisfied | binding_missing | certificate_unknown |
    certificate_not_allowed).
    """
    if principal.issuer_id not in route.issuers:
        raise Refusal(Reason.ISSUER_NOT_ADMITTED, principal.issuer_id)
    for requirement in route.requirements:
        _check(requirement, principal, certificate)
    return Permission(principal=principal, route=route)


# --- private ---


def _check(requirement: Requirement, principal: Principal, certificate: ClientCertificate | None) -> None:
    match requirement:
        case ScopesInclude(scopes=scopes):
            _check_scopes(scopes, principal)
        case ClientIs(clients=clients):
            if principal.client_id not in clients:
                raise Refusal(Reason.CLIENT_NOT_ALLOWED)
        case AudienceIncludes(audiences=audiences):
            if audiences.isdisjoint(principal.audiences):
                raise Refusal(Reason.AUDIENCE_NOT_ALLOWED)
        case ClaimEquals() | ClaimContains() | ClaimMatches():
            if not _claim_holds(requirement, principal):
                raise Refusal(Reason.CLAIM_UNSATISFIED, ".".join(requirement.path))
        case TokenBound():
            _check_bound(principal)
        case CertificateShows(identities=identities):
            _check_shown(identities, certificate)
        case _:
            assert_never(requirement)


def _check_scopes(scopes: frozenset[str], principal: Principal) -> None:
    if not scopes <= principal.scopes:
        # The route's own scope names, not the token's: no claim value.
        lacking = sorted(scopes - principal.scopes)
        raise Refusal(Reason.SCOPE_INSUFFICIENT, "lacks " + " ".join(lacking))


def _check_bound(principal: Principal) -> None:
    """That it is bound to whoever presents it, its `ValidClaims` have said."""
    if not is_bound(principal.claims):
        raise Refusal(Reason.BINDING_MISSING)


def _check_shown(wanted: frozenset[str], certificate: ClientCertificate | None) -> None:
    """What is unknown is not allowed: a proxy that says nothing has verified nothing."""
    if certificate is None:
        raise Refusal(Reason.CERTIFICATE_UNKNOWN, "no client_certificate in the policy, or not this proxy's")
    if certificate.identities is None:
        raise Refusal(Reason.CERTIFICATE_UNKNOWN, "its proxy does not say which names it shows")
    if wanted.isdisjoint(certificate.identities):
        raise Refusal(Reason.CERTIFICATE_NOT_ALLOWED)


def _claim_holds(requirement: ClaimEquals | ClaimContains | ClaimMatches, principal: Principal) -> bool:
    value = follow(principal.claims, requirement.path)
    if value is ABSENT:
        return False
    match requirement:
        case ClaimEquals(value=wanted):
            return same(value, wanted)
        case ClaimContains(value=wanted):
            return isinstance(value, list) and any(same(one, wanted) for one in value)
        case ClaimMatches(pattern=pattern):
            return isinstance(value, str) and matches(pattern, value)
        case _:
            assert_never(requirement)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is the pattern, `*` standing for any run of characters.

    Where the pattern has an `@`, none stands for a further one: `*@corp.example` are the addresses of a
    domain, and readers disagree about whose `a@evil.example@corp.example` is.
    Each literal run is searched for once, left to right: the time is linear in the text for every run.
    """
    ats = pattern.count("@")
    if ats and text.count("@") != ats:
        return False
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    start, end = len(first), len(text) - len(last)
    for run in middle:
        found = text.find(run, start, end)
        if found < 0:
            return False
        start = found + len(run)
    return True
