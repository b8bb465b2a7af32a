"""Is only a plain document of the asked type and size read?"""

import asyncio
import gzip

import pytest

from gateway.net.client import OutboundClient
from gateway.net.failure import FailureKind, FetchFailed
from gateway.net.outbound import Outbound
from tests.net.servers import raw_server, says

JSON = ("application/json",)
LOOPBACK = Outbound(allow_private_network=True, allow_http=True)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def kind_of(url: str) -> FailureKind:
    with pytest.raises(FetchFailed) as caught:
        await OutboundClient(LOOPBACK).get(url, accept=JSON, max_bytes=1024)
    return caught.value.kind


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
        await writer.drain()


async def until_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n")
    while True:
        writer.write(b"x" * 1024)
        await writer.drain()


@pytest.mark.parametrize("talk", [endless, until_close])
async def test_an_endless_body_is_cut(talk: object) -> None:
    async with raw_server(talk) as site:  # type: ignore[arg-type]
        assert await kind_of(site.url) is FailureKind.TOO_LARGE


@pytest.mark.parametrize(("size", "fits"), [(1024, True), (1025, False)])
async def test_the_limit_is_exact(size: int, fits: bool) -> None:  # noqa: FBT001
    body = HEAD + b"Content-Length: %d\r\n\r\n" % size + b"x" * size
    async with raw_server(says(body)) as site:
        client = OutboundClient(LOOPBACK)
        if fits:
            fetched = await client.get(site.url, accept=JSON, max_bytes=1024)
            assert len(fetched.body) == size
        else:
            assert await kind_of(site.url) is FailureKind.TOO_LARGE


async def test_a_declared_size_is_enough_to_refuse() -> None:
    """F02: 1 GB that never comes."""
    async with raw_server(says(HEAD + b"Content-Length: 1000000000\r\n\r\n")) as site:
        assert await kind_of(site.url) is FailureKind.TOO_LARGE


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"zstd", b"deflate", b"identity, gzip"])
async def test_a_compressed_answer_is_refused(encoding: bytes) -> None:
    body = gzip.compress(b"{}")
    head = HEAD + b"Content-Encoding: " + encoding + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with raw_server(says(head + body)) as site:
        assert await kind_of(site.url) is FailureKind.BAD_ENCODING


async def test_a_compressed_transfer_is_refused() -> None:
    async with raw_server(says(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")) as site:
        assert await kind_of(site.url) is FailureKind.BAD_ENCODING


@pytest.mark.parametrize("media_type", [b"", b"Content-Type: text/html\r\n", b"Content-Type: x\r\n"])
async def test_another_media_type_is_refused(media_type: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + media_type + b"Content-Length: 2\r\n\r\n{}"
    async with raw_server(says(answer)) as site:
        assert await kind_of(site.url) is FailureKind.CONTENT_TYPE


async def test_parameters_of_a_media_type_do_not_matter() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}"
    )
    async with raw_server(says(answer)) as site:
        assert (await OutboundClient(LOOPBACK).get(site.url, accept=JSON)).body == b"{}"
