"""What stands together where Envoy asks over gRPC, as a snippet or a controller sets it up?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.wire import lab_issuer, raw_client
from tests.wire.backend_view import assert_ours
from tests.wire.echo_backend import EchoBackend
from tests.wire.envoy import Envoy
from tests.wire.fronts import printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message
from tests.wire.processes import Program, free_port
from tests.wire.raw_client import Response
from tests.wire.sent_secrets import SentSecrets
from tests.wire.worlds import HOST, configuration


@dataclass(slots=True, kw_only=True)
class Scene:
    """One Envoy in front of one gateway and one backend."""

    port: int
    envoy: Program
    gateway: GatewayProcess
    backend: EchoBackend
    secrets: SentSecrets

    def token(self, **changes: Any) -> str:
        return self.secrets.add(lab_issuer.lab_token(**changes))

    def send(self, target: str = "/v1/orders", *headers: tuple[str, str], **how: Any) -> Response:
        self.secrets.add_request(target, list(headers))
        return raw_client.send(self.port, target, list(headers), **{"host": HOST, **how})

    def seen(self) -> Message:
        (message,) = self.backend.requests
        self.backend.requests.clear()
        return message

    @property
    def reason(self) -> str:
        reason: str = self.gateway.records()[-1]["event.reason"]
        return reason


@contextmanager
def scene(
    policy: dict[str, Any],
    directory: Path,
    *,
    workers: int = 1,
    edited: Callable[[str], str] = str,
    asks: int | None = None,
) -> Iterator[Scene]:
    """`edited`: what another has made of the printed snippet. `asks`: the port of another authorizer."""
    keys = lab_issuer.write_keys(directory / "keys")
    config = configuration(policy, None, keys, listeners={"grpc": {}})
    with (
        EchoBackend() as backend,
        GatewayProcess(config, directory / "gateway", workers=workers) as gateway,
    ):
        port, place = free_port(), directory / "envoy"
        snippet = printed_snippet(
            "envoy-grpc", gateway.file, gateway=asks or gateway.grpc_port, backend=backend.port, listen=port
        )
        with Envoy(edited(snippet), place, port=port) as opened:
            envoy = opened.program
            running = Scene(port=port, envoy=envoy, gateway=gateway, backend=backend, secrets=SentSecrets())
            yield running
            places = {"envoy": envoy.written(), "gateway": gateway.program.written()}
            assert running.secrets.found_in(places) == []


def assert_replaced(running: Scene, token: str, seen: Message) -> None:
    assert_ours(
        running.gateway,
        seen,
        client_token=token,
        subject="lab:alice",
        issuer=lab_issuer.ISSUER,
        client="web",
        scopes="orders:read",
    )
