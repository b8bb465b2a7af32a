from gateway.redact.span import MAX_LINES_BYTES, NOTHING, Open, Passed, Reach, Span
from gateway.redact.stream import MAX_LINE_BYTES


def test_what_is_measured_can_be_told_apart() -> None:
    assert not NOTHING
    assert {type(one) for one in (Open(1), Passed(1), (Span(0, 1, "jwt", b"x"),))} == {Open, Passed, tuple}
    assert Reach(0, 1, whole=True).whole


def test_what_is_kept_back_is_less_than_a_line_may_be_long() -> None:
    assert 16 * MAX_LINES_BYTES <= MAX_LINE_BYTES
