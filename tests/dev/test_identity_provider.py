"""The development provider's tokens are good ones, and stay short-lived."""

import json

import jwt
import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from gateway.core.jwk import parse_jwks
from gateway.core.reason import Reason
from gateway.dev.identity_provider import MAX_LIFETIME_S, IdentityProvider
from tests import answering
from tests import builders as b


def provider() -> IdentityProvider:
    return IdentityProvider(b.ISSUER, lambda: b.NOW)


def client(one: IdentityProvider) -> TestClient[Request, Application]:
    return TestClient(TestServer(one.application()))


async def fare(one: IdentityProvider, token: str) -> Reason | None:
    async with client(one) as http:
        keys = parse_jwks(await (await http.get("/jwks")).read())
    return answering.outcome(token, known=b.evidence(keys={"corp": keys}))


async def test_its_tokens_are_access_tokens_under_its_published_key() -> None:
    one = provider()
    assert await fare(one, one.issue(scope="orders:read")) is answering.PERMIT
    assert await fare(one, one.issue(scope="orders:read", lifetime_s=-60)) is Reason.TOKEN_EXPIRED
    assert await fare(one, one.issue(audience="others")) is Reason.AUDIENCE_MISMATCH
    assert await fare(one, provider().issue()) is Reason.KEY_UNKNOWN


async def test_discovery_names_the_other_pages_and_warns() -> None:
    async with client(provider()) as http:
        metadata = await (await http.get("/.well-known/openid-configuration")).json()
    assert metadata["issuer"] == b.ISSUER
    assert metadata["jwks_uri"] == f"{b.ISSUER}/jwks"
    assert "development only" in metadata["x_warning"]


async def test_the_token_endpoint_gives_what_is_asked_for() -> None:
    form = {"grant_type": "client_credentials", "scope": "a b", "subject": "eve", "lifetime": "10"}
    async with client(provider()) as http:
        answer = await http.post("/token", data=form)
        given = await answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 10)
    payload = given["access_token"].split(".")[1]
    claims = json.loads(jwt.utils.base64url_decode(payload))
    assert (claims["sub"], claims["scope"], claims["exp"]) == ("eve", "a b", b.NOW + 10)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "lifetime": "long"}, "invalid_request"),
    ],
)
async def test_what_it_does_not_understand_it_refuses(form: dict[str, str], error: str) -> None:
    async with client(provider()) as http:
        answer = await http.post("/token", data=form)
        assert (answer.status, await answer.json()) == (400, {"error": error})


@pytest.mark.parametrize(("asked", "given"), [(10**30, MAX_LIFETIME_S), (-(10**30), -MAX_LIFETIME_S)])
async def test_no_token_lives_longer_than_an_hour(asked: int, given: int) -> None:
    async with client(provider()) as http:
        form = {"grant_type": "client_credentials", "lifetime": str(asked)}
        answer = await (await http.post("/token", data=form)).json()
    assert answer["expires_in"] == given
