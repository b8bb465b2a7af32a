"""Is only one strict form of token read, and is every other one refused for what is wrong with it?

J numbers are the rows of the attack corpus; each table goes on with the class that the row stands for.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.base64url import decode, encode
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import ALGORITHMS, MAX_KID_LENGTH
from gateway.core.jws import MAX_TOKEN_BYTES, canonical_algorithm, open_, parse
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

GOOD: Final = b.token()
HEADER, PAYLOAD, SIGNATURE = GOOD.encode().split(b".")
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=3,
)


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_a_good_token_of_every_family_is_accepted(algorithm: str) -> None:
    assert outcome(family_token(algorithm), known=family_evidence(algorithm)) is PERMIT


# --- alg -------------------------------------------------------------------------------------------


def hs256(secret: bytes, alg: str = "HS256") -> str:
    header = encode(json.dumps({"alg": alg, "kid": "k1", "typ": "at+jwt"}).encode())
    signing_input = header + b"." + PAYLOAD
    return (signing_input + b"." + encode(hmac.digest(secret, signing_input, hashlib.sha256))).decode()


PUBLISHED: Final = json.dumps(b.KEY.jwk()).encode()
"""The public key as its issuer publishes it: what a confused verifier would take for an HMAC secret."""

ALGORITHM_ROWS: Final = {
    "J01 none": (b.token(header={"alg": "none"}, signature=b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J02 None": (b.token(header={"alg": "None"}, signature=b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J04 nOnE": (b.token(header={"alg": "nOnE"}, signature=b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J05 empty": (b.token(header={"alg": ""}), Reason.ALGORITHM_NOT_ALLOWED),
    "J06 none, signed": (b.token(header={"alg": "none"}), Reason.ALGORITHM_NOT_ALLOWED),
    "J08 HS256, empty key": (hs256(b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J08 HS256, weak key": (hs256(b"secret"), Reason.ALGORITHM_NOT_ALLOWED),
    "J08 HS256, public key": (hs256(PUBLISHED), Reason.ALGORITHM_NOT_ALLOWED),
    "J09 absent": (b.token(header={"alg": b.OMIT}), Reason.ALGORITHM_NOT_ALLOWED),
    "J10 number": (b.token(header={"alg": 1}), Reason.ALGORITHM_NOT_ALLOWED),
    "J10 null": (b.token(header={"alg": None}), Reason.ALGORITHM_NOT_ALLOWED),
    "J10 array": (b.token(header={"alg": ["ES256"]}), Reason.ALGORITHM_NOT_ALLOWED),
    "J12 trailing space": (b.token(header={"alg": "ES256 "}), Reason.ALGORITHM_NOT_ALLOWED),
    "J13 lower case": (b.token(header={"alg": "es256"}), Reason.ALGORITHM_NOT_ALLOWED),
    "J14 duplicate alg": (
        b.token(raw_header=b'{"alg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}'),
        Reason.TOKEN_MEMBER_DUPLICATE,
    ),
    "J14 duplicate alg, escaped": (
        b.token(raw_header=b'{"\\u0061lg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}'),
        Reason.TOKEN_MEMBER_DUPLICATE,
    ),
}

# IANA "JSON Web Signature and Encryption Algorithms": all that is not one of ours.
OTHER_ALGORITHMS: Final = (
    *("none", "HS256", "HS384", "HS512", "RS1", "RS256K", "ES256K", "ES521", "Ed448", "ESP256"),
    *("ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "dir", "RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "A128KW"),
    *("A256KW", "ECDH-ES", "ECDH-ES+A256KW", "A256GCMKW", "PBES2-HS256+A128KW", "A128GCM", "HS1"),
)


@rows(ALGORITHM_ROWS)
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

HEADER_ROWS: Final = {
    "J22 kid number": ({"kid": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J24 kid null": ({"kid": None}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J26 kid of 10000 characters": ({"kid": "k" * 10_000}, Reason.TOKEN_JSON_MALFORMED),
    "J26 kid a little too long": ({"kid": "k" * (MAX_KID_LENGTH + 1)}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J32 embedded jwk and kid": ({"jwk": b.OTHER_KEY.jwk(), "kid": "k1"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J33 jku": ({"jku": "http://127.0.0.1:1/jwks"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J34 x5u": ({"x5u": "http://127.0.0.1:1/cert"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J36 crit": ({"crit": ["x-foo"], "x-foo": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J37 crit empty": ({"crit": []}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J38 crit a string": ({"crit": "exp"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J40 crit b64, no b64": ({"crit": ["b64"]}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J41 b64 without crit": ({"b64": False}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J42 b64 with crit": ({"b64": False, "crit": ["b64"]}, Reason.TOKEN_HEADER_FORBIDDEN),
    "zip": ({"zip": "DEF"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J45 cty JWT": ({"cty": "JWT"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J45 cty jwt": ({"cty": "application/jwt"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "cty number": ({"cty": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "typ number": ({"typ": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "typ null": ({"typ": None}, Reason.TOKEN_HEADER_FORBIDDEN),
    "unknown parameters are ignored": ({"x5t": "abc", "foo": {"bar": [1]}}, PERMIT),
    "kid absent, one key": ({"kid": b.OMIT}, PERMIT),
}


@rows(HEADER_ROWS)
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


def payload(raw: bytes) -> str:
    return b.jws(raw)


CLAIMS: Final = json.dumps(b.claims()).encode()
OPEN: Final = CLAIMS[:-1]
"""The claims without their closing brace."""

JSON_ROWS: Final = {
    "J54 duplicate sub": (payload(OPEN + b',"sub":"admin"}'), Reason.TOKEN_MEMBER_DUPLICATE),
    "J54 duplicate, escaped": (payload(OPEN + b',"s\\u0075b":"admin"}'), Reason.TOKEN_MEMBER_DUPLICATE),
    "J54 duplicate, inside": (
        payload(OPEN + b',"act":{"sub":"a","sub":"b"}}'),
        Reason.TOKEN_MEMBER_DUPLICATE,
    ),
    "J56 array": (payload(b"[]"), Reason.TOKEN_JSON_MALFORMED),
    "J57 string": (payload(b'"x"'), Reason.TOKEN_JSON_MALFORMED),
    "J58 null": (payload(b"null"), Reason.TOKEN_JSON_MALFORMED),
    "number": (payload(b"1"), Reason.TOKEN_JSON_MALFORMED),
    "empty": (payload(b""), Reason.TOKEN_JSON_MALFORMED),
    "no claims": (payload(b"{}"), Reason.ISSUER_UNKNOWN),
    "J60 trailing text": (payload(CLAIMS + b" x"), Reason.TOKEN_JSON_MALFORMED),
    "J60 two objects": (payload(CLAIMS + CLAIMS), Reason.TOKEN_JSON_MALFORMED),
    "white space around is JSON": (payload(b" \r\n\t" + CLAIMS + b"\n"), PERMIT),
    "J61 BOM": (payload(b"\xef\xbb\xbf" + CLAIMS), Reason.TOKEN_JSON_MALFORMED),
    "J62 UTF-16": (payload(CLAIMS.decode().encode("utf-16")), Reason.TOKEN_JSON_MALFORMED),
    "J62 UTF-16-LE": (payload(CLAIMS.decode().encode("utf-16-le")), Reason.TOKEN_JSON_MALFORMED),
    "J62 UTF-32": (payload(CLAIMS.decode().encode("utf-32")), Reason.TOKEN_JSON_MALFORMED),
    "J64 overlong UTF-8": (payload(OPEN + b',"x":"\xc0\xae"}'), Reason.TOKEN_JSON_MALFORMED),
    "J64 Latin-1": (payload(OPEN + b',"x":"\xe9"}'), Reason.TOKEN_JSON_MALFORMED),
    "J64 UTF-8 surrogate": (payload(OPEN + b',"x":"\xed\xa0\x80"}'), Reason.TOKEN_JSON_MALFORMED),
    "J65 lone surrogate": (payload(OPEN + b',"x":"\\ud800"}'), Reason.TOKEN_JSON_MALFORMED),
    "J65 lone surrogate, a name": (payload(OPEN + b',"\\udfff":1}'), Reason.TOKEN_JSON_MALFORMED),
    "a surrogate pair is a character": (payload(OPEN + b',"x":"\\ud83d\\ude00"}'), PERMIT),
    "J66 nested": (payload(b'{"a":' * 2_000), Reason.TOKEN_JSON_MALFORMED),
    "J66 nested arrays": (
        payload(OPEN + b',"a":' + b"[" * 13 + b"]" * 13 + b"}"),
        Reason.TOKEN_JSON_MALFORMED,
    ),
    "nested within the limit": (payload(OPEN + b',"a":' + b"[" * 11 + b"]" * 11 + b"}"), PERMIT),
    "too many members": (payload(OPEN + b',"a":[' + b"0," * 1_100 + b"0]}"), Reason.TOKEN_JSON_MALFORMED),
    "J68 header array": (b.token(raw_header=b"[]"), Reason.TOKEN_JSON_MALFORMED),
    "J69 trailing comma": (b.token(raw_header=b'{"alg":"ES256",}'), Reason.TOKEN_JSON_MALFORMED),
    "J69 single quotes": (b.token(raw_header=b"{'alg':'ES256'}"), Reason.TOKEN_JSON_MALFORMED),
    "J69 comment": (b.token(raw_header=b'{"alg":"ES256"/**/}'), Reason.TOKEN_JSON_MALFORMED),
    "J69 control character": (b.token(raw_header=b'{"alg":"ES256","x":"\n"}'), Reason.TOKEN_JSON_MALFORMED),
    "J70 header BOM": (b.token(raw_header=b"\xef\xbb\xbf" + decode(HEADER)), Reason.TOKEN_JSON_MALFORMED),
    "header nested": (b.token(header={"x": [[[1]]]}), Reason.TOKEN_JSON_MALFORMED),
    "header too large": (b.token(header={"x": "y" * 4_096}), Reason.TOKEN_JSON_MALFORMED),
}


@rows(JSON_ROWS)
def test_rfc8725_3_7_header_and_payload_are_one_utf8_json_object(tried: str, expected: Reason | None) -> None:
    assert outcome(tried) is expected


# --- the compact form ------------------------------------------------------------------------------


def other_last_character(segment: bytes) -> bytes:
    """Another spelling of the same octets: bits that a forgiving decoder drops are set."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) ^ 1 :][:1]


