import pytest

from gateway.config.http_names import (
    METHODS,
    parse_cookie_name,
    parse_cors_header,
    parse_credential_header,
    parse_issuer_url,
    parse_method,
    parse_protocol_prefix,
    parse_query_name,
    parse_realm,
    parse_upstream,
    parse_url,
)
from gateway.config.problem import Unfit
from gateway.core.mint import IDENTITY_HEADERS
from gateway.dialects.client_certificate import HEADERS


def test_methods() -> None:
    assert [parse_method(method) for method in METHODS] == list(METHODS)


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("*", "no method", "name every"),
        ("CONNECT", "cannot be allowed", "remove"),
        ("TRACE", "cannot be allowed", "remove"),
        ("trace", "cannot be allowed", "remove"),
        ("get", "not upper case", "GET"),
        ("GETT", "not a known", "GET"),
        ("BREW", "not a known", "DELETE"),
        ("GET,HEAD", "not a known", "HEAD"),
        ("GET ", "not a known", "GET"),
    ],
)
def test_no_methods(text: str, what: str, fix: str) -> None:
    with pytest.raises(Unfit, match=what) as caught:
        parse_method(text)
    assert fix in caught.value.fix


@pytest.mark.parametrize("text", ["x-api-token", "X-API-Token", "Authorization", "X-Auth-Token"])
def test_credential_headers(text: str) -> None:
    assert parse_credential_header(text) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        *(name.decode() for name in IDENTITY_HEADERS),
        "X-Auth-Subject",
        *(
            "x-forwarded-for",
            "X-Forwarded-Access-Token",
            "x-original-uri",
            "x-envoy-original-path",
            "x-token-gateway-caller",
        ),
        *("host", "Connection", "cookie", "Set-Cookie", "transfer-encoding", "content-length"),
        *("proxy-authorization", "x-http-method-override", "x-rewrite-url", "forwarded", "origin"),
        *("x_api_token", "x.api.token", "x api", "1x", "", "x-tök", ":path", "x-a\n"),
    ],
)
def test_no_credential_headers(text: str) -> None:
    with pytest.raises(Unfit):
        parse_credential_header(text)


@pytest.mark.parametrize("name", [name.decode() for names in HEADERS.values() for name in names])
def test_what_tells_of_a_certificate_carries_no_token(name: str) -> None:
    with pytest.raises(Unfit, match="belongs to proxies"):
        parse_credential_header(name)


def test_cors_headers() -> None:
    assert parse_cors_header("X-Request-Id") == "x-request-id"
    for text in ("*", "a b", "a,b", ""):
        with pytest.raises(Unfit):
            parse_cors_header(text)


def test_cookie_names() -> None:
    assert parse_cookie_name("__Host-token") == "__Host-token"
    for text in ("a b", "a;b", "a=b", 'a"', "", "ä"):
        with pytest.raises(Unfit):
            parse_cookie_name(text)


def test_query_names() -> None:
    assert parse_query_name("access_token") == "access_token"
    for text in ("a b", "a&b", "a%62", "a+b", "a=b", "", "ä", "a[]"):
        with pytest.raises(Unfit):
            parse_query_name(text)


def test_realms() -> None:
    assert parse_realm("the orders API") == "the orders API"
    for text in ('a"b', "a\\b", "ä", "", "a\nb", "x" * 65):
        with pytest.raises(Unfit):
            parse_realm(text)


def test_urls() -> None:
    assert parse_url("http://a.example/b?c=d") == "http://a.example/b?c=d"
    for text in ("a", "//a", "ftp://a", "https://", "https://a#b", "https://a b"):
        with pytest.raises(Unfit, match="refused as a URL"):
            parse_url(text)


def test_a_url_is_never_repeated() -> None:
    with pytest.raises(Unfit) as caught:
        parse_url("https://user:hunter2@a.example/")
    assert "hunter2" not in caught.value.what + caught.value.fix


def test_issuer_urls() -> None:
    assert parse_issuer_url("https://a.example/b") == "https://a.example/b"
    with pytest.raises(Unfit, match="no query"):
        parse_issuer_url("https://a.example?b")


def test_upstreams() -> None:
    assert parse_upstream("http://orders.shop.svc:8080") == "http://orders.shop.svc:8080"
    for text in ("http://a/b", "http://a?b", "a:8080", "unix:/a"):
        with pytest.raises(Unfit):
            parse_upstream(text)


def test_prefixes_of_subprotocols() -> None:
    assert parse_protocol_prefix("bearer.") == "bearer."
    for text in ("", ".", "bearer", "a b.", "a,b.", "a/b.", "\u00e9.", "x" * 200 + "."):
        with pytest.raises(Unfit):
            parse_protocol_prefix(text)
