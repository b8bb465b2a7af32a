"""Is a server believed only by its authority and its name, and what are we to it?

nginx is the server, and says whom it has seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.app.process import reload, running
from tests.edge.asking import ask, fresh
from tests.edge.secured import OURS, THEIRS, write
from tests.edge.stack import configuration
from tests.tls.authority import Pair
from tests.wire.components import Component, version
from tests.wire.gateway_process import GatewayProcess
from tests.wire.nginx import Nginx
from tests.wire.processes import free_port, wait_until
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

SPIFFE = "spiffe://cluster.local/ns/shop/sa/orders"
SERVER = OURS.serving("orders.shop.example", SPIFFE)
CLIENT = OURS.client("gateway.example", common_name="gateway-1")

HTTP = """\
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate server.crt;
    ssl_certificate_key server.key;
    ssl_client_certificate ca.crt;
    ssl_verify_client {verify};
    location / {{ return 200 "$ssl_client_verify $ssl_client_s_dn $ssl_protocol $http_x_auth_subject"; }}
  }}
"""


@contextmanager
def serving(folder: Path, shows: Pair = SERVER, verify: str = "on") -> Iterator[Nginx]:
    folder.mkdir()
    (folder / "ca.crt").write_bytes(OURS.pem)
    write(folder, "server", shows)
    port = free_port()
    with Nginx(Component.NGINX_NEW, HTTP.format(port=port, verify=verify), folder, port=port) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with serving(tmp_path_factory.mktemp("nginx") / "server") as running:
        yield running


@pytest.fixture(autouse=True)
def _ran(request: pytest.FixtureRequest) -> None:
    record(request.node, "nginx-new", version(Component.NGINX_NEW))


def knowing(folder: Path, port: int, host: str = "127.0.0.1", **tls: Any) -> dict[str, Any]:
    """An edge before a server that it knows by these."""
    folder.mkdir(exist_ok=True)
    for name, content in (("ca", OURS.pem), ("theirs", THEIRS.pem)):
        (folder / f"{name}.crt").write_bytes(content)
    write(folder, "client", CLIENT)
    config = configuration({"api": port})
    shown = {"certificate": "file:client.crt", "key": "file:client.key"}
    said = {"ca": "file:ca.crt", "names": ["orders.shop.example"], **shown, **tls}
    config["upstreams"]["api"] = {
        "servers": [f"https://{host}:{port}"],
        "tls": {name: value for name, value in said.items() if value is not None},
    }
    return config


def told(gateway: GatewayProcess) -> str:
    answer = ask(gateway, "api", fresh())
    assert answer.status == 200, answer
    return answer.body.decode()


@pytest.mark.parametrize("name", ["orders.shop.example", SPIFFE])
def test_each_is_known_to_the_other(server: Nginx, tmp_path: Path, name: str) -> None:
    with running(tmp_path, knowing(tmp_path, server.port, names=[name])) as gateway:
        assert told(gateway) == "SUCCESS CN=gateway-1 TLSv1.3 corp:alice"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ca": "file:theirs.crt"},
        {"ca": None},
        {"names": ["other.shop.example"]},
        {"names": ["shop.example"]},
        {"names": [SPIFFE + "/more"]},
        {"names": None},
    ],
    ids=str,
)
def test_another_server_is_told_nothing(server: Nginx, tmp_path: Path, wrong: dict[str, Any]) -> None:
    """By default it must show the host of its URL, here an address, which it does not."""
    target = fresh()
    with running(tmp_path, knowing(tmp_path, server.port, **wrong)) as gateway:
        assert ask(gateway, "api", target).status == 502
    assert target not in (server.program.directory / "logs" / "access.log").read_text()


def test_a_server_that_must_know_us_says_so_where_it_does_not(server: Nginx, tmp_path: Path) -> None:
    with running(tmp_path, knowing(tmp_path, server.port, certificate=None, key=None)) as gateway:
        answer = ask(gateway, "api", fresh())
        assert answer.status == 400
        assert b"No required SSL certificate was sent" in answer.body


def test_a_common_name_names_nobody(tmp_path: Path) -> None:
    shows = OURS.serving(common_name="orders.shop.example")
    with serving(tmp_path / "nginx", shows) as server:
        folder = tmp_path / "gateway"
        with running(folder, knowing(folder, server.port)) as gateway:
            assert ask(gateway, "api", fresh()).status == 502


def test_what_we_show_changes_with_the_file(server: Nginx, tmp_path: Path) -> None:
    with running(tmp_path, knowing(tmp_path, server.port)) as gateway:
        assert told(gateway).startswith("SUCCESS CN=gateway-1 ")
        write(tmp_path, "client", OURS.client("gateway.example", common_name="gateway-2"))
        wait_until(lambda: "CN=gateway-2" in told(gateway), lambda: "the old certificate is still shown")


def test_whom_we_believe_changes_with_the_file(server: Nginx, tmp_path: Path) -> None:
    config = knowing(tmp_path, server.port)
    with running(tmp_path, config) as gateway:
        assert told(gateway).startswith("SUCCESS")
        (tmp_path / "ca.crt").write_bytes(THEIRS.pem)
        wait_until(
            lambda: ask(gateway, "api", fresh()).status == 502, lambda: "the old one is still believed"
        )
        (tmp_path / "ca.crt").write_bytes(OURS.pem)
        reload(gateway, config)
        wait_until(lambda: ask(gateway, "api", fresh()).status == 200, lambda: "it is not believed again")
