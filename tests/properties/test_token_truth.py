"""I6: is a token accepted only if it is true, whatever is done to it?

Two ways to ask. One by one: no single octet of a good token can be another. Differential: a reference
verifier that was written apart gives the same answer to whatever a generator can make of a token.
"""

import json
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from gateway.core.base64url import decode, encode
from gateway.core.policy import Route
from gateway.core.verdict import Permit
from gateway.redact.fingerprint import Fingerprints
from tests import builders as b
from tests.answering import FAMILIES, family_evidence, family_key, family_token, verdict_on
from tests.properties.reference_verifier import Expectations, accepts
from tests.properties.token_plans import ALPHABET, Plan, made, mild_plans, plans

ROUTE: Final[Route] = b.route(requirements=b.needs_scopes("orders:read"))
WORLD: Final = b.snapshot()

# --- one octet --------------------------------------------------------------------------------------


def permitted(text: bytes, known: Any) -> bool:
    return isinstance(verdict_on(text, one=ROUTE, world=WORLD, known=known), Permit)


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_no_single_octet_of_a_good_token_can_be_another(algorithm: str) -> None:
    good, known = family_token(algorithm).encode(), family_evidence(algorithm)
    assert permitted(good, known)
    for place, octet in enumerate(good):
        for other in {ALPHABET[(octet * 7 + place) % 64], octet ^ 0x01, 0x2E} - {octet}:
            changed = good[:place] + bytes([other]) + good[place + 1 :]
            assert not permitted(changed, known), (place, other)


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_no_octet_of_a_good_token_can_be_left_out_doubled_or_added(algorithm: str) -> None:
    good, known = family_token(algorithm).encode(), family_evidence(algorithm)
    for place in range(0, len(good) + 1, 3):
        assert not permitted(good[:place] + good[place + 1 :], known) or place == len(good)
        assert not permitted(good[:place] + good[place : place + 1] + good[place:], known) or place == len(
            good
        )
        assert not permitted(good[:place] + b"A" + good[place:], known)
        assert not permitted(good[:place], known) or place == len(good)


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_the_ends_of_the_segments_have_one_spelling(algorithm: str) -> None:
    good, known = family_token(algorithm).encode(), family_evidence(algorithm)
    ends = [place - 1 for place, octet in enumerate(good) if octet == 0x2E] + [len(good) - 1]
    for end in ends:
        for other in set(ALPHABET) | set(b"=+/ \n\0") - {good[end]}:
            if other != good[end]:
                assert not permitted(good[:end] + bytes([other]) + good[end + 1 :], known)


@given(st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
def test_garbage_is_refused_and_never_a_defect(garbage: bytes) -> None:
    known = b.evidence()
    assert not permitted(garbage, known)
    assert not permitted(b".".join([encode(garbage)] * 3), known)


# --- differential -----------------------------------------------------------------------------------


PUBLISHED: Final = ("ES256", "ES384", "EdDSA")
"""The issuer's keys: all but the RSA one, which has two algorithms and is published for RS256 here."""


def judged(plan: Plan) -> tuple[bool, bool]:
    """Our answer, and the reference's, in a world where the issuer has a key of every kind."""
    keys = [family_key(name) for name in (*PUBLISHED, "PS256" if plan.algorithm == "PS256" else "RS256")]
    expected = Expectations(
        issuer=b.ISSUER,
        audience=b.AUDIENCE,
        algorithms=frozenset(FAMILIES),
        keys=tuple(key.jwk() for key in keys),
        needed_scope="orders:read",
    )
    text = made(plan)
    world = b.snapshot(issuers=[b.issuer(algorithms=frozenset(FAMILIES))])
    known = b.evidence(keys={"corp": b.key_set(*keys)})
    ours = isinstance(verdict_on(text, one=ROUTE, world=world, known=known), Permit)
    return ours, accepts(text, expected, b.NOW)


@given(plans)
@example(Plan(header={}, claims={}, signing="twin"))
@example(Plan(header={}, claims={}, spelling="escaped"))
@example(Plan(header={"kid": b.OMIT}, claims={"exp": b.NOW - 25}))
@settings(max_examples=settings().max_examples * 3)
def test_the_reference_gives_the_same_answer_to_whatever_is_made_of_a_token(plan: Plan) -> None:
    ours, theirs = judged(plan)
    event("accepted" if theirs else "refused")
    assert ours is theirs


@given(mild_plans)
@settings(max_examples=settings().max_examples * 3)
def test_the_reference_gives_the_same_answer_to_well_made_tokens(plan: Plan) -> None:
    ours, theirs = judged(plan)
    event("accepted" if theirs else "refused")
    assert ours is theirs


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_neither_of_the_two_refuses_everything(algorithm: str) -> None:
    assert judged(Plan(algorithm=algorithm, header={}, claims={})) == (True, True)
    assert judged(Plan(algorithm=algorithm, header={}, claims={"sub": "bob"}, spelling="white space")) == (
        True,
        True,
    )
    assert judged(Plan(algorithm=algorithm, header={}, claims={"exp": b.NOW - 26})) == (False, False)


@given(st.sampled_from(["alice", "bob", "\u00e4"]), st.integers(0, 2**32))
def test_a_token_and_its_ecdsa_twin_are_one_token_to_whatever_names_it_j125(
    subject: str, number: int
) -> None:
    fingerprints = Fingerprints(b"k" * 32)
    plan = Plan(header={}, claims={"sub": subject, "n": number})
    good, twin = made(plan), made(replace(plan, signing="twin"))
    assert good != twin
    assert fingerprints.token(good) == fingerprints.token(twin)
    first, second = (verdict_on(text, world=WORLD) for text in (good, twin))
    assert first.context.principal == second.context.principal
    assert isinstance(first, Permit)
    assert isinstance(second, Permit)
    assert first.downstream == second.downstream


def test_what_the_parts_of_a_token_are_is_known_to_this_test() -> None:
    header, payload, signature = family_token("ES256").encode().split(b".")
    assert made(Plan(header={}, claims={})).split(b".")[1] == payload
    assert json.loads(decode(header))["alg"] == "ES256"
    assert len(decode(signature)) == 64
