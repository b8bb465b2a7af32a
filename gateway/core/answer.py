"""What is the answer? The second half of the walk: verify, identify, authorize, mint.

A pure function of the question, the evidence, one clock reading and one random id. It never waits:
where evidence is missing it says what it needs, and is asked again.
"""

from gateway.core.ask import Question
from gateway.core.authorize import authorize
from gateway.core.evidence import Evidence, Unanswerable
from gateway.core.jws import SignedClaims
from gateway.core.mint import check_size, identity_headers, mint
from gateway.core.policy import Access, Snapshot
from gateway.core.principal import Principal, identify
from gateway.core.reason import Outage, Reason, Refusal
from gateway.core.verdict import Context, Deny, Indeterminate, Pending, Permit
from gateway.core.verify import admit, authenticate, verify


def answer(
    question: Question, snapshot: Snapshot, evidence: Evidence, *, now: int, jti: str
) -> Permit | Deny | Indeterminate | Pending:
    """Decide one question. Units: now in whole seconds since the epoch; jti unique and unguessable."""
    route, presented = question.route, question.presented
    signed, principal = evidence.signed, None
    try:
        if route.access is Access.PUBLIC or presented.token is None:
            return _public(question)
        signed = authenticate(presented.token, route, snapshot, evidence)
        tags = admit(presented.token, signed, snapshot, evidence)
        claims = verify(signed, snapshot, now=now)
        principal = identify(claims)
        permission = authorize(principal, route)
        downstream = mint(permission, snapshot.downstream_issuer, evidence.signer, now=now, jti=jti)
        identity = identity_headers(permission)
        check_size(downstream, identity + question.context.cors, presented.cookies_left)
    except Refusal as refusal:
        context = _context(question, signed, principal)
        return Deny(reason=refusal.reason, detail=refusal.detail, context=context)
    except Outage as outage:
        return Indeterminate(
            reason=outage.reason,
            retry_after_s=outage.retry_after_s,
            context=_context(question, signed, principal),
        )
    except Unanswerable as pause:
        return Pending(need=pause.need, signed=signed)
    return Permit(
        context=_context(question, signed, principal),
        downstream=downstream,
        revocable=tags,
        identity=identity,
        cookies_left=presented.cookies_left,
    )


# --- private ---


def _context(question: Question, signed: SignedClaims | None, principal: Principal | None) -> Context:
    known = question.context
    return Context(
        facts=known.facts,
        policy=known.policy,
        route=known.route,
        token=known.token,
        issuer_id=None if signed is None else signed.issuer_id,
        principal=principal,
        cors=known.cors,
    )


def _public(question: Question) -> Permit:
    """A route that asks for no token gives none on, and names nobody: a forged header ends here too."""
    if question.route.access is not Access.PUBLIC:  # `ask` has refused this; silence never permits
        raise Refusal(Reason.CREDENTIAL_MISSING)
    identity = identity_headers(None)
    check_size(None, identity + question.context.cors, question.presented.cookies_left)
    return Permit(
        context=question.context,
        downstream=None,
        revocable=None,
        identity=identity,
        cookies_left=question.presented.cookies_left,
    )
