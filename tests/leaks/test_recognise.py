"""Whose a token is and whether it counts, at every edge; and nothing else of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.base64url import encode
from gateway.core.reason import Reason
from gateway.core.revocation import NOTHING_REVOKED, Revocations
from gateway.leaks.keys_at_hand import KeysAtHand
from gateway.leaks.recognise import Known, Life, Recognised, Signature, Whose, recognise
from tests import builders as b

ISSUER = b.issuer()
OURS = b.ec_key("gw1", 0x6A7E)
KEYS = KeysAtHand(of_issuers={ISSUER.id: b.key_set()}, ours=b.key_set(OURS))


KNOWN = Known(
    issuers={ISSUER.issuer: ISSUER}, our_issuer=b.DOWNSTREAM_ISSUER, keys=KEYS, revoked=NOTHING_REVOKED
)


def _dotted(parts: list[bytes]) -> bytes:
    return b".".join(map(encode, parts))


def look(
    text: str, *, keys: KeysAtHand = KEYS, revoked: Revocations = NOTHING_REVOKED, now: float = b.NOW
) -> Recognised:
    known = Known(issuers={ISSUER.issuer: ISSUER}, our_issuer=b.DOWNSTREAM_ISSUER, keys=keys, revoked=revoked)
    return recognise(text.encode(), known, now=now)


def test_a_token_of_an_issuer() -> None:
    found = look(b.token())
    assert (found.whose, found.issuer_id, found.signature) == (Whose.ISSUER, ISSUER.id, Signature.GOOD)
    assert (found.life, found.expires_at, found.not_before) == (Life.LIVE, b.NOW + 300, b.NOW - 10)
    assert found.jti == "jti-of-theirs"
    assert found.may_be_used


def test_it_is_dead_when_the_gateway_would_say_so() -> None:
    ends = b.NOW + 300 + ISSUER.leeway_s
    assert look(b.token(), now=ends - 0.5).life is Life.LIVE
    assert look(b.token(), now=ends).life is Life.EXPIRED
    assert not look(b.token(), now=ends).may_be_used


def test_it_is_not_yet_live_before_nbf() -> None:
    found = look(b.token(nbf=b.NOW + 100))
    assert found.life is Life.NOT_YET
    assert found.may_be_used


@pytest.mark.parametrize("ends", [b.OMIT, "soon", True, None])
def test_what_does_not_say_its_end_may_be_used(ends: Any) -> None:
    found = look(b.token(exp=ends))
    assert (found.life, found.expires_at) == (Life.UNKNOWN, None)
    assert found.may_be_used


def test_without_the_key_nobody_can_say() -> None:
    assert look(b.token(), keys=KeysAtHand()).signature is Signature.UNCHECKED
    rotated = KeysAtHand(of_issuers={ISSUER.id: b.key_set(b.ec_key("k2", 0xBEEF))})
    assert look(b.token(), keys=rotated).signature is Signature.UNCHECKED


def test_a_forged_token_is_none() -> None:
    found = look(b.token(signature=b"\1" * 64))
    assert found.signature is Signature.BAD
    assert not found.may_be_used


def test_a_key_of_ours_vouches_for_no_issuer_and_none_of_theirs_for_us() -> None:
    assert look(b.token(key=OURS)).signature is Signature.UNCHECKED
    assert look(b.token(iss=b.DOWNSTREAM_ISSUER)).signature is Signature.UNCHECKED


def test_a_token_of_ours() -> None:
    found = look(b.token(key=OURS, iss=b.DOWNSTREAM_ISSUER))
    assert (found.whose, found.signature, found.life) == (Whose.OURS, Signature.GOOD, Life.LIVE)
    assert look(b.token(key=OURS, iss=b.DOWNSTREAM_ISSUER), now=b.NOW + 300).life is Life.EXPIRED


def test_a_strangers_token_has_a_life_too() -> None:
    found = look(b.token(iss="https://elsewhere.example"))
    assert (found.whose, found.issuer_id, found.life) == (Whose.STRANGER, None, Life.LIVE)
    assert look(b.token(iss=["x"])).whose is Whose.STRANGER


def test_what_the_gateway_cannot_read_is_said_to_be_so() -> None:
    for text, reason in (
        ("ghp_0123456789", Reason.TOKEN_MALFORMED),
        ("a.b.c", Reason.TOKEN_MALFORMED),
        ("a.b.c.d.e", Reason.TOKEN_ENCRYPTED),
        (b.token(header={"alg": "HS256"}), Reason.ALGORITHM_NOT_ALLOWED),
    ):
        found = look(text)
        assert (found.whose, found.reason, found.life) == (Whose.OPAQUE, reason, Life.UNKNOWN)
        assert found.may_be_used


def test_what_the_list_names_is_revoked_in_each_of_its_ways() -> None:
    text = b.token()
    name = b.FINGERPRINTS.token(text.encode())
    for revoked in (
        Revocations(jtis=frozenset({(ISSUER.id, "jti-of-theirs")})),
        Revocations(subjects={(ISSUER.id, "alice"): None}),
        Revocations(subjects={(ISSUER.id, "alice"): b.NOW}),
        Revocations(keys=frozenset({(ISSUER.id, b.KEY.kid)})),
        Revocations(fingerprints=frozenset({name}), fingerprint=b.FINGERPRINTS.token),
    ):
        assert look(text, revoked=revoked).revoked
        assert not look(text, revoked=revoked).may_be_used
    assert not look(text, revoked=Revocations(jtis=frozenset({("other", "jti-of-theirs")}))).revoked


def test_it_repeats_nothing_of_the_token() -> None:
    for text in (b.token(), b.token(iss="https://elsewhere.example"), "opaque-s3cret"):
        shown = repr(look(text))
        for part in (*text.split("."), "alice", "jti-of-theirs", "elsewhere"):
            assert part not in shown


@given(st.binary(max_size=200) | st.builds(_dotted, st.lists(st.binary(max_size=40), max_size=6)))
def test_nothing_that_was_found_breaks_it(token: bytes) -> None:
    found = recognise(token, KNOWN, now=b.NOW)
    assert found.whose in {Whose.OPAQUE, Whose.STRANGER}


@given(
    st.dictionaries(
        st.sampled_from(["iss", "exp", "nbf", "iat", "jti", "sub"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.just(ISSUER.issuer),
    )
)
def test_nor_does_any_claim(claims: dict[str, Any]) -> None:
    found = recognise(b.jws(json.dumps(claims).encode()).encode(), KNOWN, now=b.NOW)
    assert found.expires_at is None or claims["exp"] <= found.expires_at
    assert found.life is not Life.EXPIRED or found.expires_at is not None
