"""What does a refused client learn? RFC 9110 section 11.6.1, RFC 6750 section 3.

The class of the refusal and, for a missing scope, the scope. Never why a token was refused: that is the
operator's to know. Every text here is a constant or comes from the configuration.
"""

from functools import lru_cache
from typing import Final

from gateway.core.policy import ScopesInclude
from gateway.core.reason import ROWS, Outcome
from gateway.core.verdict import Deny

_ERRORS: Final = {
    Outcome.MALFORMED: ("invalid_request", "The request is malformed or ambiguous."),
    Outcome.MISSING: ("", "A bearer token is required."),
    Outcome.TOKEN: ("invalid_token", "The token is not valid here."),
    Outcome.SCOPE: ("insufficient_scope", "The token lacks a scope that is required."),
    Outcome.FORBIDDEN: ("", "The request is not allowed."),
    Outcome.OUTAGE: ("", "The gateway cannot decide at the moment."),
    Outcome.BUG: ("", "The gateway failed."),
}
_BODY_NAMES: Final = {
    Outcome.MISSING: "unauthorized",
    Outcome.FORBIDDEN: "forbidden",
    Outcome.OUTAGE: "temporarily_unavailable",
    Outcome.BUG: "server_error",
}


def challenge(deny: Deny) -> bytes | None:
    """Give the WWW-Authenticate value, or None where RFC 6750 has none to give."""
    outcome = ROWS[deny.reason].outcome
    if outcome is Outcome.FORBIDDEN:
        return None
    policy = deny.context.policy
    realm = "token-gateway" if policy is None else policy.realm or policy.id
    return _challenge(outcome, realm, _required_scopes(deny) if outcome is Outcome.SCOPE else None)


@lru_cache(maxsize=len(Outcome))
def body(outcome: Outcome) -> bytes:
    """Give the body: JSON, one constant for each class."""
    error, text = words(outcome)
    return f'{{"error":"{error}","error_description":"{text}"}}\n'.encode()


def words(outcome: Outcome) -> tuple[str, str]:
    """Give the name of a class and its one sentence, both constants."""
    error, text = _ERRORS[outcome]
    return error or _BODY_NAMES[outcome], text


# --- private ---


@lru_cache(maxsize=1024)  # texts of the configuration alone
def _challenge(outcome: Outcome, realm: str, scopes: frozenset[str] | None) -> bytes:
    parameters = [f'realm="{realm}"']
    error, _ = _ERRORS[outcome]
    if error:
        parameters.append(f'error="{error}"')
    if scopes is not None:
        parameters.append(f'scope="{" ".join(sorted(scopes))}"')
    return ("Bearer " + ", ".join(parameters)).encode()


def _required_scopes(deny: Deny) -> frozenset[str]:
    route = deny.context.route
    if route is None:
        return frozenset()
    wanted = (one.scopes for one in route.requirements if isinstance(one, ScopesInclude))
    return frozenset().union(*wanted)
