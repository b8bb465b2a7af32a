"""Are exactly the URLs refused that two readers could read differently, or that are not https?"""

import pytest

from gateway.net.url import UrlRefused, check_url, origin


@pytest.mark.parametrize(
    "text",
    [
        "https://idp.example.com",
        "https://idp.example.com/realms/prod/",
        "https://tenant.b2clogin.com/tenant/discovery/v2.0/keys?p=B2C_1_signin",
        "https://idp.example.com:8443/a%2Fb",
        "https://[2606:4700::1]/jwks",
        "https://1.1.1.1/jwks",
        "https://a1.example2.co/",
    ],
)
def test_accepted_and_not_rewritten(text: str) -> None:
    assert str(check_url(text, allow_http=False)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/jwks",
        "idp.example.com/jwks",
        "ftp://idp.example.com/",
        "file:///etc/passwd",
        "http://idp.example.com/",
        "https:///jwks",
        "https://user@idp.example.com/",
        "https://user:secret@idp.example.com/",
        "https://@idp.example.com/",
        "https://idp.example.com/#",
        "https://idp.example.com/#fragment",
        "https://idp.example.com/ x",
        "https://idp.example.com\\@evil.example/",
        "https://idp.example.com/\r\nX: y",
        "https://idp.example.com:99999/",
        "https://idp.example.com:0/",
        "https://idp.example.com:x/",
        "https://bücher.example/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://127.0.0.01/",
        "https://127.0.0.1./",
        "https://a.0/",
        "https://[::1/",
        "https://idp.example.com/" + "a" * 2048,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        check_url(text, allow_http=False)
    assert "secret" not in str(caught.value)
    assert "example" not in str(caught.value)


def test_http_only_where_allowed() -> None:
    assert check_url("http://idp.example.com/", allow_http=True).scheme == "http"


def test_origin_ignores_case_and_the_default_port() -> None:
    def of(text: str) -> object:
        return origin(check_url(text, allow_http=True))

    assert of("https://IDP.example.com:443/a") == of("https://idp.example.com/b")
    assert of("https://idp.example.com") != of("http://idp.example.com")
    assert of("https://idp.example.com") != of("https://idp.example.com:8443")
