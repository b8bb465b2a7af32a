"""A URL comes apart without its user information, and ours is known by its path."""

import pytest

from gateway.audit.exposure import Backend
from gateway.audit.normal.asked import asked, asked_service


def test_our_own_gateway_is_known_by_its_path() -> None:
    found = asked("https://token-gateway.token-gateway.svc.cluster.local:8443/auth/nginx/orders")
    assert found is not None
    assert (found.dialect, found.policy) == ("nginx", "orders")
    assert found.service == Backend("token-gateway", "token-gateway", "8443")
    assert not found.is_loopback


def test_no_user_information_and_no_query_is_kept() -> None:
    found = asked("http://bob:secret@auth.example.com/verify?key=secret")
    assert found is not None
    assert found.url == "http://auth.example.com/verify"
    assert "secret" not in repr(found)
    assert found.dialect is None


def test_a_service_has_its_name_and_port() -> None:
    found = asked_service("gw", "token-gateway", "4180", "/auth/haproxy/orders")
    assert found.service == Backend("gw", "token-gateway", "4180")
    assert (found.url, found.policy) == ("svc://gw/token-gateway:4180/auth/haproxy/orders", "orders")


@pytest.mark.parametrize("url", ["http://127.0.0.1:4180/x", "http://[::1]/x", "http://localhost"])
def test_loopback_is_known(url: str) -> None:
    found = asked(url)
    assert found is not None
    assert found.is_loopback


@pytest.mark.parametrize("url", ["", "broken", "http://", "://a", "http:// a"])
def test_what_is_no_url_is_none(url: str) -> None:
    assert asked(url) is None
