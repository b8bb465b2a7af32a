"""What is a call, and what is answered to what is none?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs
from gateway.server.grpc.call import (
    CHECK,
    FRAMED,
    MAX_MESSAGE,
    MISFRAMED,
    NO_GRPC,
    NO_POST,
    TOO_LARGE,
    UNKNOWN,
    Call,
    NoCall,
    framed,
)

GOOD = ((b":method", b"POST"), (b":scheme", b"http"), (b":path", CHECK), (b":authority", b"gateway"))
TYPE = (b"content-type", b"application/grpc")


def begun(*headers: tuple[bytes, bytes]) -> Call:
    return Call((*GOOD, *(headers or (TYPE,))), began=0)


def rejected(headers: HeaderPairs) -> HeaderPairs:
    with pytest.raises(NoCall) as none:
        Call(headers, began=0)
    return none.value.answer


def with_pseudo(name: bytes, value: bytes) -> HeaderPairs:
    return (*((one, value if one == name else given) for one, given in GOOD), TYPE)


@pytest.mark.parametrize(
    "said", [b"application/grpc", b"application/grpc+proto", b"application/grpc;charset=utf-8"]
)
def test_a_call_has_its_message_in_one_piece_or_many(said: bytes) -> None:
    octets = framed(b"message")
    assert octets == b"\0\0\0\0\7message"
    for parts in ([octets], [octets[:1], octets[1:6], octets[6:]], [b"", octets, b""]):
        call = begun((b"content-type", said))
        for part in parts:
            call.add(part)
        assert call.message() == b"message"
        assert call.octets == FRAMED + 7


def test_what_is_said_beside_the_message_has_no_pseudo_headers() -> None:
    said = ((b"x-token-gateway-caller", b"s"), TYPE, (b"x-token-gateway-caller", b"t"))
    assert begun(*said).said == said


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        (with_pseudo(b":method", b"GET"), NO_POST),
        (with_pseudo(b":path", b"/envoy.service.auth.v2.Authorization/Check"), UNKNOWN),
        (with_pseudo(b":path", CHECK + b"?"), UNKNOWN),
        (with_pseudo(b":path", CHECK.lower()), UNKNOWN),
        (GOOD, NO_GRPC),
        ((*GOOD, (b"content-type", b"application/json")), NO_GRPC),
        ((*GOOD, (b"content-type", b"application/grpc-web")), NO_GRPC),
        ((*GOOD, TYPE, TYPE), NO_GRPC),
        ((TYPE,), NO_POST),
    ],
)
def test_what_is_no_call(headers: HeaderPairs, answer: HeaderPairs) -> None:
    assert rejected(headers) == answer


@pytest.mark.parametrize(
    ("octets", "answer"),
    [
        (b"", MISFRAMED),
        (b"\0\0\0\0", MISFRAMED),
        (framed(b"x") + b"y", MISFRAMED),
        (framed(b"x") * 2, MISFRAMED),
        (framed(b"xy")[:-1], MISFRAMED),
        (b"\2" + framed(b"x")[1:], MISFRAMED),
        (b"\1" + framed(b"x")[1:], UNKNOWN),
    ],
)
def test_what_is_no_message(octets: bytes, answer: HeaderPairs) -> None:
    call = begun()
    call.add(octets)
    with pytest.raises(NoCall) as none:
        call.message()
    assert none.value.answer == answer


def test_a_message_may_be_so_large_and_no_larger() -> None:
    call = begun()
    call.add(framed(bytes(MAX_MESSAGE)))
    assert len(call.message()) == MAX_MESSAGE
    with pytest.raises(NoCall) as none:
        call.add(b"\0")
    assert none.value.answer == TOO_LARGE


def test_no_answer_to_what_is_none_is_a_success_of_grpc() -> None:
    for answer in (NO_POST, NO_GRPC, TOO_LARGE, UNKNOWN, MISFRAMED):
        told = dict(answer)
        assert told[b":status"] in {b"405", b"415"} or told[b"grpc-status"] != b"0"


@given(octets=st.binary(max_size=40))
def test_a_message_is_exactly_what_was_framed(octets: bytes) -> None:
    call = begun()
    call.add(octets)
    try:
        assert framed(call.message()) == octets
    except NoCall:
        assert octets[:FRAMED] != b"\0" + (len(octets) - FRAMED).to_bytes(4, "big", signed=True)


def test_it_prints_nothing_of_what_it_holds() -> None:
    call: Any = begun()
    call.add(b"secret")
    assert repr(call) == "Call(6)"
