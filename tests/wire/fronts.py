"""Which proxies stand in front, and how is each run with nothing but what `gateway snippet` prints?"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Final, Protocol, assert_never

import yaml

from gateway.cli import main
from tests.wire.caddy import Caddy
from tests.wire.components import Component
from tests.wire.envoy import Envoy
from tests.wire.gateway_process import GatewayProcess
from tests.wire.haproxy import HAProxy
from tests.wire.nginx import Nginx
from tests.wire.processes import Program
from tests.wire.traefik import Traefik

POLICY = "orders"


class Proxy(Protocol):
    """A running proxy, whatever it is."""

    program: Program
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """In what a proxy differs from the others, where a client or the gateway can see it."""

    target: str
    """What `gateway snippet` calls it."""
    dialect: str
    malformed: int = 400
    """What a malformed request becomes."""
    without_gateway: int = 503
    """What a client gets when the gateway cannot be asked."""
    gives_up: bool = True
    """A gateway that hangs keeps it for seconds, and not for half a minute."""
    preflight: int = 204
    """What an allowed CORS preflight gets."""
    asks_about_preflights: bool = True
    """The gateway judges them; else a filter of the proxy's own does."""
    shows_certificate: bool = True
    """A gateway that knows its callers by certificates can know it; else by a secret alone."""
    verifies_addresses: bool = True
    """A gateway over TLS can be verified by its address; else by a name alone."""
    asks_about_any_host: bool = True
    """A host that is not the policy's comes as far as the gateway."""
    allows_two_authorizations: bool = True
    """It leaves it to the gateway to refuse them."""
    two_authorizations: str = "credential_ambiguous"
    """What the gateway says of them: a proxy may have made one of them, with a comma."""
    refuses_absolute_targets: bool = True
    """An absolute-form target is refused before the gateway is asked."""
    absolute_target: int = 400
    """What such a target gets then."""
    idle_connections: int | None = None
    """How many idle connections to the gateway it keeps at most, where that may be too few."""
    relays_outages: bool = True
    """An outage that the gateway tells of reaches the client with its Retry-After."""
    resolved: Mapping[bytes, str] = field(default_factory=dict)
    """Paths that it resolves before it asks: what it has asked about is what it forwards."""
    reasons: Mapping[bytes, str] = field(default_factory=dict)
    """Targets that it escapes or trims before it asks, and what the gateway says of what it then sees."""
    semicolon: str = ";"
    """What becomes of a semicolon in the query."""


class Front(StrEnum):
    """A proxy that asks the gateway."""

    NGINX_NEW = "nginx-new"
    NGINX_OLD = "nginx-old"
    TRAEFIK = "traefik"
    CADDY = "caddy"
    HAPROXY = "haproxy"
    HAPROXY_NEW = "haproxy-new"
    ENVOY = "envoy"
    ENVOY_GRPC = "envoy-grpc"

    @property
    def component(self) -> Component:
        return Component.ENVOY if self is Front.ENVOY_GRPC else Component(self.value)

    @property
    def traits(self) -> Traits:
        return _TRAITS[self]

    @property
    def listener(self) -> str:
        """Which listener of the gateway it asks."""
        return "grpc" if self is Front.ENVOY_GRPC else "decision"

    def port_of(self, gateway: GatewayProcess) -> int:
        """Where it asks."""
        return gateway.grpc_port if self is Front.ENVOY_GRPC else gateway.decision_port

    @property
    def malformed(self) -> int:
        """What a malformed request becomes: nginx knows only 401 and 403."""
        return self.traits.malformed


