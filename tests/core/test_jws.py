"""Is only one strict form of token read, and is every other one refused for what is wrong with it?

The tables of forged tokens are those of tests/corpus.
"""

from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.base64url import decode, encode
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import ALGORITHMS
from gateway.core.jws import canonical_algorithm, open_, parse
from gateway.core.reason import Reason, Refusal
from tests import builders as b
from tests.answering import (
    FAMILIES,
    PERMIT,
    family_evidence,
    family_key,
    family_token,
    outcome,
    rows,
    verdict_on,
)
from tests.corpus import token_headers, token_octets
from tests.corpus.token_headers import OTHER_ALGORITHMS
from tests.corpus.token_octets import GOOD, P256_ORDER, R, S, ecdsa

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=3,
)


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_a_good_token_of_every_family_is_accepted(algorithm: str) -> None:
    assert outcome(family_token(algorithm), known=family_evidence(algorithm)) is PERMIT


# --- alg -------------------------------------------------------------------------------------------


@rows(token_headers.ALGORITHMS)
def test_rfc8725_3_1_an_algorithm_of_the_tokens_own_choice_is_refused(tried: str, expected: Reason) -> None:
    assert outcome(tried) is expected


@pytest.mark.parametrize("name", OTHER_ALGORITHMS)
def test_rfc8725_3_2_every_other_registered_algorithm_is_refused_j17(name: str) -> None:
    assert outcome(b.token(header={"alg": name})) is Reason.ALGORITHM_NOT_ALLOWED


@pytest.mark.parametrize("name", OTHER_ALGORITHMS)
def test_the_parser_itself_refuses_them_whatever_list_an_issuer_has(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(UnverifiedToken(b.token(header={"alg": name}).encode()))
    assert refusal.value.reason is Reason.ALGORITHM_NOT_ALLOWED


@given(st.text(max_size=12).filter(lambda name: name not in ALGORITHMS))
def test_a_name_that_is_no_algorithm_is_refused(name: str) -> None:
    text = b.token(header={"alg": name}, signature=b"s" * 64)
    assert outcome(text) is Reason.ALGORITHM_NOT_ALLOWED


@pytest.mark.parametrize(
    "change", [str.lower, str.swapcase, str.title, "{} ".format, " {}".format, "{}\0".format]
)
@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_a_name_that_is_almost_an_algorithm_is_refused(name: str, change: Any) -> None:
    odd = change(name)
    if odd not in ALGORITHMS:
        text = b.token(header={"alg": odd}, signature=b"s" * 64)
        assert outcome(text) is Reason.ALGORITHM_NOT_ALLOWED


@given(json_values.filter(lambda value: not isinstance(value, str)))
def test_an_algorithm_that_is_not_a_string_is_refused(value: Any) -> None:
    assert outcome(b.token(header={"alg": value}, signature=b"s" * 64)) is Reason.ALGORITHM_NOT_ALLOWED


def test_rfc9864_both_names_of_ed25519_are_one_algorithm() -> None:
    assert canonical_algorithm("Ed25519") == canonical_algorithm("EdDSA") == "EdDSA"
    assert all(canonical_algorithm(name) == name for name in ALGORITHMS - {"Ed25519"})


# --- other header parameters -----------------------------------------------------------------------

FORBIDDEN: Final = ("crit", "b64", "zip", "jwk", "jku", "x5u", "x5c", "enc", "epk", "p2c")


@rows(token_headers.HEADERS)
def test_rfc8725_3_10_what_the_header_says_about_keys_is_not_followed(
    tried: dict[str, Any], expected: Reason
) -> None:
    assert outcome(b.token(header=tried)) is expected


@given(st.sampled_from(FORBIDDEN), json_values)
def test_rfc7515_4_1_11_a_forbidden_parameter_is_refused_whatever_its_value(name: str, value: Any) -> None:
    assert outcome(b.token(header={name: value}, signature=b"s" * 64)) is Reason.TOKEN_HEADER_FORBIDDEN


@given(st.sampled_from(["kid", "typ", "cty"]), json_values.filter(lambda value: not isinstance(value, str)))
def test_a_parameter_of_the_wrong_type_is_refused(name: str, value: Any) -> None:
    assert outcome(b.token(header={name: value}, signature=b"s" * 64)) is Reason.TOKEN_HEADER_FORBIDDEN


# --- JSON ------------------------------------------------------------------------------------------


@rows(token_octets.JSON)
def test_rfc8725_3_7_header_and_payload_are_one_utf8_json_object(tried: str, expected: Reason | None) -> None:
    assert outcome(tried) is expected


# --- the compact form ------------------------------------------------------------------------------


def form(text: bytes) -> Reason | None:
    """What `parse` alone says: characters that no credential may have end before it, in `token_of`."""
    try:
        parse(UnverifiedToken(text))
    except Refusal as refusal:
        return refusal.reason
    return PERMIT


@rows(token_octets.FORMS)
def test_rfc7515_7_1_only_three_canonical_segments_are_a_token(tried: bytes, expected: Reason | None) -> None:
    assert form(tried) is expected


# --- the signature ---------------------------------------------------------------------------------


@rows(token_octets.SIGNATURES)
def test_rfc7518_3_4_an_ecdsa_signature_has_one_form(tried: str, expected: Reason) -> None:
    assert outcome(tried) is expected


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "EdDSA"])
def test_j140_a_signature_of_another_length_is_refused(algorithm: str) -> None:
    key, known = family_key(algorithm), family_evidence(algorithm)
    head, _, signature = family_token(algorithm).encode().rpartition(b".")
    raw = decode(signature)
    for odd in (
        b"",
        b"\0" + raw,
        raw + b"\0",
        raw[1:],
        raw[:-1],
        b"\0" * len(raw),
        b"\xff" * len(raw),
        raw + raw,
    ):
        text = head + b"." + encode(odd)
        assert outcome(text, known=known) is Reason.SIGNATURE_INVALID, (key.kid, len(odd))


