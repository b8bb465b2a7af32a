"""An identity is written as a certificate shows it, and stands for one."""

import pytest

from gateway.config.identities import parse_identity
from gateway.config.problem import Unfit


@pytest.mark.parametrize(
    "text",
    [
        "spiffe://cluster.local/ns/a/sa/b",
        "https://a.example/b?c",
        "localhost",
        "orders.shop.svc",
        "1a.example",
    ],
)
def test_a_uri_or_a_dns_name(text: str) -> None:
    assert parse_identity(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "*.example.com",
            "Ingress.example.com",
            "CN=root",
            "spiffe:/x",
            "spiffe://",
            "a b",
            "a/b",
            "",
            "a.",
            "-a",
        ),
        *("127.0.0.1", "::1", "orders:80", "spiffe://", "spiffe://a/\n", "SPIFFE://a/b", "ä.example"),
    ],
)
def test_nothing_else(text: str) -> None:
    with pytest.raises(Unfit, match="neither a URI nor a DNS name") as caught:
        parse_identity(text)
    assert "spiffe://" in caught.value.fix
