"""How does one token fare in an otherwise good world? Straight into `answer`, past every proxy's grammar."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.core.answer import answer
from gateway.core.ask import Question
from gateway.core.credential import Presented
from gateway.core.evidence import Evidence
from gateway.core.facts import ClientCertificate
from gateway.core.jwk import KeySet
from gateway.core.policy import Route, Snapshot
from gateway.core.reason import Reason
from gateway.core.trust import Issuer
from gateway.core.verdict import Deny, Indeterminate, Pending, Permit
from tests import builders as b

PERMIT: Final = None
"""As an expected outcome: no reason, the request goes on."""


def question(
    text: str | bytes, one: Route | None = None, certificate: ClientCertificate | None = None
) -> Question:
    """The question that `ask` would make of a request to one route, whatever the token's characters."""
    here = b.route() if one is None else one
    presented = text.encode() if isinstance(text, str) else text
    return Question(b.facts(), b.policy(here), here, Presented(presented, certificate=certificate), ())


def verdict_on(
    text: str | bytes,
    *,
    one: Route | None = None,
    issuers: Iterable[Issuer] | None = None,
    world: Snapshot | None = None,
    known: Evidence | None = None,
    now: int = b.NOW,
) -> Permit | Deny | Indeterminate:
    """Ask, and ask again with the sets that are known: no issuer has anything newer."""
    asked, world = question(text, one), world or b.snapshot(issuers=issuers)
    known = known or b.evidence()
    for _ in range(3):
        verdict = answer(asked, world, known, now=now, jti=b.JTI)
        if not isinstance(verdict, Pending):
            return verdict
        found = known.keys.get(verdict.need.issuer_id, KeySet(keys=()))
        known = known._replace(found={**known.found, verdict.need: found}, signed=verdict.signed)
    raise AssertionError("asked for the same thing twice")


def outcome(text: str | bytes, **given: Any) -> Reason | None:
    """The reason, or PERMIT."""
    verdict = verdict_on(text, **given)
    return PERMIT if isinstance(verdict, Permit) else verdict.reason


def permit(text: str | bytes, **given: Any) -> Permit:
    """The permit that this token must get."""
    verdict = verdict_on(text, **given)
    assert isinstance(verdict, Permit), verdict
    return verdict


def rows(table: Mapping[str, tuple[Any, Reason | None]]) -> pytest.MarkDecorator:
    """One test for each row of a table: its name -> what is tried, what must come of it."""
    cases = [pytest.param(tried, expected, id=name) for name, (tried, expected) in table.items()]
    return pytest.mark.parametrize(("tried", "expected"), cases)


# --- one key of every family ---


def es384_key() -> b.SigningKey:
    """A P-384 key."""
    private = ec.derive_private_key(0xC0FFEE, ec.SECP384R1())
    return b.SigningKey(private=private, kid="e384", algorithm="ES384")


FAMILIES: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Every way of signing, by its `alg`; the last two are one way with two names."""


def family_key(algorithm: str) -> b.SigningKey:
    """The key of one family. The RSA key is made once a process."""
    match algorithm:
        case "RS256" | "PS256":
            return replace(b.rsa_key(), algorithm=algorithm)
        case "ES384":
            return es384_key()
        case "EdDSA" | "Ed25519":
            return b.ed_key()
        case _:
            return b.KEY


def family_token(algorithm: str, **claims: Any) -> str:
    """A good token of one family."""
    return b.token(key=family_key(algorithm), header={"alg": algorithm}, **claims)


def family_evidence(algorithm: str) -> Evidence:
    """The world in which that family's key is published."""
    return b.evidence(keys={"corp": b.key_set(family_key(algorithm))})
