"""I8: can anything that the core makes be printed without telling a secret?

Canaries: random words in every claim (name and value), in the query, in cookies, in other headers. Whatever
the walk makes of the request is printed, and searched for them and for the token.
"""

import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import answer
from gateway.core.ask import Question, ask
from gateway.core.authorize import authorize
from gateway.core.claims import check
from gateway.core.credential import UnverifiedToken, extract, token_of
from gateway.core.evidence import Evidence, KeysNeeded, Unavailable
from gateway.core.facts import ClientCertificate
from gateway.core.jwk import KeySet
from gateway.core.jws import parse
from gateway.core.mint import blank_of, identity_headers, mint
from gateway.core.policy import (
    AudienceIncludes,
    BearerCredential,
    CertificateShows,
    ClaimEquals,
    ClientIs,
    CookieCredential,
    CredentialSource,
    HeaderCredential,
    QueryCredential,
    Requirement,
    ScopesInclude,
    TokenBound,
    places_of,
)
from gateway.core.principal import identify
from gateway.core.reason import ROWS, Outage, Outcome, Reason, Refusal, Step
from gateway.core.revocation import NOTHING_REVOKED, Revocations
from gateway.core.trust import Issuer
from gateway.core.verdict import Deny, Indeterminate, Pending, Permit
from gateway.core.verify import admit, authenticate, issuer_of
from tests import builders as b
from tests import showing
from tests.answering import question, verdict_on

canaries = st.text("0123456789abcdef", min_size=14, max_size=14).map("zq".__add__)
"""Sixteen characters that occur nowhere else."""


def told(printed: str, canary: str, text: str = "") -> bool:
    """Whether the canary, an encoding of it, or a part of the token is in what was printed."""
    raw = canary.encode()
    shapes = {canary, canary.upper(), raw.hex()}
    for shift in range(3):  # base64 of a text that has it somewhere
        for encoded in (b64encode(b"." * shift + raw), urlsafe_b64encode(b"." * shift + raw)):
            shapes.add(encoded.decode()[4 if shift else 0 : 16])
    shapes |= {
        part[place : place + 16] for part in text.split(".") for place in (0, max(len(part) - 16, 0)) if part
    }
    return any(len(shape) > 8 and shape in printed for shape in shapes)


def printed(*values: Any) -> str:
    """Everything that a log line, an f-string or a debugger's one-line view could show."""
    return " ".join(form for value in values for form in (repr(value), str(value), f"{value}"))


def secret_claims(canary: str) -> dict[str, Any]:
    """Good claims that hold the canary wherever one may stand."""
    return {
        "sub": canary,
        "client_id": canary,
        "jti": canary,
        "scope": f"orders:read {canary}",
        "aud": [b.AUDIENCE, canary],
        "email": f"{canary}@example.com",
        "groups": [canary],
        "nested": {"in": {"side": canary}},
        canary: canary,
    }


def secret_token(canary: str, **changes: Any) -> str:
    return b.token(**{**secret_claims(canary), **changes})


# --- every refusal of a token -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Case:
    """A world and a token with secrets, which end in one refusal."""

    text: Callable[[str], str]
    issuer: Issuer = field(default_factory=b.issuer)
    requirements: tuple[Requirement, ...] = ()
    downstream: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[b.SigningKey, ...] = (b.KEY,)
    revoked: Revocations = NOTHING_REVOKED
    certificate: ClientCertificate | None = None


def changed(**changes: Any) -> Callable[[str], str]:
    return lambda canary: secret_token(canary, **changes)


def with_canary(make: Callable[[str], dict[str, Any]]) -> Callable[[str], str]:
    return lambda canary: secret_token(canary, **make(canary))


SHOWS: Final = CertificateShows(identities=frozenset({showing.SPIFFE}))
LAX: Final = b.issuer(preset="keycloak", max_lifetime_s=10**7)

