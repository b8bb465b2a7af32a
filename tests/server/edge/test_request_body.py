"""How much of a body is taken, and what is read only to be dropped."""

import pytest

from gateway.core.headers import Headers
from gateway.dialects.wire import HttpRequest
from gateway.server.edge.fault import EdgeFault, FaultyRequest
from gateway.server.edge.request_body import RequestBody, expects_continue
from gateway.server.http1.after import After
from gateway.server.http1.head import Frame


def test_a_length_over_the_limit_is_refused_unread() -> None:
    body = RequestBody(11)
    assert body.feed(b"a") == b"a"
    body.bound(11)
    with pytest.raises(FaultyRequest) as caught:
        body.bound(10)
    assert caught.value.fault is EdgeFault.BODY_TOO_LARGE


def test_chunks_over_the_limit_are_refused_with_the_first_octet() -> None:
    body = RequestBody(None)
    assert body.feed(b"3\r\nabc\r\n") == b"abc"
    body.bound(4)
    assert body.feed(b"1\r\nd\r\n") == b"d"
    with pytest.raises(FaultyRequest) as caught:
        body.feed(b"1\r\ne")
    assert caught.value.fault is EdgeFault.BODY_TOO_LARGE


def test_malformed_chunks_are_refused() -> None:
    with pytest.raises(FaultyRequest) as caught:
        RequestBody(None).feed(b"x\r\n")
    assert caught.value.fault is EdgeFault.MALFORMED_BODY


def test_what_stands_behind_is_kept() -> None:
    body = RequestBody(3)
    assert body.feed(b"abcGET") == b"abc"
    assert (body.ended, body.rest) == (True, b"GET")


def test_a_body_is_dropped_up_to_a_bound() -> None:
    assert RequestBody(5).begin_to_drain(5)
    assert not RequestBody(6).begin_to_drain(5)
    body = RequestBody(None)
    assert body.begin_to_drain(10)
    assert body.drain(b"3\r\nabc\r\n")
    assert not body.drain(b"3\r\nabc\r\n")
    body = RequestBody(None)
    assert body.begin_to_drain(10)
    assert not body.drain(b"x\r\n")
    body = RequestBody(3)
    assert body.begin_to_drain(3)
    assert body.drain(b"abc" + b"x" * 100)
    assert body.rest == b"x" * 100


@pytest.mark.parametrize(
    ("values", "frame", "expects"),
    [
        ((), Frame(After.STAY, 3), False),
        ((b"100-continue",), Frame(After.STAY, 3), True),
        ((b"100-Continue",), Frame(After.STAY, None), True),
        ((b"100-continue",), Frame(After.STAY, 0), False),
        ((b"anything",), Frame(After.CLOSE, 3, http_1_1=False), False),
    ],
)
def test_who_waits_to_be_asked(values: tuple[bytes, ...], frame: Frame, expects: bool) -> None:  # noqa: FBT001
    assert expects_continue(asked(*values), frame) is expects


@pytest.mark.parametrize("values", [(b"",), (b"x",), (b"100-continue", b"x"), (b"100-continue",) * 2])
def test_what_we_cannot_meet(values: tuple[bytes, ...]) -> None:
    with pytest.raises(FaultyRequest) as caught:
        expects_continue(asked(*values), Frame(After.STAY, 3))
    assert caught.value.fault is EdgeFault.EXPECTATION


def asked(*values: bytes) -> HttpRequest:
    return HttpRequest(b"PUT", b"/", Headers.of(tuple((b"Expect", value) for value in values)), "192.0.2.1")
