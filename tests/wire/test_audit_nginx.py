"""Is what the audit says of an nginx.conf what nginx does? The same text goes to both."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import pytest

from gateway.audit.exposure import Exposure, Fails, Reaches
from tests.audit.showing import exposures
from tests.wire.components import Component, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.http_message import Message
from tests.wire.nginx import Nginx, main_configuration
from tests.wire.processes import free_port
from tests.wire.raw_client import bearer, send
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

CLIENTS: Final = "the-clients-own-token"
TAKEN: Final = "auth_request_set $t $upstream_http_authorization; proxy_set_header Authorization $t;"
ASKS: Final = "auth_request /_asked; proxy_pass BACKEND;"


class Case(NamedTuple):
    """What is in `location /`, and beside it in the server."""

    location: str
    server: str = ""
    asked: str = "proxy_pass ASKED;"


CASES: Final = {
    "open": Case("proxy_pass BACKEND;"),
    "naive": Case(ASKS),
    "replaced": Case(f"{ASKS} {TAKEN}"),
    "taken away": Case(f'{ASKS} proxy_set_header Authorization "";'),
    "passed on": Case(f"{ASKS} proxy_set_header Authorization $http_authorization;"),
    "by another name": Case(f"{ASKS} set $mine $http_authorization; proxy_set_header Authorization $mine;"),
    "of the server": Case(ASKS, TAKEN),
    "of the server, hidden": Case(f"{ASKS} proxy_set_header X-Own a;", TAKEN),
    "no headers": Case(f"{ASKS} proxy_pass_request_headers off;"),
    "no headers, one set": Case(
        f"{ASKS} proxy_pass_request_headers off; proxy_set_header Authorization $http_authorization;"
    ),
    "asked in the server": Case("proxy_pass BACKEND;", "auth_request /_asked;"),
    "switched off": Case("auth_request off; proxy_pass BACKEND;", "auth_request /_asked;"),
    "answers itself": Case("auth_request /_asked; return 204;"),
    "nested": Case(f"location / {{ proxy_pass BACKEND; }} {TAKEN} auth_request /_asked;"),
    "nested, hidden": Case(
        f"location / {{ proxy_set_header X-Own a; proxy_pass BACKEND; }} {TAKEN} auth_request /_asked;"
    ),
    "any address": Case(f"{ASKS} satisfy all; allow all;"),
    "nobody there": Case(ASKS, asked="proxy_pass NOBODY;"),
    "nobody there, let in": Case(ASKS, asked="proxy_pass NOBODY; error_page 502 =200 /_ok;"),
    "nobody there, a way past": Case(
        f"{ASKS} error_page 500 = @past;", "location @past { proxy_pass BACKEND; }", "proxy_pass NOBODY;"
    ),
    "nobody there, a page": Case(
        f"{ASKS} error_page 500 = @page;", "location @page { return 503; }", "proxy_pass NOBODY;"
    ),
    "always yes": Case(ASKS, asked="return 200;"),
    "refused, a way past": Case(f"{ASKS} error_page 401 = @past;", "location @past { proxy_pass BACKEND; }"),
}


def authorize(request: Message) -> Reply:
    """One token comes in, with another in its place."""
    if request.values("authorization") != [f"Bearer {CLIENTS}"]:
        return Reply(status=401)
    return Reply(headers=(("Authorization", "Bearer ours"),))


def host(name: str) -> str:
    return f"{name.replace(' ', '-').replace(',', '')}.example"


def configuration(port: int, places: dict[str, int]) -> str:
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{port}; server_name {host(name)}; location / {{ {case.location} }} "
        f"{case.server} location = /_ok {{ internal; return 200; }} "
        f"location = /_asked {{ internal; {case.asked} }} }}"
        for name, case in CASES.items()
    )
    for word, number in places.items():
        servers = servers.replace(word, f"http://127.0.0.1:{number}")
    return servers


class Scene(NamedTuple):
    port: int
    backend: EchoBackend
    audited: dict[str, Exposure]


@pytest.fixture(scope="module", params=[Component.NGINX_OLD, Component.NGINX_NEW], ids=lambda one: one.value)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with EchoBackend() as backend, RecordingServer(authorize) as asked:
        port = free_port()
        text = configuration(port, {"BACKEND": backend.port, "ASKED": asked.port, "NOBODY": free_port()})
        found = {one.host: one for one in exposures(main_configuration(text), file="nginx.conf")}
        with Nginx(request.param, text, tmp_path_factory.mktemp("nginx"), port=port):
            yield Scene(port, backend, found)


@pytest.mark.parametrize("name", CASES)
def test_nginx_does_what_the_audit_says(name: str, scene: Scene, request: pytest.FixtureRequest) -> None:
    nginx = request.node.callspec.params["scene"]
    record(request.node, nginx.value, version(nginx))
    said = scene.audited[host(name)]
    scene.backend.requests.clear()
    send(scene.port, "/x", [bearer(CLIENTS)], host=host(name))
    seen = [value for one in scene.backend.requests for value in one.values("authorization")]
    reached = bool(scene.backend.requests)
    scene.backend.requests.clear()
    send(scene.port, "/x", host=host(name))
    let_in = bool(scene.backend.requests)

    assert said.token.reaches in {Reaches.YES, Reaches.NO}, "these can all be told"
    if reached:
        assert (f"Bearer {CLIENTS}" in seen) is (said.token.reaches is Reaches.YES)
    assert let_in is (bool(said.backends) and not said.is_protected)
    assert (said.auth is not None and said.auth.fails is Fails.OPEN) is (let_in and said.auth is not None)