CASES: Final[dict[Reason, Case]] = {
    Reason.TOKEN_TOO_LARGE: Case(text=changed(pad="x" * 20_000)),
    Reason.TOKEN_MALFORMED: Case(text=lambda canary: secret_token(canary) + "." + canary),
    Reason.TOKEN_ENCRYPTED: Case(text=lambda canary: secret_token(canary) + f".{canary}.{canary}"),
    Reason.TOKEN_JSON_MALFORMED: Case(text=lambda canary: b.jws(f'{{"sub":"{canary}",}}'.encode())),
    Reason.TOKEN_MEMBER_DUPLICATE: Case(text=lambda canary: b.jws(f'{{"{canary}":1,"{canary}":2}}'.encode())),
    Reason.TOKEN_HEADER_FORBIDDEN: Case(
        text=with_canary(lambda canary: {"header": {"jku": canary, "cty": 1}})
    ),
    Reason.ALGORITHM_NOT_ALLOWED: Case(text=with_canary(lambda canary: {"header": {"alg": canary}})),
    Reason.ISSUER_UNKNOWN: Case(text=with_canary(lambda canary: {"iss": canary})),
    Reason.ISSUER_NOT_ADMITTED: Case(text=changed(), issuer=b.issuer("other")),
    Reason.KEY_UNKNOWN: Case(text=changed(), keys=(b.OTHER_KEY,)),
    Reason.KEY_AMBIGUOUS: Case(text=changed(header={"kid": b.OMIT}), keys=(b.KEY, b.OTHER_KEY)),
    Reason.SIGNATURE_INVALID: Case(text=changed(signature=bytes(64))),
    Reason.TOKEN_REVOKED: Case(text=changed(), revoked=b.revoked(kid="k1")),
    Reason.TYPE_NOT_ALLOWED: Case(
        text=with_canary(lambda canary: {"header": {"typ": canary, canary: canary}})
    ),
    Reason.NOT_AN_ACCESS_TOKEN: Case(text=with_canary(lambda canary: {"client_id": [canary]})),
    Reason.BINDING_UNSUPPORTED: Case(text=with_canary(lambda canary: {"cnf": {"jkt": canary}})),
    Reason.CERTIFICATE_MISSING: Case(text=changed(cnf=showing.bound_to()), certificate=showing.known(None)),
    Reason.CERTIFICATE_MISMATCH: Case(
        text=changed(cnf=showing.bound_to()), certificate=showing.known(showing.OTHER_CERTIFICATE)
    ),
    Reason.CLAIM_MALFORMED: Case(text=with_canary(lambda canary: {"aud": {canary: canary}})),
    Reason.CLAIM_MISSING: Case(text=changed(exp=b.OMIT)),
    Reason.AUDIENCE_MISMATCH: Case(text=with_canary(lambda canary: {"aud": [canary]})),
    Reason.TOKEN_EXPIRED: Case(text=changed(exp=b.NOW - 100)),
    Reason.TOKEN_NOT_YET_VALID: Case(text=changed(nbf=b.NOW + 100)),
    Reason.TOKEN_ISSUED_IN_FUTURE: Case(text=changed(iat=b.NOW + 100)),
    Reason.LIFETIME_EXCEEDED: Case(text=changed(exp=b.NOW + 10**6)),
    Reason.TENANT_MISMATCH: Case(
        text=with_canary(lambda canary: {"org": canary}),
        issuer=b.issuer(tenant={("org",): frozenset({"acme"})}),
    ),
    Reason.SUBJECT_UNMAPPABLE: Case(text=with_canary(lambda canary: {"sub": [canary]})),
    Reason.SCOPE_INSUFFICIENT: Case(text=changed(), requirements=b.needs_scopes("admin")),
    Reason.CLIENT_NOT_ALLOWED: Case(text=changed(), requirements=(ClientIs(clients=frozenset({"app"})),)),
    Reason.BINDING_MISSING: Case(text=changed(), requirements=(TokenBound(),)),
    Reason.CERTIFICATE_UNKNOWN: Case(text=changed(), requirements=(SHOWS,)),
    Reason.CERTIFICATE_NOT_ALLOWED: Case(
        text=changed(), requirements=(SHOWS,), certificate=showing.known(None, ())
    ),
    Reason.AUDIENCE_NOT_ALLOWED: Case(
        text=changed(), requirements=(AudienceIncludes(audiences=frozenset({"x"})),)
    ),
    Reason.CLAIM_UNSATISFIED: Case(text=changed(), requirements=(ClaimEquals(path=("email",), value="x"),)),
    Reason.ANSWER_TOO_LARGE: Case(
        text=with_canary(lambda canary: {"groups": [canary] * 300}), downstream={"copy_claims": ("groups",)}
    ),
}


