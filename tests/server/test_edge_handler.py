"""What becomes of a request at the edge: an answer of ours, or what goes on."""

import inspect
from collections.abc import Coroutine
from typing import Any

import pytest

from gateway.core.evidence import KeysNeeded
from gateway.core.headers import HeaderPairs, Headers
from gateway.core.policy import Policy
from gateway.core.reason import Reason
from gateway.dialects.edge import Entrance, HostTable
from gateway.dialects.wire import Forward, HttpAnswer, HttpRequest
from gateway.server.edge_handler import EdgeHandler, Said
from gateway.server.memo import Memo
from tests import builders as b
from tests.forwards import headers_of
from tests.server.test_engine import Observed, Table, make

UPSTREAM = "http://orders.shop.svc:8080"
POLICY = b.policy(b.route(upstream=UPSTREAM, websocket=True), cors=b.cors())
HTTP = Entrance(scheme="http")


def handling(
    policy: Policy = POLICY, table: Table | None = None, memo: Memo | None = None
) -> tuple[EdgeHandler, Observed]:
    table, signer = table or Table(keys={"corp": b.key_set()}), b.signer()
    decide, observed = make(table, world=b.snapshot(policy), memo=memo, signer=lambda: signer)
    return EdgeHandler(decide, HostTable({policy.id: policy}), HTTP), observed


def asks(*headers: tuple[bytes, bytes], target: bytes = b"/v1/orders", method: bytes = b"GET") -> HttpRequest:
    pairs: HeaderPairs = ((b"host", b"api.example.com"), *headers)
    return HttpRequest(method, target, Headers.of(pairs), "192.0.2.7")


def forwarded(said: Said | Coroutine[Any, Any, Said]) -> Forward:
    assert isinstance(said, Forward)
    return said


def test_a_permit_goes_on_and_what_is_remembered_goes_on_alike() -> None:
    memo = Memo(bytes(32), jti=lambda: "another")
    handler, observed = handling(memo=memo)
    request = asks(b.bearer(), (b"origin", b"https://app.example.com"), (b"x-kept", b"1"))
    first, second = forwarded(handler(request)), forwarded(handler(request))
    assert memo.tally.hits == 1
    assert (first.upstream, first.method, first.target) == (UPSTREAM, b"GET", b"/v1/orders")
    assert [name for name, _ in headers_of(first)] == [name for name, _ in headers_of(second)]
    tokens = [dict(headers_of(one))[b"authorization"] for one in (first, second)]
    assert tokens[0] != tokens[1]
    assert b.bearer()[1] not in tokens
    differing = {name for one in (first, second) for name, value in headers_of(one) if value not in tokens}
    assert {b"host", b"x-kept", b"x-auth-subject"} <= differing
    assert first._replace(given=b"") == second._replace(given=b"")
    assert [told.dialect for told in observed.calls] == ["edge", "edge"]


def test_what_is_upgraded_is_never_taken_from_memory_and_ends_with_its_token() -> None:
    memo = Memo(bytes(32), jti=lambda: "another")
    handler, _ = handling(memo=memo)
    request = asks(b.bearer(), (b"upgrade", b"websocket"), (b"connection", b"Upgrade"))
    for _ in range(2):
        assert forwarded(handler(request)).until is not None
    assert memo.tally.hits == 0


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (asks(), 401, Reason.CREDENTIAL_MISSING),
        (asks(b.bearer(), target=b"/nowhere"), 403, Reason.PATH_NOT_ALLOWED),
        (asks(b.bearer(), target=b"http://api.example.com/v1/orders"), 400, Reason.TARGET_FORM),
        (asks((b"host", b"api.example.com")), 400, Reason.CARRIER_DUPLICATE),
    ],
)
def test_a_refusal_is_answered(request_: HttpRequest, status: int, reason: Reason) -> None:
    handler, observed = handling()
    said = handler(request_)
    assert isinstance(said, HttpAnswer)
    assert said.status == status
    assert observed.only.reason is reason


def test_a_host_of_no_policy_is_not_found_until_it_is_adopted() -> None:
    handler, _ = handling()
    other = asks(b.bearer())._replace(headers=Headers.of(((b"host", b"other.example.com"), b.bearer())))
    said = handler(other)
    assert isinstance(said, HttpAnswer)
    assert said.status == 404
    handler.adopt(HostTable({}), HTTP)
    said = handler(asks(b.bearer()))
    assert isinstance(said, HttpAnswer)
    assert said.status == 404


async def test_what_must_be_looked_up_goes_on_later() -> None:
    needs = (KeysNeeded("corp", None), KeysNeeded("corp", "k1"))
    handler, _ = handling(table=Table(found=dict.fromkeys(needs, b.key_set())))
    waited = handler(asks(b.bearer()))
    assert inspect.iscoroutine(waited)
    assert forwarded(await waited).upstream == UPSTREAM
