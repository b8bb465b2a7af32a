from gateway.redact.span import (
    MAX_LINE_BYTES,
    MAX_LINES_BYTES,
    NOTHING,
    Looked,
    Open,
    Passed,
    Reach,
    Span,
    further,
    in_parts,
)


def test_what_is_measured_can_be_told_apart() -> None:
    assert not NOTHING
    assert {type(one) for one in (Open(1), Passed(1), (Span(0, 1, "jwt", b"x"),))} == {Open, Passed, tuple}
    assert Reach(0, 1, whole=True).whole


def test_how_far_was_looked_is_the_furthest() -> None:
    assert further(NOTHING, Looked(3)) == Looked(3)
    assert further(Looked(7, ((1, 2),)), Looked(3, ((4, 5),))) == Looked(7, ((1, 2), (4, 5)))


def test_what_is_kept_back_is_less_than_a_line_may_be_long() -> None:
    assert 16 * MAX_LINES_BYTES <= MAX_LINE_BYTES


def test_all_parts_but_the_first_say_that_they_are() -> None:
    one, *rest = in_parts([(0, 3), (7, 9), (12, 13)], "jwt", b"x")
    assert one == Span(0, 3, "jwt", b"x")
    assert rest == [Span(7, 9, "jwt", b"x", part=True), Span(12, 13, "jwt", b"x", part=True)]
