"""Does a decision cost a connection? One after another share one; side by side there are few.

Traefik keeps two idle ones: with more clients at a time it opens others, and closes them again.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.wire import lab_issuer
from tests.wire.components import version
from tests.wire.counting_relay import CountingRelay
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, opened, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import free_port, wait_until
from tests.wire.raw_client import bearer, send
from tests.wire.stand import opened_gateway
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER

pytestmark = pytest.mark.wire

CLIENTS = 8
EACH = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A proxy, and what passes between it and the gateway."""

    port: int
    relay: CountingRelay

    def ask(self, number: int) -> None:
        """Each request on a connection of its own to the proxy, one after another."""
        token = lab_issuer.lab_token()
        for _ in range(number):
            assert send(self.port, "/v1/orders", [bearer(token)]).status == 200

    def ask_side_by_side(self) -> None:
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(self.ask, [EACH] * CLIENTS))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """It may be one for all: what is counted is on the way to it."""
    with opened_gateway(BEARER, None, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@contextmanager
def counted(front: Front, gateway: GatewayProcess, directory: Path) -> Iterator[Counted]:
    port = free_port()
    with EchoBackend() as backend, CountingRelay(front.port_of(gateway)) as relay:
        snippet = printed_snippet(
            front.traits.target,
            gateway.file,
            gateway=relay.port,
            backend=backend.port,
            listen=port,
        )
        with opened(front, snippet, directory / "proxy", port=port):
            yield Counted(port=port, relay=relay)


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest) -> None:
    front = request.node.callspec.params["front"] if hasattr(request.node, "callspec") else Front.ENVOY_GRPC
    record(request.node, front.value, version(front.component))


def test_one_after_another_share_one_connection(
    front: Front, gateway: GatewayProcess, tmp_path: Path
) -> None:
    with counted(front, gateway, tmp_path) as behind:
        behind.ask(50)
        assert behind.relay.opened == 1


def test_side_by_side_they_are_kept(front: Front, gateway: GatewayProcess, tmp_path: Path) -> None:
    with counted(front, gateway, tmp_path) as behind:
        behind.ask_side_by_side()
        kept = front.traits.idle_connections
        if kept is None:
            assert behind.relay.opened <= 2 * CLIENTS  # of 200 requests
        else:
            wait_until(lambda: behind.relay.open <= kept, lambda: f"{behind.relay.open} are open")
            assert behind.relay.opened < CLIENTS * EACH


def test_over_grpc_all_share_one_connection(gateway: GatewayProcess, tmp_path: Path) -> None:
    """An Envoy thread keeps one, in which calls do not wait for each other."""
    with counted(Front.ENVOY_GRPC, gateway, tmp_path) as behind:
        behind.ask(50)
        behind.ask_side_by_side()
        assert behind.relay.opened == 1
