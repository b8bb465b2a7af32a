"""How is a compressed log read without ever holding more of it than a chunk?

Known by its first octets, whatever its name: gzip (RFC 1952 section 2.3.1, several members one after the
other too) and Zstandard (RFC 8878 section 3.1.1; some tools begin with a frame to skip, 3.1.2). What comes
out is bounded for each step, so a file that unpacks to a million times its size takes time and no memory.
Zstandard's window is at most 128 MiB, as for its own program.
"""

import importlib
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

CHUNK_BYTES: Final = 262_144
GZIP: Final = (b"\x1f\x8b\x08",)
ZSTANDARD: Final = (b"\x28\xb5\x2f\xfd", *(bytes((first, 0x2A, 0x4D, 0x18)) for first in range(0x50, 0x60)))
"""With the octets by which a file of it is known. A frame to skip has sixteen."""
_MARK_BYTES: Final = 4
_WINDOW_LOG: Final = 27


class Damaged(Exception):
    """It cannot be unpacked any further. What came out before stands."""


class Decompressor(Protocol):
    """One stream, or one member of a file that has several."""

    @property
    def eof(self) -> bool:
        """Whether it has ended."""

    @property
    def unused_data(self) -> bytes:
        """What follows its end."""

    def step(self, packed: bytes) -> bytes:
        """Take some, or nothing where it has more to give. Raises: Damaged."""

    @property
    def hungry(self) -> bool:
        """Whether it can give no more without being given some."""


def unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give the chunks as they are, or what they hold if they are compressed.

    Raises: Damaged where it ends too early, or is not what its first octets say; also where it is Zstandard
    and the package for it is not installed.
    """
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= _MARK_BYTES:
            break
    if head.startswith(GZIP):
        yield from _members(head, source, Gzip)
    elif head.startswith(ZSTANDARD):
        yield from _members(head, source, Zstandard)
    else:
        if head:
            yield head
        yield from source


class Gzip:
    """A member of a gzip file."""

    __slots__ = ("_rest", "_unpack")
    marks: Final = GZIP

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        """See `Decompressor`."""
        return self._unpack.eof

    @property
    def unused_data(self) -> bytes:
        """See `Decompressor`."""
        return self._unpack.unused_data

    @property
    def hungry(self) -> bool:
        """See `Decompressor`."""
        return not self._unpack.unconsumed_tail

    def step(self, packed: bytes) -> bytes:
        """See `Decompressor`."""
        try:
            return self._unpack.decompress(self._unpack.unconsumed_tail + packed, CHUNK_BYTES)
        except zlib.error:
            raise Damaged("is damaged: this is no gzip") from None


class Zstandard:
    """A frame of a Zstandard file."""

    __slots__ = ("_error", "_unpack")
    marks: Final = ZSTANDARD

    def __init__(self) -> None:
        module = zstandard()
        self._error = module.ZstdError
        options = {module.DecompressionParameter.window_log_max: _WINDOW_LOG}
        self._unpack = module.ZstdDecompressor(options=options)

    @property
    def eof(self) -> bool:
        """See `Decompressor`."""
        return bool(self._unpack.eof)

    @property
    def unused_data(self) -> bytes:
        """See `Decompressor`."""
        return bytes(self._unpack.unused_data)

    @property
    def hungry(self) -> bool:
        """See `Decompressor`."""
        return bool(self._unpack.needs_input)

    def step(self, packed: bytes) -> bytes:
        """See `Decompressor`."""
        try:
            return bytes(self._unpack.decompress(packed, CHUNK_BYTES))
        except self._error:
            raise Damaged("is damaged: this is no Zstandard, or its window is over 128 MiB") from None


def zstandard() -> Any:
    """Give the module of Python 3.14, or the same for those before. Raises: Damaged."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise Damaged("is Zstandard, and no package here can read it: pip install 'token-gateway[leaks]'")


# --- private ---


def _members(head: bytes, source: Iterator[bytes], kind: type[Gzip | Zstandard]) -> Iterator[bytes]:
    member, packed = kind(), head
    while True:
        piece = member.step(packed)
        packed = b""
        if piece:
            yield piece
        if member.eof:
            packed = _behind(member.unused_data, source)
            if not packed:
                return
            if not packed.startswith(kind.marks):
                raise Damaged("has something behind its end that is not compressed")
            member = kind()
        elif member.hungry:
            packed = next(source, b"")
            if not packed and not piece:
                raise Damaged("ends too early")


def _behind(packed: bytes, source: Iterator[bytes]) -> bytes:
    """Give what follows a member, as much as tells what it is; without padding.

    That is up to a block, as tapes have it, however long, and between members too.
    """
    packed = packed.lstrip(b"\0")
    while len(packed) < _MARK_BYTES and (more := next(source, b"")):
        packed = (packed + more).lstrip(b"\0")
    return packed
