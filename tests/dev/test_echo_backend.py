"""The echo backend verifies as docs/backends.md says, and shows the rest as it came."""

import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.dev.echo_backend import EchoBackend
from tests import builders as b
from tests.wire.recording_server import RecordingServer, Reply

ISSUER = b.DOWNSTREAM_ISSUER


def minted(**changes: Any) -> str:
    now = int(time.time())  # noqa: TID251 - the backend reads the real clock
    claims = {"iss": ISSUER, "aud": "orders", "sub": "corp:alice", "exp": now + 60, "iat": now, "nbf": now}
    return b.token(header={"typ": "JWT"}, **{**claims, **changes})


async def shown(authorization: str | None) -> Any:
    headers = {"X-Auth-Subject": "corp:alice"}
    if authorization is not None:
        headers["Authorization"] = authorization
    json_type = (("Content-Type", "application/jwk-set+json"),)
    with RecordingServer(lambda _: Reply(headers=json_type, body=b.jwks(b.KEY))) as keys:
        backend = EchoBackend(issuer=ISSUER, jwks_uri=keys.url, audience="orders")
        async with TestClient(TestServer(backend.application())) as http:
            answer = await http.get("/v1/orders?token=secret", headers=headers)
            return await answer.json()


async def test_a_token_for_it_is_shown_decoded_and_never_whole() -> None:
    token = minted()
    seen = await shown(f"Bearer {token}")
    assert seen["authorization"]["claims"]["sub"] == "corp:alice"
    assert seen["request"] == "GET /v1/orders"
    assert "X-Auth-Subject: corp:alice" in seen["headers"]
    assert token.split(".")[2] not in str(seen)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "invoices"}, "InvalidAudienceError"),
        ({"iss": "https://idp.example"}, "InvalidIssuerError"),
        ({"exp": 1}, "ExpiredSignatureError"),
        ({"sub": b.OMIT}, "MissingRequiredClaimError"),
    ],
)
async def test_another_token_is_refused(changes: dict[str, Any], why: str) -> None:
    assert (await shown(f"Bearer {minted(**changes)}"))["authorization"] == f"REFUSED: {why}"


async def test_an_unknown_key_is_refused() -> None:
    token = b.token(key=b.OTHER_KEY)
    assert (await shown(f"Bearer {token}"))["authorization"] == "REFUSED: KeyError"


@pytest.mark.parametrize("authorization", [None, "Basic dTpw"])
async def test_without_a_token_there_is_none(authorization: str | None) -> None:
    assert (await shown(authorization))["authorization"] == "none"
