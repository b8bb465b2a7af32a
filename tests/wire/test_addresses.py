"""Who is asking, where there are two families, a sidecar, or an ingress in the network of its node?

Each address of loopback stands for one of those that a cluster shows: a node's, a pod's, a sidecar's.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from tests.wire import lab_issuer
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message, read_message
from tests.wire.worlds import BEARER, SECRET, configuration

pytestmark = pytest.mark.wire

NODE, POD, SIDECAR = "127.0.9.1", "127.0.42.7", "127.0.0.6"
BOTH = {"decision": {"host": "::"}}


def ask(
    gateway: GatewayProcess,
    source: str,
    *more: str,
    to: str | None = None,
    client: str = "203.0.113.9",
) -> Message:
    """Ask as nginx would, from this address."""
    lines = [
        "GET /auth/nginx/orders HTTP/1.1",
        "Host: gateway",
        "X-Original-Method: GET",
        "X-Original-URL: http://api.example.com/v1/orders",
        f"X-Real-IP: {client}",
        f"Authorization: Bearer {lab_issuer.lab_token()}",
        *more,
        "Connection: close",
        "",
        "",
    ]
    address = (to or ("::1" if ":" in source else "127.0.0.1"), gateway.decision_port)
    with socket.create_connection(address, timeout=10, source_address=(source, 0)) as connection:
        connection.sendall("\r\n".join(lines).encode())
        with connection.makefile("rb") as stream:
            message = read_message(cast("BinaryIO", stream))
    assert message is not None
    return message


def running(directory: Path, policy: dict[str, Any], workers: int = 1, **more: Any) -> GatewayProcess:
    keys = lab_issuer.write_keys(directory / "keys")
    return GatewayProcess(configuration(policy, None, keys, **more), directory / "gateway", workers=workers)


def is_permitted(answer: Message) -> bool:
    assert answer.start_line in {"HTTP/1.1 200 OK", "HTTP/1.1 403 Forbidden"}
    return answer.start_line == "HTTP/1.1 200 OK"


def next_record(gateway: GatewayProcess, before: int) -> dict[str, Any]:
    """The one record after so many: a worker writes it behind its answer, and its counts later still."""
    (record,) = gateway.records(at_least=before + 1)[before:]
    return record


@pytest.fixture(scope="module", params=[1, 2], ids=["one worker", "two workers"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    """Peers of both families, on one listener."""
    policy = {**BEARER, "peers": ["127.0.42.0/24", "::1/128"]}
    with running(tmp_path_factory.mktemp("both"), policy, workers=request.param, listeners=BOTH) as gateway:
        yield gateway


def test_one_listener_serves_both_families(both: GatewayProcess) -> None:
    for peer in (POD, "::1"):
        before = len(both.records())
        assert is_permitted(ask(both, peer))
        record = next_record(both, before)
        assert record["token_gateway.peer"] == peer
        assert record["source.ip"] == "203.0.113.9"


def test_an_ipv4_peer_on_an_ipv6_socket_counts_as_ipv4(both: GatewayProcess) -> None:
    """It arrives as ::ffff:a.b.c.d: in its own network it is listed, in no other."""
    for peer, permitted in ((POD, True), (NODE, False), ("127.0.0.1", False)):
        before = len(both.records())
        assert is_permitted(ask(both, peer)) is permitted
        record = next_record(both, before)
        assert record["token_gateway.peer"] == peer
        if not permitted:
            assert record["event.reason"] == "peer_untrusted"


@pytest.mark.parametrize(
    ("said", "recorded"),
    [
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:DB8::0:9", "2001:db8::9"),
        ("::1", "::1"),
    ],
)
def test_a_clients_address_is_recorded_in_one_form(both: GatewayProcess, said: str, recorded: str) -> None:
    before = len(both.records())
    assert is_permitted(ask(both, POD, client=said))
    record = next_record(both, before)
    assert record["source.ip"] == recorded


def test_a_listener_of_one_family_keeps_the_other_out(tmp_path: Path) -> None:
    with running(tmp_path, BEARER) as gateway, pytest.raises(ConnectionRefusedError):
        ask(gateway, "::1")


def test_an_ingress_in_the_network_of_its_node_is_listed_by_the_nodes_address(tmp_path: Path) -> None:
    """`hostNetwork: true`: the pod network says nothing of it, and whatever runs on the node is with it."""
    listed = {**SECRET, "peers": ["127.0.9.0/24"]}
    says = f"X-Token-Gateway-Caller: {os.environ['CALLER_SECRET']}"
    with running(tmp_path, listed) as gateway:
        assert is_permitted(ask(gateway, NODE, says))
        assert not is_permitted(ask(gateway, POD, says))
        assert not is_permitted(ask(gateway, NODE))
        assert gateway.records()[-1]["event.reason"] == "caller_unproven"


@pytest.mark.parametrize("address", [SIDECAR, "127.0.0.1"])
def test_behind_a_sidecar_the_secret_alone_tells_the_ingress(address: str, tmp_path: Path) -> None:
    """Every connection that the sidecar has taken over has one address, whoever made it."""
    listed = {**SECRET, "peers": [f"{address}/32"]}
    says = f"X-Token-Gateway-Caller: {os.environ['CALLER_SECRET']}"
    with running(tmp_path, listed) as gateway:
        assert is_permitted(ask(gateway, address, says))
        for said in ((), ("X-Token-Gateway-Caller: guess",), (says, says)):
            assert not is_permitted(ask(gateway, address, *said))
            record = gateway.records()[-1]
            assert (record["event.reason"], record["token_gateway.peer"]) == ("caller_unproven", address)
