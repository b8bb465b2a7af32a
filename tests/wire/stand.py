"""What stands together in a wire test? Client, a real proxy, a real gateway, a real provider, a backend."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.wire import lab_issuer, raw_client
from tests.wire.backend_view import assert_ours
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, opened, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message
from tests.wire.identity_provider import IdentityProvider
from tests.wire.processes import Command, Program, free_port
from tests.wire.raw_client import Response
from tests.wire.sent_secrets import SentSecrets
from tests.wire.worlds import HOST, configuration


@dataclass(slots=True, kw_only=True)
class Stand:
    """One proxy in front of one gateway and one backend. Remembers every secret that is sent."""

    front: Front
    port: int
    proxy: Program
    gateway: GatewayProcess
    backend: EchoBackend
    provider: IdentityProvider | None
    secrets: SentSecrets = field(default_factory=SentSecrets)
    _decided: int = 0
    _before: dict[Path, int] = field(init=False)
    """What the gateway had written for others before this stand."""

    def __post_init__(self) -> None:
        self._before = self.gateway.program.sizes()

    def token(self, client: str, scope: str | None = None, **how: str) -> str:
        """A token of the real provider."""
        assert self.provider is not None
        return self.secrets.add(self.provider.token(client, scope, **how))

    def lab_token(self, **changes: Any) -> str:
        """A token of the issuer whose key the tests hold."""
        return self.secrets.add(lab_issuer.lab_token(**changes))

    def send(
        self,
        target: str = "/v1/orders",
        headers: Iterable[tuple[str, str]] = (),
        *,
        token: str | None = None,
        method: str = "GET",
        host: str = HOST,
        body: bytes = b"",
    ) -> Response:
        """One request through the proxy; `token` as a bearer token."""
        pairs = [*headers, *([raw_client.bearer(token)] if token else [])]
        self.secrets.add_request(target, pairs)
        self._begin()
        return raw_client.send(self.port, target, pairs, method=method, host=host, body=body)

    def send_raw(self, request: bytes) -> Response | None:
        """Exactly these bytes through the proxy; None where it closes without an answer."""
        self._begin()
        answers = raw_client.exchange(self.port, request)
        return answers[0] if answers else None

    def record(self) -> dict[str, Any]:
        """The record of the decision about the last request: there is exactly one."""
        (record,) = self._new_records()
        return record

    @property
    def reason(self) -> str:
        """Why the last request was refused."""
        reason: str = self.record()["event.reason"]
        return reason

    def asked(self) -> bool:
        """Whether the gateway was asked about the last request."""
        return bool(self._new_records())

    def seen(self) -> Message:
        """What the backend got: exactly one request since the last look."""
        (message,) = self.backend.requests
        self.backend.requests.clear()
        return message

    def assert_unseen(self) -> None:
        """The backend got nothing."""
        assert [message.start_line for message in self.backend.requests] == []

    def assert_lab_token_is_replaced(self, token: str, seen: Message, scopes: str = "orders:read") -> None:
        """The backend has our token for `alice` of the lab, and nothing of hers."""
        assert_ours(
            self.gateway,
            seen,
            client_token=token,
            subject="lab:alice",
            issuer=lab_issuer.ISSUER,
            client="web",
            scopes=scopes,
        )

    def assert_no_secret_is_written(self) -> None:
        """Nothing that was sent stands in a log, a record, a metric, or any other file."""
        places: dict[str, str] = {
            self.front: self.proxy.written(),
            "gateway": self.gateway.program.written(since=self._before),
        }
        if self.gateway.program.exit_code is None:
            places["metrics"] = self.gateway.metrics()
        found = self.secrets.found_in(places)
        assert found == [], found

    def _begin(self) -> None:
        self._decided = len(self.gateway.records())

    def _new_records(self) -> list[dict[str, Any]]:
        return self.gateway.records()[self._decided :]


@contextmanager
def opened_gateway(
    policy: dict[str, Any],
    provider: IdentityProvider | None,
    directory: Path,
    *,
    awaits: str = "/readyz",
    under: Command = (),
    **more: Any,
) -> Iterator[GatewayProcess]:
    """A gateway that every proxy can ask, over HTTP and over gRPC. `more` goes into its file."""
    keys = lab_issuer.write_keys(directory / "keys")
    whole = configuration(policy, provider, keys, **{"listeners": {"grpc": {}}, **more})
    with GatewayProcess(whole, directory / "gateway", awaits=awaits, under=under) as gateway:
        yield gateway


@contextmanager
def opened_stand(
    front: Front, gateway: GatewayProcess, provider: IdentityProvider | None, directory: Path
) -> Iterator[Stand]:
    """Start a proxy and a backend; at the end no secret may have been written anywhere.

    The proxy knows nothing but what `gateway snippet` prints.
    """
    with EchoBackend() as backend:
        snippet = printed_snippet(
            front.traits.target,
            gateway.file,
            gateway=front.port_of(gateway),
            backend=backend.port,
            listen=(port := free_port()),
        )
        with opened(front, snippet, directory / front, port=port) as proxy:
            stand = Stand(
                front=front,
                port=port,
                proxy=proxy.program,
                gateway=gateway,
                backend=backend,
                provider=provider,
            )
            yield stand
            stand.assert_no_secret_is_written()


@contextmanager
def opened_stands(
    gateway: GatewayProcess, provider: IdentityProvider | None, directory: Path
) -> Iterator[list[Stand]]:
    """Every proxy there is, side by side in front of one gateway, each with a backend of its own."""
    with ExitStack() as stands:
        yield [stands.enter_context(opened_stand(front, gateway, provider, directory)) for front in Front]
