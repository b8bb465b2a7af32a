"""Does the backend get exactly the token that its route names, and never one that outlives the client's?"""

from collections.abc import Callable
from typing import Any, Final

import jwt
import orjson
import pytest
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt

from gateway.core.authorize import Permission
from gateway.core.base64url import decode
from gateway.core.claims import Span
from gateway.core.jwk import PublicKey
from gateway.core.mint import (
    IDENTITY_HEADERS,
    MAX_ANSWER_BYTES,
    MIN_LIFE_S,
    NOT_BEFORE_S,
    OWN_CLAIMS,
    DownstreamToken,
    blank_of,
    check_size,
    identity_headers,
    mint,
)
from gateway.core.policy import SubjectForm
from gateway.core.principal import Principal
from gateway.core.reason import Outage, Reason, Refusal
from tests import builders as b

NOW: Final = b.NOW
GATEWAY_KEY: Final = b.ec_key("gw1", 0x6A7E)


def permission(route: dict[str, Any] | None = None, **changes: Any) -> Permission:
    """A permission for alice on a route whose downstream is changed so."""
    who = Principal(
        issuer_id="corp",
        issuer=b.ISSUER,
        subject="alice",
        client_id="web",
        scopes=frozenset({"orders:read", "orders:write", "profile"}),
        audiences=frozenset({b.AUDIENCE}),
        claims=b.claims(email="alice@example.com", groups=["a", "b"], nothing=None),
        expires_at=NOW + 300,
        leeway_s=30,
        span=Span(NOW - 60, NOW + 330),
    )
    return Permission(
        principal=who._replace(**changes), route=b.route(downstream=b.downstream(**(route or {})))
    )


def minted(
    granted: Permission | None = None, *, now: int = NOW, signer: Any = GATEWAY_KEY
) -> DownstreamToken:
    return mint(blank_of(granted or permission(), b.DOWNSTREAM_ISSUER), signer, now=now, jti=b.JTI)


def parts(token: DownstreamToken) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = token.text.split(b".")
    return orjson.loads(decode(header)), orjson.loads(decode(payload))


def body(granted: Permission | None = None, *, now: int = NOW) -> dict[str, Any]:
    return parts(minted(granted, now=now))[1]


# --- the claims ------------------------------------------------------------------------------------


def test_the_claims_are_exactly_these() -> None:
    assert body() == {
        "iss": b.DOWNSTREAM_ISSUER,
        "aud": "orders",
        "sub": "corp:alice",
        "scope": "orders:read",
        "client_id": "web",
        "iat": NOW,
        "nbf": NOW - 5,
        "exp": NOW + 60,
        "jti": b.JTI,
        "idp": b.ISSUER,
        "idp_sub": "alice",
    }
    assert set(body()) == OWN_CLAIMS


def test_the_token_says_the_same_of_itself() -> None:
    token = minted()
    assert (token.jti, token.audience, token.expires_at) == (b.JTI, "orders", NOW + 60)


def test_rfc9068_2_2_a_token_without_client_has_no_client_claim() -> None:
    assert "client_id" not in body(permission(client_id=""))


def test_rfc8693_5_the_scopes_are_the_routes_and_not_the_clients() -> None:
    assert body(permission({"scopes": ("b", "a")}))["scope"] == "b a"
    assert body(permission({"scopes": ()}))["scope"] == ""
    assert body(permission(scopes=frozenset()))["scope"] == "orders:read"


def test_the_subject_is_bare_only_where_the_route_asks() -> None:
    assert body(permission({"subject": SubjectForm.BARE}))["sub"] == "alice"
    assert body(permission({"subject": SubjectForm.BARE}))["idp_sub"] == "alice"


def test_rfc7515_4_1_the_header_is_exactly_these() -> None:
    assert parts(minted())[0] == {"alg": "ES256", "kid": "gw1", "typ": "JWT"}
    assert parts(minted(permission({"token_type": "at+jwt"})))[0]["typ"] == "at+jwt"
    assert parts(minted(signer=b.ed_key("gw2")))[0] == {"alg": "EdDSA", "kid": "gw2", "typ": "JWT"}


# --- what is copied --------------------------------------------------------------------------------