def jwe(*header: tuple[str, Any]) -> bytes:
    return b".".join([encode(json.dumps(dict(header)).encode()), b"a2V5", b"aXY", b"Y3Q", b"dGFn"])


def flattened() -> bytes:
    return json.dumps({"protected": HEADER.decode(), "payload": PAYLOAD.decode(), "signature": "x"}).encode()


FORM_ROWS: Final = {
    "J44 JWE dir": (jwe(("alg", "dir"), ("enc", "A256GCM")), Reason.TOKEN_ENCRYPTED),
    "J44 JWE RSA-OAEP": (jwe(("alg", "RSA-OAEP"), ("enc", "A256GCM")), Reason.TOKEN_ENCRYPTED),
    "J44 JWE PBES2": (jwe(("alg", "PBES2-HS256+A128KW"), ("p2c", 2**31 - 1)), Reason.TOKEN_ENCRYPTED),
    "J45 a token inside": (b.jws(GOOD.encode()).encode(), Reason.TOKEN_JSON_MALFORMED),
    "J117 =": (GOOD.encode() + b"=", Reason.TOKEN_MALFORMED),
    "J117 ==": (GOOD.encode() + b"==", Reason.TOKEN_MALFORMED),
    "J117 header padded": (HEADER + b"=." + PAYLOAD + b"." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J117 payload padded": (HEADER + b"." + PAYLOAD + b"==." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J118 spare bits": (
        b".".join([HEADER, PAYLOAD, other_last_character(SIGNATURE)]),
        Reason.TOKEN_MALFORMED,
    ),
    "J120 newline": (GOOD.encode()[:9] + b"\n" + GOOD.encode()[9:], Reason.TOKEN_MALFORMED),
    "J120 space": (GOOD.encode()[:9] + b" " + GOOD.encode()[9:], Reason.TOKEN_MALFORMED),
    "J120 !*": (GOOD.encode()[:-9] + b"!*" + GOOD.encode()[-9:], Reason.TOKEN_MALFORMED),
    "J120 NUL": (GOOD.encode() + b"\0", Reason.TOKEN_MALFORMED),
    "J121 leading space": (b" " + GOOD.encode(), Reason.TOKEN_MALFORMED),
    "J121 trailing newline": (GOOD.encode() + b"\n", Reason.TOKEN_MALFORMED),
    "J121 trailing dot": (GOOD.encode() + b".", Reason.TOKEN_MALFORMED),
    "J121 one part": (HEADER, Reason.TOKEN_MALFORMED),
    "J121 two parts": (HEADER + b"." + PAYLOAD, Reason.TOKEN_MALFORMED),
    "J121 four parts": (GOOD.encode() + b"." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J121 six parts": (GOOD.encode() + b"..." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J121 nothing": (b"", Reason.TOKEN_MALFORMED),
    "J121 dots": (b"..", Reason.TOKEN_JSON_MALFORMED),
    "J122 full-width dot": (GOOD.replace(".", "\uff0e").encode(), Reason.TOKEN_MALFORMED),
    "J122 one full-width dot": (GOOD.replace(".", "\uff0e", 1).encode(), Reason.TOKEN_MALFORMED),
    "J124 flattened": (flattened(), Reason.TOKEN_MALFORMED),
    "J124 no signatures": (b'{"payload":"e30","signatures":[]}', Reason.TOKEN_MALFORMED),
    "standard base64": (
        b".".join([HEADER, PAYLOAD, b64encode(b"\xff" * 64).rstrip(b"=")]),
        Reason.TOKEN_MALFORMED,
    ),
    "J141 16384 bytes and good": (b.token(pad="x" * 11_959).encode(), PERMIT),
    "J141 16385 bytes": (b"e" * (MAX_TOKEN_BYTES + 1), Reason.TOKEN_TOO_LARGE),
    "J141 16384 bytes": (b"e" * MAX_TOKEN_BYTES, Reason.TOKEN_MALFORMED),
    "J141 1 MB": (b"." * 1_000_000, Reason.TOKEN_TOO_LARGE),
}


def form(text: bytes) -> Reason | None:
    """What `parse` alone says: characters that no credential may have end before it, in `token_of`."""
    try:
        parse(UnverifiedToken(text))
    except Refusal as refusal:
        return refusal.reason
    return PERMIT


@rows(FORM_ROWS)
def test_rfc7515_7_1_only_three_canonical_segments_are_a_token(tried: bytes, expected: Reason | None) -> None:
    assert form(tried) is expected


# --- the signature ---------------------------------------------------------------------------------


def ecdsa(r: int, s: int) -> str:
    return b.token(signature=r.to_bytes(32) + s.to_bytes(32))


RAW: Final = decode(SIGNATURE)
R, S = int.from_bytes(RAW[:32]), int.from_bytes(RAW[32:])

SIGNATURE_ROWS: Final = {
    "empty": (b.token(signature=b""), Reason.SIGNATURE_INVALID),
    "another key": (b.token(key=b.SigningKey(private=b.OTHER_KEY.private, kid="k1", algorithm="ES256")),
                    Reason.SIGNATURE_INVALID),
    "J128 r = s = 0": (ecdsa(0, 0), Reason.SIGNATURE_INVALID),
    "J128 r = s = n": (ecdsa(P256_ORDER, P256_ORDER), Reason.SIGNATURE_INVALID),
    "J128 r = 0": (ecdsa(0, S), Reason.SIGNATURE_INVALID),
    "J128 s = 0": (ecdsa(R, 0), Reason.SIGNATURE_INVALID),
    "J128 r = n": (ecdsa(P256_ORDER, S), Reason.SIGNATURE_INVALID),
    "J128 s = n": (ecdsa(R, P256_ORDER), Reason.SIGNATURE_INVALID),
    "J128 r = s = 1": (ecdsa(1, 1), Reason.SIGNATURE_INVALID),
    "swapped halves": (ecdsa(S, R), Reason.SIGNATURE_INVALID),
    "J129 DER": (b.token(signature=encode_dss_signature(R, S)), Reason.SIGNATURE_INVALID),
    "J130 63 bytes": (b.token(signature=RAW[:-1]), Reason.SIGNATURE_INVALID),
    "J130 65 bytes": (b.token(signature=RAW + b"\0"), Reason.SIGNATURE_INVALID),
    "J130 leading zero": (b.token(signature=b"\0" + RAW), Reason.SIGNATURE_INVALID),
    "J130 128 bytes": (b.token(signature=RAW + RAW), Reason.SIGNATURE_INVALID),
}  # fmt: skip


@rows(SIGNATURE_ROWS)
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
