"""I3: whatever arrives, each step gives one of its types, none raises, and only a permit is a 2xx."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.base64url import encode
from gateway.core.evidence import Evidence, KeysNeeded, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.headers import HeaderPairs, Headers
from gateway.core.policy import BearerCredential, CookieCredential, HeaderCredential, QueryCredential
from gateway.core.reason import ROWS, Outcome
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight
from gateway.dialects import DIALECTS
from gateway.dialects.wire import HttpRequest
from tests.builders import (
    NOW,
    OTHER_KEY,
    PEER,
    Wire,
    bearer,
    claims,
    cors,
    evidence,
    issuer,
    jws,
    key_set,
    nginx_request,
    policy,
    snapshot,
    token,
)
from tests.strategies import any_headers, header_values, json_values, targets
from tests.walk import EDGE, EVERY_DIALECT, decide, through

EVERY_CREDENTIAL = (
    BearerCredential(),
    HeaderCredential(name="x-api-token"),
    CookieCredential(name="t"),
    QueryCredential(name="jwt"),
)
WORLD = snapshot(policy(credentials=EVERY_CREDENTIAL, cors=cors()))

dialects = pytest.mark.parametrize("dialect", EVERY_DIALECT)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(
    headers=any_headers(),
    peer=st.one_of(st.just(PEER), st.text(max_size=8)),
    target=st.binary(max_size=16),
    method=st.binary(max_size=8),
)
def test_any_bytes_are_facts_or_a_refusal(
    dialect: str, headers: HeaderPairs, peer: str, target: bytes, method: bytes
) -> None:
    request = HttpRequest(method=method, target=target, headers=Headers.of(headers), peer=peer)
    facts = DIALECTS[dialect].read(request, WORLD.policies["orders"])
    assert isinstance(facts, RequestFacts | Deny)
    assert not isinstance(facts, RequestFacts) or peer == PEER


@dialects
@given(
    target=st.one_of(targets(), st.binary(max_size=20)),
    method=st.one_of(st.sampled_from((b"GET", b"OPTIONS", b"get")), st.binary(max_size=6)),
    host=st.one_of(st.just(b"api.example.com"), header_values()),
    scheme=st.one_of(st.just(b"https"), header_values()),
    client=st.one_of(st.just(b"10.0.0.1"), header_values()),
    headers=any_headers(),
)
def test_a_2xx_is_a_permit_and_a_permit_is_200(
    dialect: str,
    target: bytes,
    method: bytes,
    host: bytes,
    scheme: bytes,
    client: bytes,
    headers: HeaderPairs,
) -> None:
    wire = Wire(target=target, method=method, host=host, scheme=scheme, client=client, headers=headers)
    verdict, answer = through(dialect, wire, WORLD)
    if dialect == EDGE and isinstance(verdict, Preflight):  # nobody takes it for a permit
        assert answer.status == 204
    else:
        assert (200 <= answer.status < 300) is isinstance(verdict, Permit)
        assert answer.status == 200 or answer.status >= 400
    assert answer.headers[0] == (b"cache-control", b"no-store")


@given(changes=st.dictionaries(st.sampled_from(sorted(claims())), json_values(), max_size=3))
def test_no_claim_set_makes_the_walk_raise(changes: dict[str, Any]) -> None:
    verdict = decide(_facts(token(**changes)))
    assert isinstance(verdict, Permit | Deny | Indeterminate)
    if isinstance(verdict, Permit):
        kept = {**claims(), **changes}
        assert kept["iss"] == "https://idp.example"
        assert kept["sub"] == verdict.context.principal.subject  # type: ignore[union-attr]
        assert type(kept["exp"]) in {int, float}
        assert kept["exp"] + issuer().leeway_s > NOW


@given(
    members=st.dictionaries(
        st.sampled_from(("alg", "kid", "typ", "crit", "jwk", "x5u", "cty", "zip", "b64")),
        json_values(),
        max_size=3,
    )
)
def test_no_header_makes_the_walk_raise(members: dict[str, object]) -> None:
    verdict = decide(_facts(token(header=members)))
    assert isinstance(verdict, Permit | Deny | Indeterminate)
    if isinstance(verdict, Permit):
        assert members.get("alg", "ES256") == "ES256"
        assert members.keys() <= {"alg", "kid", "typ", "cty"}


@given(payload=st.one_of(st.binary(max_size=60), json_values().map(lambda value: json.dumps(value).encode())))
def test_no_signed_octets_make_the_walk_raise(payload: bytes) -> None:
    assert isinstance(decide(_facts(jws(payload))), Deny)


@given(
    text=st.lists(
        st.one_of(st.binary(max_size=20).map(encode), st.sampled_from((b"", b"e30", b"=", b"{}"))), max_size=6
    ).map(b".".join)
)
def test_no_text_makes_the_walk_raise(text: bytes) -> None:
    assert isinstance(decide(_facts(text.decode())), Deny)


GOOD = token()


@given(position=st.integers(0, len(GOOD) - 1), character=st.sampled_from("AQgwz09-_.=+/ "))
def test_a_token_with_one_character_changed_is_refused(position: int, character: str) -> None:
    changed = GOOD[:position] + character + GOOD[position + 1 :]
    if changed != GOOD:
        assert not isinstance(decide(_facts(changed)), Permit)


WORLDS = st.sampled_from(
    (
        evidence({}, signer=None),
        evidence({"corp": key_set()}, signer=None),
        evidence({}),
        evidence({"corp": key_set(OTHER_KEY)}),
        evidence({"partner": key_set()}),
        evidence({"corp": key_set()}, {KeysNeeded("corp"): Unavailable()}),
    )
)


@dialects
@given(known=WORLDS)
def test_a_world_with_something_missing_never_permits(dialect: str, known: Evidence) -> None:
    verdict, answer = through(dialect, Wire(headers=(bearer(),)), known=known)
    assert isinstance(verdict, Deny | Indeterminate)
    assert answer.status >= 400
    assert ROWS[verdict.reason].outcome is Outcome.OUTAGE


@dialects
@given(now=st.integers(0, 2**40))
def test_no_reading_of_the_clock_permits_outside_the_tokens_life(dialect: str, now: int) -> None:
    verdict, _ = through(dialect, Wire(headers=(bearer(),)), now=now)
    inside = NOW - 40 <= now < NOW + 330
    assert inside or isinstance(verdict, Deny)
    assert not isinstance(verdict, Preflight)


def _facts(text: str) -> RequestFacts:
    facts = DIALECTS["nginx"].read(nginx_request(headers=(bearer(text),)), policy())
    assert isinstance(facts, RequestFacts)
    return facts
