"""Are exactly the fit keys believed, each under its right name?"""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gateway.core import jwk
from gateway.core.jwk import JwksMalformed, KeySet, parse_jwks, public_members

# RFC 7517 appendix A.1
EC_ENCRYPTION = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "use": "enc",
    "kid": "1",
}
RSA = {
    "kty": "RSA",
    "n": (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiF"
        "V4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9"
        "c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1"
        "jF44-csFCur-kEgU8awapJzKnqDKgw"
    ),
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
EC = {name: value for name, value in EC_ENCRYPTION.items() if name != "use"}
# RFC 8037 appendix A.2
ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

Jwk = dict[str, Any]


def parse(*entries: Any) -> KeySet:
    return parse_jwks(json.dumps({"keys": entries}).encode())


def why_dropped(entry: Any) -> str:
    """The entry is dropped, and a good key beside it stands."""
    keys = parse(entry, RSA)
    assert [key.kid for key in keys.keys] == ["2011-04-29"]
    (dropped,) = keys.dropped
    assert dropped.index == 0
    return dropped.why


def number(value: int) -> str:
    octets = value.to_bytes((value.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def octets(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# What is kept --------------------------------------------------------------------------------------


def test_rfc_7517_appendix_a_1() -> None:
    keys = parse(EC_ENCRYPTION, RSA)
    (key,) = keys.keys
    assert key.kid == "2011-04-29"
    assert key.algorithms == {"RS256"}
    assert isinstance(key.key, rsa.RSAPublicKey)
    assert [dropped.why for dropped in keys.dropped] == ["use is not sig"]


def test_rfc_7638_section_3_1_thumbprint() -> None:
    assert parse(RSA).keys[0].thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_rfc_8037_appendix_a_key_and_thumbprint() -> None:
    (key,) = parse(ED25519).keys
    assert key.kid is None
    assert key.algorithms == {"EdDSA", "Ed25519"}
    assert key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("entry", [RSA, EC, ED25519])
def test_the_public_members_are_those_that_came(entry: Jwk) -> None:
    members = dict(public_members(parse(entry).keys[0].key))
    assert members == {name: entry[name] for name in members}
    assert set(members) == set(entry) - {"kid", "alg"}


@pytest.mark.parametrize(
    ("curve", "crv", "algorithm"),
    [
        (ec.SECP256R1(), "P-256", "ES256"),
        (ec.SECP384R1(), "P-384", "ES384"),
        (ec.SECP521R1(), "P-521", "ES512"),
    ],
)
def test_each_curve_has_one_algorithm(curve: ec.EllipticCurve, crv: str, algorithm: str) -> None:
    entry = dict(public_members(ec.generate_private_key(curve).public_key()))
    assert entry["crv"] == crv
    assert parse(entry).keys[0].algorithms == {algorithm}


def test_rsa_without_alg_may_be_used_for_both_paddings_and_nothing_else() -> None:
    entry = {name: value for name, value in RSA.items() if name != "alg"}
    assert parse(entry).keys[0].algorithms == {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
def test_either_spelling_of_ed25519_means_both(algorithm: str) -> None:
    assert parse(ED25519 | {"alg": algorithm}).keys[0].algorithms == {"EdDSA", "Ed25519"}


@pytest.mark.parametrize(
    "extra",
    [{"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": ["sign", "verify"]}, {"x5c": ["AA=="]}, {"ext": 1}],
)
def test_what_does_not_speak_against_a_key(extra: Jwk) -> None:
    assert parse(RSA | extra).keys[0].kid == "2011-04-29"


def test_the_same_kid_twice_is_two_keys() -> None:
    """RFC 7517 section 4.5: of different types they may share it."""
    keys = parse(RSA | {"kid": "k"}, EC | {"kid": "k"}, ED25519 | {"kid": "other"})
    assert len(keys.candidates("k", "RS256")) == 1
    assert len(keys.candidates("k", "ES256")) == 1
    assert keys.candidates("k", "EdDSA") == ()
    assert keys.candidates("k", "HS256") == ()
    assert len(keys.candidates(None, "EdDSA")) == 1
    assert keys.knows("k")
    assert not keys.knows("K")


def test_a_key_that_fits_no_kid_is_found_without_one_only() -> None:
    keys = parse(ED25519)
    assert len(keys.candidates(None, "EdDSA")) == 1
    assert keys.candidates("", "EdDSA") == ()
    assert not keys.knows("")


# What is dropped -----------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", [None, 1, "x", [], True])
def test_what_is_no_object(entry: Any) -> None:
    assert why_dropped(entry) == "not an object"


@pytest.mark.parametrize("kid", [1, None, [], {}, "k" * 257])
def test_a_kid_that_is_no_short_string(kid: Any) -> None:
    if kid is None:
        assert parse(RSA | {"kid": None}).keys[0].kid is None
    else:
        assert why_dropped(RSA | {"kid": kid}) == "kid is not a short string"


@pytest.mark.parametrize("use", ["enc", "", "SIG", None, ["sig"], 1])
def test_a_key_for_another_use(use: Any) -> None:
    assert why_dropped(RSA | {"use": use}) == "use is not sig"


@pytest.mark.parametrize("operations", [[], ["sign"], ["encrypt"], "verify", {"verify": 1}, 1, [["verify"]]])
def test_a_key_for_other_operations(operations: Any) -> None:
    assert why_dropped(RSA | {"key_ops": operations}) == "key_ops does not hold verify"


@pytest.mark.parametrize(
    "entry", [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "oct", "k": "AA", "alg": "HS256"}, {"kty": "oct"}]
)
def test_a_symmetric_key(entry: Jwk) -> None:
    """J136."""
    assert why_dropped(entry) == "symmetric key"


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
@pytest.mark.parametrize("entry", [RSA, EC, ED25519])
def test_private_members(entry: Jwk, member: str) -> None:
    """J137: even one that is null says that this document is not meant to be public."""
    assert why_dropped(entry | {member: "AQAB"}) == "private members"
    assert why_dropped(entry | {member: None}) == "private members"


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "rsa"},
        {"kty": None},
        {"kty": ["RSA"]},
        {"kty": {"RSA": 1}},
        {"kty": "OKP", "crv": "X25519"},
        {"kty": "OKP", "crv": "Ed448"},
        {"kty": "OKP", "crv": []},
        {"kty": "EC", "crv": "secp256k1"},
        {"kty": "EC", "crv": "p-256"},
        {"kty": "EC", "crv": ["P-256"]},
        {"kty": "EC", "crv": None},
        {"kty": "AKP"},
    ],
)
def test_another_type_or_curve(entry: Jwk) -> None:
    assert why_dropped(EC | entry) == "kty or crv not supported"


@pytest.mark.parametrize(
    ("entry", "alg"),
    [
        (RSA, "HS256"),
        (RSA, "none"),
        (RSA, "ES256"),
        (RSA, "RSA-OAEP"),
        (RSA, "rs256"),
        (RSA, ""),
        (RSA, 1),
        (RSA, []),
        (RSA, {}),
        (RSA, ["RS256"]),
        (EC, "ES384"),
        (EC, "ECDH-ES"),
        (EC, "EdDSA"),
        (ED25519, "ES256"),
        (ED25519, {"EdDSA": 1}),
    ],
)
def test_an_algorithm_that_does_not_fit(entry: Jwk, alg: Any) -> None:
    assert why_dropped(entry | {"alg": alg}) == "alg does not fit the key"


ODD_2048 = 2**2047 + 1


@pytest.mark.parametrize(
    "modulus",
    [2**1023 + 1, 2**1535 + 1, 2**2047 - 1, 2**8192 + 1, 2**16383 + 1],
    ids=lambda modulus: f"{modulus.bit_length()} bits",
)
def test_an_rsa_modulus_outside_the_bounds(modulus: int) -> None:
    """J133, J134."""
    assert why_dropped(RSA | {"n": number(modulus)}) == "RSA modulus outside 2048-8192 bits"


@pytest.mark.parametrize(
    "modulus", [ODD_2048, 2**8191 + 1], ids=lambda modulus: f"{modulus.bit_length()} bits"
)
def test_the_bounds_themselves(modulus: int) -> None:
    assert len(parse(RSA | {"n": number(modulus)}).keys) == 1


def test_an_even_rsa_modulus() -> None:
    assert why_dropped(RSA | {"n": number(2**2047)}) == "RSA modulus is even"


@pytest.mark.parametrize("exponent", [1, 2, 4, 65536, 2**256 + 1])
def test_an_rsa_exponent_that_is_none(exponent: int) -> None:
    assert why_dropped(RSA | {"e": number(exponent)}) == "RSA exponent"


@pytest.mark.parametrize("exponent", [3, 65537, 2**256 - 1])
def test_an_rsa_exponent_that_is_one(exponent: int) -> None:
    assert len(parse(RSA | {"e": number(exponent)}).keys) == 1


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"e": ""}, "e is not a Base64urlUInt"),
        ({"e": "AAEAAQ"}, "e is not a Base64urlUInt"),
        ({"n": octets(b"\0" + unpadded(RSA["n"]))}, "n is not a Base64urlUInt"),
        ({"e": "AQAB="}, "e is not base64url"),
        ({"e": "AQ+B"}, "e is not base64url"),
        ({"n": RSA["n"] + "\n"}, "n is not base64url"),
        ({"n": "\u00e9"}, "n is not base64url"),
        ({"e": 65537}, "e is not a string"),
        ({"e": None}, "e is not a string"),
        ({"n": ["AQAB"]}, "n is not a string"),
    ],
)
def test_rsa_numbers_that_are_no_numbers(entry: Jwk, why: str) -> None:
    assert why_dropped(RSA | entry) == why


