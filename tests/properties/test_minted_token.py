"""I8: can a minted token ever say more, mean more, or live longer than its route and its source allow?"""

import json
import re
from dataclasses import replace
from typing import Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.core.base64url import decode, encode
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import parse_jwks
from gateway.core.jws import SignedClaims, open_, parse
from gateway.core.mint import IDENTITY_HEADERS, MAX_ANSWER_BYTES, OWN_CLAIMS
from gateway.core.policy import Downstream, SubjectForm
from gateway.core.verdict import Permit
from tests import builders as b
from tests.answering import verdict_on

GATEWAY_KEY: Final = b.ec_key("gw1", 0x6A7E)
OURS: Final = parse_jwks(json.dumps({"keys": [GATEWAY_KEY.jwk()]}).encode())

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
scope_names = st.text("abc:.-", min_size=1, max_size=6)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
claim_names = (
    texts | st.sampled_from(sorted(OWN_CLAIMS)) | st.sampled_from(["email", "groups", "act", "cnf2"])
)
sources = st.fixed_dictionaries(
    {
        "sub": texts,
        "client_id": texts,
        "scope": st.lists(scope_names, max_size=4).map(" ".join),
        "exp": st.integers(-60, 3500).map(lambda offset: b.NOW + offset)
        | st.floats(-60, 3500).map(lambda offset: b.NOW + offset),
        "extra": st.dictionaries(
            claim_names.filter(lambda name: name not in OWN_CLAIMS | {"cnf"}), json_values, max_size=3
        ),
    }
)
downstreams = st.builds(
    Downstream,
    audience=texts,
    scopes=st.lists(scope_names, max_size=4, unique=True).map(tuple),
    ttl_s=st.integers(5, 300),
    subject=st.sampled_from(SubjectForm),
    copy_claims=st.lists(claim_names, max_size=4, unique=True).map(tuple),
    token_type=st.sampled_from(["JWT", "at+jwt"]),
)


def granted(source: dict[str, Any], downstream: Downstream, *, now: int = b.NOW) -> Permit:
    """The permit for a token of these claims, where there is one."""
    claims = {name: value for name, value in source.items() if name != "extra"} | source["extra"]
    verdict = verdict_on(b.token(**claims), one=b.route(downstream=downstream), now=now)
    assume(isinstance(verdict, Permit))
    assert isinstance(verdict, Permit)
    return verdict


def opened(permit: Permit) -> SignedClaims:
    """Our token, verified as a backend would: under our published key."""
    assert permit.downstream is not None
    jws = parse(UnverifiedToken(permit.downstream.text))
    return open_(jws, "gateway", OURS.candidates(jws.kid, jws.algorithm))


@given(sources, downstreams)
def test_it_is_for_one_audience_with_the_routes_scopes_and_nothing_that_is_not_listed(
    source: dict[str, Any], downstream: Downstream
) -> None:
    signed = opened(granted(source, downstream))
    claims = signed.claims
    assert signed.header == {"alg": "ES256", "kid": "gw1", "typ": downstream.token_type}
    assert claims["aud"] == downstream.audience
    assert claims["iss"] == b.DOWNSTREAM_ISSUER
    assert claims["scope"].split() == list(downstream.scopes)
    bare = downstream.subject is SubjectForm.BARE
    assert claims["sub"] == ("" if bare else "corp:") + source["sub"]
    assert (claims["idp"], claims["idp_sub"], claims["client_id"]) == (
        b.ISSUER,
        source["sub"],
        source["client_id"],
    )
    copied = set(claims) - OWN_CLAIMS
    assert copied == set(downstream.copy_claims) & set(source["extra"])
    assert all(claims[name] == source["extra"][name] for name in copied)


@given(sources, downstreams)
def test_it_lives_for_seconds_and_never_outlives_its_source(
    source: dict[str, Any], downstream: Downstream
) -> None:
    permit = granted(source, downstream)
    claims = opened(permit).claims
    assert permit.downstream is not None
    assert claims["exp"] == permit.downstream.expires_at
    assert (claims["iat"], claims["nbf"]) == (b.NOW, b.NOW - 5)
    assert 5 <= claims["exp"] - b.NOW <= downstream.ttl_s
    assert claims["exp"] <= source["exp"] + 30
    assert all(type(claims[name]) is int for name in ("exp", "iat", "nbf"))


@given(sources, downstreams, st.integers(0, 400))
def test_at_no_later_moment_does_the_same_token_give_a_longer_life(
    source: dict[str, Any], downstream: Downstream, later: int
) -> None:
    permit = granted(source, downstream, now=b.NOW + later)
    assert permit.downstream is not None
    assert permit.downstream.expires_at <= source["exp"] + 30
    assert b.NOW + later + 5 <= permit.downstream.expires_at <= b.NOW + later + downstream.ttl_s


@given(sources, downstreams)
def test_every_identity_header_is_there_once_in_visible_ascii(
    source: dict[str, Any], downstream: Downstream
) -> None:
    identity = granted(source, downstream).identity
    assert tuple(name for name, _ in identity) == IDENTITY_HEADERS
    for _, value in identity:
        assert re.fullmatch(rb"[!-~]+(?: [!-~]+)*|", value)
    values = dict(identity)
    assert unescaped(values[b"x-auth-subject"]) == f"corp:{source['sub']}"
    assert unescaped(values[b"x-auth-client"]) == source["client_id"]
    assert unescaped(values[b"x-auth-issuer"]) == b.ISSUER
    assert values[b"x-auth-scopes"].split() == [scope.encode() for scope in downstream.scopes]


def unescaped(value: bytes) -> str:
    """The one reading of a header value: that there is one makes the encoding injective."""
    return re.sub(rb"%([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), value).decode()


@given(sources, downstreams)
def test_an_answer_fits_every_proxy_and_is_the_same_whenever_it_is_made(
    source: dict[str, Any], downstream: Downstream
) -> None:
    first, second = granted(source, downstream), granted(source, downstream)
    assert first == second
    assert first.downstream is not None
    assert second.downstream is not None
    assert first.downstream.text == second.downstream.text
    size = len(first.downstream.text) + sum(len(name) + len(value) + 4 for name, value in first.identity)
    assert size <= MAX_ANSWER_BYTES


@given(sources, downstreams)
def test_nothing_of_the_clients_token_is_in_ours(source: dict[str, Any], downstream: Downstream) -> None:
    text = b.token(sub=source["sub"])
    verdict = verdict_on(text, one=b.route(downstream=replace(downstream, copy_claims=())))
    assume(isinstance(verdict, Permit))
    assert isinstance(verdict, Permit)
    assert verdict.downstream is not None
    ours, theirs = verdict.downstream.text.split(b"."), text.encode().split(b".")
    assert not set(ours) & set(theirs)
    assert b"jti-of-theirs" not in decode(ours[1])
    assert encode(b"jti-of-theirs") not in ours[1]
