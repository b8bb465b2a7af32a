"""What do a VirtualServer, its VirtualServerRoutes and a TransportServer open, at F5's ingress controller?

https://docs.nginx.com/nginx-ingress-controller/configuration/virtualserver-and-virtualserverroute-resources/
The policies of a route stand in the place of those of the same kind of the server; a subroute has those of
its route unless it names its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import (
    ANY_HOST,
    Auth,
    Backend,
    Exposure,
    LoggedField,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.asked import service_of_host
from gateway.audit.normal.f5_nic_door import (
    Snippets,
    asked_in,
    config_of,
    logs_of,
    over_tls,
    path_of,
    reads_snippets,
    snippets_of,
    token_in,
)
from gateway.audit.normal.f5_nic_policies import GROUP, auth_of, references_of
from gateway.audit.normal.f5_nic_snippets import Directive, locations, read_snippet
from gateway.audit.normal.inline import EDGE, inline_auth, inline_fate
from gateway.config.tree import Node


class Location(NamedTuple):
    """One route of a VirtualServer, or of a VirtualServerRoute that it names."""

    owner: Object
    node: Node
    policies: Node | None
    """Those of the route; None: the server's alone."""
    policies_of: Object


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each opens."""
    logs = logs_of(config_of(estate))
    for server in estate.of("VirtualServer", GROUP):
        yield from _Server.of(estate, server, logs).exposures()
    for server in estate.of("TransportServer", GROUP):
        yield _stream(server)


def locations_of(estate: Estate, server: Object) -> Iterator[Location]:
    """Give every route of a VirtualServer; those that other objects hold as well."""
    for route in items(server.node, "spec", "routes"):
        policies = at(route, "policies")
        below = tuple(_named(estate, server, route))
        for one in below:
            for subroute in items(one.node, "spec", "subroutes"):
                own = at(subroute, "policies")
                inherits = own is None or not items(own)
                yield Location(one, subroute, policies if inherits else own, server if inherits else one)
        if not below:
            yield Location(server, route, policies, server)


# --- private ---


def _named(estate: Estate, server: Object, route: Node) -> Iterator[Object]:
    reference = text(route, "route")
    labels = dict(members(route, "routeSelector", "matchLabels"))
    if reference:
        namespace, slash, name = reference.rpartition("/")
        found = estate.get("VirtualServerRoute", namespace if slash else server.namespace, name)
        yield from () if found is None else (found,)
    elif labels:
        for one in estate.of("VirtualServerRoute", GROUP):
            if all(one.labels.get(name) == text(value) for name, value in labels.items()):
                yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    estate: Estate
    server: Object
    snippets: Snippets
    logs: tuple[LoggedField, ...]
    tls: Tls

    @classmethod
    def of(cls, estate: Estate, server: Object, logs: tuple[LoggedField, ...]) -> "_Server":
        spec = at(server.node, "spec")
        written = spec if estate.once(reads_snippets) else None
        snippets = snippets_of(server, at(written, "server-snippets"), at(written, "http-snippets"))
        return cls(estate=estate, server=server, snippets=snippets, logs=logs, tls=_tls(spec))

    def exposures(self) -> Iterator[Exposure]:
        for number, one in enumerate(locations_of(self.estate, self.server)):
            yield self.of_route(one, number)
        for words, block in locations(self.snippets.server):
            passed = next(
                (one.words[1] for one in block if one.name == "proxy_pass" and len(one.words) > 1), ""
            )
            is_internal = (
                any(one.name == "internal" for one in block) or words[:1] == () or words[0].startswith("@")
            )
            if passed and not is_internal:
                yield self.of_snippet(" ".join(words), block, passed)

    def of_route(self, location: Location, number: int) -> Exposure:
        owner, node = location.owner, location.node
        path = at(node, "path") or node
        place = owner.place(path)
        inside = read_snippet(text(node, "location-snippets") if self.estate.once(reads_snippets) else None)
        backends = self.backends(owner, node)
        own = references_of(self.estate, location.policies_of, location.policies)
        shared = references_of(self.estate, self.server, at(self.server.node, "spec", "policies"))
        policy = over_tls(auth_of(self.estate, own), self.tls)
        policy = policy or over_tls(auth_of(self.estate, shared), self.tls)
        auth = asked_in(self.snippets, inside, policy, place)
        if auth is None and len(backends) == 1:
            auth = inline_auth(self.estate, backends[0], place)
        found = self.exposure(
            path=path_of(text(node, "path") or "/"),
            auth=auth,
            token=_fate(owner, node, inside, auth, backends),
            backends=backends,
            rank=(0, number),
            source=place,
            of=owner,
        )
        divided = items(node, "matches") or items(node, "splits")
        rewrites = any(at(one, "rewritePath") is not None for one in _proxies(node))
        return replace(found, rewrites=rewrites, conditions=("a match or a split",) if divided else ())

    def of_snippet(self, match: str, block: tuple[Directive, ...], passed: str) -> Exposure:
        """Such a location is a regular expression as a rule, and comes before all that are none."""
        place = self.snippets.place
        auth = asked_in(self.snippets, block, None, place)
        return self.exposure(
            path=path_of(match),
            auth=auth,
            token=token_in(block, auth, place),
            backends=(self.upstream(passed.partition("://")[2].partition("/")[0]),),
            rank=(-1, 0),
            source=place,
            of=self.server,
        )

    def exposure(
        self,
        *,
        path: PathMatch,
        auth: Auth | None,
        token: TokenFate,
        backends: tuple[Backend, ...],
        rank: tuple[int, ...],
        source: Place,
        of: Object,
    ) -> Exposure:
        return Exposure(
            host=(text(self.server.node, "spec", "host") or ANY_HOST).lower(),
            path=path,
            tls=self.tls,
            controller=Controller.F5_NIC,
            class_name=text(self.server.node, "spec", "ingressClassName") or "",
            backends=backends,
            auth=auth,
            token=token,
            logs=self.logs,
            rank=rank,
            public=of.public or self.server.public,
            source=source,
            of=of,
        )

    def backends(self, owner: Object, node: Node) -> tuple[Backend, ...]:
        names = dict.fromkeys(name for one in _actions(node) if (name := _upstream_of(one)))
        return tuple(_backend(owner, name) for name in names)

    def upstream(self, address: str) -> Backend:
        """`vs_NAMESPACE_NAME_UPSTREAM` is the name in nginx of an upstream of the VirtualServer."""
        prefix = f"vs_{self.server.namespace}_{self.server.name}_"
        if address.startswith(prefix):
            return _backend(self.server, address.removeprefix(prefix))
        host, _, port = address.partition(":")
        return service_of_host(host, port) or Backend("", host, port, "address")


def _tls(spec: Node | None) -> Tls:
    if at(spec, "tls") is None:
        return Tls.NONE
    listeners = dict(members(spec, "listener"))
    redirects = flag(spec, "tls", "redirect", "enable") is True
    return Tls.ONLY if redirects or (listeners and "http" not in listeners) else Tls.OPTIONAL


def _actions(node: Node) -> Iterator[Node]:
    own = at(node, "action")
    yield from () if own is None else (own,)
    for split in items(node, "splits"):
        yield from _actions(split)
    for match in items(node, "matches"):
        yield from _actions(match)


def _proxies(node: Node) -> Iterator[Node]:
    return (found for one in _actions(node) if (found := at(one, "proxy")) is not None)


def _upstream_of(action: Node) -> str | None:
    return text(action, "pass") or text(action, "proxy", "upstream")


def _backend(owner: Object, name: str) -> Backend:
    for one in items(owner.node, "spec", "upstreams"):
        if text(one, "name") == name:
            return Backend(owner.namespace, text(one, "service") or "", text(one, "port") or "")
    return Backend(owner.namespace, name, "", "upstream")


def _fate(
    owner: Object, node: Node, inside: tuple[Directive, ...], auth: Auth | None, backends: tuple[Backend, ...]
) -> TokenFate:
    place = owner.place(at(node, "path") or node)
    if not backends:
        return TokenFate(Reaches.NO, "the controller answers itself", place)
    proxies = tuple(_proxies(node))
    if len(proxies) == len(tuple(_actions(node))):
        hiding = [found for one in proxies if (found := _hiding(one)) is not None]
        if proxies and len(hiding) == len(proxies):
            return TokenFate(Reaches.NO, "requestHeaders leave the client's out", owner.place(hiding[0]))
    if auth is not None and auth.dialect == EDGE:
        return inline_fate(place)
    snippet = at(node, "location-snippets")
    return token_in(inside, auth, owner.place(snippet) if snippet is not None else place)


def _hiding(proxy: Node) -> Node | None:
    if flag(proxy, "requestHeaders", "pass") is False:
        return at(proxy, "requestHeaders", "pass")
    for one in items(proxy, "requestHeaders", "set"):
        is_it = (text(one, "name") or "").lower() == "authorization"
        if is_it and "http_authorization" not in (text(one, "value") or ""):
            return one
    return None


def _stream(server: Object) -> Exposure:
    """Octets: nobody is asked, whatever the listener."""
    listener = text(server.node, "spec", "listener", "name") or ""
    upstream = text(server.node, "spec", "action", "pass") or ""
    ends_tls = at(server.node, "spec", "tls", "secret") is not None
    place = server.place(at(server.node, "spec", "listener"))
    return Exposure(
        host=(text(server.node, "spec", "host") or ANY_HOST).lower(),
        path=PathMatch(PathKind.UNKNOWN, listener),
        tls=Tls.PASSED_THROUGH if listener == "tls-passthrough" or not ends_tls else Tls.ONLY,
        controller=Controller.F5_NIC,
        class_name=text(server.node, "spec", "ingressClassName") or "",
        backends=(_backend(server, upstream),) if upstream else (),
        auth=None,
        token=TokenFate(Reaches.YES, "it passes octets on, not requests", place),
        public=server.public,
        source=place,
        of=server,
    )
