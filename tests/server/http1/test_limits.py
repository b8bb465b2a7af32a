"""The defaults hold together."""

from gateway.server.http1.limits import Limits


def test_the_proxy_closes_an_idle_connection_first() -> None:
    nginx_keepalive_timeout_s = 60
    assert Limits().idle_timeout_s > nginx_keepalive_timeout_s


def test_the_parts_of_a_head_fit_into_the_whole() -> None:
    limits = Limits()
    longest_token = 16 * 1024
    assert limits.target_bytes + longest_token < limits.head_bytes
