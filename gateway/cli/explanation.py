"""What does the walk of one request look like, to a person and to a program?

Steps come from the verdict alone: a reason names the step that gave it, and every step before it passed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, assert_never

import orjson

from gateway.cli.output import counted
from gateway.core.base64url import decode
from gateway.core.reason import ROWS, Step
from gateway.core.verdict import Context, Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.dialects.wire import HttpAnswer

_STEPS: Final = tuple(step for step in Step if step is not Step.RENDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One walk: what was decided, what would be answered."""

    verdict: Verdict
    answer: HttpAnswer
    now: int


def lines(explanation: Explanation) -> Iterator[str]:
    """Give the lines for a person. A terminal is not told what to do by what a client has sent."""
    yield from map(_inert, _lines(explanation))


def as_members(explanation: Explanation) -> dict[str, Any]:
    """Give the same for a program."""
    verdict = explanation.verdict
    stopped = _stopped_at(verdict)
    context = verdict.context
    return {
        "verdict": _headline(verdict),
        "reason": verdict.reason.value if isinstance(verdict, Deny | Indeterminate) else None,
        "detail": verdict.detail if isinstance(verdict, Deny) else None,
        "stopped_at": stopped.value if stopped else None,
        "policy": context.policy.id if context.policy else None,
        "route": context.route.id if context.route else None,
        "issuer": context.issuer_id,
        "answer": {
            "status": explanation.answer.status,
            "headers": [list(pair) for pair in _shown_headers(explanation.answer)],
        },
        "downstream": _claims(verdict),
    }


# --- private ---


def _inert(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _lines(explanation: Explanation) -> Iterator[str]:
    verdict, context = explanation.verdict, explanation.verdict.context
    stopped = _stopped_at(verdict)
    for step in _STEPS:
        if stopped is not None and step is stopped:
            yield f"  ✗ {step:10} {_why(verdict)}"
            break
        if isinstance(verdict, Preflight) and step is Step.EXTRACT:
            break
        yield f"  ✓ {step:10} {_learned(step, verdict, context)}"
    yield ""
    yield f"verdict    {_headline(verdict)}"
    yield f"answer     {explanation.answer.status}"
    yield from (f"           {name}: {value}" for name, value in _shown_headers(explanation.answer))
    yield from _minted_lines(verdict, explanation.now)


def _stopped_at(verdict: Verdict) -> Step | None:
    if isinstance(verdict, Deny | Indeterminate):
        return ROWS[verdict.reason].step
    return None


def _why(verdict: Verdict) -> str:
    if not isinstance(verdict, Deny | Indeterminate):
        return ""
    detail = f" ({verdict.detail})" if isinstance(verdict, Deny) and verdict.detail else ""
    return f"{verdict.reason.value}: {ROWS[verdict.reason].meaning}{detail}"


def _learned(step: Step, verdict: Verdict, context: Context) -> str:
    """What a step that passed has found. No token and no claim but those that name the caller."""
    principal, facts, route = context.principal, context.facts, context.route
    match step:
        case Step.READ if facts:
            return f"{facts.method} {facts.scheme}://{facts.host}{facts.path.decode('ascii', 'replace')}"
        case Step.MATCH:
            return f"route {route.id} ({route.access.value})" if route else "a CORS preflight"
        case Step.EXTRACT:
            return "one credential" if context.token else "no credential, and none is needed"
        case Step.VERIFY if context.issuer_id:
            return f"issuer {context.issuer_id}"
        case Step.IDENTIFY if principal:
            return f"{principal.qualified_subject}, scopes: {' '.join(sorted(principal.scopes)) or 'none'}"
        case Step.AUTHORIZE if principal and route:
            return f"{counted(len(route.requirements), 'requirement')}, met"
        case Step.MINT if isinstance(verdict, Permit) and verdict.downstream:
            return f"for {verdict.downstream.audience}"
        case _:
            return "nothing to do"


def _headline(verdict: Verdict) -> str:
    match verdict:
        case Permit():
            return "permit"
        case Deny():
            return f"deny: {verdict.reason.value}"
        case Indeterminate():
            return f"indeterminate: {verdict.reason.value}"
        case Preflight():
            return "preflight"
        case _:
            assert_never(verdict)


def _shown_headers(answer: HttpAnswer) -> Iterator[tuple[str, str]]:
    for name, value in answer.headers:
        if name == b"authorization":
            yield "authorization", "Bearer <the token below>"
        elif name == b"cookie":
            yield "cookie", "<what is left of the client's>"
        else:
            yield name.decode(), value.decode("utf-8", "replace")


def _claims(verdict: Verdict) -> dict[str, Any] | None:
    if not isinstance(verdict, Permit) or verdict.downstream is None:
        return None
    payload = verdict.downstream.text.split(b".")[1]
    return dict(orjson.loads(decode(payload)))


def _minted_lines(verdict: Verdict, now: int) -> Iterator[str]:
    claims = _claims(verdict)
    if claims is None:
        return
    yield f"token      lives {claims['exp'] - now} s; signed by a throwaway key in this explanation"
    yield from (f"           {name}: {value}" for name, value in claims.items())
