"""What is the answer? The second half of the walk: verify, identify, authorize, mint.

A pure function of the question, the evidence, one clock reading and one random id. It never waits:
where evidence is missing it says what it needs, and is asked again.
"""

from dataclasses import replace

from gateway.core.ask import Question
from gateway.core.authorize import authorize
from gateway.core.evidence import Evidence, Unanswerable
from gateway.core.mint import check_size, identity_headers, mint
from gateway.core.policy import Access, Snapshot
from gateway.core.principal import identify
from gateway.core.reason import Outage, Reason, Refusal
from gateway.core.verdict import Deny, Indeterminate, Pending, Permit
from gateway.core.verify import authenticate, verify


def answer(
    question: Question, snapshot: Snapshot, evidence: Evidence, *, now: int, jti: str
) -> Permit | Deny | Indeterminate | Pending:
    """Decide one question. Units: now in whole seconds since the epoch; jti unique and unguessable."""
    context, route, presented = question.context, question.route, question.presented
    signed = evidence.signed
    try:
        if route.access is Access.PUBLIC or presented.token is None:
            return _public(question)
        signed = authenticate(presented.token, route, snapshot, evidence)
        context = replace(context, issuer_id=signed.issuer_id)
        claims = verify(signed, snapshot, now=now)
        principal = identify(claims)
        context = replace(context, principal=principal)
        permission = authorize(principal, route)
        downstream = mint(permission, snapshot.downstream_issuer, evidence.signer, now=now, jti=jti)
        identity = identity_headers(permission)
        check_size(downstream, identity, presented.cookies_left)
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail, context=context)
    except Outage as outage:
        return Indeterminate(reason=outage.reason, retry_after_s=outage.retry_after_s, context=context)
    except Unanswerable as pause:
        return Pending(need=pause.need, signed=signed)
    return Permit(
        context=context,
        downstream=downstream,
        identity=identity,
        cookies_left=presented.cookies_left,
    )


# --- private ---


def _public(question: Question) -> Permit:
    """A route that asks for no token gives none on, and names nobody: a forged header ends here too."""
    if question.route.access is not Access.PUBLIC:  # `ask` has refused this; silence never permits
        raise Refusal(Reason.CREDENTIAL_MISSING)
    identity = identity_headers(None)
    check_size(None, identity, question.presented.cookies_left)
    return Permit(
        context=question.context,
        downstream=None,
        identity=identity,
        cookies_left=question.presented.cookies_left,
    )
