"""Each fault has its answer, and nothing of a request or an answer is in it."""

from gateway.server.edge.fault import REFUSALS, EdgeFault, FaultyRequest, refusal_for
from gateway.server.http1.fault import Fault


def test_every_fault_has_a_constant_answer_that_nobody_keeps() -> None:
    assert set(REFUSALS) == set(EdgeFault)
    for answer in REFUSALS.values():
        assert answer.headers == ((b"cache-control", b"no-store"),)
        assert answer.body == b""
        assert answer.status in {400, 408, 413, 417, 429, 501, 502, 503, 504}


def test_a_fault_is_not_another_one_of_the_core() -> None:
    assert not {fault.value for fault in EdgeFault} & {fault.value for fault in Fault}


def test_who_asks_for_patience_says_how_much() -> None:
    for fault in EdgeFault:
        headers = dict(refusal_for(fault, 7).headers)
        assert headers.get(b"retry-after") == (b"7" if REFUSALS[fault].status in {429, 503} else None)


def test_a_faulty_request_names_its_fault_and_no_more() -> None:
    assert str(FaultyRequest(EdgeFault.CUT)) == "cut"
