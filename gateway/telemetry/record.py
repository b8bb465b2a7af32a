"""What is written down about one decision?

One JSON object, one line, with the field names of the Elastic Common Schema (dotted) and `token_gateway.*`
for what it has no name for. A permit and a denial are both `info`: an attacker must not be able to fill
the operator's alarms.

Never: a token, a query, a header, or a claim value that the operator has not named in `audit.reveal`. Text
that the client chose is written only where the policy has matched it (the host), from a closed list (the
method), as an address, or by name (`reveal`).
"""

import re
from collections.abc import Callable
from typing import Final, assert_never

from gateway.core.facts import RequestFacts
from gateway.core.host import host_pattern
from gateway.core.policy import Policy
from gateway.core.principal import Principal
from gateway.core.verdict import Context, Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.text import redact
from gateway.telemetry.json_line import Value, json_line, shortened, timestamp

REVEALABLE: Final = frozenset({"subject", "client_id", "path"})
"""What `audit.reveal` may name: each is hashed, or left out, unless it does."""

METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"}
)
"""RFC 9110 section 9, RFC 5789, and QUERY. Any other is `OTHER`: a method can be 32 letters of anything."""

MAX_DETAIL: Final = 1024
MAX_PATH: Final = 1024
MAX_IDENTITY: Final = 600  # an issuer id and a subject of 255

Fields = dict[str, Value]


class Recorder:
    """Writes one record for each decision."""

    __slots__ = ("_clock", "_fingerprints", "_reveal", "_write")

    def __init__(
        self,
        fingerprints: Fingerprints,
        reveal: frozenset[str],
        write: Callable[[bytes], None],
        clock: Callable[[], float],
    ) -> None:
        """`write` gets a line with its line feed; `clock` gives seconds since the epoch.

        Raises: ValueError for a name in `reveal` that is not one of REVEALABLE.
        """
        if not reveal <= REVEALABLE:
            raise ValueError(f"only {', '.join(sorted(REVEALABLE))} can be revealed")
        self._fingerprints = fingerprints
        self._reveal = reveal
        self._write = write
        self._clock = clock

    def record(
        self, verdict: Verdict, facts: RequestFacts | None, *, dialect: str, peer: str, seconds: float
    ) -> None:
        """Write down one decision. Units: `seconds` is how long it took."""
        context = verdict.context
        fields: Fields = {
            "@timestamp": timestamp(self._clock()),
            "log.level": "info",
            "event.kind": "event",
            "event.category": ["authentication"],
            "event.action": "decide",
            "event.duration": max(0, round(seconds * 1e9)),
            "token_gateway.dialect": dialect,
            "token_gateway.peer": _address(peer),
        }
        fields |= _outcome(verdict)
        if context.policy is not None:
            fields["rule.ruleset"] = context.policy.id
        if context.route is not None:
            fields["rule.name"] = context.route.id
        if facts is not None:
            fields |= self._request(facts, context.policy)
        fields |= self._identity(context)
        self._write(json_line(fields))

    # --- private ---

    def _request(self, facts: RequestFacts, policy: Policy | None) -> Fields:
        fields: Fields = {
            "http.request.method": facts.method if facts.method in METHODS else "OTHER",
            "url.scheme": "https" if facts.scheme == "https" else "http",
            "source.ip": _address(facts.client_address),
        }
        domain = _domain(facts, policy)
        if domain is not None:
            fields["url.domain"] = domain
        if "path" in self._reveal:
            fields["url.path"] = shortened(redact(facts.path.decode("utf-8", "replace")), MAX_PATH)
        return fields

    def _identity(self, context: Context) -> Fields:
        fields: Fields = {}
        if context.token is not None:
            fields["token_gateway.token.fingerprint"] = self._fingerprints.token(context.token.text)
        if context.issuer_id is not None:
            fields["token_gateway.issuer"] = context.issuer_id
        if context.principal is not None:
            fields |= self._principal(context.principal)
        return fields

    def _principal(self, principal: Principal) -> Fields:
        """Two issuers' `alice` are two users, hashed or revealed."""
        fields: Fields = {}
        issuer_id, client_id = principal.issuer_id, principal.client_id
        if "subject" in self._reveal:
            fields["user.id"] = shortened(principal.qualified_subject, MAX_IDENTITY)
        else:
            fields["user.hash"] = self._fingerprints.subject(issuer_id, principal.subject)
        if not client_id:
            return fields
        if "client_id" in self._reveal:
            fields["token_gateway.client.id"] = shortened(client_id, MAX_IDENTITY)
        else:
            fields["token_gateway.client.hash"] = self._fingerprints.client(issuer_id, client_id)
        return fields


# --- private ---

_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}", re.ASCII)


def _outcome(verdict: Verdict) -> Fields:
    match verdict:
        case Permit():
            return _permitted(verdict)
        case Deny():
            fields = _ended(["denied"], "failure") | {"event.reason": verdict.reason.value}
            if verdict.detail:
                fields["token_gateway.detail"] = shortened(redact(verdict.detail), MAX_DETAIL)
            return fields
        case Indeterminate():
            return _ended(["denied"], "unknown") | {"event.reason": verdict.reason.value}
        case Preflight():
            return _ended(["info"], "success")
        case _:
            assert_never(verdict)


def _permitted(permit: Permit) -> Fields:
    fields = _ended(["allowed"], "success")
    if permit.downstream is not None:
        fields["token_gateway.downstream.audience"] = permit.downstream.audience
        fields["token_gateway.downstream.jti"] = permit.downstream.jti
        fields["token_gateway.downstream.expires_at"] = timestamp(permit.downstream.expires_at)
    return fields


def _ended(types: list[str], outcome: str) -> Fields:
    return {"event.type": types, "event.outcome": outcome}


def _domain(facts: RequestFacts, policy: Policy | None) -> str | None:
    """The policy's host that the request's is; a wildcard as `*.`, since its label is the client's text."""
    if policy is None:
        return None
    return host_pattern(facts.host, facts.scheme, policy.host_patterns)


def _address(text: str) -> str:
    """An address, without the zone of an IPv6 one: that is free text (RFC 4007 section 11.2)."""
    address = text.partition("%")[0]
    return address if _ADDRESS.fullmatch(address) else ""
