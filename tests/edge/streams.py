"""Does what was sent arrive, all of it and in order, and what does the gateway's process hold meanwhile?"""

import socket
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import cast

from tests.edge.programs.aiohttp_server import keystream
from tests.edge.raw_request import PATIENCE_S, request
from tests.server.edge.edged import Message, answers

MIB = 1024 * 1024
PART = MIB


@cache
def digest_of(size: int) -> str:
    """Of so many octets of the keystream."""
    digest = sha256()
    for part in keystream(size, PART):
        digest.update(part)
    return digest.hexdigest()


def upload(port: int, name: str, target: str, size: int, *, chunked: bool) -> Message:
    """Send the keystream; give the answer."""
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % size
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
        client.sendall(request(name, f"POST {target} HTTP/1.1".encode(), framing, b"Connection: close"))
        for piece in _pieces(size, chunked=chunked):
            client.sendall(piece)
        return answers(client.makefile("rb").read())[0]


def download(port: int, name: str, target: str) -> tuple[int, str]:
    """How much came of the answer, and its digest."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
        client.sendall(request(name, f"GET {target} HTTP/1.1".encode(), b"Connection: close"))
        stream = cast("BufferedReader", client.makefile("rb", buffering=PART))
        head = b"".join(iter(stream.readline, b"\r\n")).lower()
        assert head.startswith(b"http/1.1 200 "), head
        content = (
            _chunks(stream)
            if b"transfer-encoding: chunked\r\n" in head
            else iter(lambda: stream.read1(PART), b"")
        )
        digest, size = sha256(), 0
        for part in content:
            digest.update(part)
            size += len(part)
    return size, digest.hexdigest()


def memory(pid: int) -> int:
    """How many octets of memory the process has now; from here on, its peak is counted anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # proc(5)
    return _status(pid, "VmRSS")


def peak_memory(pid: int) -> int:
    """The most that it has had since."""
    return _status(pid, "VmHWM")


# --- private ---


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (found,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(found.split()[1]) * 1024


def _pieces(size: int, *, chunked: bool) -> Iterator[bytes]:
    for part in keystream(size, PART):
        yield b"%x\r\n%b\r\n" % (len(part), part) if chunked else part
    if chunked:
        yield b"0\r\n\r\n"


def _chunks(stream: BufferedReader) -> Iterator[bytes]:
    while size := int(stream.readline(), 16):
        yield stream.read(size)
        assert stream.read(2) == b"\r\n"
    assert stream.readline() == b"\r\n"
