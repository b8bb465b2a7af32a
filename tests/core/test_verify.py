"""Is a token believed only under a key of the issuer that it names, and what if no key is known?"""

import json
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import answer
from gateway.core.base64url import decode, encode
from gateway.core.evidence import Evidence, KeysNeeded, Unavailable
from gateway.core.jwk import ALGORITHMS, KeySet, parse_jwks
from gateway.core.jws import MAX_SAME_KID, SignedClaims
from gateway.core.policy import Route, Snapshot
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Indeterminate, Pending, Permit
from tests import builders as b
from tests.answering import PERMIT, es384_key, outcome, question, rows
from tests.corpus import token_claims

OTHER_ISSUER: Final = "https://other.example"
PARTNER: Final = b.issuer("partner", issuer=OTHER_ISSUER)
BOTH: Final = b.route(issuers=frozenset({"corp", "partner"}))


def one_round(
    text: str,
    known: Evidence,
    world: Snapshot | None = None,
    one: Route | None = None,
) -> Permit | Deny | Indeterminate | Pending:
    return answer(question(text, one), world or b.snapshot(), known, now=b.NOW, jti=b.JTI)


def keys(*entries: dict[str, Any]) -> KeySet:
    return parse_jwks(json.dumps({"keys": entries}).encode())


def known_keys(*entries: dict[str, Any]) -> Evidence:
    return b.evidence(keys={"corp": keys(*entries)})


# --- whose token ------------------------------------------------------------------------------------


@rows(token_claims.ISSUERS)
def test_rfc9068_4_the_issuer_is_compared_exactly(tried: Any, expected: Reason | None) -> None:
    assert outcome(b.token(iss=tried)) is expected


@pytest.mark.long
@given(st.text(max_size=20))
def test_j104_an_unknown_issuer_never_costs_a_look_up(name: str) -> None:
    verdict = one_round(b.token(iss=name, signature=b""), b.evidence(keys={}))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.ISSUER_UNKNOWN


def test_an_issuer_that_the_route_does_not_admit_never_costs_a_look_up() -> None:
    world = b.snapshot(issuers=[b.issuer(), PARTNER])
    verdict = one_round(b.token(iss=OTHER_ISSUER), b.evidence(keys={}), world)
    assert isinstance(verdict, Deny)
    assert (verdict.reason, verdict.detail) == (Reason.ISSUER_NOT_ADMITTED, "partner")


def test_our_own_minted_token_is_refused_at_the_front_door_j52() -> None:
    minted = one_round(b.token(), b.evidence())
    assert isinstance(minted, Permit)
    assert minted.downstream is not None
    verdict = one_round(minted.downstream.text.decode(), b.evidence())
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.ISSUER_UNKNOWN


def test_rfc8725_3_8_a_key_of_another_issuer_never_vouches_j18() -> None:
    theirs = b.ec_key("theirs", 0xABCD)
    world = b.snapshot(issuers=[b.issuer(), PARTNER])
    known = b.evidence(keys={"corp": b.key_set(), "partner": b.key_set(theirs)})
    assert outcome(b.token(key=theirs, iss=OTHER_ISSUER), world=world, known=known, one=BOTH) is PERMIT
    assert outcome(b.token(key=theirs), world=world, known=known, one=BOTH) is Reason.KEY_UNKNOWN
    same_kid = replace(theirs, kid=b.KEY.kid)
    assert outcome(b.token(key=same_kid), world=world, known=known, one=BOTH) is Reason.SIGNATURE_INVALID
    no_kid = b.token(key=theirs, header={"kid": b.OMIT})
    assert outcome(no_kid, world=world, known=known, one=BOTH) is Reason.SIGNATURE_INVALID


def test_a_key_found_for_another_issuer_is_not_this_ones() -> None:
    theirs = b.ec_key("theirs", 0xABCD)
    world = b.snapshot(issuers=[b.issuer(), PARTNER])
    known = b.evidence(found={KeysNeeded("partner", "theirs"): b.key_set(theirs)})
    assert one_round(b.token(key=theirs), known, world, BOTH) == Pending(need=KeysNeeded("corp", "theirs"))


# --- which algorithm -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ALGORITHMS - {"ES256"}))
def test_rfc8725_3_1_the_issuers_list_decides_before_any_key_is_looked_for(name: str) -> None:
    world = b.snapshot(issuers=[b.issuer(algorithms=frozenset({"ES256"}))])
    text = b.token(header={"alg": name, "kid": "never published"}, signature=b"s" * 64)
    verdict = one_round(text, b.evidence(keys={}), world)
    assert isinstance(verdict, Deny)
    assert (verdict.reason, verdict.detail) == (Reason.ALGORITHM_NOT_ALLOWED, f"{name}, issuer corp")


