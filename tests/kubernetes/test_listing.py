"""What does the reader do where an API server fails? tests/audit/test_live.py has it read a real one."""

import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.kubernetes.access import Access
from gateway.kubernetes.listing import Denied, Unreachable, Wanted, list_objects
from tests.tls.authority import Authority
from tests.wire.processes import free_port

SERVICES = {"name": "services", "kind": "Service", "namespaced": True, "verbs": ["list"]}
PODS = {"name": "pods", "kind": "Pod", "namespaced": True, "verbs": ["get"]}
LOG = {"name": "pods/log", "kind": "Pod", "namespaced": True, "verbs": ["list"]}
AUTHORITY = Authority("cluster")
Answering = Callable[[web.Request], web.Response]


async def read(access: Access, *wanted: Wanted, namespace: str | None = None) -> list[Any]:
    return [one async for one in list_objects(access, wanted or (Wanted(group=""),), namespace=namespace)]


@pytest.fixture
async def serve(tmp_path: Any) -> AsyncIterator[Callable[..., Any]]:
    servers: list[TestServer] = []
    pair = AUTHORITY.server()
    (tmp_path / "pair.pem").write_bytes(pair.chain + pair.key)

    async def start(answering: Answering) -> Access:
        async def handler(request: web.Request) -> web.Response:
            return answering(request)

        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "pair.pem")
        server = TestServer(application, scheme="https")
        await server.start_server(ssl=context)
        servers.append(server)
        url = f"https://127.0.0.1:{server.port}"
        return Access(url=url, authority=AUTHORITY.pem, token="hunter2")

    yield start
    for one in servers:
        await one.close()


def of_core(request: web.Request, listed: web.Response) -> web.Response:
    if request.path == "/api/v1":
        return web.json_response({"resources": [SERVICES, PODS, LOG]})
    return listed


async def test_only_what_can_be_listed_is_listed_in_parts(serve: Any) -> None:
    asked: list[str] = []

    def answering(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        assert request.headers["Authorization"] == "Bearer hunter2"
        more = {} if "continue" in request.query else {"continue": "next one"}
        item = {"metadata": {"name": f"s{len(asked)}", "managedFields": [1]}}
        return of_core(request, web.json_response({"metadata": more, "items": [item]}))

    access = await serve(answering)
    assert await read(access) == [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s2"}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s3"}},
    ]
    first = "/api/v1/services?limit=500"
    assert asked == ["/api/v1", first, f"{first}&continue=next+one"]
    asked.clear()
    await read(access, namespace="shop")
    assert asked[1].startswith("/api/v1/namespaces/shop/services?")


async def test_a_group_that_is_not_installed_has_nothing(serve: Any) -> None:
    access = await serve(lambda _: web.Response(status=404))
    assert await read(access, Wanted(group="traefik.io")) == []


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (401, "the API server does not know this account"),
        (403, "this account may not list them"),
        (410, "the list changed too much while it was read"),
        (500, "the API server answers 500"),
        (302, "the API server answers 302"),
    ],
)
async def test_what_may_not_be_listed_is_told(serve: Any, status: int, why: str) -> None:
    access = await serve(lambda request: of_core(request, web.Response(status=status)))
    (denied,) = await read(access)
    assert isinstance(denied, Denied)
    assert (denied.what, denied.why) == ("services", why)
    groups = await serve(lambda _: web.Response(status=status))
    (denied,) = await read(groups, Wanted(group="traefik.io"))
    assert (denied.what, denied.why) == ("traefik.io", why)


async def test_what_is_no_api_server_is_told_without_its_words(serve: Any) -> None:
    access = await serve(lambda _: web.Response(text="hunter2 <html>"))
    with pytest.raises(Unreachable) as gone:
        await read(access)
    assert str(gone.value) == "what answers is no API server that answers us"


async def test_a_server_of_another_authority_is_told_nothing(serve: Any) -> None:
    def never(_: web.Request) -> web.Response:
        raise AssertionError

    access = await serve(never)
    other = Access(url=access.url, authority=Authority("other").pem, token="hunter2")
    with pytest.raises(Unreachable, match="certificate is not from its authority"):
        await read(other)


async def test_nobody_there() -> None:
    access = Access(url=f"https://127.0.0.1:{free_port()}", authority=AUTHORITY.pem)
    with pytest.raises(Unreachable, match="cannot be reached"):
        await read(access)
