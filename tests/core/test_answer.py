"""Does the second half of the walk end where it should, and say what was known when it did?"""

from typing import Any

import pytest

from gateway.core.answer import answer
from gateway.core.ask import Question, ask
from gateway.core.credential import Presented, UnverifiedToken
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import Access, CookieCredential
from gateway.core.reason import ROWS, Outcome, Reason
from gateway.core.verdict import Deny, Indeterminate, Permit
from tests import builders as b
from tests.answering import FAMILIES, family_evidence, family_token, outcome, permit, question, verdict_on
from tests.walk import decide


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_a_good_token_of_every_family_gets_the_request_through(algorithm: str) -> None:
    facts = b.facts(b"/v1/orders", b.bearer(family_token(algorithm)))
    assert isinstance(decide(facts, known=family_evidence(algorithm)), Permit)


def test_a_permit_carries_everything_that_was_decided() -> None:
    granted = permit(b.token())
    assert granted.context.issuer_id == "corp"
    assert granted.context.principal is not None
    assert granted.context.route == b.route()
    assert granted.downstream is not None
    assert granted.downstream.jti == b.JTI
    assert tuple(name for name, _ in granted.identity) == IDENTITY_HEADERS
    assert granted.cookies_left is None


def test_the_same_question_and_evidence_give_the_same_verdict_to_the_byte() -> None:
    first, second = (permit(b.token()) for _ in range(2))
    assert first == second
    assert first.downstream is not None
    assert second.downstream is not None
    assert first.downstream.text == second.downstream.text


def test_the_context_grows_with_the_walk() -> None:
    unsigned = verdict_on(b.token(signature=b""))
    assert (unsigned.context.issuer_id, unsigned.context.principal) == (None, None)
    expired = verdict_on(b.token(exp=1))
    assert (expired.context.issuer_id, expired.context.principal) == ("corp", None)
    lacking = verdict_on(b.token(), one=b.route(requirements=b.needs_scopes("admin")))
    assert lacking.context.issuer_id == "corp"
    assert lacking.context.principal is not None
    assert unsigned.context.token == UnverifiedToken(b.token(signature=b"").encode())


def test_what_costs_less_is_asked_first() -> None:
    """One token with every fault: each fault, once mended, shows the next."""
    faults: list[tuple[Reason, dict[str, Any]]] = [
        (Reason.TOKEN_HEADER_FORBIDDEN, {"header": {"crit": ["x"]}}),
        (Reason.ISSUER_UNKNOWN, {"iss": "https://evil.example"}),
        (Reason.SIGNATURE_INVALID, {"signature": bytes(64)}),
        (Reason.NOT_AN_ACCESS_TOKEN, {"client_id": b.OMIT}),
        (Reason.BINDING_UNSUPPORTED, {"cnf": {}}),
        (Reason.AUDIENCE_MISMATCH, {"aud": "other"}),
        (Reason.TOKEN_EXPIRED, {"exp": b.NOW - 100}),
        (Reason.SUBJECT_UNMAPPABLE, {"sub": 1}),
        (Reason.SCOPE_INSUFFICIENT, {"scope": "none"}),
    ]
    one = b.route(requirements=b.needs_scopes("orders:read"))
    for place, (reason, _) in enumerate(faults):
        changes = {name: value for _, fault in faults[place:] for name, value in fault.items()}
        assert outcome(b.token(**changes), one=one) is reason
    assert outcome(b.token(), one=one) is None


def test_public_routes_name_nobody_and_mint_nothing() -> None:
    asked = ask(b.facts(b"/public/page"), b.snapshot())
    assert isinstance(asked, Question)
    granted = answer(asked, b.snapshot(), b.evidence(keys={}, signer=None), now=b.NOW, jti=b.JTI)
    assert isinstance(granted, Permit)
    assert granted.downstream is None
    assert granted.identity == tuple((name, b"") for name in IDENTITY_HEADERS)
    assert granted.context.principal is None


