"""Do the presets fit the tokens that the identity providers really send?"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.core.claims import check
from gateway.core.jwk import ALGORITHMS, VerificationKey
from gateway.core.jws import SignedClaims
from gateway.core.presets import PRESETS, fitting, is_access_token
from gateway.core.principal import identify
from gateway.core.reason import Reason, Refusal
from gateway.core.token_shape import media_type
from gateway.core.trust import Issuer, TokenTest

DIRECTORY: Final = Path(__file__).parents[1] / "vectors" / "presets"
GOLDEN: Final[dict[str, dict[str, Any]]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(DIRECTORY.glob("*.json"))
}
KEY: Final = VerificationKey(
    kid="k",
    algorithms=frozenset({"EdDSA"}),
    key=Ed25519PrivateKey.generate().public_key(),
    thumbprint="t",
)


def issuer(vector: dict[str, Any]) -> Issuer:
    required = vector.get("require_claims")
    return Issuer(
        id="idp",
        issuer=vector["issuer"],
        audiences=frozenset(vector["audiences"]),
        shape=PRESETS[vector["preset"]],
        tenant=required and {(name,): frozenset(values) for name, values in required.items()},
    )


def signed(header: dict[str, Any], claims: dict[str, Any]) -> SignedClaims:
    return SignedClaims(issuer_id="idp", header=header, claims=claims, key=KEY, candidates=(KEY,))


def reason(vector: dict[str, Any], header: dict[str, Any], claims: dict[str, Any]) -> Reason:
    with pytest.raises(Refusal) as refused:
        check(signed(header, claims), issuer(vector), now=vector["now"])
    return refused.value.reason


golden = pytest.mark.parametrize("name", GOLDEN)
other_tokens = pytest.mark.parametrize(
    ("name", "token"),
    [
        pytest.param(name, token, id=f"{name}: {token['what']}")
        for name, vector in GOLDEN.items()
        for token in vector["other_tokens"]
    ],
)


def test_every_preset_has_a_golden_token_with_its_sources() -> None:
    assert set(PRESETS) == set(GOLDEN)
    assert all(PRESETS[name].preset == name == GOLDEN[name]["preset"] for name in PRESETS)
    assert all(vector["sources"] for vector in GOLDEN.values())


def test_the_strict_preset_comes_first() -> None:
    assert next(iter(PRESETS)) == "rfc9068"


@golden
def test_the_golden_token_is_accepted_and_means_this_principal(name: str) -> None:
    vector = GOLDEN[name]
    principal = identify(check(signed(vector["header"], vector["claims"]), issuer(vector), now=vector["now"]))
    expected = vector["expected"]
    assert principal.subject == expected["subject"]
    assert principal.client_id == expected["client_id"]
    assert sorted(principal.scopes) == expected["scopes"]


@golden
def test_the_golden_token_uses_an_algorithm_of_the_preset(name: str) -> None:
    assert GOLDEN[name]["header"]["alg"] in PRESETS[name].algorithms


@golden
def test_the_preset_that_fits_is_named(name: str) -> None:
    vector = GOLDEN[name]
    assert list(fitting(vector["header"], vector["claims"])) == vector["expected"]["fitting"]


@other_tokens
def test_another_kind_of_token_is_refused_by_the_token_test(name: str, token: dict[str, Any]) -> None:
    test = PRESETS[name].token_test
    audiences = frozenset(GOLDEN[name]["audiences"])
    assert not is_access_token(test, token["header"], token["claims"], audiences)
    assert fitting(token["header"], token["claims"]) == ()


@other_tokens
def test_another_kind_of_token_is_refused_even_where_its_audience_is_listed(
    name: str, token: dict[str, Any]
) -> None:
    """The usual slip: the client's own id among the audiences."""
    named = token["claims"].get("aud", [])
    audiences = frozenset([named] if isinstance(named, str) else named)
    test = PRESETS[name].token_test
    assert not is_access_token(test, token["header"], token["claims"], audiences)


def test_an_id_token_of_a_provider_with_typ_jwt_is_refused_as_not_an_access_token() -> None:
    for name in ("keycloak", "auth0", "entra"):
        token = GOLDEN[name]["other_tokens"][0]
        assert token["what"].startswith("ID token")
        seen = reason(GOLDEN[name], token["header"], token["claims"])
        assert seen is Reason.NOT_AN_ACCESS_TOKEN


def test_an_auth0_token_for_another_api_is_refused_for_its_audience() -> None:
    vector = GOLDEN["auth0"]
    claims = {**vector["claims"], "aud": "https://other.example.com"}
    assert reason(vector, vector["header"], claims) is Reason.AUDIENCE_MISMATCH


