"""Messages of Envoy's and plain values: nothing is lost, and no message can be read as another permit."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.verdict import Deny, Permit, Verdict
from gateway.dialects import envoy_grpc
from gateway.dialects.untrusted import UNTRUSTED
from gateway.dialects.wire import HttpAnswer
from gateway.server.grpc.conversion import (
    BROKEN,
    Unsound,
    checked,
    response,
    sealed,
)
from gateway.server.grpc.protos.check_pb2 import CheckRequest, CheckResponse
from tests.builders import Wire, bearer, policy, snapshot
from tests.server.grpc.messages import call, calling, message
from tests.strategies import any_headers, targets
from tests.walk import decide


def permit(*headers: tuple[bytes, bytes], **changes: Any) -> HttpAnswer:
    wire = Wire(headers=headers or (bearer(),), **changes)
    facts = envoy_grpc.read(checked(message(wire), call(wire)), policy())
    assert not isinstance(facts, Deny)
    verdict = decide(facts, snapshot())
    assert isinstance(verdict, Permit)
    return envoy_grpc.render(verdict)


# --- in -------------------------------------------------------------------------------------------


def test_raw_headers_are_kept_as_they_came_without_the_pseudo_ones() -> None:
    wire = Wire(headers=((b"a", b" \xff\x00 "), (b"authorization", b"x"), (b"authorization", b"y")))
    read = checked(message(wire), call(wire))
    assert read.headers.all(b"authorization") == [b"x", b"y"]
    assert read.headers.all(b"a") == [b"\xff\x00"]
    assert [name for name in read.headers.shape.names if name.startswith(b":")] == []
    assert (read.policy, read.method, read.target) == (b"orders", b"GET", b"/v1/orders")
    assert read.client == b"203.0.113.9"


def test_without_raw_headers_the_joined_ones_are_read() -> None:
    asked = CheckRequest()
    asked.attributes.request.http.headers["authorization"] = b"Bearer a,Bearer b"
    asked.attributes.request.http.headers[":path"] = b"/x"
    read = checked(asked, calling())
    assert read.headers.pairs == ((b"authorization", b"Bearer a,Bearer b"),)
    assert read.policy is None


def test_a_value_that_is_not_raw_is_read_as_well() -> None:
    asked = CheckRequest()
    asked.attributes.request.http.header_map.headers.add(key=b"a", value=b"b")
    assert checked(asked, calling()).headers.pairs == ((b"a", b"b"),)


def test_what_is_said_beside_the_message_is_the_calls() -> None:
    read = checked(CheckRequest(), calling((b"x-token-gateway-caller", b"s"), (b"a", b"\xff")))
    assert read.call.values(b"x-token-gateway-caller") == [b"s"]
    assert read.call.values(b"a") == [b"\xff"]
    assert read.headers.pairs == ()


def test_where_the_call_says_nothing_the_context_says_the_secret() -> None:
    asked = CheckRequest()
    asked.attributes.context_extensions["caller"] = b"s"
    assert checked(asked, calling()).call.values(b"x-token-gateway-caller") == [b"s"]
    both = checked(asked, calling((b"x-token-gateway-caller", b"other")))
    assert both.call.values(b"x-token-gateway-caller") == [b"other", b"s"]  # two are none


@given(octets=st.binary(max_size=64))
def test_any_message_is_read(octets: bytes) -> None:
    try:
        asked = CheckRequest.FromString(octets)
    except Exception:  # noqa: BLE001 - the servicer's to answer
        return
    read = checked(asked, calling())
    envoy_grpc.policy_of(read, {"orders": policy()})
    envoy_grpc.read(read, policy())


# --- out ------------------------------------------------------------------------------------------


def test_a_permit_sets_ours_and_removes_the_rest() -> None:
    said = CheckResponse.FromString(sealed(response(permit(), b"/x")))
    headers = {one.header.key: one for one in said.ok_response.headers}
    assert set(headers) == {b"authorization", *IDENTITY_HEADERS, b":path"}
    assert headers[b"x-auth-subject"].header.value == b"corp:alice"
    assert headers[b":path"].header.value == b"/x"
    assert {one.append_action for one in headers.values()} == {2}
    assert (said.HasField("status"), said.status.code) == (True, 0)
    public = response(permit((b"authorization", b"Basic YTpi"), target=b"/public/x"))
    untrusted = [name.lower().encode() for name in UNTRUSTED]
    assert list(public.ok_response.headers_to_remove) == [b"authorization", *untrusted]


def test_a_refusal_is_said_whole() -> None:
    answer = HttpAnswer(401, ((b"www-authenticate", b"Bearer"),), b"body")
    said = CheckResponse.FromString(sealed(response(answer, b"/x")))
    assert said.status.code == 7
    assert (said.denied_response.status.code, said.denied_response.body) == (401, b"body")
    assert said.denied_response.headers[0].header.value == b"Bearer"
    assert CheckResponse.FromString(BROKEN).denied_response.status.code == 500


def refusal_under_status_0(said: CheckResponse) -> None:
    said.denied_response.status.code = 401


def permit_under_status_7(said: CheckResponse) -> None:
    said.status.code = 7


def refusal_that_is_none(said: CheckResponse) -> None:
    said.status.code = 7
    said.denied_response.status.code = 200


def identity_header_lacking(said: CheckResponse) -> None:
    del said.ok_response.headers[1]


def clients_token_stays(said: CheckResponse) -> None:
    del said.ok_response.headers[0]


def set_and_removed(said: CheckResponse) -> None:
    said.ok_response.headers_to_remove.append(b"authorization")


def set_twice(said: CheckResponse) -> None:
    said.ok_response.headers.append(said.ok_response.headers[0])


@pytest.mark.parametrize(
    "spoil",
    [
        CheckResponse.Clear,
        lambda said: said.ClearField("ok_response"),
        lambda said: said.ClearField("status"),
        refusal_under_status_0,
        permit_under_status_7,
        refusal_that_is_none,
        identity_header_lacking,
        clients_token_stays,
        set_and_removed,
        set_twice,
    ],
)
def test_what_could_be_read_as_another_thing_does_not_leave(spoil: Callable[[CheckResponse], None]) -> None:
    said = response(permit())
    sealed(said)
    spoil(said)
    with pytest.raises(Unsound):
        sealed(said)


@pytest.mark.parametrize("status", [0, 100, 201, 204, 302, 399, 600])
def test_only_200_is_a_permit_and_only_an_error_a_refusal(status: int) -> None:
    with pytest.raises(Unsound):
        sealed(response(HttpAnswer(status)))


def allows(octets: bytes) -> bool:
    """As Envoy reads it: everything that is not said to be a refusal is a permit."""
    said = CheckResponse.FromString(octets)
    return not said.HasField("status") or said.status.code == 0


@given(
    headers=st.tuples(any_headers(), st.sampled_from([(), (bearer(),)])).map(lambda both: both[0] + both[1]),
    target=targets(),
    method=st.sampled_from([b"GET", b"OPTIONS", b"x", b""]),
    scheme=st.sampled_from([b"https", b"http", b""]),
    host=st.sampled_from([b"api.example.com", b"", b"other"]),
)
def test_nothing_but_a_permit_is_read_as_one(
    headers: HeaderPairs, target: bytes, method: bytes, scheme: bytes, host: bytes
) -> None:
    wire = Wire(headers=headers, target=target, method=method, scheme=scheme, host=host)
    facts = envoy_grpc.read(checked(message(wire), call(wire)), policy())
    verdict: Verdict = facts if isinstance(facts, Deny) else decide(facts, snapshot())
    assert allows(sealed(response(envoy_grpc.render(verdict)))) is isinstance(verdict, Permit)
