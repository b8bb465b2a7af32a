"""Does each requirement hold exactly where it says, and does one more never let more through?"""

import re
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import answer
from gateway.core.authorize import Permission, authorize, matches
from gateway.core.claims import Span
from gateway.core.facts import ClientCertificate
from gateway.core.policy import (
    AudienceIncludes,
    CertificateShows,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClientIs,
    Requirement,
    ScopesInclude,
    TokenBound,
)
from gateway.core.principal import Principal
from gateway.core.reason import Reason, Refusal
from gateway.core.verdict import Deny, Permit
from tests import builders as b
from tests import showing
from tests.answering import PERMIT, outcome, question, rows, verdict_on


def requires(*requirements: Requirement, **claims: Any) -> Reason | None:
    return outcome(b.token(**claims), one=b.route(requirements=requirements))


def scopes(*names: str) -> ScopesInclude:
    return ScopesInclude(scopes=frozenset(names))


def clients(*names: str) -> ClientIs:
    return ClientIs(clients=frozenset(names))


def audiences(*names: str) -> AudienceIncludes:
    return AudienceIncludes(audiences=frozenset(names))


def equals(value: Any, *path: str) -> ClaimEquals:
    return ClaimEquals(path=path or ("x",), value=value)


def contains(value: Any, *path: str) -> ClaimContains:
    return ClaimContains(path=path or ("x",), value=value)


def like(pattern: str, *path: str) -> ClaimMatches:
    return ClaimMatches(path=path or ("x",), pattern=pattern)


WANTED: Final = CertificateShows(identities=frozenset({showing.SPIFFE, showing.NAME}))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (showing.known(showing.CERTIFICATE, {showing.SPIFFE}), PERMIT),
        (showing.known(showing.CERTIFICATE, {showing.NAME, "other.example"}), PERMIT),
        (showing.known(showing.CERTIFICATE, {"other.example"}), Reason.CERTIFICATE_NOT_ALLOWED),
        (showing.known(showing.CERTIFICATE, {showing.NAME.upper()}), Reason.CERTIFICATE_NOT_ALLOWED),
        (showing.known(showing.CERTIFICATE, {showing.SPIFFE + "/"}), Reason.CERTIFICATE_NOT_ALLOWED),
        (showing.known(showing.CERTIFICATE, {"*.shop.svc"}), Reason.CERTIFICATE_NOT_ALLOWED),
        (showing.known(showing.CERTIFICATE, ()), Reason.CERTIFICATE_NOT_ALLOWED),
        (showing.known(None, ()), Reason.CERTIFICATE_NOT_ALLOWED),
        (showing.known(showing.CERTIFICATE), Reason.CERTIFICATE_UNKNOWN),
        (None, Reason.CERTIFICATE_UNKNOWN),
    ],
)
def test_a_certificate_may_be_required(shown: ClientCertificate | None, expected: Reason | None) -> None:
    asked = question(b.token(), b.route(requirements=(WANTED,)), shown)
    verdict = answer(asked, b.snapshot(), b.evidence(), now=b.NOW, jti=b.JTI)
    assert (verdict.reason if isinstance(verdict, Deny) else PERMIT) is expected
    assert isinstance(verdict, Permit) is (expected is PERMIT)


def test_a_certificate_stands_beside_the_token_and_not_in_its_place() -> None:
    shown = showing.known(showing.CERTIFICATE, {showing.SPIFFE})
    asked = question(b.token(exp=b.NOW - 1000), b.route(requirements=(WANTED,)), shown)
    verdict = answer(asked, b.snapshot(), b.evidence(), now=b.NOW, jti=b.JTI)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.TOKEN_EXPIRED


def test_of_no_identities_none_will_do() -> None:
    nobody = CertificateShows(identities=frozenset())
    asked = question(b.token(), b.route(requirements=(nobody,)), showing.known(None, ()))
    assert isinstance(answer(asked, b.snapshot(), b.evidence(), now=b.NOW, jti=b.JTI), Deny)


