"""Do real proxies believe what `gateway certificates` makes: by its own name, and only with its own ca.crt?

nginx, Envoy, Caddy and Traefik with their files; then Traefik as it reads the printed objects of a cluster,
with that ca.crt in a Secret, or among the authorities of its system.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.cli import main
from tests.wire import lab_issuer, test_traefik_ingress_nginx, test_traefik_middleware
from tests.wire.components import Component, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, opened, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.kubernetes_api import KubernetesApi, Object
from tests.wire.processes import free_port
from tests.wire.raw_client import Response, bearer, send
from tests.wire.traefik import Traefik
from tests.wire.what_ran import record
from tests.wire.worlds import STILL, configuration

pytestmark = pytest.mark.wire

NAME = "localhost"
FRONTS = (Front.NGINX_NEW, Front.NGINX_OLD, Front.TRAEFIK, Front.CADDY, Front.ENVOY, Front.ENVOY_GRPC)
ROUTERS = {
    "traefik-middleware": test_traefik_middleware.PROVIDER,
    "traefik-ingress-nginx": test_traefik_ingress_nginx.ROUTER,
}


def make(folder: Path) -> bytes:
    """A certificate in this folder; give what proxies get."""
    assert main(["certificates", "init", "--directory", str(folder), "--name", NAME]) == 0
    return (folder / "tls" / "ca.crt").read_bytes()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """It shows what the command has made, over HTTP and over gRPC."""
    folder = tmp_path_factory.mktemp("gateway")
    make(folder / "own")
    tls = {"certificate": "file:own/tls/tls.crt", "key": "file:own/tls/tls.key"}
    listeners = {"decision": {"tls": tls}, "grpc": {"tls": tls}}
    whole = configuration(STILL, None, lab_issuer.write_keys(folder / "keys"), listeners=listeners)
    with GatewayProcess(whole, folder) as running:
        yield running


def own_ca(gateway: GatewayProcess) -> bytes:
    return (gateway.file.parent / "own" / "tls" / "ca.crt").read_bytes()


def ask(port: int) -> Response:
    return send(port, "/v1/orders", [bearer(lab_issuer.lab_token())])


@pytest.mark.parametrize("front", FRONTS, ids=str)
def test_a_proxy_asks_whom_its_ca_vouches_for_and_nobody_else(
    front: Front, gateway: GatewayProcess, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    record(request.node, front.value, version(front.component))
    for name, ca, status in (
        ("own", own_ca(gateway), 200),
        ("another", make(tmp_path / "made"), front.traits.without_gateway),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "token_gateway_ca.crt").write_bytes(ca)
        with EchoBackend() as backend:
            ports = {"gateway": front.port_of(gateway), "backend": backend.port, "listen": free_port()}
            text = printed_snippet(front.traits.target, gateway.file, gateway_url=f"https://{NAME}", **ports)
            # nginx and Envoy would also ask ::1, where nobody listens.
            text = text.replace(f"server {NAME}:", "server 127.0.0.1:")
            text = text.replace("dns_lookup_family: ALL", "dns_lookup_family: V4_ONLY")
            with opened(front, text, folder, port=ports["listen"]) as proxy:
                assert ask(proxy.port).status == status, name
                assert len(backend.requests) == (status == 200)


@pytest.mark.parametrize("target", ROUTERS)
def test_traefik_in_a_cluster_does_too(
    target: str, gateway: GatewayProcess, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    record(request.node, "traefik", version(Component.TRAEFIK))
    for name, ca, status in (("own", own_ca(gateway), 200), ("another", make(tmp_path / "made"), 500)):
        folder = tmp_path / name
        folder.mkdir()
        with EchoBackend() as backend, in_cluster(target, gateway, backend, ca, folder) as port:
            answer = ask(port)
            assert (answer.status, len(backend.requests)) == (status, status == 200), name


@contextmanager
def in_cluster(
    target: str, gateway: GatewayProcess, backend: EchoBackend, ca: bytes, folder: Path
) -> Iterator[int]:
    """Traefik that has this ca.crt where the snippet says that it goes; give where it listens."""
    port = free_port()
    text = printed_snippet(
        target,
        gateway.file,
        gateway=gateway.decision_port,
        backend=backend.port,
        listen=port,
        gateway_url=f"https://{NAME}",
    )
    static, *printed = yaml.safe_load_all(text)
    environment: Mapping[str, str] = {}
    objects: list[Object]
    if target == "traefik-middleware":
        objects = [*test_traefik_middleware.cluster(printed, backend.port), secret(ca)]
    else:
        (ingress,) = printed
        ingress["spec"].pop("tls")  # it redirects whoever comes in clear, as the tests do
        objects = test_traefik_ingress_nginx.cluster(ingress, backend.port)
        (folder / "mounted").mkdir()
        (folder / "mounted" / "ca.crt").write_bytes(ca)
        environment = {"SSL_CERT_DIR": f"/etc/ssl/certs:{folder / 'mounted'}"}
    (entry_point,) = static.pop("entryPoints").values()
    providers = static.pop("providers")
    with KubernetesApi(objects) as api:
        for provider in providers.values():
            provider |= {"endpoint": api.url, "token": "none"}
        with Traefik(
            "{}",
            folder / "proxy",
            entry_point=entry_point,
            static=static,
            providers=providers,
            port=port,
            environment=environment,
        ) as traefik:
            traefik.wait_for_router(ROUTERS[target])
            yield port


def secret(ca: bytes) -> dict[str, Any]:
    """What the command of the snippet makes."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": "token-gateway-ca", "namespace": "apps"},
        "data": {"ca.crt": b64encode(ca).decode()},
    }
