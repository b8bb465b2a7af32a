"""Requests and answers as plain values: bytes stay bytes, duplicates stay duplicates."""

import pytest

from gateway.core.headers import Headers
from gateway.dialects.wire import ClientRequest, Forward, HttpAnswer, HttpRequest


def test_values_keep_order_and_duplicates() -> None:
    headers = ((b"a", b"1"), (b"b", b"\xff"), (b"a", b"1"))
    request = HttpRequest(method=b"GET", target=b"/", headers=Headers.of(headers), peer="10.0.0.1")
    assert request.values(b"a") == [b"1", b"1"]
    assert request.values(b"b") == [b"\xff"]
    assert request.values(b"A") == []


def test_an_answer_holds_nothing_unless_it_is_given() -> None:
    assert HttpAnswer(status=500) == HttpAnswer(status=500, headers=(), body=b"")


def test_values_cannot_be_changed_on_their_way() -> None:
    with pytest.raises(AttributeError):
        HttpAnswer(status=403).status = 200  # type: ignore[misc]


def test_an_imitated_client_is_a_documentation_address_unless_it_is_told() -> None:
    client = ClientRequest(method="GET", scheme="https", authority="a", target="/")
    assert client.address == "192.0.2.1"


def test_nothing_of_a_request_or_an_answer_is_printed_by_accident() -> None:
    secret = ((b"authorization", b"Bearer s3cr3t"),)
    request = HttpRequest(
        method=b"GET", target=b"/?access_token=s3cr3t", headers=Headers.of(secret), peer="10.0.0.1"
    )
    client = ClientRequest(method="GET", scheme="https", authority="a", target="/?t=s3cr3t", headers=secret)
    forward = Forward(upstream="orders", method=b"GET", target=b"/?t=s3cr3t", headers=Headers.of(secret))
    for value in (request, client, HttpAnswer(status=200, headers=secret), forward):
        assert "s3cr3t" not in repr(value)
