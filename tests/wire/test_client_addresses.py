"""Whose address is recorded, where the proxy stands behind another one?

By default that of the nearest hop, whatever anybody says. Where the operator has told the proxy of the one in
front, the address that this one has seen, and still nothing that a client wrote before it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.wire import lab_issuer
from tests.wire.components import version
from tests.wire.echo_backend import EchoBackend
from tests.wire.envoy_scene import scene
from tests.wire.fronts import Front, opened, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import free_port
from tests.wire.raw_client import bearer, exchange
from tests.wire.stand import Stand
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, HOST

pytestmark = pytest.mark.wire

FORGED, CLIENT, V6 = "198.51.100.1", "203.0.113.9", "2001:db8::9"


def _nginx(snippet: str) -> str:
    trusts = "    set_real_ip_from 127.0.0.1;\n    real_ip_header X-Forwarded-For;\n"
    return snippet.replace("    merge_slashes off;\n", f"{trusts}    merge_slashes off;\n")


def _caddy(snippet: str) -> str:
    trusts = "\tservers {\n\t\ttrusted_proxies static 127.0.0.1/32\n\t\ttrusted_proxies_strict\n\t}\n"
    return snippet.replace("\tadmin off\n", f"\tadmin off\n{trusts}", 1)


def _haproxy(snippet: str) -> str:
    trusts = "    http-request set-src req.hdr_ip(x-forwarded-for,-1) if { src 127.0.0.1 }\n"
    return snippet.replace("    # Ask. What", f"{trusts}    # Ask. What")


def _envoy(snippet: str) -> str:
    return snippet.replace("xff_num_trusted_hops: 0", "xff_num_trusted_hops: 1")


def _proxy_protocol(snippet: str) -> str:
    bootstrap = yaml.safe_load(snippet)
    (listener,) = bootstrap["static_resources"]["listeners"]
    kind = "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
    name = "envoy.filters.listener.proxy_protocol"
    listener["listener_filters"] = [{"name": name, "typed_config": {"@type": kind}}]
    return yaml.safe_dump(bootstrap)


def _traefik(snippet: str) -> str:
    static, dynamic = yaml.safe_load_all(snippet)
    static["entryPoints"]["web"]["proxyProtocol"] = {"trustedIPs": ["127.0.0.1/32"]}
    return f"{yaml.safe_dump(static)}---\n{yaml.safe_dump(dynamic)}"


TRUSTING: Final[Mapping[Front, Callable[[str], str]]] = {
    Front.NGINX_NEW: _nginx,
    Front.NGINX_OLD: _nginx,
    Front.TRAEFIK: _traefik,
    Front.CADDY: _caddy,
    Front.HAPROXY: _haproxy,
    Front.HAPROXY_NEW: _haproxy,
    Front.ENVOY: _envoy,
    Front.ENVOY_GRPC: _proxy_protocol,
}
"""What docs/operations.md tells the operator to add, with 127.0.0.1 for the proxy in front."""

BY_PROXY: Final = {Front.TRAEFIK, Front.ENVOY_GRPC}
"""They tell the gateway of the connection alone: of the one in front they learn by the PROXY protocol."""


@contextmanager
def behind_another(front: Front, gateway: GatewayProcess, directory: Path) -> Iterator[Stand]:
    port = free_port()
    with EchoBackend() as backend:
        snippet = printed_snippet(
            front.traits.target,
            gateway.file,
            gateway=front.port_of(gateway),
            backend=backend.port,
            listen=port,
        )
        edited = TRUSTING[front](snippet)
        assert edited != snippet
        with opened(front, edited, directory / "proxy", port=port) as proxy:
            yield Stand(
                front=front, port=port, proxy=proxy.program, gateway=gateway, backend=backend, provider=None
            )


def through_the_one_in_front(stand: Stand, client: str, forged: str = "") -> str:
    """Ask as one in front does that appends to the chain, or speaks PROXY. Returns what is recorded."""
    chain = ", ".join(one for one in (forged, client) if one)
    pairs = [
        ("Host", HOST),
        bearer(lab_issuer.lab_token()),
        ("X-Forwarded-For", chain),
        ("Connection", "close"),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    family = "TCP6" if ":" in client else "TCP4"
    here = "::1" if ":" in client else "127.0.0.1"
    first = f"PROXY {family} {client} {here} 4711 80\r\n" if stand.front in BY_PROXY else ""
    (answer,) = exchange(
        stand.port, f"{first}GET /v1/orders HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode()
    )
    assert answer.status == 200
    stand.backend.requests.clear()
    recorded: str = stand.gateway.records()[-1]["source.ip"]
    return recorded


def test_the_nearest_hop_is_recorded_whatever_is_said(stand: Stand) -> None:
    token = stand.lab_token()
    for said in (CLIENT, f"{FORGED}, {CLIENT}", V6, "unknown"):
        pairs = [("X-Forwarded-For", said), ("X-Real-IP", FORGED), ("Forwarded", f"for={FORGED}")]
        assert stand.send(headers=pairs, token=token).status == 200
        assert stand.record()["source.ip"] == "127.0.0.1"
        seen = stand.seen()
        assert FORGED not in "".join((*seen.values("X-Real-IP"), *seen.values("Forwarded")))


def test_what_the_one_in_front_has_seen_is_recorded(
    front: Front, gateway: GatewayProcess, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    record(request.node, front.value, version(front.component))
    with behind_another(front, gateway, tmp_path) as stand:
        for client in (CLIENT, V6):
            assert through_the_one_in_front(stand, client) == client
            assert through_the_one_in_front(stand, client, forged=FORGED) == client


def test_over_grpc_envoy_tells_of_the_connection_alone(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Hops count for what the backend is told, not here."""
    record(request.node, Front.ENVOY.value, version(Front.ENVOY.component))
    token = lab_issuer.lab_token()
    with scene(BEARER, tmp_path / "hops", edited=_envoy) as behind:
        chain = ("X-Forwarded-For", f"{FORGED}, {CLIENT}")
        assert behind.send("/v1/orders", bearer(token), chain).status == 200
        assert behind.gateway.records()[-1]["source.ip"] == "127.0.0.1"
        assert behind.seen().only("X-Real-IP") == CLIENT
