"""Are our signatures those of the RFCs, and does a key keep its secret?"""

import copy
import json
import pickle

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import get_default_algorithms

from gateway.core.base64url import encode
from gateway.core.evidence import Signer
from gateway.core.jwk import parse_jwks
from gateway.keys.signing_key import ALGORITHMS, Algorithm, SigningKey, UnfitKey

# RFC 6979 A.2.5
P256_X = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
P256_UX = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
P256_UY = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
P256_SIGNATURES = {
    b"sample": "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    b"test": "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
    "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
}
# RFC 8032 section 7.1, tests 1 to 3: secret, public, message, signature
ED25519_VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def pem(private: object, password: bytes | None = None) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    octets: bytes = private.private_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    return octets


def p256() -> SigningKey:
    return SigningKey.from_pem(pem(ec.derive_private_key(P256_X, ec.SECP256R1())))


def ed25519_key(secret: str) -> SigningKey:
    return SigningKey.from_pem(pem(ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))))


@pytest.mark.parametrize("message", P256_SIGNATURES)
def test_rfc6979_a_2_5(message: bytes) -> None:
    assert p256().sign(message).hex().upper() == P256_SIGNATURES[message]


def test_the_public_jwk_of_rfc6979_a_2_5() -> None:
    jwk = p256().public_jwk()
    assert jwk == {
        "kty": "EC",
        "crv": "P-256",
        "x": encode(bytes.fromhex(P256_UX)).decode(),
        "y": encode(bytes.fromhex(P256_UY)).decode(),
        "use": "sig",
        "alg": "ES256",
        "kid": p256().kid,
    }


@pytest.mark.parametrize(("secret", "public", "message", "signature"), ED25519_VECTORS)
def test_rfc8032_7_1(secret: str, public: str, message: str, signature: str) -> None:
    key = ed25519_key(secret)
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert key.public_jwk()["x"] == encode(bytes.fromhex(public)).decode()


def test_rfc8037_a_3_and_a_4() -> None:
    key = ed25519_key(ED25519_VECTORS[0][0])
    signature = key.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")
    assert encode(signature) == (
        b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert key.public_jwk() == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "use": "sig",
        "alg": "EdDSA",
        "kid": key.kid,
    }


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_it_signs_verifies_under_pyjwt(algorithm: Algorithm) -> None:
    key: Signer = SigningKey.generate(algorithm)
    header = encode(json.dumps({"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}).encode())
    signing_input = header + b"." + encode(b'{"sub":"corp:alice"}')
    token = signing_input + b"." + encode(key.sign(signing_input))
    assert isinstance(key, SigningKey)
    published = jwt.PyJWKSet.from_dict({"keys": [key.public_jwk()]})[key.kid]
    complete = jwt.PyJWS().decode_complete(token, published, algorithms=[algorithm])
    assert complete["payload"] == b'{"sub":"corp:alice"}'
    other = jwt.PyJWK.from_dict(SigningKey.generate(algorithm).public_jwk())
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.PyJWS().decode_complete(token, other, algorithms=[algorithm])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_our_own_rules_for_published_keys_accept_it(algorithm: Algorithm) -> None:
    key = SigningKey.generate(algorithm)
    parsed = parse_jwks(json.dumps({"keys": [key.public_jwk()]}).encode())
    assert parsed.dropped == ()
    assert parsed.keys[0].kid == parsed.keys[0].thumbprint == key.kid
    assert algorithm in parsed.keys[0].algorithms


@pytest.mark.long
@settings(max_examples=300)  # one signature in 128 has an r or s that starts with a zero octet
@given(st.binary(max_size=64))
def test_signatures_have_full_length_repeat_and_verify(message: bytes) -> None:
    key = p256()
    signature = key.sign(message)
    assert len(signature) == 64
    assert key.sign(message) == signature
    prepared = jwt.PyJWK.from_dict(key.public_jwk())
    assert get_default_algorithms()["ES256"].verify(message, prepared.key, signature)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_new_kid_looks_like_an_option(algorithm: Algorithm) -> None:
    assert not [kid for _ in range(400) if (kid := SigningKey.generate(algorithm).kid).startswith("-")]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pem_there_and_back(algorithm: Algorithm) -> None:
    key = SigningKey.generate(algorithm)
    assert key.to_pem().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    again = SigningKey.from_pem(key.to_pem())
    assert again == key
    assert again.sign(b"x") == key.sign(b"x")
    assert SigningKey.generate(algorithm) != key


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_it_never_shows_its_private_half(algorithm: Algorithm) -> None:
    key = SigningKey.generate(algorithm)
    assert repr(key) == str(key) == f"SigningKey(kid={key.kid!r}, algorithm={algorithm!r})"
    assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & key.public_jwk().keys()
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert repr(copy.copy(key)) == repr(key)


OTHERS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "p-384": ec.generate_private_key(ec.SECP384R1()),
    "secp256k1": ec.generate_private_key(ec.SECP256K1()),
    "ed448": ed448.Ed448PrivateKey.generate(),
    "x25519": x25519.X25519PrivateKey.generate(),
}


@pytest.mark.parametrize("name", ["rsa", "p-384", "secp256k1", "ed448", "x25519"])
def test_other_keys_are_refused(name: str) -> None:
    with pytest.raises(UnfitKey, match="neither a P-256 nor an Ed25519 key"):
        SigningKey.from_pem(pem(OTHERS[name]))


def test_an_encrypted_key_is_refused() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(UnfitKey, match="is encrypted"):
        SigningKey.from_pem(pem(private, b"passphrase"))


def test_a_public_key_is_refused() -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    octets = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(UnfitKey, match="not a complete PEM private key"):
        SigningKey.from_pem(octets)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_half_a_key_is_refused_wherever_it_ends(algorithm: Algorithm) -> None:
    whole = SigningKey.generate(algorithm).to_pem()
    for length in range(len(whole) - 6):  # the last dashes carry nothing
        with pytest.raises(UnfitKey) as caught:
            SigningKey.from_pem(whole[:length])
        assert caught.value.__cause__ is None
        assert str(caught.value) == "is not a complete PEM private key"


@given(st.binary(max_size=400))
def test_garbage_is_refused_and_not_repeated(garbage: bytes) -> None:
    with pytest.raises(UnfitKey) as caught:
        SigningKey.from_pem(garbage)
    assert str(caught.value) == "is not a complete PEM private key"
