"""Bytes of an answer, and answers that have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.wire import HttpAnswer
from gateway.server.http1.after import After
from gateway.server.http1.writer import AnswerWriter, UnwritableAnswer
from tests.server.http1.served import answers


def render(answer: HttpAnswer, after: After = After.STAY, *, head: bool = False) -> bytes:
    return AnswerWriter().render(answer, after, head=head)


def with_header(name: bytes, value: bytes) -> HttpAnswer:
    return HttpAnswer(status=200, headers=((name, value),))


def test_writes_status_headers_length_and_body() -> None:
    answer = HttpAnswer(status=403, headers=((b"X-A", b"1"), (b"x-b", b"\xc3\xa9\t2")), body=b"no")
    assert render(answer) == (
        b"HTTP/1.1 403 Forbidden\r\nX-A: 1\r\nx-b: \xc3\xa9\t2\r\ncontent-length: 2\r\n\r\nno"
    )


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (After.CLOSE, b"connection: close\r\n"),
        (After.STAY, b""),
        (After.STAY_1_0, b"connection: keep-alive\r\n"),
    ],
)
def test_says_what_becomes_of_the_connection(after: After, line: bytes) -> None:
    written = render(HttpAnswer(status=200), after)
    assert written == b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n" + line + b"\r\n"


@pytest.mark.parametrize("status", [204, 304])
def test_204_and_304_have_no_length(status: int) -> None:
    assert b"content-length" not in render(HttpAnswer(status=status))


def test_the_answer_to_head_has_neither_length_nor_body() -> None:
    assert render(HttpAnswer(status=200, body=b"x"), head=True) == b"HTTP/1.1 200 OK\r\n\r\n"


def test_a_status_without_a_phrase_keeps_its_space() -> None:
    assert render(HttpAnswer(status=299)).startswith(b"HTTP/1.1 299 \r\n")


@pytest.mark.parametrize("status", [-1, 0, 99, 100, 101, 199, 600, 1000])
def test_refuses_a_status_that_is_not_final(status: int) -> None:
    with pytest.raises(UnwritableAnswer, match="not a final status"):
        render(HttpAnswer(status=status))


@pytest.mark.parametrize("status", [204, 304])
def test_refuses_a_body_where_there_is_none(status: int) -> None:
    with pytest.raises(UnwritableAnswer, match="body"):
        render(HttpAnswer(status=status, body=b"x"))


@pytest.mark.parametrize("place", [b"%c", b"a%c", b"%ca", b"a%cb"])
def test_refuses_control_bytes_in_values(place: bytes) -> None:
    for byte in (*range(9), *range(10, 32), 127):
        with pytest.raises(UnwritableAnswer, match="control byte"):
            render(with_header(b"x", place % byte))


@pytest.mark.parametrize("value", [b"\r\n", b"a\r\nset-cookie: b", b"a\r\n\r\nb", b"\n\r"])
def test_refuses_a_second_line_in_a_value(value: bytes) -> None:
    with pytest.raises(UnwritableAnswer, match="control byte"):
        render(with_header(b"x", value))


@pytest.mark.parametrize("name", [b"", b"a b", b"a:", b"a\r\nb", b"a\0", b"\xe9", b"a\t", b"(a)"])
def test_refuses_names_that_are_no_token(name: bytes) -> None:
    with pytest.raises(UnwritableAnswer, match="header name"):
        render(with_header(name, b"1"))


@pytest.mark.parametrize(
    "name", [b"Content-Length", b"transfer-encoding", b"Connection", b"DATE", b"Upgrade", b"Trailer"]
)
def test_refuses_the_headers_that_frame(name: bytes) -> None:
    with pytest.raises(UnwritableAnswer, match="header name"):
        render(with_header(name, b"1"))


def test_an_error_never_holds_the_value() -> None:
    with pytest.raises(UnwritableAnswer) as refused:
        render(with_header(b"x", b"canary\n"))
    assert "canary" not in repr(refused.value)


def test_the_date_follows_the_clock() -> None:
    now = 784111777.25
    writer = AnswerWriter(lambda: now)
    for second, text in ((0.0, b"37"), (0.5, b"37"), (0.75, b"38"), (-0.3, b"36")):
        now = 784111777.25 + second
        written = writer.render(HttpAnswer(status=200), After.STAY)
        assert b"date: Sun, 06 Nov 1994 08:49:" + text + b" GMT\r\n" in written


@given(
    status=st.integers(-5, 700),
    headers=st.lists(st.tuples(st.binary(max_size=6), st.binary(max_size=8)), max_size=4),
    body=st.binary(max_size=20),
    after=st.sampled_from(After),
)
def test_what_is_written_is_one_answer_with_exactly_these_headers(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes, after: After
) -> None:
    # A name of its own for each, so that the strict reader sees no repeats.
    named = tuple((b"x%d-" % i + name, value) for i, (name, value) in enumerate(headers))
    try:
        written = render(HttpAnswer(status=status, headers=named, body=body), after)
    except UnwritableAnswer:
        return
    lines = written.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert lines[1 : len(named) + 1] == [name + b": " + value for name, value in named]
    lowered = b"\r\n".join([lines[0], *(line.lower() for line in lines[1:])])
    if all(name.replace(b"-", b"").isalnum() for name, _ in named):
        (answer,) = answers(lowered + b"\r\n\r\n" + written.partition(b"\r\n\r\n")[2])
        assert answer.status == status
        assert answer.body == body