def test_there_is_a_case_for_every_refusal_from_verify_to_mint() -> None:
    steps = {Step.VERIFY, Step.IDENTIFY, Step.AUTHORIZE, Step.MINT}
    refusals = {
        reason
        for reason, row in ROWS.items()
        if row.step in steps and row.outcome not in {Outcome.OUTAGE, Outcome.BUG}
    }
    assert set(CASES) == refusals


def world_of(case: Case) -> tuple[Any, Any, Evidence]:
    route = b.route(requirements=case.requirements, downstream=b.downstream(**case.downstream))
    found = {KeysNeeded(case.issuer.id, "k1"): b.key_set(*case.keys)}
    known = b.evidence(keys={case.issuer.id: b.key_set(*case.keys)}, found=found, revoked=case.revoked)
    return route, b.snapshot(issuers=[case.issuer]), known


@pytest.mark.parametrize("reason", CASES)
@given(canary=canaries)
def test_a_refusal_says_nothing_of_the_token(reason: Reason, canary: str) -> None:
    case = CASES[reason]
    text, (route, world, known) = case.text(canary), world_of(case)
    asked = question(text, route, case.certificate)
    verdict = answer(asked, world, known, now=b.NOW, jti=b.JTI)
    assert isinstance(verdict, Deny)
    assert verdict.reason is reason
    assert not told(
        printed(verdict, verdict.context, verdict.context.principal, verdict.detail), canary, text
    )


@pytest.mark.parametrize("reason", CASES)
@given(canary=canaries)
def test_nor_does_the_exception_that_it_was_nor_its_traceback(reason: Reason, canary: str) -> None:
    case = CASES[reason]
    text, (route, world, known) = case.text(canary), world_of(case)
    try:
        for _ in steps(text, route, world, known, case.certificate):
            pass
    except Refusal as refusal:
        shown = printed(refusal, refusal.args, refusal.detail) + "".join(traceback.format_exception(refusal))
        assert not told(shown, canary, text)
    else:
        assert reason is Reason.ANSWER_TOO_LARGE  # the last look of all, past the steps


def steps(
    text: str, route: Any, world: Any, known: Evidence, certificate: ClientCertificate | None = None
) -> Iterator[Any]:
    """Every value on the way to a permit."""
    token = UnverifiedToken(text.encode())
    yield token
    yield parse(token)
    signed = authenticate(token, route, world, known)
    yield signed
    yield known._replace(signed=signed)
    issuer = issuer_of(signed, world)
    yield admit(token, signed, issuer, known)
    valid = check(signed, issuer, now=b.NOW, certificate=certificate and certificate.thumbprint)
    yield valid
    principal = identify(valid)
    yield principal
    permission = authorize(principal, route, certificate)
    yield permission
    yield mint(blank_of(permission, world.downstream_issuer), known.signer, now=b.NOW, jti=b.JTI)
    identity_headers(permission)  # headers are bytes for the proxy, and no value of the core


@given(canaries)
def test_no_value_on_the_way_to_a_permit_tells(canary: str) -> None:
    text = secret_token(canary)
    route = b.route(
        requirements=b.needs_scopes("orders:read"), downstream=b.downstream(copy_claims=("email",))
    )
    values = list(steps(text, route, b.snapshot(), b.evidence()))
    assert len(values) == 9
    for value in values:
        assert not told(printed(value), canary, text), type(value).__name__
    granted = verdict_on(text, one=route)
    assert isinstance(granted, Permit)
    assert granted.downstream is not None
    minted = granted.downstream.text.decode()
    assert not told(printed(granted, granted.context, granted.downstream), canary, text)
    assert not told(printed(granted, granted.context, granted.downstream), canary, minted)


@given(canaries)
def test_the_search_would_find_a_canary(canary: str) -> None:
    text = secret_token(canary)
    for shown in (text, canary, f"sub={canary}!", text.split(".")[1], text[:40], repr(b.claims(sub=canary))):
        assert told(shown, canary, text)
    assert told(b64encode(f"x{canary}".encode()).decode(), canary)
    assert not told("corp orders-read", canary, text)


# --- the request around it --------------------------------------------------------------------------

