"""Whom a URL asks, and nothing of what may be a secret in it."""

import pytest

from gateway.audit.exposure import Backend
from gateway.audit.normal.asked_url import asked_url


def test_our_own_gateway_names_dialect_and_policy() -> None:
    cases = {
        "https://token-gateway.token-gateway.svc:4181/auth/nginx/orders": ("nginx", "orders"),
        "http://127.0.0.1:4180/auth/envoy/orders/v1/x": ("envoy", "orders"),
        "https://authelia.auth.svc/api/verify": (None, None),
        "https://a.example/auth/other/orders": (None, None),
        "https://a.example/auth/nginx": (None, None),
        "https://a.example/x/auth/nginx/orders": (None, None),
    }
    for text, expected in cases.items():
        url = asked_url(text)
        assert url is not None
        assert (url.dialect, url.policy) == expected, text


def test_a_service_is_known_by_its_name() -> None:
    cases = {
        "https://gw.auth.svc/x": Backend("auth", "gw", "443"),
        "http://gw.auth.svc.cluster.local:4180/": Backend("auth", "gw", "4180"),
        "http://gw.auth.svc:$service_port/": Backend("auth", "gw", "80"),
        "https://gw.auth/": None,
        "https://gw/": None,
    }
    for text, service in cases.items():
        url = asked_url(text)
        assert url is not None
        assert url.service == service, text


def test_what_may_be_secret_is_left_out() -> None:
    url = asked_url("https://admin:s3cret@gw.example:8443/auth/nginx/orders?key=s3cret#s3cret")
    assert url is not None
    assert url.url == "https://gw.example:8443/auth/nginx/orders"
    assert url.has_user
    assert "s3cret" not in str(url)


@pytest.mark.parametrize(
    "text", ["", "gw:4180", "ftp://gw/x", "https://", "https://[::1", "/auth", "http://a:b:c/"]
)
def test_what_is_no_url_of_a_server(text: str) -> None:
    assert asked_url(text) is None


def test_what_does_not_leave_the_machine() -> None:
    here = ["http://127.0.0.1:4180/", "http://localhost/", "http://[::1]:80/"]
    there = ["http://10.0.0.1/", "http://gw.auth.svc/", "http://localhost.example/"]
    assert [url.is_here for text in (*here, *there) if (url := asked_url(text))] == [True] * 3 + [False] * 3
