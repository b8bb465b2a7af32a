"""The glance at an answer's head reads what the thorough reader reads, or nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.headers import shape_of
from gateway.server.edge.answer_glance import AnswerGlance, glance_of
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.response_head import AnswerHead, AnswerReader, FaultyAnswer
from tests.server.edge.test_response_head import FAULTY

LIMITS = EdgeLimits()
NAMES = (b"Server", b"Date", b"Content-Length", b"Connection", b"set-cookie")
GOOD = (
    b"HTTP/1.1 200 OK\r\nServer: a\r\nDate:  b c \r\nContent-Length: 5\r\nConnection: keep-alive\r\n"
    b"set-cookie: \xe9\r\n\r\n"
)


def thorough(stream: bytes, limits: EdgeLimits = LIMITS) -> tuple[AnswerHead, bytes] | None:
    """What a reader gives that has seen nothing before; None for what it refuses, or is no whole head."""
    reader = AnswerReader(limits)
    reader.feed(stream)
    try:
        head = reader.next()
    except FaultyAnswer:
        return None
    return None if head is None else (head, reader.take())


def primed(stream: bytes, limits: EdgeLimits = LIMITS) -> AnswerReader:
    """A reader that has seen such heads, and reads the next of them at a glance."""
    reader = AnswerReader(limits)
    for _ in range(2):
        reader.feed(stream)
        assert reader.next() is not None
        reader.take()
    return reader


def again(reader: AnswerReader, stream: bytes) -> tuple[AnswerHead, bytes] | None:
    reader.feed(stream)
    try:
        head = reader.next()
    except FaultyAnswer:
        return None
    return None if head is None else (head, reader.take())


def test_what_a_server_says_each_time_is_read_at_a_glance() -> None:
    glance = glance_of(NAMES, shape_of(NAMES), LIMITS)
    assert glance is not None
    assert glance is glance_of(NAMES, shape_of(NAMES), LIMITS)
    found = glance.read(GOOD + b"hello", 1000)
    assert found is not None
    status, _, length, end = found
    assert (status, length, end) == (200, 5, len(GOOD))
    assert thorough(GOOD + b"hello") == again(primed(GOOD), GOOD + b"hello")


ODD = {
    **FAULTY,
    "another order": GOOD.replace(b"Server: a\r\nDate:  b c \r\n", b"Date: b\r\nServer: a\r\n"),
    "another spelling": GOOD.replace(b"Server", b"server"),
    "one more": GOOD.replace(b"Server: a", b"Server: a\r\nX: y"),
    "a length more": GOOD.replace(b"Server: a", b"Content-Length: 5"),
    "one less": GOOD.replace(b"Server: a\r\n", b""),
    "a coding": GOOD.replace(b"Server: a", b"Transfer-Encoding: chunked"),
    "close": GOOD.replace(b"keep-alive", b"close"),
    "nominated": GOOD.replace(b"keep-alive", b"keep-alive, server"),
    "1.0": GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "interim": GOOD.replace(b" 200 OK", b" 103 Early"),
    "no phrase": GOOD.replace(b" 200 OK", b" 200 "),
    "no space": GOOD.replace(b" 200 OK", b" 200"),
    "two spaces": GOOD.replace(b" 200 OK", b"  200 OK"),
    "empty value": GOOD.replace(b"Server: a", b"Server:"),
    "space before the colon": GOOD.replace(b"Server: a", b"Server : a"),
    "a tab": GOOD.replace(b"Server: a", b"Server:\ta\t"),
    "part": GOOD[:-3],
    "one octet": GOOD[:1],
    "length of zeros": GOOD.replace(b"Length: 5", b"Length: 005"),
    "empty length": GOOD.replace(b"Length: 5", b"Length: "),
    "signed length": GOOD.replace(b"Length: 5", b"Length: +5"),
    "two lengths in one": GOOD.replace(b"Length: 5", b"Length: 5, 5"),
    "long length": GOOD.replace(b"Length: 5", b"Length: 9999999999999999999"),
    "204": GOOD.replace(b"200 OK", b"204 No"),
    "304": GOOD.replace(b"200 OK", b"304 No"),
    "600": GOOD.replace(b"200 OK", b"600 No"),
    **{
        f"octet {octet:#x} in {where}": GOOD.replace(text, text[:1] + bytes((octet,)) + text[1:])
        for octet in (0, 1, 9, 10, 11, 13, 27, 31, 127, 128, 255)
        for where, text in (("a value", b"keep-alive"), ("text", b"b c"), ("the phrase", b"OK"))
    },
    **{f"fold with {end!r}": GOOD.replace(b"b c", b"b" + end + b" c") for end in (b"\r\n", b"\n", b"\r")},
}


@pytest.mark.parametrize("stream", ODD.values(), ids=ODD)
def test_no_head_is_read_otherwise_than_thoroughly(stream: bytes) -> None:
    assert again(primed(GOOD), stream) == thorough(stream)


def test_the_size_is_held_to_the_octet() -> None:
    for most in (len(GOOD) - 1, len(GOOD)):
        limits = EdgeLimits(answer_head_bytes=most)
        glance = AnswerGlance(NAMES, shape_of(NAMES))
        assert (glance.read(GOOD, most) is None) is (most < len(GOOD))
        assert (thorough(GOOD, limits) is None) is (most < len(GOOD))


@pytest.mark.parametrize(
    "names",
    [
        (b"Server",),
        (b"Content-Length", b"content-length"),
        (b"Content-Length", b"Transfer-Encoding"),
        (b"Content-Length", b"Connection", b"connection"),
        (b"Content-Length", b"Upgrade"),
        (b"Content-Length", *(b"x-%d" % number for number in range(60))),
    ],
)
def test_what_is_framed_otherwise_has_no_pattern(names: tuple[bytes, ...]) -> None:
    assert glance_of(names, shape_of(names), LIMITS) is None


TEXTS = st.binary(max_size=8) | st.sampled_from([b"keep-alive", b"5", b"close", b"chunked", b" a ", b""])


@given(
    names=st.lists(st.sampled_from([*NAMES, b"X-A", b"Upgrade", b"Transfer-Encoding"]), max_size=5),
    values=st.lists(TEXTS, min_size=5, max_size=5),
    first=st.lists(TEXTS, min_size=5, max_size=5),
    start=st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 404 ", b"HTTP/1.1 200", b"HTTP/1.0 200 OK"]),
)
@example(
    names=[b"Content-Length", b"X-A"],
    values=[b"5", b"a", b"", b"", b""],
    first=[b"7", b"", b"", b"", b""],
    start=b"HTTP/1.1 200 OK",
)
def test_generated_heads_are_read_alike_by_both(
    names: list[bytes], values: list[bytes], first: list[bytes], start: bytes
) -> None:
    def written(texts: list[bytes]) -> bytes:
        fields = [name + b": " + text for name, text in zip(names, texts, strict=False)]
        return b"\r\n".join((start, *fields, b"", b"rest"))

    learnt = written(first)
    if thorough(learnt) is None:
        return
    assert again(primed(learnt), written(values)) == thorough(written(values))
