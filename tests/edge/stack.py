"""How does a gateway run at the edge in these tests: with which policies, and before which servers?

Each upstream has a policy of its own, with the same routes, under the host `NAME.example`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests import builders as b
from tests.app.process import good_token, running, served
from tests.wire.gateway_process import GatewayProcess

CREDENTIALS: Final = (
    {"type": "bearer"},
    {"type": "header", "name": "x-api-token"},
    {"type": "cookie", "name": "api_token"},
    {"type": "query", "name": "access_token"},
    {"type": "websocket-protocol", "prefix": "bearer."},
)
ODDITIES: Final = ("escaped_slash", "escaped_percent", "escaped_unreserved", "semicolon")
ORIGIN: Final = "https://app.example.com"
NEEDS: Final[dict[str, Any]] = {
    "issuers": ["corp"],
    "require": {"scopes": ["orders:read"]},
    "downstream": {"audience": "orders"},
}


def host_of(name: str) -> str:
    """Under which host an upstream is asked."""
    return f"{name}.example"


def routes(upstream: str) -> list[dict[str, Any]]:
    """What may be asked of an upstream."""
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    api = {"id": "api", "methods": methods, "paths": ["/v1/**"], "max_body": "2GiB"}
    socket = {"id": "socket", "methods": ["GET"], "paths": ["/ws/**"], "websocket": True}
    odd = {"id": "odd", "methods": ["GET"], "paths": ["/odd/**"], "allow_in_path": list(ODDITIES)}
    public = {"id": "open", "access": "public", "methods": ["GET", "POST"], "paths": ["/public/**"]}
    return [{**route, **NEEDS, "upstream": upstream} for route in (api, socket, odd)] + [
        {**public, "upstream": upstream}
    ]


def configuration(ports: Mapping[str, int | Iterable[int]], **changes: Any) -> dict[str, Any]:
    """An edge before these upstreams: for each name, the ports of its servers."""
    config = served(**changes)
    servers = {name: [port] if isinstance(port, int) else list(port) for name, port in ports.items()}
    config["upstreams"] = {
        name: {"servers": [f"http://127.0.0.1:{port}" for port in found]} for name, found in servers.items()
    }
    config["policies"] = {
        name: {
            "hosts": [host_of(name)],
            "credentials": list(CREDENTIALS),
            "cors": {"origins": [ORIGIN]},
            "routes": routes(name),
        }
        for name in ports
    }
    config["listeners"] = {"edge": {}, **config.get("listeners", {})}
    return config


@contextmanager
def edge_before(
    folder: Path, ports: Mapping[str, int | Iterable[int]], **options: Any
) -> Iterator[GatewayProcess]:
    """`gateway serve` before these upstreams; at its end it has said nothing on stderr."""
    with running(folder, configuration(ports), **options) as gateway:
        yield gateway
    assert gateway.program.stderr.read_text() == ""


def token(**changes: Any) -> str:
    """A token that is good now, changed."""
    return good_token() if not changes else b.token(**changes)
