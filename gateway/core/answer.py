"""What is the answer? The second half of the walk: verify, identify, authorize, mint.

A pure function of the question, the evidence, one clock reading and one random id. It never waits:
where evidence is missing it says what it needs, and is asked again.
"""

from gateway.core.ask import Question
from gateway.core.authorize import authorize
from gateway.core.claims import check
from gateway.core.credential import UnverifiedToken, token_of
from gateway.core.evidence import Evidence, Unanswerable
from gateway.core.jws import SignedClaims
from gateway.core.mint import blank_of, check_size, identity_headers, mint
from gateway.core.policy import Access, Snapshot
from gateway.core.principal import Principal, identify
from gateway.core.reason import Outage, Reason, Refusal
from gateway.core.remember import conditions
from gateway.core.verdict import Context, Deny, Indeterminate, Pending, Permit
from gateway.core.verify import admit, authenticate, issuer_of


def answer(
    question: Question, snapshot: Snapshot, evidence: Evidence, *, now: int, jti: str
) -> Permit | Deny | Indeterminate | Pending:
    """Decide one question. Units: now in whole seconds since the epoch; jti unique and unguessable."""
    route, token, signed, principal = question.route, None, evidence.signed, None
    try:
        token = token_of(question.presented)
        if route.access is Access.PUBLIC or token is None:
            return _public(question, token)
        signed = authenticate(token, route, snapshot, evidence)
        issuer = issuer_of(signed, snapshot)
        tags = admit(token, signed, issuer, evidence)
        certificate = question.presented.certificate
        thumbprint = None if certificate is None else certificate.thumbprint
        principal = identify(check(signed, issuer, now=now, certificate=thumbprint))
        permission = authorize(principal, route, certificate)
        blank = blank_of(permission, snapshot.downstream_issuer)
        downstream = mint(blank, evidence.signer, now=now, jti=jti)
        identity = identity_headers(permission)
        check_size(downstream, identity + question.cors, question.presented.cookies_left)
    except Refusal as refusal:
        context = _context(question, token, signed, principal)
        return Deny(
            reason=refusal.reason,
            detail=refusal.detail,
            context=context,
            rests_on_keys_of=refusal.rests_on_keys_of,
        )
    except Outage as outage:
        return Indeterminate(
            reason=outage.reason,
            retry_after_s=outage.retry_after_s,
            context=_context(question, token, signed, principal),
        )
    except Unanswerable as pause:
        return Pending(need=pause.need, signed=signed)
    return Permit(
        context=_context(question, token, signed, principal),
        downstream=downstream,
        identity=identity,
        cookies_left=question.presented.cookies_left,
        remember=conditions(permission, signed, tags, blank, now=now),
    )


# --- private ---


def _context(
    question: Question,
    token: UnverifiedToken | None,
    signed: SignedClaims | None,
    principal: Principal | None,
) -> Context:
    facts, policy, route, _, cors = question
    return Context(facts, policy, route, token, None if signed is None else signed.issuer_id, principal, cors)


def _public(question: Question, token: UnverifiedToken | None) -> Permit:
    """A route that asks for no token gives none on, and names nobody: a forged header ends here too."""
    if question.route.access is not Access.PUBLIC:  # `ask` has refused this; silence never permits
        raise Refusal(Reason.CREDENTIAL_MISSING)
    identity = identity_headers(None)
    check_size(None, identity + question.cors, question.presented.cookies_left)
    return Permit(
        context=_context(question, token, None, None),
        downstream=None,
        identity=identity,
        cookies_left=question.presented.cookies_left,
        remember=None,
    )