_NGINX: Final = Traits(
    target="nginx", dialect="nginx", malformed=403, verifies_addresses=False, allows_two_authorizations=False
)
_TRIMMED: Final = {b"/admin\t": "credential_missing"}
_HAPROXY: Final = Traits(target="haproxy", dialect="haproxy", shows_certificate=False, reasons=_TRIMMED)
_TRAITS: Final[Mapping[Front, Traits]] = {
    Front.NGINX_NEW: _NGINX,
    Front.NGINX_OLD: _NGINX,
    Front.TRAEFIK: Traits(
        target="traefik",
        dialect="traefik",
        without_gateway=500,
        gives_up=False,
        idle_connections=2,  # Go's http.DefaultMaxIdleConnsPerHost
        preflight=200,
        asks_about_preflights=False,
        asks_about_any_host=False,
        refuses_absolute_targets=False,  # it takes the host of the target for the host, once for all
        resolved={
            b"/public/../admin": "/admin",
            b"/public/x/..": "/public",
            b"/public/./admin": "/public/admin",
            b"/public/%2e%2e/admin": "/admin",
            b"/public/.%2e/admin": "/admin",
            b"//admin": "/admin",
            b"/public//../admin": "/admin",
            b"/admin//secret": "/admin/secret",
            b"//evil.example/admin": "/evil.example/admin",
            b"/../../admin": "/admin",
            b"/public/%61dmin": "/public/admin",
            b"/public/%7euser": "/public/~user",
            b"/public;/../admin": "/admin",
            b"/public%23/../admin": "/admin",
            b"/public%3f/../admin": "/admin",
        },
        semicolon="&",  # Go's AllowQuerySemicolons
    ),
    Front.CADDY: Traits(
        target="caddy",
        dialect="caddy",
        reasons={
            b"/adm\xc4\xb1n": "path_not_allowed",
            b"/public/\xff\xfe": "target_invalid_utf8",
            **dict.fromkeys((b"/admin#/public", b"/public#/../admin"), "target_escaped_delimiter"),
            b"/public/x#?y": "target_escaped_delimiter",
            **dict.fromkeys((b"/public|admin", b"/public^admin", b'/public"admin'), "path_not_allowed"),
            **dict.fromkeys((b"/public{admin}", b"/public<admin>"), "path_not_allowed"),
        },
    ),
    Front.HAPROXY: _HAPROXY,
    Front.HAPROXY_NEW: _HAPROXY,
    Front.ENVOY: Traits(
        target="envoy",
        dialect="envoy",
        preflight=200,
        asks_about_preflights=False,
        two_authorizations="credential_malformed",
        absolute_target=404,
        reasons=_TRIMMED,
        relays_outages=False,  # any 5xx is a failure to ask: an empty 503
    ),
    Front.ENVOY_GRPC: Traits(
        target="envoy-grpc",
        dialect="envoy-grpc",
        preflight=200,
        asks_about_preflights=False,
        two_authorizations="credential_malformed",
        absolute_target=404,
        reasons=_TRIMMED,
    ),
}


def printed_snippet(
    target: str, file: Path, *, gateway: int, backend: int, listen: int, gateway_url: str = "http://127.0.0.1"
) -> str:
    """What `gateway snippet` prints for the policy `orders` of this file.

    The command without a process of its own, whose start takes longer than all that it does (test_harness
    asks whether it prints the same there).
    """
    arguments = snippet_arguments(
        target, file, gateway=gateway, backend=backend, listen=listen, gateway_url=gateway_url
    )
    with redirect_stdout(StringIO()) as printed, redirect_stderr(StringIO()) as complaints:
        code = main(arguments)
    assert code == 0, complaints.getvalue()
    return printed.getvalue()


def snippet_arguments(
    target: str, file: Path, *, gateway: int, backend: int, listen: int, gateway_url: str = "http://127.0.0.1"
) -> list[str]:
    """What an operator writes after `gateway`."""
    addresses = {
        "gateway": f"{gateway_url}:{gateway}",
        "backend": f"http://127.0.0.1:{backend}",
        "listen": f"127.0.0.1:{listen}",
    }
    places = [f"--{name}={value}" for name, value in addresses.items()]
    return ["snippet", target, "-c", str(file), "--policy", POLICY, *places]


@contextmanager
def opened(front: Front, snippet: str, directory: Path, *, port: int) -> Iterator[Proxy]:
    """The proxy, running with the printed snippet."""
    match front:
        case Front.NGINX_NEW | Front.NGINX_OLD:
            running: AbstractContextManager[Proxy] = Nginx(front.component, snippet, directory, port=port)
        case Front.TRAEFIK:
            running = opened_traefik(snippet, directory, port=port)
        case Front.CADDY:
            running = Caddy(snippet, directory, port=port)
        case Front.HAPROXY | Front.HAPROXY_NEW:
            running = HAProxy(front.component, snippet, directory, port=port)
        case Front.ENVOY | Front.ENVOY_GRPC:
            running = Envoy(snippet, directory, port=port)
        case _:
            assert_never(front)
    with running as proxy:
        yield proxy


@contextmanager
def opened_traefik(snippet: str, directory: Path, *, port: int) -> Iterator[Traefik]:
    """Traefik with both documents of the snippet; only where the second one lies is the harness's."""
    static, dynamic = yaml.safe_load_all(snippet)
    entry_point = static.pop("entryPoints")["web"]
    del static["providers"]
    with Traefik(
        yaml.safe_dump(dynamic), directory, entry_point=entry_point, static=static, port=port
    ) as traefik:
        yield traefik
