"""Does a backend that verifies as docs/backends.md says accept our token, and nothing else?

The three programs are what a backend developer pastes; each is run as it stands.
"""

import json
import os
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.wire.components import REPOSITORY, Component, locate, node_package, version
from tests.wire.processes import Command
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

_HERE = REPOSITORY / "tests" / "backends"
ISSUER = "https://token-gateway.token-gateway.svc"
AUDIENCE = "orders"
SUBJECT = "corp:alice"
KID = "2026-11"


# --- the three backends ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("go") / "verify"
    build: Command = [locate(Component.GO), "build", "-mod=readonly", "-o", program, "."]
    subprocess.run(build, cwd=_HERE / "go", check=True, timeout=240)
    return program


@pytest.fixture(params=["python", "node", "go"])
def backend(request: pytest.FixtureRequest) -> Command:
    """The command that verifies a token."""
    match request.param:
        case "python":
            record(request.node, "PyJWT", jwt.__version__)
            return [sys.executable, _HERE / "python" / "verify.py"]
        case "node":
            record(request.node, "jose", node_package(_HERE / "node", "jose"))
            record(request.node, "node", version(Component.NODE))
            return [locate(Component.NODE), _HERE / "node" / "verify.mjs"]
        case _:
            record(request.node, "golang-jwt", _required("github.com/golang-jwt/jwt/v5"))
            record(request.node, "go", version(Component.GO))
            program: Path = request.getfixturevalue("go_program")
            return [program]


def _required(module: str) -> str:
    lines = (_HERE / "go" / "go.mod").read_text().splitlines()
    (found,) = (line.split()[1] for line in lines if line.split()[:1] == [module])
    return found


# --- the gateway's side: a key, its JWK Set, tokens -----------------------------------------------


@pytest.fixture(scope="module")
def key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@pytest.fixture
def keys(key: EllipticCurvePrivateKey) -> Iterator[RecordingServer]:
    public = jwt.get_algorithm_by_name("ES256").to_jwk(key.public_key(), as_dict=True)
    published = {**public, "kid": KID, "alg": "ES256", "use": "sig"}
    body = json.dumps({"keys": [published]}).encode()
    answer = Reply(headers=(("Content-Type", "application/jwk-set+json"),), body=body)
    with RecordingServer(lambda _: answer) as server:
        yield server


def _claims(**changed: Any) -> dict[str, Any]:
    """What the gateway mints, with changes; None removes a claim."""
    now = int(time.time())  # noqa: TID251  # the programs read the real clock
    minted = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": SUBJECT,
        "scope": "orders:read",
        "client_id": "reader",
        "iat": now,
        "nbf": now - 5,
        "exp": now + 60,
        "jti": "0d3c4a",
        "idp": "https://idp.example.com",
        "idp_sub": "alice",
    }
    shifted = {
        name: now + value if name in {"exp", "nbf", "iat"} and value is not None else value
        for name, value in changed.items()
    }
    return {name: value for name, value in (minted | shifted).items() if value is not None}


def _header(**changed: Any) -> dict[str, Any]:
    return {"typ": "JWT", "kid": KID, **changed}


def _sign(key: EllipticCurvePrivateKey, claims: Mapping[str, Any], header: Mapping[str, Any]) -> str:
    payload = json.dumps(claims).encode()
    return jwt.PyJWS().encode(payload, key, algorithm="ES256", headers=dict(header))


def _unsigned(header: Mapping[str, Any]) -> bytes:
    parts = (json.dumps(header).encode(), json.dumps(_claims()).encode())
    return b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)


# --- a verdict ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    exit_code: int
    subject: str
    said: str


def _ask(backend: Command, keys: RecordingServer, token: str) -> Outcome:
    settings = {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "JWKS_URI": f"{keys.url}/jwks.json"}
    run = subprocess.run(
        backend,
        input=token + "\n",
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert token not in run.stderr
    return Outcome(exit_code=run.returncode, subject=run.stdout.strip(), said=run.stderr)


def _assert_refused(outcome: Outcome, why: str) -> None:
    assert (outcome.exit_code, outcome.subject) == (1, "")
    assert outcome.said.startswith("refused: ")
    assert any(word in outcome.said.lower() for word in why.split("|")), outcome.said


@pytest.mark.parametrize(
    "claims",
    # Of the leeway of 5 s the start of the program may take its part: of `exp` all there is.
    [{}, {"aud": ["invoices", AUDIENCE]}, {"exp": 0}, {"nbf": 3}],
    ids=["as minted", "one of two audiences", "expired within leeway", "early within leeway"],
)
def test_a_token_of_the_gateway_is_accepted(
    backend: Command,
    keys: RecordingServer,
    key: EllipticCurvePrivateKey,
    claims: dict[str, Any],
) -> None:
    outcome = _ask(backend, keys, _sign(key, _claims(**claims), _header()))
    assert (outcome.exit_code, outcome.subject) == (0, SUBJECT), outcome.said


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "invoices"}, "aud"),
        ({"aud": None}, "aud"),
        ({"iss": "https://idp.example.com"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": -30}, '"exp"|expired'),
        ({"exp": None}, '"exp"|exp claim'),
        ({"nbf": 30}, "nbf|not yet valid|not valid yet"),
        ({"sub": None}, "sub"),
    ],
    ids=lambda value: None if isinstance(value, str) else str(value),
)
def test_another_claim_is_refused(
    backend: Command,
    keys: RecordingServer,
    key: EllipticCurvePrivateKey,
    claims: dict[str, Any],
    why: str,
) -> None:
    _assert_refused(_ask(backend, keys, _sign(key, _claims(**claims), _header())), why)


@pytest.mark.parametrize("type_", ["at+jwt", "dpop+jwt", None])
def test_another_type_is_refused(
    backend: Command,
    keys: RecordingServer,
    key: EllipticCurvePrivateKey,
    type_: str | None,
) -> None:
    token = _sign(key, _claims(), _header(typ=type_))
    _assert_refused(_ask(backend, keys, token), "typ")


def test_another_key_is_refused(backend: Command, keys: RecordingServer) -> None:
    token = _sign(generate_private_key(SECP256R1()), _claims(), _header())
    _assert_refused(_ask(backend, keys, token), "signature")


def test_an_unknown_key_id_is_refused(
    backend: Command, keys: RecordingServer, key: EllipticCurvePrivateKey
) -> None:
    token = _sign(key, _claims(), _header(kid="unknown"))
    _assert_refused(_ask(backend, keys, token), "key")


def test_no_signature_is_refused(backend: Command, keys: RecordingServer) -> None:
    token = f"{_unsigned(_header(alg='none')).decode()}."
    _assert_refused(_ask(backend, keys, token), "alg|signing method")


def test_our_public_key_as_an_hmac_secret_is_refused(
    backend: Command, keys: RecordingServer, key: EllipticCurvePrivateKey
) -> None:
    signed = _unsigned(_header(alg="HS256"))
    secret = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = urlsafe_b64encode(digest(secret, signed, sha256)).rstrip(b"=")
    token = f"{signed.decode()}.{signature.decode()}"
    _assert_refused(_ask(backend, keys, token), "alg|signing method")


def test_without_our_keys_nothing_is_accepted(backend: Command, key: EllipticCurvePrivateKey) -> None:
    token = _sign(key, _claims(), _header())
    with RecordingServer(lambda _: Reply(status=503)) as down:
        outcome = _ask(backend, down, token)
    assert (outcome.exit_code, outcome.subject) == (1, "")
