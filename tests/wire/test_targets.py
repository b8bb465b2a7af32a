"""Does an ambiguous path ever reach the backend, and does a clear one arrive byte for byte?

Raw bytes to a real proxy: every target of the corpus (tests/corpus/targets.py), and generated ones. Whatever
reaches the backend is read as nginx, Tomcat, Go, Express, Starlette and ASP.NET would read it: under a route
that the policy has opened to this client, in each of these readings.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from gateway.core.reason import Reason
from tests.corpus.targets import ROWS, Row
from tests.strategies import tame_targets, targets
from tests.wire import raw_client
from tests.wire.serving import OPEN, not_among, routes_served
from tests.wire.stand import Stand

pytestmark = pytest.mark.wire

WITH_ORDERS = OPEN | {"orders-read"}
REFUSED = {400, 401, 403, 404, 405, 414, 431, 503}


def request(target: bytes, *headers: bytes) -> bytes:
    lines = (b"GET " + target + b" HTTP/1.1", b"Host: api.example.com", *headers, b"Connection: close")
    return b"\r\n".join((*lines, b"", b""))


def authorization(stand: Stand) -> bytes:
    """A scope for the public part and the orders, and for nothing of the admin part."""
    return b"Authorization: Bearer " + stand.lab_token(scope="orders:read orders:write").encode()


def arrived(stand: Stand) -> list[str]:
    """The request lines that the backend got since the last look."""
    lines = [seen.start_line for seen in stand.backend.requests]
    stand.backend.requests.clear()
    return lines


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_target_of_the_corpus_arrives_where_it_may_or_nowhere(stand: Stand, row: Row) -> None:
    answer = stand.send_raw(request(row.target))
    lines = arrived(stand)
    assert not_among(OPEN, lines) == []
    if row.outcome == "public":
        assert answer is not None
        assert (answer.status, len(lines)) == (200, 1)
    elif lines:  # the proxy has resolved it before it asked, and forwards what it has asked about
        resolved = stand.front.traits.resolved[row.target]
        assert lines == [f"GET {resolved} HTTP/1.1"]
    else:
        assert answer is None or answer.status in REFUSED
        assert not stand.asked() or stand.reason in reasons(stand, row)


def reasons(stand: Stand, row: Row) -> set[str]:
    """Why the gateway refuses it. A proxy that resolves has asked about another target."""
    if stand.front.traits.resolved:
        targets = {reason.value for reason in Reason if reason.startswith("target_")}
        return {"credential_missing", "path_not_allowed", *targets}
    expected = row.outcome.value if isinstance(row.outcome, Reason) else "credential_missing"
    return {stand.front.traits.reasons.get(row.target, expected)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_token_for_orders_opens_no_target_of_the_admin_part(stand: Stand, row: Row) -> None:
    stand.send_raw(request(row.target, authorization(stand)))
    assert not_among(WITH_ORDERS, arrived(stand)) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=targets() | tame_targets())
def test_no_target_whatever_arrives_where_the_policy_has_not_opened_it(stand: Stand, target: bytes) -> None:
    for headers in ((), (authorization(stand),)):
        raw_client.exchange(stand.port, request(target, *headers))
    assert not_among(WITH_ORDERS, arrived(stand)) == []


def test_what_is_open_is_served_by_every_backend_and_what_is_not_would_be_noticed() -> None:
    assert set(routes_served("GET /public/x HTTP/1.1").values()) == {"public"}
    assert not_among(OPEN, ["GET /public/x HTTP/1.1", "GET /healthz HTTP/1.1"]) == []
    assert {name for _, name, _ in not_among(OPEN, ["GET /public/%2e%2e/admin HTTP/1.1"])} == {
        *("nginx", "Tomcat", "Go", "ASP.NET")
    }
    assert {name for _, name, _ in not_among(OPEN, ["GET /public/..;/admin HTTP/1.1"])} == {"Tomcat"}
    assert {name for _, name, _ in not_among(OPEN, ["GET /PUBLIC/x HTTP/1.1"])} == {
        *("nginx", "Tomcat", "Go", "Starlette")
    }


@pytest.mark.parametrize(
    "target",
    [
        b"http://api.example.com/public/x",
        b"http://other.example/public/x",
        b"HTTP://api.example.com/admin",
        b"http://user@api.example.com/public/x",
    ],
)
def test_an_absolute_form_target_changes_nothing(stand: Stand, target: bytes) -> None:
    answer = stand.send_raw(request(target))
    assert answer is not None
    if stand.front.traits.refuses_absolute_targets:
        assert (answer.status, stand.asked()) == (stand.front.traits.absolute_target, False)
    elif answer.status == 200:  # the host of the target is the host, once for all
        assert target.endswith(b"api.example.com/public/x")
        seen = stand.seen()
        assert seen.start_line == "GET /public/x HTTP/1.1"
        assert seen.only("Host") == "api.example.com"
    stand.assert_unseen()


@pytest.mark.parametrize(
    "target",
    [b"*", b"admin", b"?/admin", b"/public/x y", b"/public/\x00", b"/public/x\x7f", b""],
)
def test_what_is_no_target_at_all_is_refused_by_the_proxy(stand: Stand, target: bytes) -> None:
    answer = stand.send_raw(request(target))
    assert answer is None or answer.status in {400, 404, 405}
    stand.assert_unseen()


@pytest.mark.parametrize(
    "target",
    [
        "/public/a-b_c.d~e!$&'()*+,=:@",
        "/public/%E2%82%AC/%20x",
        "/public/x?a=/../b//c&d=%2e%2e%2f&e=%zz&g=http://h/%00",
        "/public/x?",
        "/public/",
    ],
)
def test_a_clear_target_arrives_byte_for_byte(stand: Stand, target: str) -> None:
    assert stand.send(target).status == 200
    seen = stand.seen().start_line
    assert seen == f"GET {target} HTTP/1.1"


def test_a_semicolon_in_the_query_is_read_in_one_way(stand: Stand) -> None:
    assert stand.send("/public/x?a=1;b=2").status == 200
    kept = stand.front.traits.semicolon
    assert stand.seen().start_line == f"GET /public/x?a=1{kept}b=2 HTTP/1.1"


def test_pipelined_requests_are_decided_one_by_one(stand: Stand) -> None:
    open_, closed = request(b"/public/x").replace(b"Connection: close\r\n", b""), request(b"/admin")
    answers = raw_client.exchange(stand.port, open_, closed)
    assert [answer.status for answer in answers] == [200, 401]
    assert stand.seen().start_line == "GET /public/x HTTP/1.1"