def test_a_bound_token_may_be_required() -> None:
    assert requires(TokenBound()) is Reason.BINDING_MISSING
    one = b.route(requirements=(TokenBound(),))
    asked = question(b.token(cnf=showing.bound_to()), one, showing.known(showing.CERTIFICATE))
    assert isinstance(answer(asked, b.snapshot(), b.evidence(), now=b.NOW, jti=b.JTI), Permit)


SCOPE_ROWS: Final = {
    "the one": ((scopes("orders:read"), {}), PERMIT),
    "both": ((scopes("a", "b"), {"scope": "b c a"}), PERMIT),
    "none": ((scopes("a"), {"scope": ""}), Reason.SCOPE_INSUFFICIENT),
    "one of two": ((scopes("a", "b"), {"scope": "a"}), Reason.SCOPE_INSUFFICIENT),
    "longer": ((scopes("read"), {"scope": "read:all"}), Reason.SCOPE_INSUFFICIENT),
    "shorter": ((scopes("orders:read"), {"scope": "orders"}), Reason.SCOPE_INSUFFICIENT),
    "another case": ((scopes("read"), {"scope": "READ"}), Reason.SCOPE_INSUFFICIENT),
    "with a comma": ((scopes("read"), {"scope": "read,write"}), Reason.SCOPE_INSUFFICIENT),
    "a wildcard is a name": ((scopes("read"), {"scope": "*"}), Reason.SCOPE_INSUFFICIENT),
    "client": ((clients("web"), {}), PERMIT),
    "one of the clients": ((clients("app", "web"), {}), PERMIT),
    "another client": ((clients("app"), {}), Reason.CLIENT_NOT_ALLOWED),
    "a client's prefix": ((clients("we"), {}), Reason.CLIENT_NOT_ALLOWED),
    "no clients": ((clients(), {}), Reason.CLIENT_NOT_ALLOWED),
    "audience": ((audiences(b.AUDIENCE), {}), PERMIT),
    "one of the audiences": ((audiences("x", "y"), {"aud": [b.AUDIENCE, "y"]}), PERMIT),
    "J98 another route's": ((audiences("x"), {}), Reason.AUDIENCE_NOT_ALLOWED),
    "no audiences": ((audiences(), {}), Reason.AUDIENCE_NOT_ALLOWED),
    "equals": ((equals("v"), {"x": "v"}), PERMIT),
    "equals, inside": ((equals("v", "x", "y"), {"x": {"y": "v"}}), PERMIT),
    "equals a number": ((equals(1), {"x": 1}), PERMIT),
    "equals true": ((equals(value=True), {"x": True}), PERMIT),
    "not equal": ((equals("v"), {"x": "V"}), Reason.CLAIM_UNSATISFIED),
    "absent": ((equals("v"), {}), Reason.CLAIM_UNSATISFIED),
    "null": ((equals("None"), {"x": None}), Reason.CLAIM_UNSATISFIED),
    "J113 true is not 'true'": ((equals(value=True), {"x": "true"}), Reason.CLAIM_UNSATISFIED),
    "J113 true is not 1": ((equals(value=True), {"x": 1}), Reason.CLAIM_UNSATISFIED),
    "1 is not true": ((equals(1), {"x": True}), Reason.CLAIM_UNSATISFIED),
    "1 is not '1'": ((equals(1), {"x": "1"}), Reason.CLAIM_UNSATISFIED),
    "1 is not 1.0": ((equals(1), {"x": 1.0}), Reason.CLAIM_UNSATISFIED),
    "an array does not equal": ((equals("v"), {"x": ["v"]}), Reason.CLAIM_UNSATISFIED),
    "contains": ((contains("v"), {"x": ["u", "v"]}), PERMIT),
    "contains a number": ((contains(1), {"x": [0, 1]}), PERMIT),
    "contains not": ((contains("v"), {"x": ["vv", "V"]}), Reason.CLAIM_UNSATISFIED),
    "J112 a string contains nothing": ((contains("v"), {"x": "uvw"}), Reason.CLAIM_UNSATISFIED),
    "J112 not even itself": ((contains("v"), {"x": "v"}), Reason.CLAIM_UNSATISFIED),
    "an object contains nothing": ((contains("v"), {"x": {"v": 1}}), Reason.CLAIM_UNSATISFIED),
    "nested arrays": ((contains("v"), {"x": [["v"]]}), Reason.CLAIM_UNSATISFIED),
    "an empty array": ((contains("v"), {"x": []}), Reason.CLAIM_UNSATISFIED),
    "matches": ((like("a*z"), {"x": "a--z"}), PERMIT),
    "matches the whole": ((like("a*"), {"x": "ba"}), Reason.CLAIM_UNSATISFIED),
    "matches no number": ((like("*"), {"x": 1}), Reason.CLAIM_UNSATISFIED),
    "matches no array": ((like("*"), {"x": ["a"]}), Reason.CLAIM_UNSATISFIED),
    "matches nothing absent": ((like("*"), {}), Reason.CLAIM_UNSATISFIED),
    "J113 one @": ((like("*@corp.com"), {"x": "a@corp.com"}), PERMIT),
    "J113 another @ before": ((like("*@corp.com"), {"x": "a@evil.com@corp.com"}), Reason.CLAIM_UNSATISFIED),
    "J113 another @ behind": ((like("a@*"), {"x": "a@evil.com@corp.com"}), Reason.CLAIM_UNSATISFIED),
    "J113 two @ where two are asked for": ((like("*@*@corp.com"), {"x": "a@b@corp.com"}), PERMIT),
    "J113 any @ where none is asked for": ((like("*"), {"x": "a@b@corp.com"}), PERMIT),
    "J113 two @": ((like("*@corp.com"), {"x": "a@evil.com@corp.com.evil"}), Reason.CLAIM_UNSATISFIED),
}


