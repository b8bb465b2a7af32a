"""How is a text searched whose characters are two octets wide?

UTF-16 with its byte order mark (Unicode 3.10, RFC 2781 section 3.3), as PowerShell and Notepad write it: no
secret stands in it octet by octet. It is given as UTF-8, without the mark; what is no UTF-16 becomes U+FFFD.
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import Final

BOMS: Final = (BOM_UTF16_LE, BOM_UTF16_BE)


def narrowed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give the chunks as they are, or in UTF-8 where they are UTF-16. Holds no more than one of them."""
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= _MARK:
            break
    if head.startswith(BOMS):
        yield from _decoded(head, source)
        return
    if head:
        yield head
    yield from source


# --- private ---

_MARK: Final = 2


def _decoded(head: bytes, source: Iterator[bytes]) -> Iterator[bytes]:
    decoder = getincrementaldecoder("utf-16")("replace")
    yield decoder.decode(head).encode()
    for chunk in source:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()
