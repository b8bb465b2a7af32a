"""Whom we believe: an issuer's description, with strict defaults; its keys live elsewhere."""

from dataclasses import FrozenInstanceError, fields

import pytest

from gateway.core.reason import Reason
from gateway.core.trust import Issuer, KeysAtUri, KeysDiscovered, KeysInFile, Shape
from gateway.core.verdict import Deny, Permit
from tests.builders import (
    KEY,
    OTHER_KEY,
    bearer,
    evidence,
    facts,
    issuer,
    key_set,
    policy,
    route,
    snapshot,
    token,
)
from tests.walk import decide

PARTNER = issuer("partner", issuer="https://partner.example")


def test_defaults_are_strict() -> None:
    assert issuer().leeway_s == 30
    assert issuer().grants == ()
    assert issuer().tenant is None


def test_an_issuer_without_audiences_accepts_no_token() -> None:
    world = snapshot(issuers=[issuer(audiences=frozenset())])
    verdict = decide(facts(b"/v1/orders", bearer()), world)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.AUDIENCE_MISMATCH


def test_one_issuers_key_never_vouches_for_another() -> None:
    # RFC 8725 section 3.8: the partner's key, under the partner's kid, for a token that names corp.
    world = snapshot(policy(route(issuers=frozenset({"corp", "partner"}))), issuers=[issuer(), PARTNER])
    known = evidence({"corp": key_set(KEY), "partner": key_set(OTHER_KEY)})
    for header in ({}, {"kid": KEY.kid}):
        verdict = decide(facts(b"/v1/orders", bearer(token(key=OTHER_KEY, header=header))), world, known)
        assert not isinstance(verdict, Permit)
    honest = token(key=OTHER_KEY, iss="https://partner.example")
    assert isinstance(decide(facts(b"/v1/orders", bearer(honest)), world, known), Permit)


@pytest.mark.parametrize(
    "spelling", ["https://idp.example/", "https://IDP.example", "http://idp.example", ""]
)
def test_iss_is_compared_exactly(spelling: str) -> None:
    verdict = decide(facts(b"/v1/orders", bearer(token(iss=spelling))))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.ISSUER_UNKNOWN


def test_an_issuer_holds_no_key_and_no_secret() -> None:
    names = {one.name for one in (*fields(Issuer), *fields(Shape))}
    assert not [name for name in names if "key" in name or "secret" in name]


def test_locations_are_values() -> None:
    assert KeysDiscovered("https://a") == KeysDiscovered("https://a")
    assert len({KeysAtUri("a"), KeysInFile("a"), KeysDiscovered("a")}) == 3
    with pytest.raises(FrozenInstanceError):
        issuer().id = "other"  # type: ignore[misc]
