"""Each fault has its answer, and nothing of a request or an answer is in it."""

import json

from gateway.server.edge.fault import STATUSES, EdgeFault, FaultyRequest, refusal
from gateway.server.http1.fault import Fault


def test_every_fault_has_a_constant_answer_that_nobody_keeps() -> None:
    assert set(STATUSES) == set(EdgeFault)
    for status in STATUSES.values():
        answer = refusal(status, page=False, retry_after_s=1)
        assert (b"cache-control", b"no-store") in answer.headers
        assert json.loads(answer.body)["status"] == answer.status == status
        assert status in {400, 408, 413, 417, 429, 501, 502, 503, 504}
        page = refusal(status, page=True, retry_after_s=1)
        assert page.body.startswith(b"<!doctype html>")
        assert (b"cache-control", b"no-store") in page.headers


def test_a_fault_is_not_another_one_of_the_core() -> None:
    assert not {fault.value for fault in EdgeFault} & {fault.value for fault in Fault}


def test_who_asks_for_patience_says_how_much() -> None:
    for status in STATUSES.values():
        headers = dict(refusal(status, page=False, retry_after_s=7).headers)
        assert headers.get(b"retry-after") == (b"7" if status in {429, 503} else None)


def test_a_faulty_request_names_its_fault_and_no_more() -> None:
    assert str(FaultyRequest(EdgeFault.CUT)) == "cut"
