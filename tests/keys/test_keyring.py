"""Does the right key sign, and does the world see every key's public half and nothing else?"""

import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.base64url import encode
from gateway.core.jwk import parse_jwks
from gateway.keys.keyring import Keyring
from gateway.keys.signing_key import ALGORITHMS, Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from tests.keys.layouts import NOW, some_key

POOL = [some_key(algorithm) for algorithm in ALGORITHMS * 2]


def stored(key: SigningKey, state: KeyState = KeyState.ACTIVE) -> StoredKey:
    return StoredKey(key=key, state=state, created_at=NOW)


def test_only_the_active_key_of_the_configured_algorithm_signs() -> None:
    active, pending, retiring, other = some_key(), some_key(), some_key(), some_key("EdDSA")
    keys = [
        stored(pending, KeyState.PENDING),
        stored(other),
        stored(retiring, KeyState.RETIRING),
        stored(active),
    ]
    for order in permutations(keys):
        assert Keyring(order, algorithm="ES256").signer() is active
        assert Keyring(order, algorithm="EdDSA").signer() is other


def test_without_such_a_key_nothing_signs() -> None:
    assert Keyring([], algorithm="ES256").signer() is None
    assert Keyring([stored(some_key("EdDSA"))], algorithm="ES256").signer() is None
    assert Keyring([stored(some_key(), KeyState.PENDING)], algorithm="ES256").signer() is None
    assert Keyring([], algorithm="ES256").jwks() == b'{"keys":[]}'


def test_the_key_that_signs_does_so_since_its_state_began() -> None:
    made, pending, other = some_key(), some_key(), some_key("EdDSA")
    promoted = replace(stored(made), since=NOW + 700)
    keys = [
        replace(stored(pending, KeyState.PENDING), since=NOW + 800),
        promoted,
        replace(stored(other), since=NOW + 900),
    ]
    for order in permutations(keys):
        assert Keyring(order, algorithm="ES256").signs_since == NOW + 700
    assert Keyring([stored(made)], algorithm="ES256").signs_since == NOW, "as long as it is there, at most"
    assert Keyring([stored(pending, KeyState.PENDING)], algorithm="ES256").signs_since is None


def test_every_key_is_published_whatever_its_state_and_algorithm() -> None:
    keys = [stored(key, state) for key, state in zip(POOL, (*KeyState, KeyState.ACTIVE), strict=True)]
    ring = Keyring(keys, algorithm="ES256")
    published = {entry.kid: entry for entry in ring.public_keys()}
    assert published.keys() == {key.kid for key in POOL}
    for one in keys:
        entry = published[one.key.kid]
        assert (entry.algorithm, entry.state, entry.created_at) == (one.key.algorithm, one.state, NOW)
        assert entry.jwk == one.key.public_jwk()
    believed = parse_jwks(ring.jwks())
    assert believed.dropped == ()
    assert {key.kid for key in believed.keys} == published.keys()


def test_the_bytes_do_not_depend_on_the_order() -> None:
    keys = [stored(key) for key in POOL[:3]]
    assert len({Keyring(order, algorithm="ES256").jwks() for order in permutations(keys)}) == 1


def test_how_a_jwks_looks() -> None:
    key = some_key()
    jwk = key.public_jwk()
    assert Keyring([stored(key)], algorithm="ES256").jwks().decode() == (
        f'{{"keys":[{{"alg":"ES256","crv":"P-256","kid":"{key.kid}","kty":"EC","use":"sig",'
        f'"x":"{jwk["x"]}","y":"{jwk["y"]}"}}]}}'
    )


def members(document: Any) -> set[str]:
    match document:
        case dict():
            return set(document).union(*map(members, document.values()))
        case list():
            return set().union(*map(members, document))
        case _:
            return set()


def secrets(key: SigningKey) -> list[bytes]:
    """Every spelling in which the private half could leak."""
    private = key._private
    if hasattr(private, "private_numbers"):
        octets = private.private_numbers().private_value.to_bytes(32)
    else:
        octets = private.private_bytes_raw()
    pem_body = b"".join(key.to_pem().splitlines()[1:-1])
    return [octets, octets.hex().encode(), encode(octets), pem_body, str(int.from_bytes(octets)).encode()]


@given(
    st.lists(st.tuples(st.sampled_from(POOL), st.sampled_from(KeyState)), unique_by=lambda pair: pair[0].kid),
    st.sampled_from(ALGORITHMS),
)
def test_nothing_private_is_ever_published(
    listed: list[tuple[SigningKey, KeyState]], algorithm: Algorithm
) -> None:
    ring = Keyring([stored(key, state) for key, state in listed], algorithm=algorithm)
    jwks = ring.jwks()
    assert members(json.loads(jwks)) <= {"keys", "kty", "crv", "x", "y", "use", "alg", "kid"}
    everything = jwks + ring.openid_configuration("i", "j") + repr(ring.public_keys()).encode()
    for key, _ in listed:
        for secret in secrets(key):
            assert secret not in everything


@pytest.mark.parametrize(
    ("keys", "algorithms"),
    [(POOL[:1], ["ES256"]), (POOL[1:2], ["EdDSA"]), (POOL, ["ES256", "EdDSA"]), ([], [])],
)
def test_the_metadata_of_openid_connect_discovery(keys: list[SigningKey], algorithms: list[str]) -> None:
    ring = Keyring(map(stored, keys), algorithm="ES256")
    document = ring.openid_configuration("https://gw.example", "http://keys.example/jwks.json")
    assert json.loads(document) == {
        "issuer": "https://gw.example",
        "jwks_uri": "http://keys.example/jwks.json",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
    }