SOURCES: Final[tuple[CredentialSource, ...]] = (
    BearerCredential(),
    HeaderCredential(name="x-api-token"),
    CookieCredential(name="token"),
    QueryCredential(name="token"),
)


def request(canary: str, place: str, text: str, **changes: Any) -> Any:
    """A request with canaries in its query, its cookies and its headers, and the token in one place."""
    extra: dict[str, tuple[tuple[bytes, bytes], ...]] = {
        "bearer": (b.bearer(text),),
        "header": ((b"x-api-token", text.encode()),),
        "cookie": ((b"cookie", b"token=" + text.encode()),),
        "query": (),
        "twice": (b.bearer(text), (b"x-api-token", text.encode())),
        "garbage": ((b"authorization", b"Bearer " + text.encode() + b" \x00" + canary.encode()),),
    }
    query = b"?q=" + canary.encode() + (b"&token=" + text.encode() if place == "query" else b"")
    headers = ((b"cookie", b"session=" + canary.encode()), (b"x-other", canary.encode()), *extra[place])
    return b.facts(b"/v1/orders" + query, *headers, **changes)


@given(canaries, st.sampled_from(["bearer", "header", "cookie", "query", "twice", "garbage"]), st.booleans())
def test_no_value_made_of_a_request_tells_its_query_cookies_or_headers(
    canary: str,
    place: str,
    removes: bool,  # noqa: FBT001
) -> None:
    text = secret_token(canary)
    facts = request(canary, place, text, can_remove_query=removes, can_remove_cookie=removes)
    world = b.snapshot(b.policy(b.route(), credentials=SOURCES))
    asked = ask(facts, world)
    assert not told(printed(facts, asked), canary, text)
    if isinstance(asked, Question):
        assert not told(printed(asked.presented, asked.context), canary, text)
        verdict = answer(asked, world, b.evidence(), now=b.NOW, jti=b.JTI)
        assert isinstance(verdict, Deny if place == "garbage" else Permit)
        assert not told(printed(verdict), canary, text)
    else:
        assert isinstance(asked, Deny)
        assert not told(printed(asked.detail, asked.context), canary, text)


@given(canaries)
def test_a_refused_credential_is_not_in_its_exception(canary: str) -> None:
    for place in ("twice", "garbage", "query"):
        facts = request(canary, place, secret_token(canary))
        with pytest.raises(Refusal) as refused:
            token_of(extract(facts, places_of(SOURCES)))
        shown = printed(refused.value) + "".join(traceback.format_exception(refused.value))
        assert not told(shown + refused.value.detail, canary)


# --- waiting, and outages ---------------------------------------------------------------------------


@given(canaries)
def test_what_is_still_needed_tells_nothing_of_the_claims(canary: str) -> None:
    text = secret_token(canary, key=b.OTHER_KEY)
    waiting = answer(question(text), b.snapshot(), b.evidence(), now=b.NOW, jti=b.JTI)
    assert isinstance(waiting, Pending)
    assert not told(printed(waiting, waiting.need), canary, text)
    found: dict[Any, KeySet | Unavailable] = {waiting.need: Unavailable()}
    outage = answer(question(text), b.snapshot(), b.evidence(found=found), now=b.NOW, jti=b.JTI)
    assert isinstance(outage, Indeterminate)
    assert not told(printed(outage, b.evidence(found=found)), canary, text)
    assert not told(printed(Outage(outage.reason)), canary, text)


@given(canaries, st.integers(2**40, 2**60))
def test_no_number_of_a_claim_is_told(canary: str, number: int) -> None:
    """Times become spans of seconds, and a span that says too much is only `more than`."""
    for name in ("exp", "nbf", "iat"):
        verdict = verdict_on(secret_token(canary, **{name: number}), issuers=[LAX])
        assert isinstance(verdict, Deny)
        assert str(number) not in printed(verdict)
        for digits in (str(number), str(number - b.NOW), str(number)[:8]):
            assert digits not in verdict.detail


def test_the_text_of_a_scope_refusal_is_the_routes() -> None:
    verdict = verdict_on(
        secret_token("zq" + "0" * 14), one=b.route(requirements=(ScopesInclude(scopes=frozenset("ab")),))
    )
    assert isinstance(verdict, Deny)
    assert verdict.detail == "lacks a b"
