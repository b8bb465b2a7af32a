"""CORS (Fetch standard): origins compared exactly, nothing of the client written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.cors import answer_headers, is_preflight, preflight_headers, requested_method
from gateway.core.facts import RequestFacts
from gateway.core.reason import Reason, Refusal
from tests.builders import cors, facts

ORIGIN = b"https://app.example.com"


def browser(origin: bytes = ORIGIN, *headers: tuple[bytes, bytes], method: str = "GET") -> RequestFacts:
    return facts(b"/v1/orders", (b"origin", origin), *headers, method=method)


def preflight(*headers: tuple[bytes, bytes], origin: bytes = ORIGIN) -> RequestFacts:
    asked = (b"access-control-request-method", b"GET")
    return browser(origin, asked, *headers, method="OPTIONS")


def test_a_preflight_is_options_with_one_origin_and_one_method() -> None:
    method = (b"access-control-request-method", b"GET")
    assert is_preflight(preflight())
    assert requested_method(preflight()) == "GET"
    assert not is_preflight(browser(ORIGIN, method))
    assert not is_preflight(browser(method="OPTIONS"))
    assert not is_preflight(facts(b"/", method, method="OPTIONS"))
    assert not is_preflight(preflight((b"origin", ORIGIN)))
    assert not is_preflight(preflight(method))


def test_a_listed_origin_is_answered_as_configured() -> None:
    assert answer_headers(cors(), browser()) == (
        (b"vary", b"Origin"),
        (b"access-control-allow-origin", ORIGIN),
    )
    lavish = cors(credentials=True, expose=("x-page", "x-total"))
    assert answer_headers(lavish, browser())[2:] == (
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"x-page, x-total"),
    )


@pytest.mark.parametrize(
    "origin",
    [
        b"",
        b"null",
        b"*",
        b"https://evil.example",
        b"http://app.example.com",
        b"https://APP.example.com",
        b"https://app.example.com:443",
        b"https://app.example.com.",
        b"https://app.example.com/",
        b"https://app.example.com.evil.example",
        b"https://evil-app.example.com",
        b"https://app.example.com,https://evil.example",
        b"https://app.example.com\xff",
    ],
)
def test_another_origin_is_told_nothing(origin: bytes) -> None:
    assert answer_headers(cors(), browser(origin)) == ((b"vary", b"Origin"),)
    with pytest.raises(Refusal) as refusal:
        preflight_headers(cors(), preflight(origin=origin))
    assert refusal.value.reason is Reason.ORIGIN_NOT_ALLOWED


def test_no_origin_and_two_origins_are_told_nothing() -> None:
    assert answer_headers(cors(), facts()) == ((b"vary", b"Origin"),)
    assert answer_headers(cors(), browser(ORIGIN, (b"origin", ORIGIN))) == ((b"vary", b"Origin"),)


def test_an_allowed_preflight_is_told_the_configured_headers() -> None:
    policy = cors(headers=("authorization", "X-Page"), max_age_s=60)
    asked = preflight((b"access-control-request-headers", b"x-page, AUTHORIZATION,content-type"))
    assert preflight_headers(policy, asked) == (
        (b"access-control-allow-methods", b"GET"),
        (b"access-control-allow-headers", b"authorization, X-Page"),
        (b"access-control-max-age", b"60"),
    )


@pytest.mark.parametrize("name", [b"x-evil", b"*", b"authorization x-evil", b"\xff", b"x-auth-subject"])
def test_a_header_that_is_not_listed_is_refused(name: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        preflight_headers(cors(), preflight((b"access-control-request-headers", name)))
    assert refusal.value.reason is Reason.ORIGIN_NOT_ALLOWED


@given(st.binary(max_size=40))
def test_nothing_that_a_client_sent_is_written_back(origin: bytes) -> None:
    written = b"".join(value for _, value in answer_headers(cors(), browser(origin)))
    assert origin == ORIGIN or not origin or origin in b"Origin" or origin not in written