@golden
def test_a_longer_life_than_the_preset_allows_is_refused(name: str) -> None:
    vector = GOLDEN[name]
    claims = dict(vector["claims"])
    claims["exp"] = claims["iat"] + PRESETS[name].max_lifetime_s
    check(signed(vector["header"], claims), issuer(vector), now=vector["now"])
    claims["exp"] += 1
    assert reason(vector, vector["header"], claims) is Reason.LIFETIME_EXCEEDED


@golden
def test_a_typ_that_the_preset_does_not_list_is_refused(name: str) -> None:
    vector = GOLDEN[name]
    for kind in ("jwt", "at+jwt", "logout+jwt", "secevent+jwt", None):
        if kind not in PRESETS[name].token_types:
            header = {k: v for k, v in vector["header"].items() if k != "typ"}
            header |= {} if kind is None else {"typ": kind}
            assert reason(vector, header, vector["claims"]) is Reason.TYPE_NOT_ALLOWED


def test_a_kubernetes_token_is_believed_no_longer_than_the_api_server_believes_it() -> None:
    vector, one_year_s = GOLDEN["kubernetes"], 365 * 24 * 3600
    issued = vector["now"] - 3607 - 30  # the default leeway
    claims = {**vector["claims"], "iat": issued, "nbf": issued, "exp": issued + one_year_s}
    check(signed(vector["header"], claims), issuer(vector), now=vector["now"])
    claims["iat"] -= 1
    claims["exp"] -= 1
    assert reason(vector, vector["header"], claims) is Reason.LIFETIME_EXCEEDED


def test_an_external_signer_of_kubernetes_may_send_typ_jwt() -> None:
    vector = GOLDEN["kubernetes"]
    check(signed({**vector["header"], "typ": "JWT"}, vector["claims"]), issuer(vector), now=vector["now"])


@pytest.mark.parametrize("name", ["google", "github-actions"])
def test_where_callers_choose_the_audience_another_tenant_is_refused(name: str) -> None:
    vector = GOLDEN[name]
    assert PRESETS[name].requires_tenant
    foreign = {**vector["claims"], **dict.fromkeys(vector["require_claims"], "somebody-else")}
    assert reason(vector, vector["header"], foreign) is Reason.TENANT_MISMATCH
    without = replace(issuer(vector), tenant=None)
    with pytest.raises(Refusal, match=Reason.TENANT_MISMATCH.value):
        check(signed(vector["header"], vector["claims"]), without, now=vector["now"])


def test_no_other_preset_lets_the_caller_choose_without_saying_so() -> None:
    tenants = {name for name, shape in PRESETS.items() if shape.requires_tenant}
    assert tenants == {"google", "github-actions"}
    id_tokens = {name for name, shape in PRESETS.items() if shape.token_test is TokenTest.ID_TOKEN}
    assert id_tokens == tenants


@golden
def test_no_preset_accepts_a_symmetric_or_absent_algorithm(name: str) -> None:
    shape = PRESETS[name]
    assert shape.algorithms
    assert shape.algorithms <= ALGORITHMS
    assert all(kind == media_type(kind) for kind in shape.token_types)
    assert shape.audience_from in ({"client_id"} if name == "cognito" else {"aud"})


def test_presets_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(TypeError):
        PRESETS["rfc9068"] = PRESETS["auth0"]  # type: ignore[index]


@golden
def test_roles_and_groups_are_not_scopes(name: str) -> None:
    paths = {path[0] for path in PRESETS[name].scopes_from}
    assert paths.isdisjoint({"realm_access", "resource_access", "groups", "cognito:groups"})


def test_the_presets_for_id_tokens_are_named_only_for_their_own_providers() -> None:
    google = GOLDEN["google"]
    assert fitting(google["header"], {**google["claims"], "iss": "accounts.google.com"}) == ("google",)
    foreign = {**google["claims"], "iss": "https://idp.example.com"}
    assert "google" not in fitting(google["header"], foreign)
    actions = GOLDEN["github-actions"]
    server = {**actions["claims"], "iss": "https://git.example.com/_services/token"}
    assert fitting(actions["header"], server) == ("github-actions",)


def test_a_token_that_fits_nothing_names_nothing() -> None:
    assert fitting({}, {}) == ()
    assert fitting({"typ": 1}, {"iss": [], "aud": {}, "azp": 1, "kubernetes.io": "x"}) == ()