def test_rsa_without_its_members() -> None:
    assert why_dropped({"kty": "RSA", "e": "AQAB"}) == "n is not a string"
    assert why_dropped({"kty": "RSA", "n": RSA["n"]}) == "e is not a string"


X = unpadded(EC["x"])
P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1


@pytest.mark.parametrize("x", [b"\0" + X, X[:-1], X + b"\0", b"", X[1:]])
def test_an_ec_coordinate_of_another_length(x: bytes) -> None:
    """J132: 33 bytes with a leading zero, or the zeros cut (RFC 7518 section 6.2.1.2)."""
    assert why_dropped(EC | {"x": octets(x)}) == "EC coordinate length"
    assert why_dropped(EC | {"y": octets(x)}) == "EC coordinate length"


def test_an_ec_coordinate_keeps_its_leading_zeros() -> None:
    """A key whose x begins with a zero octet is found by trying; about one in 256 is."""
    while True:
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        if public.public_numbers().x < 2**248:
            break
    entry = dict(public_members(public))
    assert len(unpadded(entry["x"])) == 32
    assert len(parse(entry).keys) == 1
    assert why_dropped(entry | {"x": octets(unpadded(entry["x"])[1:])}) == "EC coordinate length"


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (EC["y"], EC["x"]),
        (EC["x"], EC["x"]),
        (octets(bytes(32)), octets(bytes(32))),
        (octets(b"\xff" * 32), EC["y"]),
        (octets(P256.to_bytes(32)), octets(bytes(32))),
        (octets((1).to_bytes(32)), octets((1).to_bytes(32))),
    ],
)
def test_an_ec_point_off_its_curve(x: str, y: str) -> None:
    assert why_dropped(EC | {"x": x, "y": y}) == "EC point is not on its curve"


