"""Does Traefik run with the printed snippet as it stands, both files, nothing of the harness in it?"""

import socket
import ssl
from contextlib import redirect_stdout
from http.client import HTTPSConnection
from io import StringIO
from pathlib import Path

import pytest

from gateway.cli import main
from tests.tls.authority import Authority
from tests.wire import lab_issuer
from tests.wire.components import Component, locate
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import printed_snippet, snippet_arguments
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import Program, free_port, wait_until
from tests.wire.raw_client import bearer, send
from tests.wire.worlds import BROWSER, configuration

pytestmark = pytest.mark.wire


@pytest.mark.usefixtures("traefik_version")
def test_the_two_documents_are_two_files(backend: EchoBackend, tmp_path: Path) -> None:
    keys = lab_issuer.write_keys(tmp_path / "keys")
    with GatewayProcess(configuration(BROWSER, None, keys), tmp_path / "gateway") as gateway:
        snippet = printed_snippet(
            "traefik",
            gateway.file,
            gateway=gateway.decision_port,
            backend=backend.port,
            listen=(port := free_port()),
        )
        static, _, dynamic = snippet.partition("---\n")
        directory = tmp_path / "traefik"
        directory.mkdir()
        (directory / "traefik.yml").write_text(static)
        (directory / "dynamic.yml").write_text(dynamic)
        program = Program([locate(Component.TRAEFIK), "--configFile=traefik.yml"], directory)
        try:
            program.wait_for_port(port)
            token = lab_issuer.lab_token()
            wait_until(lambda: send(port, "/v1/orders").status == 401, program.written)
            assert send(port, "/v1/orders", [bearer(token)]).status == 200
            assert backend.requests[-1].only("X-Auth-Subject") == "lab:alice"
            assert token not in program.written()
            assert "ERR" not in program.written()
        finally:
            program.kill()


@pytest.mark.usefixtures("traefik_version")
def test_where_others_come_it_speaks_tls_alone(backend: EchoBackend, tmp_path: Path) -> None:
    keys, authority = lab_issuer.write_keys(tmp_path / "keys"), Authority()
    with GatewayProcess(configuration(BROWSER, None, keys), tmp_path / "gateway") as gateway:
        arguments = snippet_arguments(
            "traefik", gateway.file, gateway=gateway.decision_port, backend=backend.port, listen=1
        )
        port = free_port()
        with redirect_stdout(StringIO()) as printed:
            assert main([*arguments, f"--listen=0.0.0.0:{port}"]) == 0
        static, _, dynamic = printed.getvalue().partition("---\n")
        pair = authority.server("api.example.com")
        for name, content in {
            "traefik.yml": static.encode(),
            "dynamic.yml": dynamic.encode(),
            "token_gateway_server.crt": pair.chain,
            "token_gateway_server.key": pair.key,
        }.items():
            (tmp_path / name).write_bytes(content)
        program = Program([locate(Component.TRAEFIK), "--configFile=traefik.yml"], tmp_path)
        try:
            program.wait_for_port(port)
            token = lab_issuer.lab_token()
            wait_until(lambda: status_over_tls(port, authority, None) == 401, program.written)
            assert status_over_tls(port, authority, token) == 200
            assert backend.requests[-1].only("X-Auth-Subject") == "lab:alice"
            assert send(port, "/v1/orders", [bearer(token)]).status == 404, "there is no router in clear text"
        finally:
            program.kill()


def status_over_tls(port: int, authority: Authority, token: str | None) -> int:
    """What a client gets that trusts this authority; 0 while Traefik has another certificate, or none."""
    context = ssl.create_default_context(cadata=authority.pem.decode())
    connection = HTTPSConnection("api.example.com", context=context, timeout=10)
    try:
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        connection.sock = context.wrap_socket(plain, server_hostname="api.example.com")
        headers = dict([bearer(token)]) if token else {}
        connection.request("GET", "/v1/orders", headers=headers)
        return connection.getresponse().status
    except (ssl.SSLError, ConnectionError):
        return 0
    finally:
        connection.close()
