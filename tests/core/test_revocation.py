"""The deny list: what it names is refused whatever else holds, and it refuses nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.base64url import decode, encode
from gateway.core.jwk import parse_jwks
from gateway.core.reason import Reason, Refusal
from gateway.core.revocation import NOTHING_REVOKED, Revocations, RevocationTags
from gateway.core.verdict import Deny, Permit
from tests import builders as b
from tests.answering import outcome, permit, verdict_on

TAGS = RevocationTags(
    issuer_id="corp", jti="j", subject="alice", issued_at=1000, kid="k1", thumbprint="thumb"
)


def never(_: bytes) -> str:
    raise AssertionError("no fingerprint is listed")


# --- what names a token ---------------------------------------------------------


def tags(**changes: Any) -> RevocationTags:
    granted = permit(b.token(**changes), issuers=[b.issuer(subject_from=("sub",))])
    assert granted.remember is not None
    return granted.remember.revocable


def test_a_permit_says_what_its_token_can_be_named_by() -> None:
    (key,) = b.key_set().keys
    assert tags() == ("corp", "jti-of-theirs", "alice", b.NOW - 10, "k1", key.thumbprint)


def test_the_subject_is_the_one_that_the_issuers_preset_maps() -> None:
    granted = permit(b.token(oid="object-1"), issuers=[b.issuer(subject_from=("oid",))])
    assert granted.remember is not None
    assert granted.remember.revocable.subject == "object-1"
    known = b.evidence(revoked=b.revoked(subject="object-1"))
    assert outcome(b.token(oid="object-1"), issuers=[b.issuer(subject_from=("oid",))], known=known)
    assert outcome(b.token(oid="object-1"), known=known) is None


def test_the_key_is_the_one_that_verified_whatever_the_header_says() -> None:
    text = b.token(header={"kid": b.OMIT})
    assert outcome(text) is None
    assert outcome(text, known=b.evidence(revoked=b.revoked(kid="k1"))) is Reason.TOKEN_REVOKED


@pytest.mark.parametrize("members", [{}, {"kid": b.OMIT}, {"kid": "another"}])
def test_a_key_is_named_by_its_thumbprint_whatever_its_kid(members: dict[str, Any]) -> None:
    (key,) = b.key_set().keys
    text = b.token(header={"kid": b.OMIT})
    keys = {"corp": parse_jwks(json.dumps({"keys": [b.KEY.jwk(**members)]}).encode())}
    assert outcome(text, known=b.evidence(keys)) is None
    revoked = b.revoked(kid=key.thumbprint)
    assert outcome(text, known=b.evidence(keys, revoked=revoked)) is Reason.TOKEN_REVOKED


def test_claims_of_the_wrong_type_name_nothing_and_are_refused_for_what_they_are() -> None:
    everything = b.revoked(jti="1", subject="1")
    known = b.evidence(revoked=everything)
    assert outcome(b.token(jti=1), known=known) is Reason.NOT_AN_ACCESS_TOKEN
    assert outcome(b.token(sub=["1"]), known=known) is Reason.SUBJECT_UNMAPPABLE


def test_tags_print_nobody() -> None:
    assert "alice" not in repr(TAGS)
    assert "alice" not in repr(b.revoked(subject="alice", jti="secret"))


# --- the rule -------------------------------------------------------------------


def test_an_empty_list_names_nothing_and_computes_nothing() -> None:
    assert not NOTHING_REVOKED.names(TAGS, b"x")
    assert not Revocations(fingerprint=never).names(TAGS, b"x")
    assert NOTHING_REVOKED.count == 0
    assert b.revoked(jti="a", subject="b", kid="c").count == 3


def test_no_fingerprint_is_made_unless_one_is_listed() -> None:
    listed = Revocations(jtis=frozenset({("corp", "other")}), fingerprint=never)
    assert not listed.names(TAGS, b"x")


def test_fingerprints_without_a_way_to_make_them_are_no_list() -> None:
    with pytest.raises(ValueError, match="nothing to make them with"):
        Revocations(fingerprints=frozenset({"tfp1_aaaaaaaaaaaaaaaa"}))


@pytest.mark.parametrize(
    ("issued_at", "issued_before", "named"),
    [
        (999, 1000, True),
        (999.9, 1000, True),
        (1000, 1000, False),
        (1001, 1000, False),
        (1000, None, True),
        (float("inf"), None, True),
        (None, 1000, True),  # it does not say when: before anything
        (None, 0, True),
    ],
)
def test_a_subject_until_a_moment(issued_at: float | None, issued_before: int | None, *, named: bool) -> None:
    listed = b.revoked(subject="alice", issued_before=issued_before)
    assert listed.names(TAGS._replace(issued_at=issued_at), b"") is named


def test_an_iat_that_is_no_number_counts_as_none() -> None:
    known = b.evidence(revoked=b.revoked(subject="alice", issued_before=1))
    for iat in ("2000000000", True, None, b.OMIT):
        assert outcome(b.token(iat=iat), known=known) is Reason.TOKEN_REVOKED


def test_the_refusal_says_how_and_never_whom() -> None:
    for listed, how in (
        (b.revoked(jti="jti-of-theirs"), "by its jti"),
        (b.revoked(subject="alice"), "by its subject"),
        (b.revoked(kid="k1"), "by its key"),
        (b.fingerprinted(b.token()), "by its fingerprint"),
    ):
        verdict = verdict_on(b.token(), known=b.evidence(revoked=listed))
        assert isinstance(verdict, Deny)
        assert (verdict.reason, verdict.detail) == (Reason.TOKEN_REVOKED, how)
        assert verdict.context.issuer_id == "corp"


# --- whatever else holds --------------------------------------------------------

names = st.sampled_from(["a", "b", "c", "", "corp", "partner"])
pairs = st.frozensets(st.tuples(names, names), max_size=4)
lists = st.builds(
    Revocations,
    jtis=pairs,
    subjects=st.dictionaries(st.tuples(names, names), st.none() | st.integers(0, 5), max_size=4),
    keys=pairs,
    fingerprints=st.frozensets(names, max_size=2),
    fingerprint=st.just(bytes.decode),
)
maybe = st.none() | names
some_tags = st.builds(
    RevocationTags,
    issuer_id=names,
    jti=maybe,
    subject=maybe,
    issued_at=st.none() | st.integers(0, 6) | st.floats(0, 6),
    kid=maybe,
    thumbprint=names,
)


def said_simply(listed: Revocations, tags: RevocationTags, token: bytes) -> bool:
    """The rule once more, entry by entry."""
    mine = [name for issuer, name in listed.jtis if issuer == tags.issuer_id]
    keys = [name for issuer, name in listed.keys if issuer == tags.issuer_id]
    before = [
        moment
        for (issuer, name), moment in listed.subjects.items()
        if (issuer, name) == (tags.issuer_id, tags.subject)
    ]
    return (
        tags.jti in mine
        or tags.kid in keys
        or tags.thumbprint in keys
        or any(moment is None or tags.issued_at is None or tags.issued_at < moment for moment in before)
        or token.decode() in listed.fingerprints
    )


@pytest.mark.long
@given(listed=lists, tags=some_tags, token=names)
def test_what_is_listed_is_named_and_nothing_else(
    listed: Revocations, tags: RevocationTags, token: str
) -> None:
    assert listed.names(tags, token.encode()) is said_simply(listed, tags, token.encode())


@given(listed=lists, tags=some_tags, token=names)
def test_check_refuses_what_is_named(listed: Revocations, tags: RevocationTags, token: str) -> None:
    if not listed.names(tags, token.encode()):
        listed.check(tags, token.encode())
        return
    with pytest.raises(Refusal) as caught:
        listed.check(tags, token.encode())
    assert caught.value.reason is Reason.TOKEN_REVOKED


@pytest.mark.long
@given(first=lists, second=lists, tags=some_tags, token=names)
def test_two_lists_together_name_what_either_does(
    first: Revocations, second: Revocations, tags: RevocationTags, token: str
) -> None:
    both = (first | second).names(tags, token.encode())
    assert both is (first.names(tags, token.encode()) or second.names(tags, token.encode()))


ENTRIES: dict[str, Callable[[str], Revocations]] = {
    "jti": lambda _: b.revoked(jti="jti-of-theirs"),
    "subject": lambda _: b.revoked(subject="alice"),
    "key": lambda _: b.revoked(kid="k1"),
    "fingerprint": b.fingerprinted,
}


@given(
    entry=st.sampled_from(sorted(ENTRIES)),
    now=st.integers(0, 2**40),
    changes=st.fixed_dictionaries(
        {},
        optional={
            "exp": st.sampled_from([0, b.NOW, b.NOW + 10**6, "x", b.OMIT]),
            "aud": st.sampled_from(["other", b.OMIT, 7]),
            "scope": st.sampled_from(["", "admin", 7, b.OMIT]),
            "client_id": st.sampled_from([7, b.OMIT]),
            "cnf": st.just({}),
        },
    ),
)
def test_a_listed_token_is_refused_whatever_else_holds(entry: str, now: int, changes: dict[str, Any]) -> None:
    text = b.token(**changes)
    known = b.evidence(revoked=ENTRIES[entry](text))
    assert outcome(text, known=known, now=now) is Reason.TOKEN_REVOKED


@pytest.mark.long
@given(listed=lists, now=st.integers(b.NOW - 60, b.NOW + 400))
def test_an_unlisted_token_fares_as_if_there_were_no_list(listed: Revocations, now: int) -> None:
    text = b.token()
    assert outcome(text, known=b.evidence(revoked=listed), now=now) is outcome(text, now=now)


# --- one token has many spellings -------------------------------------------------

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def twin(text: str) -> str:
    """The other ES256 signature of the same token: (r, n - s)."""
    signing_input, _, signature = text.rpartition(".")
    octets = decode(signature.encode())
    other = octets[:32] + (_ORDER - int.from_bytes(octets[32:])).to_bytes(32)
    return f"{signing_input}.{encode(other).decode()}"


def test_the_twin_of_an_es256_token_is_revoked_with_it() -> None:
    text = b.token()
    assert twin(text) != text
    assert outcome(twin(text)) is None
    known = b.evidence(revoked=b.fingerprinted(text))
    assert outcome(text, known=known) is Reason.TOKEN_REVOKED
    assert outcome(twin(text), known=known) is Reason.TOKEN_REVOKED
    assert outcome(b.token(jti="another"), known=known) is None


# --- what it does not reach -------------------------------------------------------


def test_a_public_route_judges_no_token() -> None:
    granted = verdict_on(
        b.token(), one=b.public_route(), known=b.evidence(revoked=b.revoked(subject="alice"))
    )
    assert isinstance(granted, Permit)
    assert granted.remember is None


def test_nobody_is_on_the_list_before_the_signature_holds() -> None:
    known = b.evidence(revoked=b.revoked(kid="k1", subject="alice"))
    assert outcome(b.token(signature=bytes(64)), known=known) is Reason.SIGNATURE_INVALID
