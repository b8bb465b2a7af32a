"""Whatever a server says to one request, the next one gets its own answer."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.server.edge.limits import EdgeLimits
from tests.server.edge.edged import Incomplete, Peer, StartBackend, StartEdge, answers, asks, get
from tests.server.edge.test_exchange import BAD, CUT, IN_DOUBT
from tests.server.edge.test_response_head import FAULTY
from tests.server.edge.test_smuggling import mutate

EVIL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
GOOD = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.0 200 OK\r\n\r\nhello",
)
STREAMS = [*GOOD, *BAD.values(), *CUT.values(), *IN_DOUBT.values(), *FAULTY.values()]
SOON = EdgeLimits(first_byte_s=0.1, upstream_idle_s=0.1)
"""A server that falls silent within its answer ends the test's wait."""
MUTATED = st.builds(
    mutate,
    st.sampled_from(STREAMS),
    st.integers(0, 200),
    st.integers(0, 4),
    st.sampled_from([b"", b"\r", b"\n", b"\r\n", b" ", b"\t", b"0", b"3", b"\0", b":", b",", b";", b"\xa0"]),
)


@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    said=MUTATED | st.binary(max_size=60), cut=st.integers(0, 300), method=st.sampled_from([b"GET", b"HEAD"])
)
@example(said=GOOD[0], cut=300, method=b"HEAD")
@example(said=GOOD[0], cut=50, method=b"GET")
async def test_the_next_request_gets_its_own_answer(
    edge: StartEdge, backend: StartBackend, said: bytes, cut: int, method: bytes
) -> None:
    whole = said + EVIL
    says = [whole[:cut], whole[cut:]]

    async def script(peer: Peer) -> None:
        await peer.head()
        if says:
            await peer.say(*(piece for piece in (says.pop(0), says.pop(0)) if piece))
            await peer.head()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclean")

    edged = await edge(await backend(script), limits=SOON)
    stream = await edged.say(asks(method, b"/1"), get(b"/2", b"Connection: close"))
    try:
        found = [one for one in answers(stream, (method, b"GET")) if one.status >= 200]
    except Incomplete:
        found = []
    assert len(found) <= 2
    for answer in found[1:]:
        assert answer.status in {200, 502}
        assert answer.status == 502 or answer.body == b"clean"
    assert not edged.bugs
