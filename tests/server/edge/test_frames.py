"""Between which octets a frame of ours can stand."""

import pytest

from gateway.server.edge.frames import GOING_AWAY, Frames, close_frame


def frame(octets: int, *, opcode: int = 2, mask: bool = False) -> bytes:
    masked = 0x80 if mask else 0
    if octets < 126:
        head = bytes((0x80 | opcode, masked | octets))
    elif octets < 65_536:
        head = bytes((0x80 | opcode, masked | 126)) + octets.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, masked | 127)) + octets.to_bytes(8, "big")
    return head + (b"mask" if mask else b"") + b"x" * octets


@pytest.mark.parametrize("mask", [False, True])
@pytest.mark.parametrize("octets", [0, 1, 125, 126, 300, 65_536])
def test_a_frame_is_over_with_its_last_octet(octets: int, mask: bool) -> None:  # noqa: FBT001
    whole = frame(octets, mask=mask)
    for step in (1, 7, len(whole)):
        frames = Frames()
        for at in range(0, len(whole), step):
            frames.feed(whole[at : at + step])
            assert frames.between is (at + step >= len(whole))
    frames = Frames()
    frames.feed(whole * 3)
    assert frames.between
    frames.feed(whole[:1])
    assert not frames.between


def test_nothing_follows_a_close() -> None:
    frames = Frames()
    frames.feed(frame(3) + frame(2, opcode=1))
    assert not frames.closed
    frames.feed(close_frame(GOING_AWAY))
    assert frames.closed
    assert frames.between


def test_our_close_is_not_masked_and_says_why() -> None:
    assert close_frame(1001) == b"\x88\x02\x03\xe9"
    assert close_frame(1008) == b"\x88\x02\x03\xf0"
