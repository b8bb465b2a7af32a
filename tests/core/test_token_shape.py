"""Does the description of a token never hold a value of it?"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.token_shape import CLAIMS, HEADER_PARAMETERS, describe, media_type

DIRECTORY = Path(__file__).parents[1] / "vectors" / "presets"
CANARY = st.from_regex(r"zq[0-9a-f]{12}", fullmatch=True)
VALUE = st.recursive(
    CANARY,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(CANARY, inner, max_size=2),
    max_leaves=4,
)


def members(vocabulary: frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(vocabulary)) | CANARY, VALUE, max_size=12)


@pytest.mark.long
@given(header=members(HEADER_PARAMETERS), claims=members(CLAIMS))
def test_no_value_and_no_unknown_name_is_described(header: dict[str, Any], claims: dict[str, Any]) -> None:
    assert "zq" not in describe(header, claims)


@pytest.mark.long
@given(header=members(HEADER_PARAMETERS), claims=members(CLAIMS))
def test_every_word_is_of_the_vocabulary(header: dict[str, Any], claims: dict[str, Any]) -> None:
    words = set(describe(header, claims).replace(",", " ").split())
    fixed = {"typ", "alg", "header", "claims", "other", "absent", "none"}
    counts = {f"+{n}" for n in range(13)}
    assert words <= fixed | counts | HEADER_PARAMETERS | CLAIMS


@pytest.mark.parametrize("path", sorted(DIRECTORY.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_token_is_described_without_its_values(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    described = describe(vector["header"], vector["claims"])
    for value in vector["claims"].values():
        if isinstance(value, str) and value not in CLAIMS and len(value) > 4:
            assert value not in described
    assert vector["header"]["kid"] not in described
    assert len(described) < 1000


def test_a_description_reads_like_this() -> None:
    described = describe(
        {"typ": "JWT", "alg": "RS256", "kid": "k", "x-own": 1},
        {"iss": "i", "aud": "a", "exp": 1, "azp": "c", "https://example.com/mail": "m", "shoe": 44},
    )
    assert described == "typ jwt, alg RS256, header alg kid typ +1 other, claims aud azp exp iss +2 other"
    assert describe({}, {}) == "typ absent, alg other, header none, claims none"


@pytest.mark.parametrize(
    ("typ", "shown"),
    [("JWT", "jwt"), ("application/AT+JWT", "at+jwt"), ("secret", "other"), (7, "other"), (None, "absent")],
)
def test_only_a_well_known_type_is_shown(typ: Any, shown: str) -> None:
    assert describe({"typ": typ}, {}).startswith(f"typ {shown}, ")


@pytest.mark.parametrize(
    ("alg", "shown"),
    [("ES256", "ES256"), ("none", "none"), ("HS256", "HS256"), ("secret", "other"), ([], "other")],
)
def test_only_a_well_known_algorithm_is_shown(alg: Any, shown: str) -> None:
    assert f" alg {shown}, " in describe({"alg": alg}, {})


def test_media_types_are_compared_without_case_and_prefix() -> None:
    assert media_type("application/at+JWT") == "at+jwt"
    assert media_type("JWT") == "jwt"
    assert media_type(None) is None
    assert media_type(["JWT"]) not in {None, "jwt"}
