"""Which part of a record stays the same when a token comes again?

What all decisions of a kind share, what the token says, and which token was minted: rendered once, as JSON
members that `record` puts behind the moment and the request. A `Note` is small, because a memory of permits
holds one for each token.
"""

from typing import Final, NamedTuple, Protocol, assert_never

from gateway.core.mint import DownstreamToken
from gateway.core.principal import Principal
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.text import redact
from gateway.telemetry.json_line import Value, json_members, json_text, shortened, timestamp
from gateway.telemetry.repeats import Refusal, Repeated

REVEALABLE: Final = frozenset({"subject", "client_id", "path"})
"""What `audit.reveal` may name: each is hashed, or left out, unless it does."""

MAX_DETAIL: Final = 1024
MAX_IDENTITY: Final = 600  # an issuer id and a subject of 255
MAX_SHARED: Final = 4096
"""Kinds of decisions whose text is kept: routes, times issuers, reasons and dialects really in use."""

Fields = dict[str, Value]


class Noted(Protocol):
    """Whatever has a note in it."""

    @property
    def shared(self) -> str:
        """As in `Note`."""

    @property
    def token(self) -> str:
        """As in `Note`."""

    @property
    def downstream(self) -> str:
        """As in `Note`."""


class Note(NamedTuple):
    """What the records of one token on one route have in common. ASCII, safe to be put into an object."""

    shared: str
    """One string for all tokens of the route."""
    token: str
    downstream: str
    """Names the token that was minted."""


class Notes:
    """Makes the notes of one configuration."""

    __slots__ = ("_fingerprints", "_reveal", "_sample_rate", "_shared")

    def __init__(self, fingerprints: Fingerprints, reveal: frozenset[str], sample_rate: float) -> None:
        """`sample_rate` is told in the records of allowed decisions, where it is less than 1.

        Raises: ValueError for a name in `reveal` that is not one of REVEALABLE.
        """
        if not reveal <= REVEALABLE:
            raise ValueError(f"only {', '.join(sorted(REVEALABLE))} can be revealed")
        self._fingerprints = fingerprints
        self._reveal = reveal
        self._sample_rate = sample_rate
        self._shared: dict[tuple[str, ...], str] = {}

    def note(self, verdict: Verdict, dialect: str, *, names_minted: bool = True) -> Note:
        """Render what does not depend on the request, beside its token."""
        downstream = verdict.downstream if isinstance(verdict, Permit) else None
        return Note(
            self._kind(verdict, dialect, "" if downstream is None else downstream.audience),
            self._token(verdict),
            minted(downstream) if names_minted and downstream is not None else "",
        )

    # --- private ---

    def _kind(self, verdict: Verdict, dialect: str, audience: str) -> str:
        """Nothing of it is the client's: ids of the configuration, and words of closed lists."""
        policy, route = verdict.context.policy, verdict.context.route
        policy_id = "" if policy is None else policy.id
        route_id = "" if route is None else route.id
        kind, outcome, reason = outcome_of(verdict)
        issuer_id = verdict.context.issuer_id or ""
        key = (policy_id, route_id, dialect, kind, reason, audience, issuer_id)
        known = self._shared.get(key)
        if known is None:
            fields = _about(kind, outcome, reason, dialect) | _present(
                {
                    "rule.ruleset": policy_id,
                    "rule.name": route_id,
                    "token_gateway.downstream.audience": audience,
                    "token_gateway.issuer": issuer_id,
                }
            )
            if self._sample_rate < 1 and kind != "denied":
                fields["token_gateway.sample_rate"] = self._sample_rate
            if len(self._shared) >= MAX_SHARED:
                self._shared.clear()
            known = self._shared[key] = json_members(fields)
        return known

    def _token(self, verdict: Verdict) -> str:
        """As JSON members; a fingerprint has no character that would have to be escaped."""
        context, members = verdict.context, ""
        if isinstance(verdict, Deny) and verdict.detail:
            members = f',"token_gateway.detail":{json_text(shortened(redact(verdict.detail), MAX_DETAIL))}'
        if context.token is not None:
            fingerprint = self._fingerprints.token(context.token.text)
            members += f',"token_gateway.token.fingerprint":"{fingerprint}"'
        return members if context.principal is None else members + self._principal(context.principal)

    def _principal(self, principal: Principal) -> str:
        """Two issuers' `alice` are two users, hashed or revealed."""
        issuer_id, client_id = principal.issuer_id, principal.client_id
        if "subject" in self._reveal:
            members = f',"user.id":{json_text(shortened(principal.qualified_subject, MAX_IDENTITY))}'
        else:
            members = f',"user.hash":"{self._fingerprints.subject(issuer_id, principal.subject)}"'
        if not client_id:
            return members
        if "client_id" in self._reveal:
            return f'{members},"token_gateway.client.id":{json_text(shortened(client_id, MAX_IDENTITY))}'
        return f'{members},"token_gateway.client.hash":"{self._fingerprints.client(issuer_id, client_id)}"'


def minted(token: DownstreamToken) -> str:
    """Name a minted token: its id, and when it ends."""
    return (
        f',"token_gateway.downstream.jti":{json_text(token.jti)}'
        f',"token_gateway.downstream.expires_at":"{timestamp(token.expires_at)}"'
    )


def outcome_of(verdict: Verdict) -> tuple[str, str, str]:
    """Give `event.type`, `event.outcome` and the reason, empty where nothing was refused."""
    match verdict:
        case Permit():
            return "allowed", "success", ""
        case Deny(reason=reason):
            return "denied", "failure", reason.value
        case Indeterminate(reason=reason):
            return "denied", "unknown", reason.value
        case Preflight():
            return "info", "success", ""
        case _:
            assert_never(verdict)


def summary(refusal: Refusal, repeated: Repeated) -> Fields:
    """What is written about refusals alike that have no record of their own."""
    fields = _about("denied", refusal.outcome, refusal.reason, refusal.dialect)
    fields |= _present(
        {
            "rule.ruleset": refusal.policy,
            "rule.name": refusal.route,
            "token_gateway.peer": refusal.peer,
            "source.ip": refusal.source,
        }
    )
    fields["event.start"] = timestamp(repeated.first)
    fields["event.end"] = timestamp(repeated.last)
    fields["token_gateway.suppressed"] = repeated.suppressed
    return fields


# --- private ---


def _about(kind: str, outcome: str, reason: str, dialect: str) -> Fields:
    fields: Fields = {
        "log.level": "info",
        "event.kind": "event",
        "event.category": ["authentication"],
        "event.action": "decide",
        "event.type": [kind],
        "event.outcome": outcome,
    }
    return fields | _present({"event.reason": reason, "token_gateway.dialect": dialect})


def _present(fields: dict[str, str]) -> Fields:
    return {name: value for name, value in fields.items() if value}