def test_no_claim_is_copied_that_the_route_does_not_list() -> None:
    assert set(body()) <= OWN_CLAIMS
    copied = body(permission({"copy_claims": ("email", "groups", "nothing", "absent")}))
    assert set(copied) - OWN_CLAIMS == {"email", "groups", "nothing"}
    assert (copied["email"], copied["groups"], copied["nothing"]) == ("alice@example.com", ["a", "b"], None)


@pytest.mark.parametrize("name", sorted(OWN_CLAIMS))
def test_a_claim_of_ours_is_never_copied(name: str) -> None:
    claims = {**b.claims(), name: "theirs"}
    assert body(permission({"copy_claims": (name,)}, claims=claims)) == body()
    without_client = body(permission({"copy_claims": ("client_id",)}, client_id="", claims=claims))
    assert "client_id" not in without_client


def test_a_name_with_a_dot_is_a_name() -> None:
    claims = {"a": {"b": 1}, "a.b": 2}
    assert body(permission({"copy_claims": ("a.b",)}, claims=claims))["a.b"] == 2


@pytest.mark.parametrize(
    "value", [2**64 - 1, -(2**63), 1.5, -0.0, 1e308, "\u2028\u0000", [[[[]]]], {"": ""}, True]
)
def test_every_json_value_can_be_copied(value: Any) -> None:
    assert body(permission({"copy_claims": ("x",)}, claims={"x": value}))["x"] == value


# --- how long it lives -----------------------------------------------------------------------------


@pytest.mark.parametrize("ttl_s", [5, 60, 300])
def test_it_lives_for_the_routes_ttl(ttl_s: int) -> None:
    claims = body(permission({"ttl_s": ttl_s}))
    assert claims["exp"] - claims["iat"] == ttl_s
    assert claims["iat"] - claims["nbf"] == NOT_BEFORE_S == 5


@pytest.mark.parametrize(
    ("expires_in", "leeway_s", "lives"),
    [
        (300, 30, 60),
        (40, 30, 60),
        (20, 30, 50),
        (0, 30, 30),
        (-20, 30, 10),
        (59, 0, 59),
        (60, 0, 60),
        (61, 0, 60),
    ],
)
def test_it_never_outlives_the_clients_token_and_its_leeway(
    expires_in: int, leeway_s: int, lives: int
) -> None:
    claims = body(permission(expires_at=NOW + expires_in, leeway_s=leeway_s))
    assert claims["exp"] == NOW + lives


def test_under_five_seconds_the_clients_token_counts_as_expired() -> None:
    assert MIN_LIFE_S == 5
    assert body(permission(expires_at=NOW + 5, leeway_s=0))["exp"] == NOW + 5
    assert body(permission(expires_at=NOW - 25, leeway_s=30))["exp"] == NOW + 5
    for left, leeway_s in ((4, 0), (0, 0), (-1, 0), (-26, 30), (-1000, 30)):
        with pytest.raises(Refusal) as refused:
            minted(permission(expires_at=NOW + left, leeway_s=leeway_s))
        assert refused.value.reason is Reason.TOKEN_EXPIRED


# --- the signature ---------------------------------------------------------------------------------


def test_the_same_permission_at_the_same_moment_is_the_same_token() -> None:
    assert minted().text == minted().text
    assert minted().text != minted(now=NOW + 1).text


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # joserfc, of the name that older verifiers know
@pytest.mark.parametrize("signer", [GATEWAY_KEY, b.ed_key("gw2")], ids=["ES256", "EdDSA"])
def test_rfc7519_7_2_two_stock_libraries_verify_it(signer: b.SigningKey) -> None:
    text = minted(signer=signer).text.decode()
    public: PublicKey = signer.private.public_key()
    by_pyjwt: dict[str, Any] = jwt.decode(  # noqa: TID251 - what a backend does
        text,
        public,
        [signer.algorithm],
        audience="orders",
        issuer=b.DOWNSTREAM_ISSUER,
        options={  # its clock is not ours
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            "require": ["exp", "jti"],
        },
    )
    assert by_pyjwt == body()
    key = joserfc_jwk.import_key(signer.jwk(alg=b.OMIT))
    by_joserfc = joserfc_jwt.decode(text, key, algorithms=[signer.algorithm])
    assert by_joserfc.claims == body()
    for moment, holds in (
        (NOW - 5, True),
        (NOW, True),
        (NOW + 59, True),
        (NOW - 6, False),
        (NOW + 61, False),
    ):
        rules = joserfc_jwt.JWTClaimsRegistry(
            now=moment,
            iss={"essential": True, "value": b.DOWNSTREAM_ISSUER},
            aud={"essential": True, "value": "orders"},
            exp={"essential": True},
        )
        claims = {name: value for name, value in by_joserfc.claims.items() if name != "iat"}
        assert _passes(rules.validate, claims) is holds, moment - NOW


