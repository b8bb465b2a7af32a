"""Are two issuers' `alice` two subjects, everywhere, and does a claim give exactly what it says?"""

from dataclasses import replace
from typing import Any, Final

import orjson
import pytest

from gateway.core.base64url import decode
from gateway.core.policy import SubjectForm
from gateway.core.principal import MAX_CLIENT_LENGTH, MAX_SCOPES, Principal
from gateway.core.reason import Reason
from gateway.core.trust import Grant
from gateway.core.verdict import Permit
from tests import builders as b
from tests.answering import outcome, permit, rows
from tests.corpus import token_claims

KEYCLOAK: Final = b.issuer(preset="keycloak")
OTHER_ISSUER: Final = "https://other.example"


def principal(*, issuer: Any = None, **claims: Any) -> Principal:
    found = permit(b.token(typ="Bearer", **claims), issuers=[issuer or KEYCLOAK]).context.principal
    assert found is not None
    return found


def minted(granted: Permit) -> dict[str, Any]:
    assert granted.downstream is not None
    body: dict[str, Any] = orjson.loads(decode(granted.downstream.text.split(b".")[1]))
    return body


# --- subject ---------------------------------------------------------------------------------------


def two_alices() -> tuple[Permit, Permit]:
    world = b.snapshot(issuers=[b.issuer(), b.issuer("partner", issuer=OTHER_ISSUER)])
    known = b.evidence(keys={"corp": b.key_set(), "partner": b.key_set()})
    one = b.route(issuers=frozenset({"corp", "partner"}))
    first, second = (
        permit(b.token(iss=iss), world=world, known=known, one=one) for iss in (b.ISSUER, OTHER_ISSUER)
    )
    return first, second


def test_rfc7519_4_1_2_two_issuers_alice_are_two_subjects_in_the_token_and_in_the_headers() -> None:
    first, second = two_alices()
    assert minted(first)["sub"] == "corp:alice"
    assert minted(second)["sub"] == "partner:alice"
    assert (minted(first)["idp"], minted(first)["idp_sub"]) == (b.ISSUER, "alice")
    assert (minted(second)["idp"], minted(second)["idp_sub"]) == (OTHER_ISSUER, "alice")
    assert dict(first.identity)[b"x-auth-subject"] == b"corp:alice"
    assert dict(second.identity)[b"x-auth-subject"] == b"partner:alice"
    assert dict(first.identity)[b"x-auth-issuer"] == b.ISSUER.encode()
    assert dict(second.identity)[b"x-auth-issuer"] == OTHER_ISSUER.encode()


def test_and_in_what_is_recorded() -> None:
    first, second = (granted.context.principal for granted in two_alices())
    assert first is not None
    assert second is not None
    assert first != second
    assert (first.qualified_subject, second.qualified_subject) == ("corp:alice", "partner:alice")
    assert first.subject == second.subject


def test_a_subject_cannot_pretend_to_be_of_another_issuer() -> None:
    assert principal(sub="partner:alice").qualified_subject == "corp:partner:alice"
    assert principal(sub=":alice").qualified_subject == "corp::alice"


@rows(token_claims.SUBJECTS)
def test_rfc9068_2_2_a_subject_is_a_string_of_1_to_255_characters(
    tried: Any, expected: Reason | None
) -> None:
    assert outcome(b.token(sub=tried)) is expected


UNTOUCHED: Final = (
    *("alice@example.com", "a@evil.com@corp.com", "Alice@EXAMPLE.com", '"a b"@example.com', "  alice  "),
    *("alice+tag@example.com", "a\u0000b", "a\u202eb", "\u0430lice", "\u0061\u0308", "\u00e4", "\U0001f600"),
)


@pytest.mark.parametrize("subject", UNTOUCHED)
def test_a_subject_is_passed_on_untouched_j108_j113(subject: str) -> None:
    granted = permit(b.token(sub=subject))
    assert minted(granted)["idp_sub"] == subject
    assert minted(granted)["sub"] == f"corp:{subject}"
    assert dict(granted.identity)[b"x-auth-subject"].isascii()


def test_a_subject_may_come_from_inside_a_claim() -> None:
    issuer = b.issuer(preset="keycloak", subject_from=("user", "id"))
    assert principal(issuer=issuer, user={"id": "u1"}).subject == "u1"
    assert outcome(b.token(typ="Bearer", user="u1"), issuers=[issuer]) is Reason.SUBJECT_UNMAPPABLE


