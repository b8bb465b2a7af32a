import gzip
import importlib
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from gateway.leaks import unpack
from gateway.leaks.unpack import CHUNK_BYTES, Damaged, Decompressor, Gzip, Zstandard, unpacked

zstd = importlib.import_module("backports.zstd")
TEXT = b"".join(b"line %d of a log that is packed\n" % number for number in range(30_000))

SKIPPED = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
"""A frame of Zstandard that holds none of its text, as pzstd writes one before each."""


def cut(octets: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(octets), size):
        yield octets[start : start + size]


@pytest.mark.parametrize("size", [1000, 65_536, 1 << 22])
def test_what_is_packed_comes_out_and_what_is_not_stays(size: int) -> None:
    halves = TEXT[:400_000], TEXT[400_000:]
    for packed in (
        TEXT,
        gzip.compress(TEXT),
        b"".join(map(gzip.compress, halves)),
        gzip.compress(TEXT) + b"\0" * 512,
        gzip.compress(halves[0]) + b"\0" * 100_000 + gzip.compress(halves[1]),
        zstd.compress(TEXT),
        b"".join(map(zstd.compress, halves)),
        SKIPPED + zstd.compress(halves[0]) + SKIPPED + zstd.compress(halves[1]) + SKIPPED,
    ):
        assert b"".join(unpacked(cut(packed, size))) == TEXT


@pytest.mark.parametrize("text", [b"", b"a", b"\x1f", b"\x1f\x8b", b"\x28\xb5\x2f"])
def test_short_ones(text: bytes) -> None:
    assert b"".join(unpacked(cut(text, 1))) == text
    assert b"".join(unpacked(cut(gzip.compress(text), 1))) == text
    assert b"".join(unpacked(cut(zstd.compress(text), 1))) == text


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_what_is_damaged_is_said_and_what_came_before_stands(pack: object) -> None:
    packed = pack(TEXT)  # type: ignore[operator]
    padded = packed + b"\0" * 100_000 + b"not packed"
    torn = packed[:5000] + b"\xff" * 200 + packed[5200:]
    for broken in (packed[:-20], packed + b"not packed", padded, torn):
        came: list[bytes] = []
        with pytest.raises(Damaged):
            came += unpacked(cut(broken, 4096))
    pieces = unpacked(cut(packed[: len(packed) // 2], 4096))
    read: list[bytes] = []

    def take() -> None:
        read.extend(pieces)  # those before the error are kept

    with pytest.raises(Damaged, match="ends too early"):
        take()
    assert TEXT.startswith(b"".join(read))
    assert read


@pytest.mark.long
@pytest.mark.parametrize(
    "pack", [lambda text: zlib.compress(text, 9, 31), lambda text: zstd.compress(text, 3)]
)
def test_a_bomb_takes_no_memory(pack: object) -> None:
    packed = pack(b"\0" * (64 << 20))  # type: ignore[operator]
    tracemalloc.start()
    try:
        size = 0
        for piece in unpacked(iter([packed])):
            assert len(piece) <= CHUNK_BYTES
            size += len(piece)
        assert size == 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = zstd.compress(TEXT)

    def none(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(unpack.importlib, "import_module", none)  # type: ignore[attr-defined]
    with pytest.raises(Damaged, match=r"token-gateway\[leaks\]"):
        list(unpacked(iter([packed])))


def test_both_are_asked_alike() -> None:
    kinds: tuple[Decompressor, ...] = (Gzip(), Zstandard())
    assert not any(one.eof for one in kinds)
