"""Headers that two readers would read differently are refused, in one pass."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs, Headers
from gateway.core.policy import BearerCredential, CredentialSource, HeaderCredential, places_of
from gateway.core.reason import Reason, Refusal
from gateway.dialects.hygiene import (
    CONNECTION_OPTIONS,
    MAX_CONNECTION_OPTIONS,
    METHOD_OVERRIDES,
    check_method,
    check_method_parameter,
    take_carriers,
    upgrade_of,
)
from tests.strategies import PROTECTED, aliases

CARRIERS = (b"x-original-url", b"x-original-method")
BEARER = BearerCredential()
IDENTITY = (b"x-auth-subject", b"x-auth-issuer", b"x-auth-client", b"x-auth-scopes")


def taken(*headers: tuple[bytes, bytes], source: CredentialSource = BEARER) -> dict[bytes, bytes] | Reason:
    try:
        found = take_carriers(Headers.of(headers), CARRIERS, places_of((source,)).headers)
        return {name: value for name, value in zip(CARRIERS, found, strict=True) if value is not None}
    except Refusal as refusal:
        return refusal.reason


def test_carriers_are_taken_and_other_headers_left() -> None:
    assert taken((b"accept", b"*/*"), (b"x-original-url", b"u"), (b"accept", b"*/*")) == {
        b"x-original-url": b"u"
    }


@pytest.mark.parametrize("second", [b"u", b"v", b""])
def test_a_carrier_is_never_taken_twice(second: bytes) -> None:
    assert taken((b"x-original-url", b"u"), (b"x-original-url", second)) is Reason.CARRIER_DUPLICATE


@pytest.mark.parametrize("name", IDENTITY)
def test_an_identity_header_is_ours_alone(name: bytes) -> None:
    assert taken((name, b"admin")) is Reason.IDENTITY_HEADER_FORGED
    assert taken((name, b"")) is Reason.IDENTITY_HEADER_FORGED


@pytest.mark.parametrize("name", sorted(METHOD_OVERRIDES))
def test_no_header_asks_for_another_method(name: bytes) -> None:
    assert taken((name, b"GET")) is Reason.METHOD_OVERRIDE


@given(st.sampled_from((*PROTECTED, *CARRIERS)).flatmap(aliases))
def test_every_alias_of_a_protected_name_is_refused(alias: bytes) -> None:
    assume(alias.lower() not in {*PROTECTED, *CARRIERS})  # in another case it is the name itself
    assert taken((alias, b"x")) is Reason.HEADER_LOOKALIKE


@pytest.mark.parametrize("character", [chr(c) for c in range(0x21, 0x7F) if not chr(c).isalnum()])
def test_any_character_in_place_of_any_hyphen(character: str) -> None:
    for spelling in ("x{}auth-subject", "x-auth{}subject", "x{}auth{}subject"):
        name = spelling.replace("{}", character).encode()
        expected = Reason.IDENTITY_HEADER_FORGED if character == "-" else Reason.HEADER_LOOKALIKE
        assert taken((name, b"admin")) is expected


@pytest.mark.parametrize(
    "name",
    [
        b"x-auth-request-user",
        b"x-auth-user",
        b"x-auth-subjects",
        b"xauthsubject",
        b"x--auth-subject",
        b"-x-auth-subject",
    ],
)
def test_a_name_that_nobody_folds_into_ours_is_left_alone(name: bytes) -> None:
    assert taken((name, b"admin")) == {}


def test_the_header_of_a_credential_is_protected_where_the_policy_has_one() -> None:
    source = HeaderCredential(name="x-api-token")
    assert taken((b"x_api_token", b"t"), source=source) is Reason.HEADER_LOOKALIKE
    assert taken((b"x-api-token", b"t"), source=source) == {}
    assert taken((b"x_api_token", b"t")) == {}


@pytest.mark.parametrize(
    ("value", "lawful"),
    [
        (b"close", True),
        (b"keep-alive", True),
        (b"Keep-Alive, Upgrade", True),
        (b"upgrade,\tte", True),
        (b"TE", True),
        (b"upgrade, http2-settings", True),
        (b", ".join([b"close"] * MAX_CONNECTION_OPTIONS), True),
        (b", ".join([b"close"] * (MAX_CONNECTION_OPTIONS + 1)), False),
        (b", ".join([b"close"] * 500), False),
        (b"," * 30_000, False),
        (b"", False),
        (b",", False),
        (b",,,", False),
        (b"close,", False),
        (b"connection", False),
        (b"authorization", False),
        (b"close, Authorization", False),
        (b"cookie", False),
        (b"x-auth-subject", False),
        (b"x-original-url", False),
        (b"keep-alive x-auth-subject", False),
        (b"close;q=1", False),
        (b"\xff", False),
        (b"close\x0b", False),
    ],
)
def test_connection_lists_nothing_but_connection_options(value: bytes, lawful: bool) -> None:  # noqa: FBT001
    assert taken((b"connection", value)) == ({} if lawful else Reason.CONNECTION_OPTION)


def test_each_of_several_connection_headers_is_judged() -> None:
    assert taken((b"connection", b"close"), (b"connection", b"cookie")) is Reason.CONNECTION_OPTION


def test_no_connection_option_is_a_header_that_matters() -> None:
    assert CONNECTION_OPTIONS.isdisjoint({*PROTECTED, *CARRIERS} - {b"upgrade"})


@pytest.mark.parametrize("method", [b"GET", b"PROPFIND", b"M-SEARCH", b"FOO", b"X", b"A" * 32])
def test_a_method_is_an_upper_case_token(method: bytes) -> None:
    assert check_method(method) == method.decode()


@pytest.mark.parametrize(
    "method",
    [
        b"",
        b"get",
        b"GeT",
        b"GET ",
        b" GET",
        b"GET\t",
        b"GET\n",
        b"G\xc3\x89T",
        b"GET,POST",
        b"G_T",
        b"-GET",
        b"GET-",
        b"A" * 33,
        b"A" * 10000,
        b"GET\x00",
        b"G3T",
    ],
)
def test_anything_else_is_no_method(method: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        check_method(method)
    assert refusal.value.reason is Reason.METHOD_MALFORMED


@pytest.mark.parametrize(
    "target",
    [
        b"/?_method=DELETE",
        b"/?a=1&_method=DELETE",
        b"/?a=1;_method=DELETE",
        b"/?_METHOD=DELETE",
        b"/?_Method=DELETE",
        b"/?%5fmethod=DELETE",
        b"/?%5Fmethod=DELETE",
        b"/?_%6dethod=DELETE",
        b"/?_m%65thod=DELETE",
        b"/?%5F%4D%45%54%48%4F%44=DELETE",
        b"/?_method",
        b"/?%20_method=DELETE",
        # what PHP reads as the same name
        b"/?.method=DELETE",
        b"/?_method[]=DELETE",
        b"/?_method%00=DELETE",
    ],
)
def test_no_query_asks_for_another_method(target: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        check_method_parameter(target)
    assert refusal.value.reason is Reason.METHOD_OVERRIDE


@pytest.mark.parametrize(
    "target",
    [b"/", b"/_method=DELETE", b"/?method=x", b"/?a=_method", b"/?x_method=1", b"/?payment_method=1"],
)
def test_other_parameters_are_none_of_our_business(target: bytes) -> None:
    check_method_parameter(target)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), None),
        ((b"",), None),
        ((b"WebSocket",), "websocket"),
        ((b"websocket", b"h2c"), "websocket,h2c"),
        ((b"\xff",), "\ufffd"),
    ],
)
def test_upgrade(values: tuple[bytes, ...], expected: str | None) -> None:
    headers: HeaderPairs = tuple((b"upgrade", value) for value in values)
    assert upgrade_of(Headers.of(headers)) == expected
