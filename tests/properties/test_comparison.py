"""I11: is anything ever compared by prefix, suffix, substring, pattern, or case?

For every name that decides something: a name that is near the right one, and is not it, is not it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.config.schema_types import ID_PATTERN
from gateway.core.policy import AudienceIncludes, ClaimContains, ClaimEquals, ClientIs, Route, ScopesInclude
from gateway.core.trust import Grant, Issuer
from tests import builders as b
from tests.answering import PERMIT, outcome, permit

RIGHT: Final = "orders:read@corp.example"
CONFUSABLE: Final = str.maketrans({"o": "\u043e", "e": "\u0435", "a": "\u0430", ".": "\u3002", "@": "\uff20"})

Near = Callable[[str], str]
NEAR: Final[dict[str, Near]] = {
    "prefix": lambda right: right[:-1],
    "suffix": lambda right: right[1:],
    "longer": lambda right: right + "x",
    "longer in front": lambda right: "x" + right,
    "upper case": str.upper,
    "title case": str.title,
    "confusable": lambda right: right.translate(CONFUSABLE),
    "combining": lambda right: right + "\u0301",
    "zero width": lambda right: right[:3] + "\u200b" + right[3:],
    "soft hyphen": lambda right: right[:3] + "\u00ad" + right[3:],
    "full width": lambda right: "".join(chr(ord(one) + 0xFEE0) for one in right),
    "wildcard": lambda right: right[:4] + "*",
    "star": lambda _: "*",
    "dot": lambda right: "." * len(right),
    "NUL": lambda right: right + "\0",
    "NUL within": lambda right: right + "\0x",
    "slash": lambda right: right + "/",
    "comma": lambda right: right + ",x",
    "twice": lambda right: right + right,
    "reversed": lambda right: right[::-1],
    "first character": lambda right: right[0],
    "empty": lambda _: "",
    "percent": lambda right: right.replace(":", "%3A"),
    "second @": lambda right: right.replace("@", "@evil.example@"),
}

# Each: how a world asks for a name, and the token that brings one.
Question = tuple[Callable[[str], Issuer], Callable[[str], Route], Callable[[str], dict[str, Any]]]


def plain_issuer(_: str) -> Issuer:
    return b.issuer(preset="keycloak")


def plain_route(_: str) -> Route:
    return b.route()


ASKED: Final[dict[str, Question]] = {
    "iss": (
        lambda right: replace(plain_issuer(right), issuer=right),
        plain_route,
        lambda one: {"iss": one},
    ),
    "aud": (
        lambda right: replace(plain_issuer(right), audiences=frozenset({right})),
        plain_route,
        lambda one: {"aud": one},
    ),
    "aud, one of many": (
        lambda right: replace(plain_issuer(right), audiences=frozenset({right})),
        plain_route,
        lambda one: {"aud": ["https://another.example", one]},
    ),
    "aud of the route": (
        plain_issuer,
        lambda right: b.route(requirements=(AudienceIncludes(audiences=frozenset({right})),)),
        lambda one: {"aud": [b.AUDIENCE, one]},
    ),
    "scope": (
        plain_issuer,
        lambda right: b.route(requirements=(ScopesInclude(scopes=frozenset({right})),)),
        lambda one: {"scope": one},
    ),
    "scope array": (
        plain_issuer,
        lambda right: b.route(requirements=(ScopesInclude(scopes=frozenset({right})),)),
        lambda one: {"scope": ["x", one]},
    ),
    "client": (
        plain_issuer,
        lambda right: b.route(requirements=(ClientIs(clients=frozenset({right})),)),
        lambda one: {"azp": one, "client_id": one},
    ),
    "claim equals": (
        plain_issuer,
        lambda right: b.route(requirements=(ClaimEquals(path=("email",), value=right),)),
        lambda one: {"email": one},
    ),
    "claim contains": (
        plain_issuer,
        lambda right: b.route(requirements=(ClaimContains(path=("groups",), value=right),)),
        lambda one: {"groups": ["x", one]},
    ),
    "tenant": (
        lambda right: replace(plain_issuer(right), tenant={("org",): frozenset({right})}),
        plain_route,
        lambda one: {"org": one},
    ),
    "grant": (
        lambda right: replace(
            plain_issuer(right),
            grants=(Grant(path=("groups",), value=right, scopes=frozenset({"granted"})),),
        ),
        lambda _: b.route(requirements=(ScopesInclude(scopes=frozenset({"granted"})),)),
        lambda one: {"groups": ["x", one]},
    ),
}


def admitted(asked: str, right: str, brought: str) -> bool:
    issuer, route, claims = ASKED[asked]
    text = b.token(typ="Bearer", **claims(brought))
    return outcome(text, issuers=[issuer(right)], one=route(right)) is PERMIT


@pytest.mark.parametrize("asked", ASKED)
def test_the_name_itself_is_admitted(asked: str) -> None:
    assert admitted(asked, RIGHT, RIGHT)


@pytest.mark.parametrize("near", NEAR)
@pytest.mark.parametrize("asked", ASKED)
def test_a_name_that_is_near_it_is_not(asked: str, near: str) -> None:
    brought = NEAR[near](RIGHT)
    assert brought != RIGHT
    assert not admitted(asked, RIGHT, brought)
    if NEAR[near](brought):  # nor the other way about
        assert not admitted(asked, brought, RIGHT)


visible = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\'), min_size=1, max_size=6
)


@given(st.sampled_from(sorted(ASKED)), visible, visible)
def test_two_names_are_one_only_if_they_are_the_same(asked: str, right: str, brought: str) -> None:
    assert admitted(asked, right, right)
    assert admitted(asked, right, brought) is (right == brought)


# --- subjects ---------------------------------------------------------------------------------------

issuer_ids = st.text("abc-1", min_size=1, max_size=4)  # an issuer id holds no colon
subjects = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.text(
    "ab:%-", min_size=1, max_size=6
)


def qualified(issuer_id: str, subject: str) -> tuple[str, bytes]:
    world = b.snapshot(issuers=[b.issuer(issuer_id)])
    granted = permit(
        b.token(sub=subject),
        world=world,
        known=b.evidence(keys={issuer_id: b.key_set()}),
        one=b.route(issuers=frozenset({issuer_id})),
    )
    assert granted.context.principal is not None
    return granted.context.principal.qualified_subject, dict(granted.identity)[b"x-auth-subject"]


@given(issuer_ids, subjects, issuer_ids, subjects)
def test_two_subjects_are_one_only_if_issuer_and_subject_are_the_same(
    first_id: str, first: str, second_id: str, second: str
) -> None:
    same = (first_id, first) == (second_id, second)
    for one, other in zip(qualified(first_id, first), qualified(second_id, second), strict=True):
        assert (one == other) is same


@given(subjects, subjects)
def test_no_two_subjects_become_one_by_what_a_recipient_trims_or_folds(first: str, second: str) -> None:
    assume(first != second)
    left, right = (qualified("corp", subject)[1] for subject in (first, second))
    assert left.strip() != right.strip()
    assert left == left.strip()
    assert b"," not in left or "," in first


@given(st.text("abz09-_:%/. A", max_size=6))
def test_an_issuer_id_holds_no_colon(issuer_id: str) -> None:
    """Else `a` + `b:alice` and `a:b` + `alice` were one subject."""
    if re.fullmatch(ID_PATTERN, issuer_id):
        assert ":" not in issuer_id
    assert not re.fullmatch(ID_PATTERN, issuer_id + ":")
    assert not re.fullmatch(ID_PATTERN, f"a:{issuer_id}")
