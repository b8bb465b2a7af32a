"""What does an Envoy open whose configuration is a file?

Of a bootstrap (`static_resources`), and of the files from which it reads listeners and routes (`resources`).
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener.proto
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, number, text, texts
from gateway.audit.exposure import (
    ANY_HOST,
    Auth,
    Backend,
    Exposure,
    Fails,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.envoy_file import Clusters, File, files_of, is_a, resources
from gateway.audit.normal.envoy_filters import Chain
from gateway.audit.normal.envoy_routes import Route, routes_of
from gateway.audit.normal.parts import parts
from gateway.config.tree import Node

MANAGER: Final = "HttpConnectionManager"


def read(estate: Estate) -> Iterator[Exposure]:
    """Give every route of every listener."""
    files = list(files_of(estate))
    clusters = Clusters(files)
    named = {
        text(one, "name") or "": (file, one)
        for file in files
        for one in resources(file, "route_configs", "RouteConfiguration")
    }
    for file in files:
        for listener in resources(file, "listeners", "Listener"):
            for chain in _chains(listener):
                yield from _Chain(file, listener, chain, clusters).read(named)


def is_told_of_tls(manager: Node) -> bool:
    """Whether a client's X-Forwarded-Proto is believed: `require_tls` then turns nobody away who sends it.

    https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-proto
    """
    return not flag(manager, "use_remote_address") or (number(manager, "xff_num_trusted_hops") or 0) > 0


# --- private ---

_VERIFYING: Final = (
    *("trusted_ca", "ca_certificate_provider_instance", "system_root_certs", "custom_validator_config"),
    *("verify_certificate_hash", "verify_certificate_spki"),
)


def _verifies(common: Node | None) -> bool:
    combined = at(common, "combined_validation_context")
    own = (at(common, "validation_context"), at(combined, "default_validation_context"))
    if any(text(one, "trust_chain_verification") == "ACCEPT_UNTRUSTED" for one in own):
        return False
    by_name = (at(one, "validation_context_sds_secret_config") for one in (common, combined))
    verifying = (at(one, name) for one in own for name in _VERIFYING)
    return any(one is not None for one in (*by_name, *verifying))


def _chains(listener: Node) -> Iterator[Node]:
    yield from items(listener, "filter_chains")
    default = at(listener, "default_filter_chain")
    if default is not None:
        yield default


class _Chain(NamedTuple):
    file: File
    listener: Node
    node: Node
    clusters: Clusters

    def read(self, named: dict[str, tuple[File, Node]]) -> Iterator[Exposure]:
        for network in items(self.node, "filters"):
            config = at(network, "typed_config")
            if is_a(config, "TcpProxy"):
                yield self._octets(config or network)
            elif is_a(config, MANAGER) and config is not None:
                yield from self._requests(config, named)

    @property
    def name(self) -> str:
        """Without a name it is told by its address from the next one: each is a door of its own."""
        socket = at(self.listener, "address", "socket_address")
        address = f"{text(socket, 'address') or ''}:{text(socket, 'port_value') or ''}"
        return text(self.listener, "name") or address.strip(":")

    @property
    def tls(self) -> Node | None:
        return at(self.node, "transport_socket", "typed_config")

    def _octets(self, config: Node) -> Exposure:
        place = self.file.place(config)
        hosts = texts(self.node, "filter_chain_match", "server_names")
        through = self.tls is None and bool(hosts)
        return Exposure(
            host=hosts[0].lower() if hosts else ANY_HOST,
            path=PathMatch(PathKind.UNKNOWN, ""),
            tls=Tls.PASSED_THROUGH if through else (Tls.ONLY if self.tls else Tls.NONE),
            controller=Controller.ENVOY,
            class_name=self.name,
            backends=(Backend("", text(config, "cluster") or "", "", "Cluster"),),
            auth=None,
            token=TokenFate(Reaches.YES, "octets are passed on, and no request is seen", place),
            source=place,
        )

    def _requests(self, manager: Node, named: dict[str, tuple[File, Node]]) -> Iterator[Exposure]:
        file, config = self.file, at(manager, "route_config")
        if config is None:
            name = text(manager, "rds", "route_config_name") or ""
            file, config = named.get(name, (self.file, None))
        chain = Chain(self.file, manager, self.clusters)
        if config is None:
            yield self._unseen(manager, chain)
            return
        upgrades = [one for one in items(manager, "upgrade_configs") if items(one, "filters")]
        for route in routes_of(file, config):
            yield from self._exposures(route, chain)
            for one in upgrades:
                if flag(one, "enabled") is not False:
                    yield from self._exposures(route, replace(chain, upgrade=one))

    def _unseen(self, manager: Node, chain: Chain) -> Exposure:
        """Routes that come from elsewhere."""
        place = self.file.place(manager)
        return Exposure(
            host=ANY_HOST,
            path=PathMatch(PathKind.UNKNOWN, ""),
            tls=Tls.ONLY if self.tls else Tls.NONE,
            controller=Controller.ENVOY,
            class_name=self.name,
            auth=Auth(mechanism=Mechanism.UNKNOWN, place=place),
            token=TokenFate(Reaches.CANNOT_TELL, "the routes come from elsewhere", place),
            logs=chain.logs,
            source=place,
        )

    def _exposures(self, route: Route, chain: Chain) -> Iterator[Exposure]:
        place = route.file.place(route.node)
        turned_away = route.needs_tls and self.tls is None
        upgraded = ("header Upgrade",) if chain.upgrade is not None else ()
        whole = Exposure(
            host=route.host,
            path=route.path,
            methods=route.methods,
            tls=Tls.ONLY if self.tls or route.needs_tls else Tls.NONE,
            controller=Controller.ENVOY,
            class_name=self.name,
            backends=() if turned_away else route.backends,
            auth=None,
            token=TokenFate(Reaches.NO, "the proxy answers itself", place),
            mirrors=route.mirrors,
            logs=chain.logs,
            rewrites=route.rewrites,
            conditions=(*route.conditions, *upgraded),
            rank=route.rank,
            source=place,
        )
        if not whole.backends:
            yield whole
        if turned_away and is_told_of_tls(chain.manager):
            told = (*whole.conditions, "header X-Forwarded-Proto")
            whole = replace(whole, tls=Tls.NONE, backends=route.backends, conditions=told)
        if whole.backends:
            for part in parts(route.path, chain.askings(route)):
                auth = part.auth
                if auth is None or auth.fails is Fails.OPEN:
                    auth = self._by_certificate() or auth
                yield replace(whole, path=part.path, auth=auth, token=chain.fate(route, part.path))

    def _by_certificate(self) -> Auth | None:
        """Give the certificate that clients need, if it is verified.

        Without anything to verify it by Envoy 1.40 lets those in who have none, too.
        """
        if flag(self.tls, "require_client_certificate") and _verifies(at(self.tls, "common_tls_context")):
            return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=self.file.place(self.tls))
        return None
