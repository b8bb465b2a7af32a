"""How does a test stand behind ingress-nginx? With annotations as printed, rendered for a real nginx."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from tests.wire.counting_relay import CountingRelay
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.ingress import Annotations, Extra, annotations, controller_wide, rendered
from tests.wire.nginx import Nginx
from tests.wire.processes import free_port
from tests.wire.stand import Stand

READERS: Final[Mapping[str, Callable[[str], Annotations]]] = {
    "ingress-nginx": annotations,
    "ingress-nginx-global": controller_wide,
}


@contextmanager
def opened_ingress(
    front: Front,
    gateway: GatewayProcess,
    directory: Path,
    *,
    snippet: str = "ingress-nginx",
    extra: Extra | None = None,
    through: Callable[[int], CountingRelay] | None = None,
) -> Iterator[Stand]:
    """A backend, and nginx with what the controller would make of the printed snippet.

    `through`: what is asked in the gateway's place, and passes on.
    """
    with (
        EchoBackend() as backend,
        through(gateway.decision_port) if through else nullcontext() as relay,
    ):
        asked, port = relay.port if relay else gateway.decision_port, free_port()
        printed = printed_snippet(snippet, gateway.file, gateway=asked, backend=backend.port, listen=port)
        http = rendered(READERS[snippet](printed), port=port, backend=backend.port, extra=extra)
        with Nginx(front.component, http, directory / "proxy", port=port) as nginx:
            stand = Stand(
                front=front, port=port, proxy=nginx.program, gateway=gateway, backend=backend, provider=None
            )
            yield stand
            stand.assert_no_secret_is_written()
