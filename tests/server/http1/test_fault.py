"""Each fault has its answer, and nothing of the request is in it."""

from gateway.server.http1.fault import OUR_BUG, REFUSALS, Fault, FaultyHead


def test_every_fault_has_a_constant_answer_that_nobody_keeps() -> None:
    assert set(REFUSALS) == set(Fault)
    for answer in (*REFUSALS.values(), OUR_BUG):
        assert answer.headers == ((b"cache-control", b"no-store"),)
        assert answer.body == b""


def test_only_refusals_never_a_permit() -> None:
    assert {answer.status for answer in REFUSALS.values()} == {400, 408, 431, 503}
    assert OUR_BUG.status == 500


def test_a_faulty_head_names_its_fault_and_no_more() -> None:
    assert str(FaultyHead(Fault.BODY)) == "body"
