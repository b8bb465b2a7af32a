"""What a record says, written down plainly: one dictionary, in the order of the documentation.

The recorder puts its lines together from prepared parts; whatever the verdict, they say this.
"""

from typing import Any, assert_never

from gateway.core.facts import RequestFacts
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.text import redact
from gateway.telemetry.json_line import shortened, timestamp
from gateway.telemetry.record import METHODS, address, domain_of


def plain(
    verdict: Verdict,
    facts: RequestFacts | None,
    *reveal: str,
    prints: Fingerprints,
    now: float,
    dialect: str,
    peer: str,
    seconds: float,
) -> dict[str, Any]:
    """One decision."""
    context = verdict.context
    fields: dict[str, Any] = {
        "@timestamp": timestamp(now),
        "event.duration": max(0, int(seconds * 1e9 + 0.5)),
        "token_gateway.peer": address(peer),
        "log.level": "info",
        "event.kind": "event",
        "event.category": ["authentication"],
        "event.action": "decide",
        "token_gateway.dialect": dialect,
    }
    fields |= _end(verdict)
    if facts is not None:
        fields |= {
            "http.request.method": facts.method if facts.method in METHODS else "OTHER",
            "url.scheme": "https" if facts.scheme == "https" else "http",
            "source.ip": address(facts.client_address),
            "url.domain": context.policy and domain_of(facts.host, facts.scheme, context.policy),
            "url.path": _path(facts) if "path" in reveal else None,
        }
    minted = verdict.downstream if isinstance(verdict, Permit) else None
    fields |= {
        "rule.ruleset": context.policy and context.policy.id,
        "rule.name": context.route and context.route.id,
        "token_gateway.detail": isinstance(verdict, Deny) and shortened(redact(verdict.detail), 1024),
        "token_gateway.token.fingerprint": context.token and prints.token(context.token.text),
        "token_gateway.issuer": context.issuer_id,
        "token_gateway.downstream.audience": minted and minted.audience,
        "token_gateway.downstream.jti": minted and minted.jti,
        "token_gateway.downstream.expires_at": minted and timestamp(minted.expires_at),
    } | _who(verdict, reveal, prints)
    return {
        name: value
        for name, value in fields.items()
        if not (value is None or value is False or (value == "" and name not in EMPTY))
    }


EMPTY = {"token_gateway.peer", "source.ip", "url.path"}
"""Written also where there is nothing to say."""


# --- private ---


def _end(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case Permit():
            return {"event.type": ["allowed"], "event.outcome": "success"}
        case Deny(reason=reason):
            return {"event.type": ["denied"], "event.outcome": "failure", "event.reason": reason.value}
        case Indeterminate(reason=reason):
            return {"event.type": ["denied"], "event.outcome": "unknown", "event.reason": reason.value}
        case Preflight():
            return {"event.type": ["info"], "event.outcome": "success"}
        case _:
            assert_never(verdict)


def _path(facts: RequestFacts) -> str:
    return shortened(redact(facts.path.decode("utf-8", "replace")), 1024)


def _who(verdict: Verdict, reveal: tuple[str, ...], prints: Fingerprints) -> dict[str, Any]:
    principal = verdict.context.principal
    if principal is None:
        return {}
    issuer_id, client = principal.issuer_id, principal.client_id
    return {
        "user.id": "subject" in reveal and shortened(principal.qualified_subject, 600),
        "user.hash": "subject" not in reveal and prints.subject(issuer_id, principal.subject),
        "token_gateway.client.id": "client_id" in reveal and shortened(client, 600),
        "token_gateway.client.hash": client
        and "client_id" not in reveal
        and prints.client(issuer_id, client),
    }
