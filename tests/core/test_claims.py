"""Do the registered claims hold to the second, and of exactly the right type?

Every time here is an offset to `NOW`. The route's ttl is a second where the end of a token's life is the
question, so that the five seconds a minted token must have are not what refuses it.
"""

import json
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.claims import MAX_JTI_LENGTH, ValidClaims, check
from gateway.core.jws import SignedClaims
from gateway.core.reason import Reason, Refusal
from gateway.core.trust import Issuer
from tests import builders as b
from tests.answering import PERMIT, outcome, rows, verdict_on
from tests.corpus import token_claims

NOW: Final = b.NOW
LAX: Final = b.issuer(preset="keycloak")
"""Its test for an access token asks for the claim `typ` alone: `check` judges the registered claims."""


def lax(**changes: Any) -> str:
    return b.token(typ="Bearer", **changes)


def checked(issuer: Issuer | None = None, *, now: int = NOW, **changes: Any) -> ValidClaims:
    """Check alone, without the five seconds of life that minting asks for."""
    signed = SignedClaims(
        issuer_id="corp",
        header={"alg": "ES256", "typ": "at+jwt"},
        claims=b.claims(typ="Bearer", **changes),
        key=b.key_set().keys[0],
        candidates=b.key_set().keys,
    )
    return check(signed, issuer or LAX, now=now)


def refused(issuer: Issuer | None = None, *, now: int = NOW, **changes: Any) -> Reason | None:
    try:
        checked(issuer, now=now, **changes)
    except Refusal as refusal:
        return refusal.reason
    return PERMIT


# --- exp -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leeway_s", [0, 1, 30])
def test_rfc7519_4_1_4_a_token_is_refused_on_and_after_exp_plus_leeway(leeway_s: int) -> None:
    issuer = replace(LAX, leeway_s=leeway_s)
    for exp in (NOW, NOW - 7):
        assert refused(issuer, exp=exp, now=exp + leeway_s - 1) is PERMIT
        assert refused(issuer, exp=exp, now=exp + leeway_s) is Reason.TOKEN_EXPIRED
        assert refused(issuer, exp=exp, now=exp + leeway_s + 1) is Reason.TOKEN_EXPIRED


def test_rfc7519_4_1_4_a_fraction_of_a_second_counts_j73() -> None:
    issuer = replace(LAX, leeway_s=0)
    assert refused(issuer, exp=NOW + 0.5) is PERMIT
    assert refused(issuer, exp=NOW + 0.5, now=NOW + 1) is Reason.TOKEN_EXPIRED
    assert outcome(b.token(exp=NOW + 300.5)) is PERMIT
    assert checked(exp=NOW + 300.999).expires_at == NOW + 300


@rows(token_claims.EXPIRIES)
def test_rfc7519_4_1_4_exp_is_a_number_and_required(tried: Any, expected: Reason | None) -> None:
    assert outcome(lax(exp=tried), issuers=[LAX]) is expected
    assert outcome(b.token(exp=tried)) is expected


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@rows(token_claims.NUMBERS)
def test_rfc8259_6_a_numeric_date_is_a_json_number(name: str, tried: str, expected: Reason | None) -> None:
    raw = json.dumps(b.claims(**{name: "HERE"})).replace('"HERE"', tried)
    if name != "exp" and expected is PERMIT:
        expected = Reason.TOKEN_ISSUED_IN_FUTURE if name == "iat" else Reason.TOKEN_NOT_YET_VALID
    assert outcome(b.jws(raw.encode())) is expected


# --- nbf, iat --------------------------------------------------------------------------------------


@pytest.mark.parametrize("leeway_s", [0, 1, 30])
@pytest.mark.parametrize(
    ("name", "reason"), [("nbf", Reason.TOKEN_NOT_YET_VALID), ("iat", Reason.TOKEN_ISSUED_IN_FUTURE)]
)
def test_rfc7519_4_1_5_a_token_is_refused_before_nbf_and_iat_less_leeway(
    name: str, reason: Reason, leeway_s: int
) -> None:
    issuer = replace(LAX, leeway_s=leeway_s)
    for late, expected in ((0, PERMIT), (0.001, reason), (1, reason)):
        changes: dict[str, Any] = {name: NOW + leeway_s + late}
        assert refused(issuer, **changes) is expected


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_rfc7519_4_1_5_nbf_and_iat_are_optional(name: str) -> None:
    changes: dict[str, Any] = {name: b.OMIT}
    assert refused(**changes) is PERMIT


