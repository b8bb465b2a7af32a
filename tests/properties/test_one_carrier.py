"""I2: path, method, host and scheme come from the dialect's one carrier, told by a listed peer alone."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit, Verdict
from gateway.dialects.wire import HttpAnswer
from tests.builders import Wire, bearer, policy, snapshot, token
from tests.strategies import any_headers, foreign_headers, tame_targets
from tests.walk import EVERY_DIALECT, EVERY_PROXY, through

WORLD = snapshot()
HEADERS = (bearer(token(scope="orders:read admin")),)

dialects = pytest.mark.parametrize("dialect", EVERY_DIALECT)
proxies = pytest.mark.parametrize("dialect", EVERY_PROXY)


def asked(dialect: str, wire: Wire) -> tuple[Verdict, HttpAnswer]:
    return through(dialect, wire, WORLD)


def gist(verdict: Verdict) -> object:
    return verdict.reason if isinstance(verdict, Deny) else type(verdict)


TARGETS = st.sampled_from((b"/v1/orders", b"/admin/x", b"/public/y", b"/v1/orders/7?a=b", b"/nowhere"))


@dialects
@given(target=TARGETS, extra=foreign_headers(), method=st.sampled_from((b"GET", b"HEAD", b"DELETE")))
def test_a_header_that_is_no_carrier_changes_nothing(
    dialect: str, target: bytes, extra: HeaderPairs, method: bytes
) -> None:
    bare, bare_answer = asked(dialect, Wire(target=target, headers=HEADERS, method=method))
    more, more_answer = asked(dialect, Wire(target=target, headers=HEADERS + extra, method=method))
    assert gist(more) == gist(bare)
    assert more_answer == bare_answer


@dialects
@given(target=TARGETS, extra=any_headers(), position=st.integers(0, 4))
def test_any_header_at_all_changes_nothing_or_is_refused(
    dialect: str, target: bytes, extra: HeaderPairs, position: int
) -> None:
    credential = {
        b"authorization",
        b"cookie",
        b"origin",
        b"upgrade",
    }  # these are read, and have their own tests
    extra = tuple(pair for pair in extra if pair[0] not in credential)
    bare, bare_answer = asked(dialect, Wire(target=target, headers=HEADERS))
    more, more_answer = asked(
        dialect, Wire(target=target, headers=extra[:position] + HEADERS + extra[position:])
    )
    if isinstance(more, Permit):
        assert isinstance(bare, Permit)
        assert more_answer == bare_answer
    else:
        assert isinstance(more, Deny)


@dialects
@given(target=tame_targets(), extra=any_headers())
def test_more_headers_never_turn_a_refusal_into_a_permit(
    dialect: str, target: bytes, extra: HeaderPairs
) -> None:
    bare, _ = asked(dialect, Wire(target=target, headers=()))
    extra = tuple(pair for pair in extra if pair[0] != b"authorization")
    more, _ = asked(dialect, Wire(target=target, headers=extra))
    assert isinstance(bare, Permit) or not isinstance(more, Permit)


@dialects
@given(
    headers=st.permutations(
        (*HEADERS, (b"accept", b"*/*"), (b"x-a", b"1"), (b"via", b"b"), (b"cookie", b"c=1"))
    )
)
def test_the_order_of_headers_means_nothing(dialect: str, headers: list[tuple[bytes, bytes]]) -> None:
    verdict, answer = asked(dialect, Wire(headers=tuple(headers)))
    _, expected = asked(dialect, Wire(headers=HEADERS))
    assert isinstance(verdict, Permit)
    assert answer == expected


@proxies
@given(peer=st.ip_addresses())
def test_no_peer_outside_the_list_ever_gets_a_permit(dialect: str, peer: object) -> None:
    verdict, _ = asked(dialect, Wire(target=b"/public/x", peer=str(peer)))
    listed = ip_address(str(peer)) in ip_network("10.42.0.0/16")
    assert isinstance(verdict, Permit) is listed
    assert listed or (isinstance(verdict, Deny) and verdict.reason is Reason.PEER_UNTRUSTED)


@proxies
@given(peer=st.ip_addresses(), target=tame_targets())
def test_an_empty_list_trusts_nobody(dialect: str, peer: object, target: bytes) -> None:
    wire = Wire(target=target, peer=str(peer), headers=HEADERS)
    verdict, _ = through(dialect, wire, snapshot(policy(peers=())))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.PEER_UNTRUSTED


@dialects
@given(client=st.ip_addresses())
def test_no_decision_reads_the_clients_address(dialect: str, client: object) -> None:
    verdict, answer = asked(dialect, Wire(client=str(client).encode(), headers=HEADERS))
    assert isinstance(verdict, Permit)
    assert answer == asked(dialect, Wire(headers=HEADERS))[1]


@given(
    target=tame_targets(),
    method=st.sampled_from((b"GET", b"HEAD", b"DELETE", b"get")),
    extra=foreign_headers(),
)
def test_one_request_gives_one_decision_through_every_proxy(
    target: bytes, method: bytes, extra: HeaderPairs
) -> None:
    wire = Wire(target=target, method=method, headers=HEADERS + extra)
    gists = {dialect: gist(asked(dialect, wire)[0]) for dialect in EVERY_DIALECT}
    assert len(set(gists.values())) == 1, gists
