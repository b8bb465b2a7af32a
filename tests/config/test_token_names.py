from collections.abc import Callable
from typing import Any

import pytest

from gateway.config.problem import Unfit
from gateway.config.token_names import (
    RESERVED_CLAIMS,
    parse_algorithm,
    parse_audience,
    parse_claim_name,
    parse_claim_path,
    parse_client,
    parse_copied_claim,
    parse_oddity,
    parse_scope,
    parse_token_type,
)
from gateway.core.jwk import ALGORITHMS
from gateway.core.mint import OWN_CLAIMS
from gateway.core.target import Oddity


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sub", ("sub",)),
        ("realm_access.roles", ("realm_access", "roles")),
        (r"kubernetes\.io.namespace", ("kubernetes.io", "namespace")),
        (r"https://example\.com/roles", ("https://example.com/roles",)),
        ("cognito:groups", ("cognito:groups",)),
        (("https://example.com/roles",), ("https://example.com/roles",)),
        (("a.b", "c"), ("a.b", "c")),
    ],
)
def test_claim_paths(text: str | tuple[str, ...], path: tuple[str, ...]) -> None:
    assert parse_claim_path(text) == path


@pytest.mark.parametrize("text", ["a..b", ".a", "a.", ".", "https://example.com/roles"])
def test_no_claim_paths(text: str) -> None:
    with pytest.raises(Unfit):
        parse_claim_path(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("JWT", "jwt"), ("application/at+JWT", "at+jwt"), ("at+jwt", "at+jwt"), ("none", None)],
)
def test_token_types(text: str, kept: str | None) -> None:
    assert parse_token_type(text) == (kept,)


@pytest.mark.parametrize(
    ("parse", "good", "bad"),
    [
        (parse_scope, ["orders:read", "a/b#c", "https://x/y"], ["a b", "*", '"', "\\", "ä", ""]),
        (parse_audience, ["orders", "api://default", "a,b"], ["a b", "*", '"', "\\", "ä", "", "x" * 513]),
        (parse_client, ["web", "web shop", "*.x"], ["*", " web", "web ", "ä", "", "a\nb"]),
        (parse_claim_name, ["aud", "client_id"], [" ", "", "ä"]),
        (parse_copied_claim, ["email", "tenant"], [*RESERVED_CLAIMS, ""]),
        (parse_algorithm, sorted(ALGORITHMS), ["none", "None", "HS256", "hs512", "RS1", "rs256", "ES256K"]),
        (parse_oddity, [one.value for one in Oddity], ["slash", "escaped-slash", ""]),
    ],
)
def test_names(parse: Callable[[str], Any], good: list[str], bad: list[str]) -> None:
    assert [parse(text) for text in good] == good
    for text in bad:
        with pytest.raises(Unfit) as caught:
            parse(text)
        assert caught.value.fix


def test_what_we_say_ourselves_cannot_be_copied() -> None:
    assert RESERVED_CLAIMS >= OWN_CLAIMS