@pytest.mark.parametrize("value", [True, False, None, str(NOW), [NOW], {}, "now"])
@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_rfc7519_2_nbf_and_iat_are_numbers_j90(name: str, value: Any) -> None:
    assert outcome(lax(**{name: value}), issuers=[LAX]) is Reason.CLAIM_MALFORMED


# --- lifetime and age ------------------------------------------------------------------------------


def test_the_lifetime_is_counted_from_iat_to_exp() -> None:
    issuer = b.issuer(preset="keycloak", max_lifetime_s=600)
    assert refused(issuer, iat=NOW - 300, exp=NOW + 300) is PERMIT
    assert refused(issuer, iat=NOW - 300, exp=NOW + 301) is Reason.LIFETIME_EXCEEDED
    assert refused(issuer, iat=NOW - 300.5, exp=NOW + 300) is Reason.LIFETIME_EXCEEDED
    assert refused(issuer, iat=-5, exp=NOW + 300) is Reason.LIFETIME_EXCEEDED  # J89


def test_without_iat_the_lifetime_is_counted_from_now() -> None:
    issuer = b.issuer(preset="keycloak", max_lifetime_s=600)
    assert refused(issuer, iat=b.OMIT, exp=NOW + 600) is PERMIT
    assert refused(issuer, iat=b.OMIT, exp=NOW + 601) is Reason.LIFETIME_EXCEEDED


@pytest.mark.parametrize(("iat", "exp"), [(-1.7e308, 1.7e308), (-1e308, 1e308), (-(10**18), 1.7e308)])
def test_a_lifetime_beyond_a_double_is_too_long_and_no_defect(iat: float, exp: float) -> None:
    verdict = verdict_on(lax(iat=iat, exp=exp), issuers=[LAX])
    assert getattr(verdict, "reason", PERMIT) is Reason.LIFETIME_EXCEEDED
    assert len(getattr(verdict, "detail", "")) < 400


def test_an_age_is_counted_from_iat_with_leeway() -> None:
    issuer = b.issuer(preset="keycloak", max_age_s=600, leeway_s=30)
    assert refused(issuer, iat=NOW - 630) is PERMIT
    assert refused(issuer, iat=NOW - 631) is Reason.LIFETIME_EXCEEDED
    assert refused(issuer, iat=NOW - 630.5) is Reason.LIFETIME_EXCEEDED
    assert refused(issuer, iat=b.OMIT) is Reason.CLAIM_MISSING


@given(st.integers(-4_000, 4_000), st.integers(-4_000, 4_000), st.integers(-4_000, 4_000), st.integers(0, 60))
def test_no_clock_reading_outside_the_window_is_accepted(exp: int, nbf: int, iat: int, leeway_s: int) -> None:
    held = refused(replace(LAX, leeway_s=leeway_s), exp=NOW + exp, nbf=NOW + nbf, iat=NOW + iat)
    window = exp + leeway_s > 0 and nbf <= leeway_s and iat <= leeway_s and exp - iat <= 3600
    assert (held is PERMIT) is window


# --- aud -------------------------------------------------------------------------------------------


@rows(token_claims.AUDIENCES)
def test_rfc7519_4_1_3_the_audience_is_required_and_compared_exactly(
    tried: Any, expected: Reason | None
) -> None:
    assert outcome(b.token(aud=tried)) is expected


def test_an_issuer_without_audiences_admits_nobody() -> None:
    assert outcome(b.token(), issuers=[b.issuer(audiences=frozenset())]) is Reason.AUDIENCE_MISMATCH


def test_where_the_client_stands_for_the_audience_a_list_of_clients_does_not() -> None:
    issuer = b.issuer(audience_from="client_id", audiences=frozenset({"web"}), preset="keycloak")
    assert outcome(lax(aud=b.OMIT), issuers=[issuer]) is PERMIT
    assert outcome(lax(client_id=["web"]), issuers=[issuer]) is Reason.CLAIM_MALFORMED
    assert outcome(lax(client_id="other", aud="web"), issuers=[issuer]) is Reason.AUDIENCE_MISMATCH


