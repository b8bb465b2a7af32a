"""Is a certificate that an envoy.yaml asks clients for needed? The same text goes to Envoy and the audit.

Each case is a listener of its own. To each come a client without a certificate, and one with a certificate of
an authority that Envoy was told nothing of.
"""

import socket
import ssl
from pathlib import Path
from typing import Final

import pytest

from tests.audit.showing import exposures
from tests.tls.authority import Authority
from tests.wire.components import Component, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.envoy import Envoy
from tests.wire.envoy_words import ALL, typed
from tests.wire.processes import free_port
from tests.wire.raw_client import TIMEOUT_S
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

OURS, THEIRS = Authority("ours"), Authority("theirs")
TRUSTED: Final = "trusted_ca: {filename: CA}"
CASES: Final = {
    "asked for nothing": "",
    "nothing to verify it by": "require_client_certificate: true, ",
    "an empty context": "require_client_certificate: true, VALIDATION: {validation_context: {}}, ",
    "an authority": f"require_client_certificate: true, VALIDATION: {{validation_context: {{{TRUSTED}}}}}, ",
    "an authority, if there is one": f"VALIDATION: {{validation_context: {{{TRUSTED}}}}}, ",
    "of anybody": "require_client_certificate: true, VALIDATION: "
    f"{{validation_context: {{{TRUSTED}, trust_chain_verification: ACCEPT_UNTRUSTED}}}}, ",
}
NEEDED: Final = {"an authority"}
PACKAGE: Final = "type.googleapis.com/envoy.extensions"


def listener(name: str, asked: str, port: int, folder: Path) -> str:
    own = (
        f"tls_certificates: [{{certificate_chain: {{filename: {folder}/tls.crt}}, "
        f"private_key: {{filename: {folder}/tls.key}}}}]"
    )
    before, told, validation = asked.partition("VALIDATION: {")
    common = f"common_tls_context: {{{own}, {validation.removesuffix('}, ') if told else ''}}}"
    kind = f"{PACKAGE}.transport_sockets.tls.v3.DownstreamTlsContext"
    tls = f'{{"@type": {kind}, {before}{common}}}'.replace("CA", f"{folder}/ca.crt")
    manager = (
        f'{{"@type": {PACKAGE}.filters.network.http_connection_manager.v3.HttpConnectionManager, '
        f"stat_prefix: x, http_filters: [{typed('router.v3.Router')}], route_config: "
        f"{{name: r, virtual_hosts: [{{name: all, domains: ['*'], routes: [{ALL}]}}]}}}}"
    )
    socket_ = f"transport_socket: {{name: tls, typed_config: {tls}}}"
    chain = f"{socket_}, filters: [{{name: h, typed_config: {manager}}}]"
    address = f"socket_address: {{address: 127.0.0.1, port_value: {port}}}"
    return f'    - {{name: "{name}", address: {{{address}}}, filter_chains: [{{{chain}}}]}}\n'


def test_who_comes_in_without_a_certificate_that_is_known(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    record(request.node, "envoy", version(Component.ENVOY))
    own, other = OURS.server("localhost"), THEIRS.client("client.example")
    files = {"tls.crt": own.chain, "tls.key": own.key, "ca.crt": OURS.pem}
    for name, content in {**files, "client.crt": other.chain, "client.key": other.key}.items():
        (tmp_path / name).write_bytes(content)
    with EchoBackend() as backend:
        ports = {name: free_port() for name in CASES}
        listeners = "".join(listener(name, asked, ports[name], tmp_path) for name, asked in CASES.items())
        text = f"static_resources:\n  listeners:\n{listeners}  clusters:\n{cluster(backend.port)}"
        said = {one.class_name for one in exposures(text, file="envoy.yaml") if one.auth is not None}
        with Envoy(text, tmp_path / "envoy", port=list(ports.values())[-1]) as envoy:
            for port in ports.values():
                envoy.program.wait_for_port(port)
            come_in = {
                name for name in CASES for shows in (False, True) if comes_in(ports[name], tmp_path, shows)
            }
    assert set(CASES) - come_in == said == NEEDED


# --- private ---


def cluster(port: int) -> str:
    address = f"socket_address: {{address: 127.0.0.1, port_value: {port}}}"
    ends = f"endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{{address}}}}}}}]}}]"
    return f"    - {{name: app, connect_timeout: 2s, load_assignment: {{cluster_name: app, {ends}}}}}\n"


def comes_in(port: int, folder: Path, shows: bool) -> bool:  # noqa: FBT001 - one of two clients
    context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    if shows:
        context.load_cert_chain(folder / "client.crt", folder / "client.key")
    try:
        with (
            socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as encrypted,
        ):
            encrypted.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return encrypted.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
