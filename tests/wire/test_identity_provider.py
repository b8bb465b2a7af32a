"""Does the real OpenID Provider of the wire tests issue what they rely on, and break as told?"""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

import jwt
import pytest

from tests.wire.broken_service import BrokenService
from tests.wire.broken_service import Fault as ServiceFault
from tests.wire.identity_provider import AUDIENCE, Fault, IdentityProvider
from tests.wire.raw_client import exchange

pytestmark = pytest.mark.wire


def _published(provider: IdentityProvider) -> dict[str, jwt.PyJWK]:
    with urllib.request.urlopen(provider.jwks_uri, timeout=20) as response:
        return {key["kid"]: jwt.PyJWK(key) for key in json.load(response)["keys"]}


def _verified(token: str, provider: IdentityProvider) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, with the signature checked by PyJWT."""
    key = _published(provider)[jwt.get_unverified_header(token)["kid"]]
    whole = jwt.PyJWS().decode_complete(token, key, algorithms=["RS256", "ES256", "EdDSA"])
    return whole["header"], json.loads(whole["payload"])


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_an_access_token_verifies_and_has_the_shape_of_rfc_9068(
    identity_provider: IdentityProvider, algorithm: str
) -> None:
    token = identity_provider.token("reader", "orders:read", algorithm=algorithm)
    header, claims = _verified(token, identity_provider)
    assert (header["alg"], header["typ"]) == (algorithm, "at+jwt")
    assert claims["iss"] == identity_provider.issuer
    assert (claims["aud"], claims["scope"]) == (AUDIENCE, "orders:read")
    assert claims["client_id"] == "reader"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["jti"]


def test_the_audience_is_the_callers_choice(identity_provider: IdentityProvider) -> None:
    token = identity_provider.token("writer", audience="https://other.example.com")
    _, claims = _verified(token, identity_provider)
    assert claims["aud"] == "https://other.example.com"
    assert "scope" not in claims


def test_the_token_of_short_lived_lives_for_one_second(identity_provider: IdentityProvider) -> None:
    _, claims = _verified(identity_provider.token("short-lived"), identity_provider)
    assert claims["exp"] - claims["iat"] == 1


def test_a_scope_that_the_client_may_not_have_is_refused(
    identity_provider: IdentityProvider,
) -> None:
    with pytest.raises(HTTPError) as refusal:
        identity_provider.token("reader", "orders:write")
    with refusal.value:
        assert json.load(refusal.value)["error"] == "invalid_scope"


def test_rotated_keys_replace_the_old_ones(identity_provider: IdentityProvider) -> None:
    old = set(_published(identity_provider))
    new = identity_provider.rotate_keys()
    assert set(_published(identity_provider)) == set(new)
    assert not old & set(new)
    _verified(identity_provider.token("reader"), identity_provider)


def test_rotated_keys_can_stand_beside_the_old_ones(identity_provider: IdentityProvider) -> None:
    before = identity_provider.token("reader")
    old = set(_published(identity_provider))
    identity_provider.rotate_keys(keep_old=True)
    assert old < set(_published(identity_provider))
    _verified(before, identity_provider)
    after = identity_provider.token("reader")
    assert jwt.get_unverified_header(after)["kid"] not in old


@pytest.mark.parametrize(
    ("fault", "raises"),
    [
        (Fault.REFUSES, ConnectionError),
        (Fault.UNAVAILABLE, HTTPError),
        (Fault.HANGS, TimeoutError),
        (Fault.GARBAGE, json.JSONDecodeError),
    ],
)
def test_keys_break_as_told_and_tokens_are_still_issued(
    identity_provider: IdentityProvider, fault: Fault, raises: type[Exception]
) -> None:
    counted = identity_provider.jwks_fetches()
    identity_provider.break_with(fault)
    with pytest.raises(raises) as seen:
        _fetch_once(identity_provider.jwks_uri, 0.3 if fault is Fault.HANGS else 20)
    if isinstance(seen.value, HTTPError):
        seen.value.close()
    assert identity_provider.jwks_fetches() == counted + 1
    assert identity_provider.token("reader")


def test_an_empty_key_set_is_a_fault_as_well(identity_provider: IdentityProvider) -> None:
    identity_provider.break_with(Fault.EMPTY)
    assert _published(identity_provider) == {}


def test_a_broken_service_hangs_until_the_client_gives_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.wire.raw_client.TIMEOUT_S", 0.05)
    with BrokenService(ServiceFault.HANGS) as broken, pytest.raises(TimeoutError):
        exchange(broken.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")


def _fetch_once(url: str, patience_s: float) -> Any:
    with urllib.request.urlopen(url, timeout=patience_s) as response:
        return json.load(response)