# --- client ----------------------------------------------------------------------------------------


def test_the_first_client_claim_that_is_there_counts() -> None:
    assert principal(azp="a", client_id="c").client_id == "a"
    assert principal(client_id="c").client_id == "c"
    assert principal(client_id=b.OMIT).client_id == ""


@pytest.mark.parametrize("value", [1, None, "", ["a"], {}, True, "c" * (MAX_CLIENT_LENGTH + 1)])
def test_a_client_claim_of_a_wrong_type_is_refused_and_the_next_not_asked(value: Any) -> None:
    text = b.token(typ="Bearer", azp=value, client_id="c")
    assert outcome(text, issuers=[KEYCLOAK]) is Reason.CLAIM_MALFORMED


# --- scopes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "scopes"), token_claims.SCOPES.values(), ids=token_claims.SCOPES)
def test_rfc6749_3_3_scopes_are_split_at_spaces_and_never_repaired(
    value: Any, scopes: frozenset[str]
) -> None:
    assert principal(scope=value).scopes == scopes


@pytest.mark.parametrize("value", [1, None, True, {"read": True}, ["read", 1], [["read"]]])
def test_scopes_of_a_wrong_type_are_refused(value: Any) -> None:
    assert outcome(b.token(scope=value)) is Reason.CLAIM_MALFORMED


def test_more_scopes_than_a_token_can_mean_are_refused() -> None:
    assert len(principal(scope=" ".join(map(str, range(MAX_SCOPES)))).scopes) == MAX_SCOPES
    text = b.token(scope=" ".join(map(str, range(MAX_SCOPES + 1))))
    assert outcome(text) is Reason.CLAIM_MALFORMED


def test_scopes_come_from_every_claim_that_is_named() -> None:
    issuer = b.issuer(preset="keycloak", scopes_from=(("scope",), ("permissions",), ("none",)))
    assert principal(issuer=issuer, scope="a b", permissions=["b", "c"]).scopes == {"a", "b", "c"}


# --- grants ----------------------------------------------------------------------------------------

ADMINS: Final = Grant(path=("groups",), value="admin", scopes=frozenset({"orders:write"}))
NESTED: Final = Grant(path=("realm_access", "roles"), value="ops", scopes=frozenset({"ops", "more"}))
GRANTING: Final = replace(KEYCLOAK, grants=(ADMINS, NESTED))


def granted(**claims: Any) -> frozenset[str]:
    return principal(issuer=GRANTING, scope=b.OMIT, **claims).scopes


def test_a_grant_holds_where_the_claim_equals_or_contains_the_value() -> None:
    assert granted(groups=["users", "admin"]) == {"orders:write"}
    assert granted(groups="admin") == {"orders:write"}
    assert granted(realm_access={"roles": ["ops"]}) == {"ops", "more"}


@pytest.mark.parametrize(
    "value",
    ["administrators", "admi", "not admin", "admin,users", "ADMIN", "a", ["administrators"], [["admin"]],
     ["a", "d", "m", "i", "n"], {"admin": True}, [{"admin": True}], True, 1, None, "", []],
)  # fmt: skip
def test_no_membership_by_substring_by_character_or_by_key_j112(value: Any) -> None:
    assert granted(groups=value) == frozenset()


@pytest.mark.parametrize(
    ("value", "odd"), [(1, True), (True, 1), (1, "1"), (1, 1.0), ("true", True), (0, False)]
)
def test_a_grant_compares_types_too(value: Any, odd: Any) -> None:
    issuer = replace(KEYCLOAK, grants=(replace(ADMINS, value=value),))
    assert principal(issuer=issuer, scope="", groups=[value]).scopes == {"orders:write"}
    assert principal(issuer=issuer, scope="", groups=[odd]).scopes == frozenset()
    assert principal(issuer=issuer, scope="", groups=odd).scopes == frozenset()


def test_the_bare_subject_is_the_issuers_own() -> None:
    one = b.route(downstream=b.downstream(subject=SubjectForm.BARE))
    assert minted(permit(b.token(), one=one))["sub"] == "alice"
    assert dict(permit(b.token(), one=one).identity)[b"x-auth-subject"] == b"corp:alice"
