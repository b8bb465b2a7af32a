"""Does a fetch end well or with one word, whatever the other side does?"""

import asyncio
import gc
import socket
import threading
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web

from gateway.net.client import Deadlines, Method, OutboundClient
from gateway.net.failure import FailureKind, FetchFailed
from gateway.net.outbound import Outbound
from tests.net.certificates import Authority
from tests.net.servers import raw_server, says, website

JSON = ("application/json",)
LOOPBACK = Outbound(allow_private_network=True, allow_http=True)
PATIENCE_S = 20
SOON = Deadlines(total_s=0.05, connect_s=0.05)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SECRET = "canary-in-query"


async def ok(request: web.BaseRequest) -> web.Response:
    return web.json_response({"a": 1}, headers={"Cache-Control": "max-age=300"})


async def failure_of(client: OutboundClient, url: str, *, max_bytes: int = 1024) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await client.get(f"{url}/x?token={SECRET}", accept=JSON, max_bytes=max_bytes)
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert SECRET not in str(caught.value) + repr(caught.value)
    assert SECRET not in shown
    return caught.value


async def kind_of(client: OutboundClient, url: str) -> FailureKind:
    return (await failure_of(client, url)).kind


async def test_a_document_is_fetched() -> None:
    async with website(ok) as site:
        fetched = await OutboundClient(LOOPBACK).get(f"{site.url}/jwks?p=1", accept=JSON)
    assert (fetched.body, fetched.media_type, fetched.max_age_s) == (b'{"a": 1}', "application/json", 300)
    assert "{" not in repr(fetched)
    (request,) = site.requests
    assert request.raw_path == "/jwks?p=1"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["Accept"] == "application/json"
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers


async def test_the_name_of_a_host_is_resolved() -> None:
    async with website(ok) as site:
        fetched = await OutboundClient(LOOPBACK).get(f"http://localhost:{site.port}/", accept=JSON)
    assert fetched.status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]"])
async def test_private_addresses_are_not_dialed_unless_allowed(host: str) -> None:
    async with raw_server(says(b"")) as site:
        client = OutboundClient(Outbound(allow_http=True))
        assert await kind_of(client, f"http://{host}:{site.port}") is FailureKind.ADDRESS_REFUSED
    assert site.connections == 0


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "[::]", "[fd00:ec2::254]", "[fe80::1%25lo]"])
async def test_metadata_services_are_never_dialed(host: str) -> None:
    assert await kind_of(OutboundClient(LOOPBACK), f"http://{host}:1") in {
        FailureKind.ADDRESS_REFUSED,
        FailureKind.URL,  # a zone is not a URL's business
    }