@rows(SCOPE_ROWS)
def test_a_requirement(tried: tuple[Requirement, dict[str, Any]], expected: Reason | None) -> None:
    requirement, claims = tried
    assert requires(requirement, **claims) is expected


def test_no_requirement_is_no_hurdle_and_all_of_several_must_hold() -> None:
    assert requires() is PERMIT
    assert requires(scopes("orders:read"), clients("web")) is PERMIT
    assert requires(scopes("orders:read"), clients("app")) is Reason.CLIENT_NOT_ALLOWED
    assert requires(scopes("admin"), clients("web")) is Reason.SCOPE_INSUFFICIENT


def test_a_route_admits_the_issuers_it_names_and_nobody_else() -> None:
    for admitted in (frozenset[str](), frozenset({"other"}), frozenset({"CORP"}), frozenset({"cor"})):
        assert outcome(b.token(), one=b.route(issuers=admitted)) is Reason.ISSUER_NOT_ADMITTED


def principal() -> Principal:
    return Principal(
        issuer_id="corp",
        issuer=b.ISSUER,
        subject="alice",
        client_id="web",
        scopes=frozenset({"s"}),
        audiences=frozenset({"a"}),
        claims={"x": "v"},
        expires_at=b.NOW,
        leeway_s=0,
        span=Span(0, b.NOW),
    )


def test_the_permission_is_for_this_principal_on_this_route() -> None:
    one = b.route()
    assert authorize(principal(), one) == Permission(principal=principal(), route=one)


def test_the_step_itself_refuses_an_issuer_that_is_not_admitted() -> None:
    with pytest.raises(Refusal) as refused:
        authorize(principal()._replace(issuer_id="other"), b.route())
    assert refused.value.reason is Reason.ISSUER_NOT_ADMITTED


def test_a_refusal_names_what_the_route_asks_for_and_nothing_of_the_token() -> None:
    one = b.route(requirements=(scopes("b", "a", "orders:read"),))
    verdict = verdict_on(b.token(), one=one)
    assert isinstance(verdict, Deny)
    assert verdict.detail == "lacks a b"
    verdict = verdict_on(b.token(x={"y": "secret"}), one=b.route(requirements=(equals("v", "x", "y"),)))
    assert isinstance(verdict, Deny)
    assert verdict.detail == "x.y"