@pytest.mark.parametrize("listed", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("sent", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("published", ["EdDSA", "Ed25519", None])
def test_rfc9864_listed_sent_and_published_under_either_name(
    listed: str, sent: str, published: str | None
) -> None:
    key = b.ed_key()
    jwk = key.jwk(alg=published or b.OMIT)
    result = outcome(
        b.token(key=key, header={"alg": sent}),
        issuers=[b.issuer(algorithms=frozenset({listed}))],
        known=known_keys(jwk),
    )
    assert result is PERMIT


def test_rfc8725_3_1_a_key_is_used_for_its_own_algorithm_alone() -> None:
    rsa = b.rsa_key()
    pss = b.token(key=replace(rsa, algorithm="PS256"))
    assert outcome(pss, known=known_keys(rsa.jwk(alg="PS256"))) is PERMIT
    assert outcome(pss, known=known_keys(rsa.jwk())) is Reason.KEY_UNKNOWN
    assert outcome(b.token(key=rsa, header={"alg": "PS256"}), known=known_keys(rsa.jwk(alg="PS256"))) is (
        Reason.SIGNATURE_INVALID
    )


def test_j16_a_key_whose_algorithm_is_not_its_curves_is_not_used() -> None:
    assert outcome(b.token(), known=known_keys(b.KEY.jwk(alg="ES384"))) is Reason.KEY_UNKNOWN


def test_a_kid_of_a_key_of_another_kind_is_unknown_and_not_fetched_for() -> None:
    verdict = one_round(b.token(), known_keys(es384_key().jwk(kid="k1")))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.KEY_UNKNOWN


# --- which key -------------------------------------------------------------------------------------

ODD_KIDS: Final = ("../../../../dev/null", "x' UNION SELECT 'k", "k1\r\nX: y", "", "K1", "k1 ", "k", "k11")


@pytest.mark.parametrize("kid", ODD_KIDS)
def test_rfc8725_3_10_a_kid_is_a_name_and_nothing_else_j20_j21_j25(kid: str) -> None:
    text = b.token(header={"kid": kid})
    assert one_round(text, b.evidence()) == Pending(need=KeysNeeded("corp", kid))
    assert outcome(text) is Reason.KEY_UNKNOWN


def test_an_unknown_kid_is_asked_for_once() -> None:
    text = b.token(key=b.OTHER_KEY)
    need = KeysNeeded("corp", "k2")
    assert one_round(text, b.evidence()) == Pending(need=need)
    rotated = b.evidence(found={need: b.key_set(b.KEY, b.OTHER_KEY)})
    assert isinstance(one_round(text, rotated), Permit)
    as_before = one_round(text, b.evidence(found={need: b.key_set()}))
    assert isinstance(as_before, Deny)
    assert as_before.reason is Reason.KEY_UNKNOWN


def test_a_known_kid_is_not_asked_for() -> None:
    assert isinstance(one_round(b.token(), b.evidence()), Permit)


def test_a_set_that_was_never_fetched_is_asked_for_as_a_whole() -> None:
    need = KeysNeeded("corp")
    assert one_round(b.token(), b.evidence(keys={})) == Pending(need=need)
    assert isinstance(one_round(b.token(), b.evidence(keys={}, found={need: b.key_set()})), Permit)
    without = b.evidence(keys={}, found={need: b.key_set(b.OTHER_KEY)})
    assert one_round(b.token(), without) == Pending(need=KeysNeeded("corp", "k1"))


def test_an_empty_set_is_a_set() -> None:
    assert one_round(b.token(), b.evidence(keys={"corp": keys()})) == Pending(need=KeysNeeded("corp", "k1"))
    without_kid = one_round(b.token(header={"kid": b.OMIT}), b.evidence(keys={"corp": keys()}))
    assert isinstance(without_kid, Deny)
    assert without_kid.reason is Reason.KEY_UNKNOWN


@pytest.mark.parametrize("need", [KeysNeeded("corp"), KeysNeeded("corp", "k2")])
def test_a_look_up_that_failed_is_an_outage_and_never_a_permit(need: KeysNeeded) -> None:
    known = b.evidence(keys={} if need.kid is None else None, found={need: Unavailable(retry_after_s=7)})
    verdict = one_round(b.token(key=b.OTHER_KEY), known)
    assert isinstance(verdict, Indeterminate)
    assert (verdict.reason, verdict.retry_after_s) == (Reason.KEYS_UNAVAILABLE, 7)


def test_a_known_kid_works_while_another_cannot_be_fetched() -> None:
    known = b.evidence(found={KeysNeeded("corp", "k2"): Unavailable()})
    assert isinstance(one_round(b.token(), known), Permit)


def test_without_a_kid_one_fitting_key_is_used_and_two_are_ambiguous_j28() -> None:
    text = b.token(header={"kid": b.OMIT})
    assert outcome(text, known=known_keys(b.KEY.jwk())) is PERMIT
    assert outcome(text, known=known_keys(b.KEY.jwk(), b.ed_key().jwk(), es384_key().jwk())) is PERMIT
    assert outcome(text, known=known_keys(b.KEY.jwk(), b.OTHER_KEY.jwk())) is Reason.KEY_AMBIGUOUS
    assert outcome(text, known=known_keys(b.ed_key().jwk())) is Reason.KEY_UNKNOWN


def test_rfc7517_4_5_keys_that_share_a_kid_are_all_tried_j29() -> None:
    others = [b.ec_key("k1", 0xD000 + number).jwk() for number in range(MAX_SAME_KID)]
    for place in range(MAX_SAME_KID):
        published = [*others[:place], b.KEY.jwk(), *others[place:]]
        assert outcome(b.token(), known=known_keys(*published)) is PERMIT


def test_at_most_four_keys_are_tried() -> None:
    others = [b.ec_key("k1", 0xD000 + number).jwk() for number in range(MAX_SAME_KID)]
    assert MAX_SAME_KID == 4
    assert outcome(b.token(), known=known_keys(*others, b.KEY.jwk())) is Reason.SIGNATURE_INVALID


def test_rfc7517_4_5_a_kid_may_be_shared_by_keys_of_two_kinds_j30() -> None:
    for published in ([b.ed_key().jwk(kid="k1"), b.KEY.jwk()], [b.KEY.jwk(), b.ed_key().jwk(kid="k1")]):
        assert outcome(b.token(), known=known_keys(*published)) is PERMIT


UNFIT_ROWS: Final = {
    "J132 x with 33 octets": (
        {"x": encode(b"\0" + decode(b.KEY.jwk()["x"].encode())).decode()},
        Reason.KEY_UNKNOWN,
    ),
    "J136 symmetric": ({"kty": "oct", "k": "c2VjcmV0"}, Reason.KEY_UNKNOWN),
    "J137 private": ({"d": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADA_-4"}, Reason.KEY_UNKNOWN),
    "for encryption": ({"use": "enc"}, Reason.KEY_UNKNOWN),
    "for signing only": ({"key_ops": ["sign"]}, Reason.KEY_UNKNOWN),
    "off its curve": ({"y": b.OTHER_KEY.jwk()["y"]}, Reason.KEY_UNKNOWN),
    "as it is": ({}, PERMIT),
}


@rows(UNFIT_ROWS)
def test_rfc8725_3_4_a_key_that_is_not_fit_verifies_nothing(
    tried: dict[str, Any], expected: Reason | None
) -> None:
    assert outcome(b.token(), known=known_keys(b.KEY.jwk(**tried))) is expected


def test_j133_a_short_rsa_key_verifies_nothing() -> None:
    short = b.rsa_key("short", 1024)
    assert outcome(b.token(key=short), known=known_keys(short.jwk())) is Reason.KEY_UNKNOWN


def test_j138_a_small_order_ed25519_key_vouches_for_nothing() -> None:
    identity = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    forged = b.token(header={"alg": "EdDSA", "kid": "ed1"}, signature=b"\1" + bytes(63))
    assert outcome(forged, known=known_keys(b.ed_key().jwk(x=identity))) is Reason.KEY_UNKNOWN


# --- the second round ------------------------------------------------------------------------------


def signed_claims() -> SignedClaims:
    return SignedClaims(
        issuer_id="corp",
        header={"alg": "ES256", "kid": "k1", "typ": "at+jwt"},
        claims=b.claims(),
        key=b.key_set().keys[0],
        candidates=b.key_set().keys,
    )


def test_what_was_verified_in_an_earlier_round_is_not_verified_again() -> None:
    unverifiable = b.token(signature=b"")
    known = b.evidence(keys={}, signed=signed_claims())
    assert isinstance(one_round(unverifiable, known), Permit)  # neither a key nor a check was asked for
    assert isinstance(one_round("no-token-at-all", known), Permit)


def test_a_second_round_still_reads_the_clock_and_the_route() -> None:
    known = b.evidence(signed=signed_claims())
    late = answer(question(b.token()), b.snapshot(), known, now=b.NOW + 10_000, jti=b.JTI)
    assert isinstance(late, Deny)
    assert late.reason is Reason.TOKEN_EXPIRED
    elsewhere = one_round(b.token(), known, one=b.route(issuers=frozenset({"partner"})))
    assert isinstance(elsewhere, Deny)
    assert elsewhere.reason is Reason.ISSUER_NOT_ADMITTED


def test_an_issuer_that_a_reload_took_away_between_two_rounds_is_unknown() -> None:
    known = b.evidence(signed=signed_claims())
    renamed = [b.issuer("partner")]
    for issuers in ([PARTNER], renamed):
        verdict = one_round(b.token(), known, b.snapshot(issuers=issuers))
        assert isinstance(verdict, Deny)
        assert verdict.reason is Reason.ISSUER_UNKNOWN
