"""Do a WebSocket's frames pass as they are, right ones and wrong ones, in the manner of the Autobahn suite?

The server behind the edge gives back every byte, so that what comes back has passed both ways. Which frames
are wrong is the business of the ends: `test_websocket.py` compares what a real server says to them.
"""

import random
import struct
from collections.abc import Iterator

import pytest

from tests.edge.sockets import SocketServers
from tests.edge.stack import edge_before
from tests.edge.websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    close,
    frame,
    gives_back,
    upgraded,
)
from tests.wire.gateway_process import GatewayProcess

pytestmark = pytest.mark.wire

MIB = 2**20
EURO = "€".encode()
SIZES = (0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, MIB, 16 * MIB)

CASES = {
    **{f"1.1 text of {size}": frame(TEXT, b"*" * size) for size in SIZES},
    **{f"1.2 binary of {size}": frame(BINARY, b"\xfe" * size) for size in SIZES},
    **{f"2 ping of {size}": frame(PING, b"\xff" * size) for size in (0, 1, 125, 126)},
    "2 pong unasked": frame(PONG, b"pong") + frame(PING, b"ping"),
    "2 ten pings": frame(PING, b"ping") * 10,
    **{f"3 reserved bits {rsv:03b}": frame(TEXT, b"*", rsv=rsv) + frame(PING) for rsv in range(1, 8)},
    **{f"4 opcode {code:#x}": frame(code, b"*") for code in (3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF)},
    "5 fragments": frame(TEXT, b"a", fin=False)
    + frame(CONTINUATION, b"b", fin=False)
    + frame(CONTINUATION, b"c"),
    "5 a ping between": frame(TEXT, b"a", fin=False) + frame(PING, b"p") + frame(CONTINUATION, b"c"),
    "5 a ping in fragments": frame(PING, b"a", fin=False) + frame(CONTINUATION, b"c"),
    "5 a continuation of nothing": frame(CONTINUATION, b"a") + frame(TEXT, b"b"),
    "5 a text within a text": frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"),
    "5 10,000 fragments": b"".join(
        [frame(BINARY, b"a", fin=False), *[frame(CONTINUATION, b"b", fin=False)] * 9998]
    )
    + frame(CONTINUATION, b"c"),
    "6 UTF-8": frame(TEXT, "κόσμε €😀".encode()),
    "6 UTF-8 across fragments": frame(TEXT, EURO[:1], fin=False) + frame(CONTINUATION, EURO[1:]),
    "6 no UTF-8": frame(TEXT, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited"),
    "6 overlong": frame(TEXT, b"\xc0\xaf") + frame(TEXT, b"\xf4\x90\x80\x80"),
    "6 too short": frame(TEXT, b"\xe2\x82"),
    "7 without a code": close(),
    **{f"7 code {code}": close(code, b"so") for code in (1000, 1001, 1007, 1011, 3000, 4999)},
    **{f"7 wrong code {code}": close(code) for code in (0, 999, 1004, 1005, 1006, 1015, 2000, 5000, 65_535)},
    "7 half a code": frame(CLOSE, b"\x03"),
    "7 a reason of no UTF-8": close(1000, b"\xff\xfe"),
    "7 too long a reason": close(1000, b"*" * 124),
    "7 a message behind": close(1000) + frame(TEXT, b"still here"),
    "9 a length in more octets": frame(TEXT, b"*", wide=2) + frame(TEXT, b"*", wide=8),
    "9 a length beyond all": struct.pack("!BBQ", 0x82, 127, 2**63) + b"\xff" * 1000,
    "10 no mask": frame(TEXT, b"*" * 1000, mask=None),
    "10 a mask of zeros": frame(TEXT, b"*" * 1000, mask=bytes(4)),
    "10 no frames at all": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.fixture(scope="module")
def servers() -> Iterator[SocketServers]:
    with SocketServers() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(servers: SocketServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with edge_before(tmp_path_factory.mktemp("gateway"), {"raw": servers.raw_port}) as running:
        yield running


@pytest.mark.parametrize("octets", CASES.values(), ids=CASES)
async def test_frames_pass_as_they_are(gateway: GatewayProcess, octets: bytes) -> None:
    async with upgraded(gateway.edge_port, "raw") as (reader, writer):
        assert await gives_back(reader, writer, octets) == octets


async def test_frames_pass_wherever_they_are_cut(gateway: GatewayProcess) -> None:
    chance = random.Random(6455)
    masks = [chance.randbytes(4) for _ in range(100)]
    octets = b"".join(frame(BINARY, chance.randbytes(chance.randrange(400)), mask=mask) for mask in masks)
    async with upgraded(gateway.edge_port, "raw") as (reader, writer):
        cuts = sorted(chance.sample(range(len(octets)), 500))
        assert await gives_back(reader, writer, octets, cuts) == octets
        one_by_one = frame(TEXT, b"one octet after the other", rsv=5)
        assert await gives_back(reader, writer, one_by_one, range(len(one_by_one))) == one_by_one