names = st.sampled_from(["a", "b", "c"])
sets = st.frozensets(names, max_size=2)
values = st.sampled_from(["a", "b", 1, True])
paths = st.sampled_from([("x",), ("x", "y"), ("scope",)])
requirements = st.one_of(
    sets.map(lambda some: ScopesInclude(scopes=some)),
    sets.map(lambda some: ClientIs(clients=some)),
    sets.map(lambda some: AudienceIncludes(audiences=some)),
    st.builds(ClaimEquals, path=paths, value=values),
    st.builds(ClaimContains, path=paths, value=values),
    st.builds(ClaimMatches, path=paths, pattern=st.sampled_from(["*", "a", "a*"])),
)
principals = st.builds(
    Principal,
    issuer_id=st.just("corp"),
    issuer=st.just(b.ISSUER),
    subject=names,
    client_id=names,
    scopes=sets,
    audiences=sets,
    claims=st.fixed_dictionaries({}, optional={"x": values | st.lists(values) | st.just({"y": "a"})}),
    expires_at=st.just(b.NOW),
    leeway_s=st.just(0),
)


def allowed(who: Principal, some: tuple[Requirement, ...]) -> bool:
    try:
        authorize(who, b.route(requirements=some))
    except Refusal:
        return False
    return True


@given(principals, st.lists(requirements, max_size=3), requirements, st.integers(0, 3))
def test_one_requirement_more_never_turns_a_refusal_into_a_permit(
    who: Principal, some: list[Requirement], more: Requirement, place: int
) -> None:
    stricter = (*some[:place], more, *some[place:])
    assert not allowed(who, stricter) or allowed(who, tuple(some))


@given(principals, st.lists(requirements, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_requirements_does_not_matter(
    who: Principal, some: list[Requirement], random: Any
) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)
    assert allowed(who, tuple(some)) is allowed(who, tuple(shuffled))
    assert allowed(who, tuple(some)) is all(allowed(who, (one,)) for one in some)


# --- the pattern -----------------------------------------------------------------------------------

short = st.text(alphabet="ab*.\n[@", max_size=8)


@given(short, st.text(alphabet="ab.\n[@", max_size=10))
def test_a_pattern_means_what_the_same_regular_expression_means(pattern: str, text: str) -> None:
    blank = "[^@]*" if "@" in pattern else ".*"
    expression = blank.join(map(re.escape, pattern.split("*")))
    assert matches(pattern, text) is (re.fullmatch(expression, text, re.DOTALL) is not None)


@given(st.text(max_size=12))
def test_a_text_is_matched_by_itself_and_by_every_blank_in_it(text: str) -> None:
    assert matches("*", text)
    assert matches(text, text)
    for place in range(len(text) + 1):
        assert matches(text[:place] + "*" + text[place:], text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a*a", "a"),
        ("ab*bc", "abc"),
        ("*a*a*", "a"),
        ("", "a"),
        ("a", ""),
        ("a*b*c", "acb"),
        ("?", "a"),
        (".", "a"),
    ],
)
def test_what_a_pattern_does_not_match(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


class Counting(str):
    """A text that counts how much of it is searched."""

    __slots__ = ("searched",)
    searched: int

    def find(self, *arguments: Any) -> int:
        run, start, end = arguments
        found = str.find(self, run, start, end)
        self.searched += (end if found < 0 else found + len(run)) - start
        return found


@pytest.mark.parametrize("pattern", ["*a" * 200 + "*b", "*" * 500 + "b", "a*" * 1000 + "b*", "*aab*" * 50])
def test_a_pattern_reads_the_text_once_however_many_blanks_it_has(pattern: str) -> None:
    for size in (500, 5_000):
        text = Counting("a" * size)
        text.searched = 0
        assert not matches(pattern, text)
        assert text.searched <= size