def test_rfc7518_3_5_the_salt_of_a_pss_signature_is_as_long_as_its_hash() -> None:
    private = b.rsa_key().private
    assert isinstance(private, rsa.RSAPrivateKey)
    head, _, _ = family_token("PS256").encode().rpartition(b".")
    for salt, expected in ((32, PERMIT), (0, Reason.SIGNATURE_INVALID), (31, Reason.SIGNATURE_INVALID)):
        scheme = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=salt)
        text = head + b"." + encode(private.sign(head, scheme, SHA256()))
        assert outcome(text, known=family_evidence("PS256")) is expected


def test_a_twin_of_an_ecdsa_signature_is_the_same_token_j125() -> None:
    """(r, n - s) verifies wherever (r, s) does, and honest issuers send either half: it cannot be refused.

    So nothing that identifies a token may depend on its signature.
    """
    twin = verdict_on(ecdsa(R, P256_ORDER - S))
    good = verdict_on(GOOD)
    assert (twin.context.principal, twin.context.issuer_id) == (
        good.context.principal,
        good.context.issuer_id,
    )
    jws, other = (parse(UnverifiedToken(text.encode())) for text in (GOOD, ecdsa(R, P256_ORDER - S)))
    assert jws.signing_input == other.signing_input
    assert jws.signature != other.signature


# --- the layer itself ------------------------------------------------------------------------------


def test_open_tries_only_what_it_is_given() -> None:
    jws = parse(UnverifiedToken(GOOD.encode()))
    with pytest.raises(Refusal) as refused:
        open_(jws, "corp", ())
    assert refused.value.reason is Reason.KEY_UNKNOWN
    signed = open_(jws, "corp", b.key_set().keys)
    assert signed.issuer_id == "corp"
    assert signed.claims == b.claims()
    assert signed.key == b.key_set().keys[0]