def _passes(check: Callable[[Any], Any], claims: dict[str, Any]) -> bool:
    try:
        check(claims)
    except Exception:  # noqa: BLE001 - whatever a library raises, it refuses
        return False
    return True


def test_without_a_signing_key_nothing_is_minted_and_it_is_nobodys_fault() -> None:
    with pytest.raises(Outage) as outage:
        minted(signer=None)
    assert outage.value.reason is Reason.SIGNING_KEY_UNAVAILABLE


def test_a_route_without_downstream_mints_nothing() -> None:
    granted = Permission(principal=permission().principal, route=b.public_route())
    for step in (lambda: minted(granted), lambda: identity_headers(granted)):
        with pytest.raises(Outage) as outage:
            step()
        assert outage.value.reason is Reason.INTERNAL_ERROR


# --- the headers beside it -------------------------------------------------------------------------


def headers(**changes: Any) -> dict[bytes, bytes]:
    pairs = identity_headers(permission(**changes))
    assert tuple(name for name, _ in pairs) == IDENTITY_HEADERS
    return dict(pairs)


def test_every_identity_header_is_there_once() -> None:
    assert headers() == {
        b"x-auth-subject": b"corp:alice",
        b"x-auth-issuer": b"https://idp.example",
        b"x-auth-client": b"web",
        b"x-auth-scopes": b"orders:read",
    }
    assert headers(client_id="")[b"x-auth-client"] == b""
    assert headers(route={"scopes": ("a", "b")})[b"x-auth-scopes"] == b"a b"


def test_nobody_is_named_by_empty_headers_and_not_by_absent_ones() -> None:
    assert identity_headers(None) == tuple((name, b"") for name in IDENTITY_HEADERS)


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("alice@example.com", b"corp:alice@example.com"),
        ("100%", b"corp:100%25"),
        ("%41", b"corp:%2541"),
        ("a b", b"corp:a%20b"),
        (" a ", b"corp:%20a%20"),
        ("a\r\nX-Admin: 1", b"corp:a%0D%0AX-Admin:%201"),
        ("a\0b", b"corp:a%00b"),
        ("a\tb\x7f", b"corp:a%09b%7F"),
        ("\u00e4", b"corp:%C3%A4"),
        ("\u0430lice", b"corp:%D0%B0lice"),
        ("a\u202eb", b"corp:a%E2%80%AEb"),
        ("\U0001f600", b"corp:%F0%9F%98%80"),
    ],
)
def test_rfc9110_5_5_a_header_value_is_visible_ascii_j108(subject: str, value: bytes) -> None:
    assert headers(subject=subject)[b"x-auth-subject"] == value


# --- the size --------------------------------------------------------------------------------------


def test_an_answer_that_no_proxy_could_carry_is_refused() -> None:
    check_size(None, (), b"c" * MAX_ANSWER_BYTES)
    with pytest.raises(Refusal) as refused:
        check_size(None, (), b"c" * (MAX_ANSWER_BYTES + 1))
    assert refused.value.reason is Reason.ANSWER_TOO_LARGE


def test_everything_that_varies_counts_towards_the_size() -> None:
    token, pairs = minted(), identity_headers(permission())
    used = len(token.text) + sum(len(name) + len(value) + len(": \r\n") for name, value in pairs)
    check_size(token, pairs, b"c" * (MAX_ANSWER_BYTES - used))
    with pytest.raises(Refusal) as refused:
        check_size(token, pairs, b"c" * (MAX_ANSWER_BYTES - used + 1))
    assert refused.value.reason is Reason.ANSWER_TOO_LARGE
    assert refused.value.detail == f"{MAX_ANSWER_BYTES + 1} bytes"
