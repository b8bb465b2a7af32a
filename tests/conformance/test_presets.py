"""One golden token for each preset, signed, through the whole walk and both dialects."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.core.reason import ROWS, Outcome
from gateway.core.verdict import Deny, Permit
from tests import builders as b
from tests.walk import converse

VECTORS = Path(__file__).parents[1] / "vectors" / "presets"
GOLDEN: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("*.json"))
}
REQUESTS = b.SENDERS

presets = pytest.mark.parametrize("preset", GOLDEN)
dialects = pytest.mark.parametrize("dialect", REQUESTS)


def walk(dialect: str, vector: dict[str, Any], token: dict[str, Any]) -> Any:
    """The verdict on a token of this provider, on a route that asks for no scope."""
    key = replace(b.rsa_key(), kid=token["header"].get("kid", "r1"))
    required = vector.get("require_claims")
    provider = b.issuer(
        preset=vector["preset"],
        issuer=vector["issuer"],
        audiences=frozenset(vector["audiences"]),
        tenant=required and {(name,): frozenset(values) for name, values in required.items()},
    )
    header = {"typ": b.OMIT, "kid": b.OMIT, **token["header"], "alg": key.algorithm}
    text = b.jws(json.dumps(token["claims"]).encode(), key=key, header=header)
    world = b.snapshot(b.policy(b.route()), issuers=[provider])
    known = b.evidence({provider.id: b.key_set(key)})
    request = REQUESTS[dialect](headers=(b.bearer(text),))
    return converse(dialect, request, world, known, now=vector["now"])


@presets
@dialects
def test_its_golden_token_is_let_in_as_whom_it_names(dialect: str, preset: str) -> None:
    vector = GOLDEN[preset]
    verdict, answer = walk(dialect, vector, vector)
    assert isinstance(verdict, Permit), verdict
    assert answer.status == 200
    principal = verdict.context.principal
    assert principal is not None
    expected = vector["expected"]
    assert (principal.subject, principal.client_id) == (expected["subject"], expected["client_id"])
    assert sorted(principal.scopes) == sorted(expected["scopes"])


@presets
@dialects
def test_its_other_tokens_are_not(dialect: str, preset: str) -> None:
    vector = GOLDEN[preset]
    for other in vector["other_tokens"]:
        verdict, answer = walk(dialect, vector, other)
        assert isinstance(verdict, Deny), other["what"]
        assert ROWS[verdict.reason].outcome is Outcome.TOKEN
        assert answer.status == 401
