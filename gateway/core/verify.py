"""Is this token what it says it is?

Find the issuer that the token names, a key of that issuer, and check the signature. What costs nothing is
asked first: an unknown or unadmitted issuer never costs a look-up or a signature. Between the signature and
the claims (`gateway.core.claims`) stands the operator's deny list: who is on it is told nothing else.
"""

from gateway.core.credential import UnverifiedToken
from gateway.core.evidence import Evidence, KeysNeeded, Unanswerable, Unavailable
from gateway.core.jwk import KeySet, VerificationKey
from gateway.core.jws import SignedClaims, UnverifiedJws, canonical_algorithm, open_, parse
from gateway.core.policy import Route, Snapshot
from gateway.core.reason import Outage, Reason, Refusal
from gateway.core.revocation import RevocationTags, tags_of
from gateway.core.trust import Issuer


def authenticate(
    token: UnverifiedToken, route: Route, snapshot: Snapshot, evidence: Evidence
) -> SignedClaims:
    """Check the token's form and signature. Timeless: the clock comes with the claims.

    Raises: Refusal; Outage(keys_unavailable); Unanswerable where keys must be fetched first.
    """
    if evidence.signed is not None:
        return evidence.signed
    jws = parse(token)
    issuer = _issuer(jws, route, snapshot)
    _check_algorithm(jws, issuer)
    return open_(jws, issuer.id, _candidates(jws, issuer, evidence))


def issuer_of(signed: SignedClaims, snapshot: Snapshot) -> Issuer:
    """Give the issuer whose key signed. Raises: Refusal where the snapshot knows no such issuer."""
    issuer = snapshot.issuers.get(str(signed.claims.get("iss")))
    if issuer is None or issuer.id != signed.issuer_id:
        raise Refusal(Reason.ISSUER_UNKNOWN)
    return issuer


def admit(token: UnverifiedToken, signed: SignedClaims, issuer: Issuer, evidence: Evidence) -> RevocationTags:
    """Refuse a token that has been revoked. Timeless too.

    Gives what names it, for whoever remembers the answer and must ask again. Raises: Refusal.
    """
    tags = tags_of(signed, issuer)
    evidence.revoked.check(tags, token.text)
    return tags


# --- private ---


def _issuer(jws: UnverifiedJws, route: Route, snapshot: Snapshot) -> Issuer:
    name = jws.unverified_claims.get("iss")
    issuer = snapshot.issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise Refusal(Reason.ISSUER_UNKNOWN)
    if issuer.id not in route.issuers:
        raise Refusal(Reason.ISSUER_NOT_ADMITTED, issuer.id)
    return issuer


def _check_algorithm(jws: UnverifiedJws, issuer: Issuer) -> None:
    allowed = issuer.shape.algorithms
    if jws.algorithm not in allowed and canonical_algorithm(jws.algorithm) not in map(
        canonical_algorithm, allowed
    ):
        raise Refusal(Reason.ALGORITHM_NOT_ALLOWED, f"{jws.algorithm}, issuer {issuer.id}")


def _candidates(jws: UnverifiedJws, issuer: Issuer, evidence: Evidence) -> tuple[VerificationKey, ...]:
    fetched = _found(evidence, KeysNeeded(issuer.id)) if evidence.found else None
    keys = fetched or evidence.keys.get(issuer.id)
    if keys is None:
        raise Unanswerable(KeysNeeded(issuer.id))
    candidates = keys.candidates(jws.kid, jws.algorithm)
    if candidates or jws.kid is None or keys.knows(jws.kid):
        return candidates
    # Perhaps the issuer has rotated. The source fetches within its budget, and answers for good.
    need = KeysNeeded(issuer.id, jws.kid)
    found = _found(evidence, need)
    if found is None:
        raise Unanswerable(need)
    return found.candidates(jws.kid, jws.algorithm)


def _found(evidence: Evidence, need: KeysNeeded) -> KeySet | None:
    found = evidence.found.get(need)
    if isinstance(found, Unavailable):
        raise Outage(Reason.KEYS_UNAVAILABLE, found.retry_after_s)
    return found