def dns(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Let the system's resolver give these answers, one after the other."""
    coming = iter(answers)

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in next(coming)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


async def test_a_name_that_rebinds_is_judged_by_the_address_dialed(monkeypatch: pytest.MonkeyPatch) -> None:
    """F04: whoever resolved it before saw a public address; whoever connects gets a private one."""
    async with raw_server(says(b"")) as site:
        dns(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
        assert (await asyncio.get_running_loop().getaddrinfo("rebind.example", 80))[0][4][
            0
        ] == "93.184.216.34"
        client = OutboundClient(Outbound(allow_http=True))
        assert await kind_of(client, f"http://rebind.example:{site.port}") is FailureKind.ADDRESS_REFUSED
    assert site.connections == 0


async def test_a_name_that_rebinds_after_a_good_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of the resolver and no connection is kept from the fetch before."""
    async with website(ok) as site:
        dns(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
        client = OutboundClient(LOOPBACK)
        await client.get(f"http://rebind.example:{site.port}/", accept=JSON)
        assert await kind_of(client, f"http://rebind.example:{site.port}") is FailureKind.ADDRESS_REFUSED
    assert len(site.requests) == 1


async def test_of_several_addresses_only_the_allowed_are_dialed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with website(ok) as site:
        dns(monkeypatch, ["169.254.169.254", "0.0.0.0", "127.0.0.1"])
        fetched = await OutboundClient(LOOPBACK).get(f"http://mixed.example:{site.port}/", accept=JSON)
    assert fetched.status == 200


@pytest.mark.parametrize("last", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n"])
def test_it_has_ended_with_the_fetch_whatever_the_other_side_does(tmp_path: Path, last: bytes) -> None:
    """Over TLS, where the end of a connection is a matter of both."""
    authority, may_end = Authority(tmp_path), threading.Event()

    def stays(server: socket.socket) -> None:
        accepted, _ = server.accept()
        with authority.server_context().wrap_socket(accepted, server_side=True) as connection:
            connection.recv(65536)
            connection.sendall(last + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            may_end.wait(PATIENCE_S)

    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        ThreadPoolExecutor(1) as serving,
        warnings.catch_warnings(record=True) as left,
    ):
        warnings.simplefilter("always")
        ended = serving.submit(stays, server)
        client = OutboundClient(Outbound(ca_file=str(authority.file), allow_private_network=True))
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        try:
            assert asyncio.run(client.get(url, accept=JSON)).body == b"{}"
            gc.collect()
        finally:
            may_end.set()
        ended.result(PATIENCE_S)
    assert [str(one.message) for one in left] == []


async def test_each_fetch_makes_its_own_connection() -> None:
    async with raw_server(says(HEAD + b"Content-Length: 2\r\n\r\n{}")) as site:
        client = OutboundClient(LOOPBACK)
        await client.get(site.url, accept=JSON)
        await client.get(site.url, accept=JSON)
    assert site.connections == 2


@pytest.mark.parametrize(
    "url",
    ["http://user:word@127.0.0.1/", "ftp://127.0.0.1/", "https://127.1/", "", "http://127.0.0.1/#x"],
)
async def test_a_url_we_do_not_fetch(url: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        await OutboundClient(LOOPBACK).get(url, accept=JSON)
    assert caught.value.kind is FailureKind.URL
    assert caught.value.__context__ is None


async def test_http_is_refused_unless_allowed() -> None:
    client = OutboundClient(Outbound(allow_private_network=True))
    assert await kind_of(client, "http://127.0.0.1:1") is FailureKind.URL


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    async def redirect(request: web.BaseRequest) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with website(redirect) as site:
        failed = await failure_of(OutboundClient(LOOPBACK), site.url)
    assert (failed.kind, failed.status) == (FailureKind.REDIRECT, status)
    assert len(site.requests) == 1


@pytest.mark.parametrize("status", [201, 204, 206, 400, 401, 404, 429, 500, 503])
async def test_only_200_is_a_document(status: int) -> None:
    async def refuse(request: web.BaseRequest) -> web.Response:
        return web.Response(status=status, text=SECRET, headers={"Retry-After": "3600"})

    async with website(refuse) as site:
        failed = await failure_of(OutboundClient(LOOPBACK), site.url)
    assert (failed.kind, failed.status, failed.retry_after_s) == (FailureKind.STATUS, status, 3600)


async def test_cookies_are_not_kept() -> None:
    async def sets_cookie(request: web.BaseRequest) -> web.Response:
        answer = web.json_response({})
        answer.set_cookie("a", "b")
        return answer

    async with website(sets_cookie) as site:
        client = OutboundClient(LOOPBACK)
        await client.get(site.url, accept=JSON)
        await client.get(site.url, accept=JSON)
    assert all("Cookie" not in request.headers for request in site.requests)


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with website(ok) as site:
        await OutboundClient(LOOPBACK).get(site.url, accept=JSON)
    assert "Authorization" not in site.requests[0].headers


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def trickling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.001)


async def interim(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("talk", [trickling, silent, interim])
async def test_the_deadline_holds_for_the_whole_fetch(talk: object) -> None:
    async with raw_server(talk) as site:  # type: ignore[arg-type]
        assert await kind_of(OutboundClient(LOOPBACK, deadlines=SOON), site.url) is FailureKind.TIMEOUT


@pytest.mark.long
async def test_a_handshake_that_never_ends_is_a_timeout() -> None:
    async with raw_server(silent) as site:
        client = OutboundClient(LOOPBACK, deadlines=Deadlines(total_s=5, connect_s=0.05))
        assert await kind_of(client, site.url.replace("http", "https")) is FailureKind.TIMEOUT


async def test_the_loop_is_free_while_a_server_hangs() -> None:
    """F18: what else there is to do goes on."""
    turns = 0
    async with raw_server(silent) as site:
        fetch = asyncio.create_task(kind_of(OutboundClient(LOOPBACK, deadlines=SOON), site.url))
        while not fetch.done():
            turns += 1
            await asyncio.sleep(0.001)
        assert await fetch is FailureKind.TIMEOUT
    assert turns > 1


@pytest.mark.parametrize(
    "octets",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        HEAD + b"Content-Length: 20\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_what_is_not_http_or_cut_short(octets: bytes) -> None:
    async with raw_server(says(octets)) as site:
        assert await kind_of(OutboundClient(LOOPBACK), site.url) is FailureKind.PROTOCOL
    assert site.connections == 1


async def test_a_lost_connection_is_not_tried_twice() -> None:
    """aiohttp repeats a GET whose connection was lost; the issuer's budget would be off by two."""
    async with raw_server(says(b"")) as site:
        assert await kind_of(OutboundClient(LOOPBACK), site.url) is FailureKind.CONNECT
    assert site.connections == 1


async def test_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        assert await kind_of(OutboundClient(LOOPBACK), url) is FailureKind.CONNECT


async def test_a_name_that_does_not_exist() -> None:
    """Longer than any may be (RFC 1035 section 2.3.4): the system says so without asking a server."""
    client = OutboundClient(LOOPBACK)
    assert await kind_of(client, f"http://{'nowhere.' * 40}invalid") is FailureKind.CONNECT


async def test_cancellation_passes_through() -> None:
    async with raw_server(silent) as site:
        fetch = asyncio.create_task(OutboundClient(LOOPBACK).get(site.url, accept=JSON))
        await asyncio.sleep(0.01)
        fetch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetch


@pytest.mark.parametrize("turns", range(5))
async def test_a_server_of_these_tests_ends_with_every_connection_that_it_has_taken(turns: int) -> None:
    """Or a client that gives up while it is accepted leaves a warning to whichever test is next."""
    with socket.socket() as client:
        client.settimeout(10)
        async with raw_server(silent) as site:
            client.connect(("127.0.0.1", site.port))
            for _ in range(turns):
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        with suppress(ConnectionResetError):  # never accepted
            assert client.recv(1) == b""


# TLS -----------------------------------------------------------------------------------------------


async def test_a_custom_authority_is_believed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    outbound = Outbound(allow_private_network=True, ca_file=str(authority.file))
    async with website(ok, tls=authority.server_context()) as site:
        fetched = await OutboundClient(outbound).get(site.url, accept=JSON)
    assert fetched.status == 200


@pytest.mark.parametrize("fault", ["wrong host", "expired", "unknown authority"])
async def test_a_bad_certificate_is_refused(tmp_path: Path, fault: str) -> None:
    authority = Authority(tmp_path)
    context = authority.server_context(
        "other.example" if fault == "wrong host" else "127.0.0.1", expired=fault == "expired"
    )
    trusted = Authority(tmp_path, "ca2") if fault == "unknown authority" else authority
    outbound = Outbound(allow_private_network=True, ca_file=str(trusted.file))
    async with website(ok, tls=context) as site:
        assert await kind_of(OutboundClient(outbound), site.url) is FailureKind.TLS
    assert site.requests == []


async def test_the_system_does_not_vouch_for_a_test_authority(tmp_path: Path) -> None:
    async with website(ok, tls=Authority(tmp_path).server_context()) as site:
        client = OutboundClient(Outbound(allow_private_network=True))
        assert await kind_of(client, site.url) is FailureKind.TLS


async def test_http_where_tls_was_expected() -> None:
    async with website(ok) as site:
        client = OutboundClient(LOOPBACK)
        assert await kind_of(client, site.url.replace("http", "https")) is FailureKind.TLS


# The token file ------------------------------------------------------------------------------------


async def test_the_token_goes_to_its_own_https_origin_only(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    token = tmp_path / "token"
    token.write_text("first\n")
    outbound = Outbound(
        allow_private_network=True, allow_http=True, ca_file=str(authority.file), token_file=str(token)
    )
    async with (
        website(ok, tls=authority.server_context()) as own,
        website(ok, tls=authority.server_context()) as other,
        website(ok) as plain,
    ):
        client = OutboundClient(outbound, own_url=f"{own.url}/issuer")
        await client.get(f"{own.url}/openid/v1/jwks", accept=JSON)
        token.write_text("second")
        await client.get(f"{own.url}/openid/v1/jwks", accept=JSON)
        await client.get(other.url, accept=JSON)
        await client.get(plain.url, accept=JSON)
        await OutboundClient(outbound, own_url=plain.url).get(plain.url, accept=JSON)
        await OutboundClient(outbound).get(own.url, accept=JSON)
    sent = [request.headers.get("Authorization") for request in own.requests]
    assert sent == ["Bearer first", "Bearer second", None]
    assert all("Authorization" not in each.headers for each in other.requests + plain.requests)


async def test_an_unfit_token_file_is_a_failure_before_anything_is_sent(tmp_path: Path) -> None:
    outbound = Outbound(allow_private_network=True, token_file=str(tmp_path / "missing"))
    async with raw_server(silent) as site:
        url = site.url.replace("http", "https")
        assert await kind_of(OutboundClient(outbound, own_url=url), url) is FailureKind.TOKEN_FILE
    assert site.connections == 0


# The operator's proxy ------------------------------------------------------------------------------


async def connect_proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read CONNECT host:port, join both ends."""
    head = await reader.readuntil(b"\r\n\r\n")
    port = int(head.split(b" ")[1].rpartition(b":")[2])
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while octets := await source.read(65536):
            sink.write(octets)
            await sink.drain()

    try:
        await asyncio.wait(
            [asyncio.create_task(pump(reader, far_writer)), asyncio.create_task(pump(far_reader, writer))],
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        far_writer.close()


async def test_https_through_a_proxy(tmp_path: Path) -> None:
    """The name is the proxy's to resolve; the certificate is checked against the name we asked for."""
    authority = Authority(tmp_path)
    async with (
        raw_server(connect_proxy) as proxy,
        website(ok, tls=authority.server_context("idp.example")) as site,
    ):
        client = OutboundClient(Outbound(ca_file=str(authority.file), proxy=proxy.url))
        fetched = await client.get(f"https://idp.example:{site.port}/", accept=JSON)
        wrong = await kind_of(client, f"https://other.example:{site.port}")
    assert fetched.status == 200
    assert wrong is FailureKind.TLS
    assert proxy.connections == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]"])
async def test_a_literal_behind_a_proxy_is_still_judged(host: str) -> None:
    async with raw_server(silent) as proxy:
        client = OutboundClient(Outbound(proxy=proxy.url))
        assert await kind_of(client, f"https://{host}") is FailureKind.ADDRESS_REFUSED
    assert proxy.connections == 0


async def test_a_proxy_that_refuses() -> None:
    async with raw_server(says(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")) as proxy:
        client = OutboundClient(Outbound(proxy=proxy.url.replace("//", "//user:word@")))
        assert await kind_of(client, "https://idp.example") is FailureKind.PROXY


async def test_a_proxy_is_not_a_metadata_service() -> None:
    client = OutboundClient(Outbound(proxy="http://169.254.169.254"))
    assert await kind_of(client, "https://idp.example") is FailureKind.ADDRESS_REFUSED


# --- objects given to an API server -------------------------------------------


@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("POST", 201)])
async def test_a_document_is_given_once(method: Method, status: int) -> None:
    async def taken(request: web.BaseRequest) -> web.Response:
        assert await request.json() == {"a": 1}
        return web.json_response({}, status=status)

    async with website(taken) as site:
        client = OutboundClient(LOOPBACK)
        fetched = await client.ask(method, f"{site.url}/x", accept=JSON, document=b'{"a": 1}')
    assert fetched.status == status
    (request,) = site.requests
    assert (request.method, request.headers["Content-Type"]) == (method, "application/json")


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 201), ("PUT", 201), ("POST", 200), ("PUT", 204), ("PUT", 409)]
)
async def test_another_status_is_no_success(method: Method, status: int) -> None:
    async def answers(request: web.BaseRequest) -> web.Response:
        return web.json_response({}, status=status)

    async with website(answers) as site:
        with pytest.raises(FetchFailed) as caught:
            await OutboundClient(LOOPBACK).ask(method, site.url, accept=JSON)
    assert (caught.value.kind, caught.value.status) == (FailureKind.STATUS, status)


async def test_a_document_is_not_given_twice_when_the_connection_is_lost() -> None:
    async with raw_server(says(b"")) as site:
        with pytest.raises(FetchFailed):
            await OutboundClient(LOOPBACK).ask("PUT", site.url, accept=JSON, document=b"{}")
    assert site.connections == 1