# --- typ, kind, cnf, jti, tenant -------------------------------------------------------------------


@rows(token_claims.TYPES)
def test_rfc8725_3_11_the_type_is_a_media_type_of_the_preset(tried: Any, expected: Reason | None) -> None:
    assert outcome(b.token(header={"typ": tried})) is expected


def test_rfc8725_3_12_an_id_token_is_not_an_access_token_j50() -> None:
    id_token: dict[str, Any] = {"client_id": b.OMIT, "jti": b.OMIT, "nonce": "n", "at_hash": "h"}
    assert outcome(b.token(**id_token)) is Reason.NOT_AN_ACCESS_TOKEN
    assert outcome(b.token(**id_token), issuers=[LAX]) is Reason.NOT_AN_ACCESS_TOKEN


@pytest.mark.parametrize("name", ["jti", "client_id", "iat"])
def test_rfc9068_2_2_what_an_access_token_must_have(name: str) -> None:
    without: dict[str, Any] = {name: b.OMIT}
    assert outcome(b.token(**without)) is Reason.NOT_AN_ACCESS_TOKEN


@pytest.mark.parametrize("value", [{"jkt": "x"}, {"x5t#S256": "x"}, {}, None, "", 0, False])
def test_rfc9449_7_2_a_bound_token_is_not_a_bearer_token(value: Any) -> None:
    assert outcome(b.token(cnf=value)) is Reason.BINDING_UNSUPPORTED


@pytest.mark.parametrize("value", [1, None, [], {}, True, "j" * (MAX_JTI_LENGTH + 1)])
def test_rfc7519_4_1_7_jti_is_a_short_string_j116(value: Any) -> None:
    assert outcome(lax(jti=value), issuers=[LAX]) is Reason.CLAIM_MALFORMED
    assert outcome(lax(jti="j" * MAX_JTI_LENGTH), issuers=[LAX]) is PERMIT


def test_a_tenant_claim_must_have_a_value_of_the_operators() -> None:
    issuer = replace(LAX, tenant={("org",): frozenset({"acme", 7}), ("nested", "id"): frozenset({"x"})})
    good = {"org": "acme", "nested": {"id": "x"}}
    assert outcome(lax(**good), issuers=[issuer]) is PERMIT
    assert outcome(lax(**{**good, "org": 7}), issuers=[issuer]) is PERMIT
    for bad in (
        {"org": "ACME"},
        {"org": "7"},
        {"org": 7.0},
        {"org": ["acme"]},
        {"org": b.OMIT},
        {"nested": "x"},
    ):
        assert outcome(lax(**{**good, **bad}), issuers=[issuer]) is Reason.TENANT_MISMATCH


def test_an_issuer_whose_callers_choose_the_audience_admits_nobody_without_a_tenant() -> None:
    assert (
        outcome(lax(), issuers=[b.issuer(preset="keycloak", requires_tenant=True)]) is Reason.TENANT_MISMATCH
    )


# --- every wrong type of every registered claim ----------------------------------------------------

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def wrong(name: str, value: Any) -> bool:
    """Whether RFC 7519 section 4.1 gives this claim another type (RFC 9068 section 2.2 for client_id)."""
    if name in {"exp", "nbf", "iat"}:
        return not isinstance(value, int | float) or isinstance(value, bool)
    if name == "aud" and isinstance(value, list):
        return not all(isinstance(one, str) for one in value)
    return not isinstance(value, str)


@given(st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id"]), json_values)
def test_rfc7519_4_1_no_registered_claim_of_a_wrong_type_is_accepted(name: str, value: Any) -> None:
    if wrong(name, value):
        assert outcome(b.token(**{name: value})) is not PERMIT
        assert outcome(lax(**{name: value}), issuers=[LAX]) is not PERMIT


def test_the_issuer_is_compared_once_more_after_the_signature() -> None:
    assert refused(replace(LAX, issuer="https://other.example")) is Reason.ISSUER_UNKNOWN


def test_what_was_checked_says_when_and_for_how_long() -> None:
    valid = checked(aud=["a", b.AUDIENCE])
    assert (valid.checked_at, valid.expires_at) == (NOW, NOW + 300)
    assert valid.audiences == {"a", b.AUDIENCE}