def test_on_a_public_route_a_token_is_neither_judged_nor_believed() -> None:
    for text in (b.token(), b.token(exp=1), "garbage"):
        granted = permit(text, one=b.public_route())
        assert granted.downstream is None
        assert granted.context.principal is None
        assert all(value == b"" for _, value in granted.identity)


def test_silence_never_permits() -> None:
    """`ask` refuses a token route without a token; were it to slip, `answer` would."""
    asked = question(b.token())
    empty = asked._replace(presented=Presented(None))
    verdict = answer(empty, b.snapshot(), b.evidence(), now=b.NOW, jti=b.JTI)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.CREDENTIAL_MISSING


def test_without_a_signing_key_the_answer_is_an_outage() -> None:
    verdict = verdict_on(b.token(), known=b.evidence(signer=None))
    assert isinstance(verdict, Indeterminate)
    assert verdict.reason is Reason.SIGNING_KEY_UNAVAILABLE
    assert ROWS[verdict.reason].outcome is Outcome.OUTAGE


def test_a_token_route_without_downstream_is_our_bug_and_no_permit() -> None:
    verdict = verdict_on(b.token(), one=b.route(downstream=None))
    assert isinstance(verdict, Indeterminate)
    assert verdict.reason is Reason.INTERNAL_ERROR


def test_cookies_that_are_left_are_counted_and_handed_on() -> None:
    policy = b.policy(b.route(), credentials=(CookieCredential(name="token"),))
    world = b.snapshot(policy)

    def with_cookie(left: bytes) -> Any:
        cookie = (b"cookie", b"token=" + b.token().encode() + b"; " + left)
        return decide(b.facts(b"/v1/orders", cookie), world)

    granted = with_cookie(b"theme=dark")
    assert isinstance(granted, Permit)
    assert granted.cookies_left == b"theme=dark"
    refused = with_cookie(b"big=" + b"x" * 3_000)
    assert isinstance(refused, Deny)
    assert refused.reason is Reason.ANSWER_TOO_LARGE


def test_a_subject_that_would_not_fit_the_answer_is_refused_and_not_cut() -> None:
    verdict = verdict_on(b.token(sub="\U0001f600" * 255))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.ANSWER_TOO_LARGE


def test_a_copied_claim_that_would_not_fit_the_answer_is_refused() -> None:
    one = b.route(downstream=b.downstream(copy_claims=("big",)))
    verdict = verdict_on(b.token(big="x" * 4_000), one=one)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.ANSWER_TOO_LARGE
    assert isinstance(verdict_on(b.token(big="x" * 4_000)), Permit)


def test_what_a_browser_must_be_told_counts_as_part_of_the_answer() -> None:
    cors = b.cors(expose=tuple(f"x-exposed-{number:04}" for number in range(200)))
    facts = b.facts(b"/v1/orders", b.bearer(), (b"origin", b"https://app.example.com"))
    assert isinstance(decide(facts, b.snapshot(b.policy(cors=b.cors()))), Permit)
    verdict = decide(facts, b.snapshot(b.policy(cors=cors)))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.ANSWER_TOO_LARGE


@pytest.mark.parametrize("number", [2**64, 2**70, -(2**63) - 1])
def test_a_number_that_we_could_not_hand_on_is_refused_and_no_defect(number: int) -> None:
    one = b.route(downstream=b.downstream(copy_claims=("n",)))
    assert outcome(b.token(n=number), one=one) is Reason.TOKEN_JSON_MALFORMED


def test_every_refusal_of_a_token_is_one_the_client_cannot_tell_from_another() -> None:
    """RFC 6750 section 3.1 has one code for all of them."""
    for text in (b.token(exp=1), b.token(iss="x"), b.token(signature=b""), "a.b.c", b.token(aud="x")):
        verdict = verdict_on(text)
        assert isinstance(verdict, Deny)
        assert ROWS[verdict.reason].outcome is Outcome.TOKEN


def test_access_is_said_by_the_route_and_not_by_the_credential() -> None:
    assert b.route().access is Access.TOKEN
    assert outcome("garbage") is Reason.TOKEN_MALFORMED
