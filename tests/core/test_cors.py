"""CORS (Fetch standard): origins compared exactly, nothing of the client written back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.cors import (
    answer_headers,
    is_preflight,
    may_bring_cookies,
    preflight_headers,
    requested_method,
)
from gateway.core.facts import Host, RequestFacts
from gateway.core.policy import Cors
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


# --- cookies ---------------------------------------------------------------------------------------

OTHERS = (
    *("https://evil.example", "null", "", "https://api.example.com.evil", "https://api.example.com:8443"),
    *(
        "http://api.example.com",
        "HTTPS://api.example.com",
        "https://API.example.com",
        "https://api.example.com/",
    ),
    *(
        "https://api.example.com:443",
        "https://evil.api.example.com",
        "wss://api.example.com",
        "api.example.com",
    ),
)
"""As a browser never writes our own, or somebody else's."""


def may(*origins: str, listed: Cors | None = None, **changes: Any) -> bool:
    headers = tuple((b"origin", origin.encode()) for origin in origins)
    return may_bring_cookies(listed, facts(b"/v1/orders", *headers, **changes))


def test_a_page_of_ours_may_use_its_cookies_and_so_may_who_is_none() -> None:
    assert may()
    assert may("https://api.example.com")
    assert may("https://api.example.com", host=Host("api.example.com", 443))
    assert may("https://api.example.com:8443", host=Host("api.example.com", 8443))
    assert may("https://[::1]", host=Host("::1"))


@pytest.mark.parametrize("origin", OTHERS)
def test_a_page_of_another_origin_may_not(origin: str) -> None:
    assert not may(origin)


def test_tls_may_end_before_the_proxy() -> None:
    assert may("https://api.example.com", scheme="http")
    assert may("http://api.example.com", scheme="http", host=Host("api.example.com", 80))
    assert not may("http://api.example.com:443", scheme="http")


def test_two_origins_are_none() -> None:
    assert not may("https://api.example.com", "https://api.example.com")


def test_a_listed_origin_may_where_cookies_are_asked_for() -> None:
    listed, silent = cors(credentials=True), cors(credentials=False)
    assert may(ORIGIN.decode(), listed=listed)
    assert not may(ORIGIN.decode(), listed=silent)
    assert not may("https://evil.example", listed=listed)
