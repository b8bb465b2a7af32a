"""Is each token test type-strict, and does it hold whatever the claims are?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.token_test import is_access_token
from gateway.core.trust import TokenTest

NONE: frozenset[str] = frozenset()
PASSES: dict[TokenTest, dict[str, Any]] = {
    TokenTest.RFC9068: {"jti": "j", "client_id": "c", "iat": 1},
    TokenTest.KEYCLOAK: {"typ": "Bearer"},
    TokenTest.AUTH0: {"azp": "c", "aud": "https://api.example.com"},
    TokenTest.ENTRA: {"ver": "2.0", "scp": "read", "azp": "c"},
    TokenTest.OKTA: {"cid": "c", "scp": ["read"]},
    TokenTest.COGNITO: {"token_use": "access", "client_id": "c"},
    TokenTest.ID_TOKEN: {"sub": "s", "aud": "https://api.example.com", "iat": 1},
    TokenTest.KUBERNETES: {"kubernetes.io": {"namespace": "shop"}},
}
EACH_CLAIM = [(test, name) for test, claims in PASSES.items() for name in claims]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def passes(test: TokenTest, claims: dict[str, Any], **header: Any) -> bool:
    return is_access_token(test, header, claims, NONE)


def test_every_test_has_a_smallest_token_that_passes() -> None:
    assert set(PASSES) == set(TokenTest)
    assert all(passes(test, claims) for test, claims in PASSES.items())


@pytest.mark.parametrize(("test", "name"), EACH_CLAIM)
def test_each_claim_is_needed(test: TokenTest, name: str) -> None:
    assert not passes(test, {key: value for key, value in PASSES[test].items() if key != name})


@pytest.mark.parametrize(("test", "name"), EACH_CLAIM)
@pytest.mark.parametrize("wrong", [None, "", True, 0.5, [1], [""], [None], {}, {"a": 1}])
def test_a_claim_of_the_wrong_type_fails(test: TokenTest, name: str, wrong: Any) -> None:
    fits = (name == "iat" and wrong == 0.5) or (name == "kubernetes.io" and isinstance(wrong, dict))
    assert passes(test, {**PASSES[test], name: wrong}) is fits


@pytest.mark.parametrize(
    ("test", "name", "wrong"),
    [
        (TokenTest.KEYCLOAK, "typ", "bearer"),
        (TokenTest.KEYCLOAK, "typ", ["Bearer"]),
        (TokenTest.ENTRA, "ver", "1.0"),
        (TokenTest.ENTRA, "ver", 2.0),
        (TokenTest.OKTA, "scp", "read"),
        (TokenTest.COGNITO, "token_use", "id"),
    ],
)
def test_another_value_fails(test: TokenTest, name: str, wrong: Any) -> None:
    assert not passes(test, {**PASSES[test], name: wrong})


@pytest.mark.parametrize(
    ("test", "forbidden"),
    [
        (TokenTest.AUTH0, "nonce"),
        (TokenTest.AUTH0, "at_hash"),
        (TokenTest.ENTRA, "nonce"),
        (TokenTest.ID_TOKEN, "events"),
    ],
)
@pytest.mark.parametrize("value", ["x", "", None, {}])
def test_a_mark_of_another_kind_of_token_fails_whatever_its_value(
    test: TokenTest, forbidden: str, value: Any
) -> None:
    assert not passes(test, {**PASSES[test], forbidden: value})


def test_entra_refuses_a_nonce_in_the_header() -> None:
    assert not passes(TokenTest.ENTRA, PASSES[TokenTest.ENTRA], nonce="x")


def test_entra_takes_roles_for_scp_if_there_are_any() -> None:
    claims = {"ver": "2.0", "azp": "c"}
    assert passes(TokenTest.ENTRA, {**claims, "roles": ["Orders.Read"]})
    assert not passes(TokenTest.ENTRA, {**claims, "roles": []})
    assert not passes(TokenTest.ENTRA, {**claims, "roles": "Orders.Read"})


def test_auth0_refuses_an_audience_that_is_only_the_client() -> None:
    def auth0(aud: Any, *audiences: str) -> bool:
        claims = {"azp": "client", "aud": aud}
        return is_access_token(TokenTest.AUTH0, {}, claims, frozenset(audiences))

    assert not auth0("client")
    assert not auth0(["client"])
    assert not auth0("client", "client")
    assert not auth0(["client", "userinfo"], "client")
    assert auth0(["client", "api"], "client", "api")
    assert auth0("api", "other")  # refused for its audience, a better reason


def test_auth0_reads_the_client_of_either_profile() -> None:
    assert passes(TokenTest.AUTH0, {"client_id": "c", "aud": "api"})
    assert not passes(TokenTest.AUTH0, {"client_id": "api", "aud": "api"})
    assert not passes(TokenTest.AUTH0, {"azp": None, "client_id": "c", "aud": "api"})


@given(
    test=st.sampled_from(TokenTest),
    claims=st.dictionaries(
        st.sampled_from(sorted({name for claims in PASSES.values() for name in claims})), JSON
    ),
    header=st.dictionaries(st.sampled_from(["typ", "nonce"]), JSON),
)
def test_any_claims_give_an_answer(test: TokenTest, claims: dict[str, Any], header: dict[str, Any]) -> None:
    assert is_access_token(test, header, claims, frozenset({"a"})) in {True, False}


@given(test=st.sampled_from(TokenTest), claims=st.dictionaries(st.text(max_size=4), JSON))
def test_random_names_never_pass(test: TokenTest, claims: dict[str, Any]) -> None:
    assert not passes(test, {f"x-{name}": value for name, value in claims.items()})