def test_an_ec_coordinate_beyond_the_field() -> None:
    """x = 5 is on P-256; x = 5 + p fits in 32 octets too, and is another spelling of the same point."""
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    x = next(x for x in range(1, 100) if pow((x**3 - 3 * x + b) % P256, (P256 - 1) // 2, P256) == 1)
    y = pow((x**3 - 3 * x + b) % P256, (P256 + 1) // 4, P256)
    entry = {"kty": "EC", "crv": "P-256", "x": octets(x.to_bytes(32)), "y": octets(y.to_bytes(32))}
    assert len(parse(entry).keys) == 1
    beyond = entry | {"x": octets((x + P256).to_bytes(32))}
    assert why_dropped(beyond) == "EC coordinate beyond the field"


# Ed25519 -------------------------------------------------------------------------------------------

P = 2**255 - 19
BASE_POINT_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
D = -121665 * pow(121666, -1, P) % P


def square_roots(value: int) -> list[int]:
    """Modulo P, which is 5 modulo 8 (RFC 8032 section 5.1.3)."""
    root = pow(value, (P + 3) // 8, P)
    for candidate in (root, root * pow(2, (P - 1) // 4, P) % P):
        if candidate * candidate % P == value % P:
            return [candidate, -candidate % P]
    return []


def torsion_y() -> set[int]:
    """y of the points of order 1, 2, 4 and 8 of -x^2 + y^2 = 1 + d x^2 y^2.

    (0, 1); (0, -1); y = 0; and where doubling gives y = 0, that is y^2 = -x^2: d y^4 + 2 y^2 - 1 = 0.
    """
    squares = [(root - 1) * pow(D, -1, P) % P for root in square_roots(1 + D)]
    of_order_8 = {y for square in squares for y in square_roots(square)}
    assert len(of_order_8) == 2
    return {1, P - 1, 0} | of_order_8


def spellings_of_small_order() -> list[bytes]:
    """Every encoding: y and, where it fits, y + p; with either sign bit."""
    return [
        (y | sign << 255).to_bytes(32, "little")
        for each in sorted(torsion_y())
        for y in (each, each + P)
        if y < 2**255
        for sign in (0, 1)
    ]


def test_the_constant_is_what_the_curve_equation_says() -> None:
    assert torsion_y() == jwk._SMALL_ORDER_Y


def test_the_equation_is_that_of_the_curve() -> None:
    """The base point of RFC 8032 is on it: its y is 4/5."""
    y = 4 * pow(5, -1, P) % P
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    assert 15112221349535400772501151409588531511454012693041857206046113283949847762202 in square_roots(
        x_squared
    )


@pytest.mark.parametrize("spelling", spellings_of_small_order(), ids=bytes.hex)
def test_an_ed25519_point_of_small_order(spelling: bytes) -> None:
    """J138, in all 14 spellings: under such a key signatures verify that nobody made."""
    assert why_dropped(ED25519 | {"x": octets(spelling)}) == "Ed25519 point of small order"


def test_there_are_fourteen_spellings() -> None:
    assert len(set(spellings_of_small_order())) == 14


def test_what_the_rule_is_for() -> None:
    """The library below accepts a signature that needs no private key under the identity point."""
    identity = (1).to_bytes(32, "little")
    forged = identity + bytes(32)  # R = identity, S = 0: S B = R + k A for every k
    ed25519.Ed25519PublicKey.from_public_bytes(identity).verify(forged, b"whatever")


@pytest.mark.parametrize("size", [0, 31, 33, 57, 64])
def test_an_ed25519_key_of_another_length(size: int) -> None:
    assert why_dropped(ED25519 | {"x": octets(b"\x09" * size)}) == "Ed25519 key length"


# What is no key set at all -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html></html>",
        b"[]",
        b"null",
        b"{}",
        b'{"keys":null}',
        b'{"keys":{}}',
        b'{"keys":"x"}',
        b'{"KEYS":[]}',
        b'{"keys":[],"keys":[]}',
        b'{"keys":[{"kty":"RSA","kty":"RSA"}]}',
        b'{"keys":[{"x":NaN}]}',
        b'{"keys":' + b"[" * 100_000,
        b'{"keys":[[[[[[[[[]]]]]]]]]}',
        b'{"keys":[' + b"0," * 4096 + b"0]}",
        b'{"keys":[]}' + b" " * (512 * 1024),
        b'\xef\xbb\xbf{"keys":[]}',
        b'{"keys":["\xff"]}',
    ],
)
def test_not_a_key_set(document: bytes) -> None:
    with pytest.raises(JwksMalformed) as caught:
        parse_jwks(document)
    assert "html" not in str(caught.value)


def test_sixty_four_keys_and_no_more() -> None:
    assert len(parse(*[ED25519] * 64).keys) == 64
    with pytest.raises(JwksMalformed, match="more than 64 keys"):
        parse(*[ED25519] * 65)
    with pytest.raises(JwksMalformed, match="more than 64 keys"):
        parse(*[None] * 65)


def test_an_empty_set_is_a_set() -> None:
    assert parse() == KeySet(keys=())


def test_nothing_of_a_key_is_printed() -> None:
    keys = parse(RSA, {"kty": "oct", "k": "c2VjcmV0"})
    assert "c2VjcmV0" not in repr(keys)
    assert "0x" not in repr(keys)
