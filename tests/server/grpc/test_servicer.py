"""One call: what it is answered, and that nothing that goes wrong is a permit."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.evidence import KeysNeeded
from gateway.core.policy import BearerCredential, QueryCredential
from gateway.core.reason import Reason
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.grpc import servicer as module
from gateway.server.grpc.conversion import BROKEN
from gateway.server.grpc.protos.check_pb2 import CheckResponse
from gateway.server.grpc.servicer import MALFORMED, Servicer
from gateway.server.memo import Memo
from tests import builders as b
from tests.server.grpc.messages import calling, message
from tests.server.test_engine import Observed, Table, make


@dataclass
class Told:
    faults: list[str] = field(default_factory=list)
    bugs: list[BaseException] = field(default_factory=list)


def serving(**world: Any) -> tuple[Servicer, Observed, Told]:
    told = Told()
    key = b.signer()
    decide, observed = make(memo=Memo(bytes(32), jti=lambda: b.JTI), signer=lambda: key, **world)
    return Servicer(decide, on_malformed=told.faults.append, on_bug=told.bugs.append), observed, told


async def octets_of(subject: Servicer, octets: bytes, call: HttpRequest | None = None) -> bytes:
    answer = subject.check(octets, call or calling())
    return answer if isinstance(answer, bytes) else await answer


async def ask(subject: Servicer, call: HttpRequest | None = None, **changes: Any) -> CheckResponse:
    asked = message(**{"headers": (b.bearer(),), **changes})
    said: CheckResponse = CheckResponse.FromString(await octets_of(subject, asked.SerializeToString(), call))
    return said


async def test_a_permit_and_the_same_from_memory() -> None:
    subject, observed, told = serving()
    first, second = await ask(subject), await ask(subject)
    assert first == second
    assert first.ok_response.headers[0].header.value.startswith(b"Bearer eyJ")
    assert [one.dialect for one in observed.calls] == ["envoy-grpc"] * 2
    assert subject._engine._memo.tally.hits == 1
    assert (told.bugs, told.faults) == ([], [])


@pytest.mark.parametrize(
    ("call", "changes", "reason", "status"),
    [
        (calling(), {"headers": ()}, Reason.CREDENTIAL_MISSING, 401),
        (calling(), {"target": b"/nowhere"}, None, 403),
        (calling(), {"policy": "other"}, Reason.POLICY_UNKNOWN, 403),
        (calling(peer="192.0.2.9"), {}, Reason.PEER_UNTRUSTED, 403),
        (calling(peer="unix"), {}, Reason.PEER_UNTRUSTED, 403),
        (calling(), {"scheme": b""}, Reason.CARRIER_MALFORMED, 400),
    ],
)
async def test_a_refusal(call: HttpRequest, changes: Any, reason: Reason | None, status: int) -> None:
    subject, observed, _ = serving()
    said = await ask(subject, call, **changes)
    assert (said.status.code, said.denied_response.status.code) == (7, status)
    assert reason in {None, observed.only.reason}


async def test_the_token_in_the_query_goes_also_where_the_permit_is_remembered() -> None:
    places = (BearerCredential(), QueryCredential(name="t"))
    subject, _, _ = serving(world=b.snapshot(b.policy(credentials=places)))
    for _ in range(2):
        with_it = await ask(subject, headers=(), target=b"/v1/orders?a=1&t=" + b.token().encode())
        without = await ask(subject, target=b"/v1/orders?a=1")
        paths = [
            [one.header.value for one in said.ok_response.headers if one.header.key == b":path"]
            for said in (with_it, without)
        ]
        assert paths == [[b"/v1/orders?a=1"], []]


async def test_what_is_no_message_is_refused_and_counted() -> None:
    subject, _, told = serving()
    assert await octets_of(subject, b"\xff\xff") == MALFORMED
    assert CheckResponse.FromString(MALFORMED).denied_response.status.code == 400
    assert told.faults == ["malformed"]


async def test_an_empty_message_is_refused() -> None:
    subject, observed, _ = serving()
    said = CheckResponse.FromString(await octets_of(subject, b""))
    assert said.denied_response.status.code == 403
    assert observed.only.reason is Reason.POLICY_UNKNOWN


@pytest.mark.parametrize("answer", [HttpAnswer(200), HttpAnswer(204), b"HTTP/1.1 200 OK\r\n\r\n", b"", None])
async def test_a_defect_is_a_refusal(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    subject, _, told = serving()
    monkeypatch.setattr(type(subject._engine), "decide", lambda *_: answer)
    assert await octets_of(subject, message(headers=(b.bearer(),)).SerializeToString()) == BROKEN
    assert len(told.bugs) == 1


async def test_whatever_is_raised_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    subject, _, told = serving()
    monkeypatch.setattr(module, "response", lambda *_: CheckResponse())
    assert await octets_of(subject, message(headers=(b.bearer(),)).SerializeToString()) == BROKEN
    assert len(told.bugs) == 1


@given(octets=st.binary(max_size=80))
async def test_no_octets_are_a_permit(octets: bytes) -> None:
    subject, _, told = serving()
    assert CheckResponse.FromString(await octets_of(subject, octets)).status.code == 7
    assert told.bugs == []


async def test_a_look_up_is_waited_for_and_its_defect_is_a_refusal() -> None:
    subject, _, _ = serving(sources=Table(found={KeysNeeded("corp"): b.key_set()}))
    answer = subject.check(message(headers=(b.bearer(),)).SerializeToString(), calling())
    assert not isinstance(answer, bytes)
    assert CheckResponse.FromString(await answer).WhichOneof("http_response") == "ok_response"
    broken, _, told = serving(sources=Table())
    answer = broken.check(message(headers=(b.bearer(),)).SerializeToString(), calling())
    assert not isinstance(answer, bytes)
    assert await answer == BROKEN
    assert len(told.bugs) == 1
