"""What does F5's ingress controller make of an Ingress and its `nginx.org/` annotations?

https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/
A master (`nginx.org/mergeable-ingress-type`) has the host, its minions the paths: what the master says of
authentication holds for those that say nothing, and so do its snippets; the server's are the master's alone
(internal/configs of version 5.5.4: `minionDenylist`, `minionInheritanceList`, `generateNginxCfg`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import (
    Auth,
    Exposure,
    LoggedField,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.f5_nic_door import (
    asked_in,
    config_of,
    logs_of,
    over_tls,
    reads_snippets,
    snippets_of,
    token_in,
)
from gateway.audit.normal.f5_nic_policies import auth_of, named_references
from gateway.audit.normal.f5_nic_snippets import Directive, read_snippet
from gateway.audit.normal.ingress_paths import IngressPath, paths_of
from gateway.audit.normal.inline import EDGE, inline_auth, inline_fate
from gateway.config.tree import Node

TYPE: Final = "nginx.org/mergeable-ingress-type"


def ingresses_of(estate: Estate) -> Iterator[tuple[Object, Object | None]]:
    """Give every Ingress that the controller serves, each minion with its master."""
    ours = [one for one in estate.of("Ingress") if controller_of(estate, one) is Controller.F5_NIC]
    masters = {
        text(rule, "host") or "": one
        for one in ours
        if one.annotation(TYPE) == "master"
        for rule in items(one.node, "spec", "rules")
    }
    for one in ours:
        rules = items(one.node, "spec", "rules")
        host = (text(rules[0], "host") or "") if rules else ""
        yield one, masters.get(host) if one.annotation(TYPE) == "minion" else None


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each path opens."""
    logs = logs_of(config_of(estate))
    for ingress, master in ingresses_of(estate):
        for number, path in enumerate(paths_of(ingress)):
            one = _Route(estate=estate, ingress=ingress, master=master, path=path, logs=logs)
            yield one.exposure(number)


# --- private ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    estate: Estate
    ingress: Object
    master: Object | None
    path: IngressPath
    logs: tuple[LoggedField, ...]

    def exposure(self, number: int) -> Exposure:
        place = self.ingress.place(self.path.node)
        auth = self.auth()
        return Exposure(
            host=self.path.host,
            path=self.match(),
            tls=self.tls(),
            controller=Controller.F5_NIC,
            class_name=class_of(self.estate, self.ingress),
            backends=() if self.path.backend is None else (self.path.backend,),
            auth=auth,
            token=self.fate(auth),
            logs=self.logs,
            rewrites=any(name in self.ingress.annotations for name in _REWRITING),
            rank=(number,),
            public=self.ingress.public,
            source=place,
            of=self.ingress,
        )

    def match(self) -> PathMatch:
        if self.ingress.annotation("nginx.org/path-regex"):
            kind = PathKind.EXACT if self.ingress.annotation("nginx.org/path-regex") == "exact" else None
            return PathMatch(kind or PathKind.REGEX, self.path.path)
        kinds = {"Exact": PathKind.EXACT, "Prefix": PathKind.PREFIX}
        return PathMatch(kinds.get(self.path.path_type, PathKind.BEGINS_WITH), self.path.path)

    @property
    def server(self) -> Object:
        """Give whose the host is: what is the server's, only that Ingress says."""
        return self.ingress if self.master is None else self.master

    def tls(self) -> Tls:
        secured = self.server
        has_tls = self.path.has_tls or (self.master is not None and bool(items(secured.node, "spec", "tls")))
        if not has_tls:
            return Tls.NONE
        named = {secured.annotation(one) for one in _REDIRECTING}
        return Tls.OPTIONAL if named & _FALSE else Tls.ONLY

    def auth(self) -> Auth | None:
        place = self.ingress.place(self.path.node)
        given = self.server.annotations.get("nginx.org/server-snippets")
        snippets = snippets_of(self.server, given if self.estate.once(reads_snippets) else None)
        own = None if self.is_left_out else self.named(self.ingress)
        named = own or (self.named(self.master) if self.master is not None else None)
        auth = asked_in(snippets, self.location, named, place)
        return auth or inline_auth(self.estate, self.path.backend, place)

    @property
    def is_left_out(self) -> bool:
        """Whether it is the defaultBackend of a minion: what that asks is put into its paths alone."""
        default = at(self.ingress.node, "spec", "defaultBackend")
        return self.master is not None and self.path.node is default

    @property
    def written(self) -> Node | None:
        """Give the snippet of its location: a minion without one has its master's."""
        name = "nginx.org/location-snippets"
        return self.ingress.annotations.get(name) or self.server.annotations.get(name)

    @property
    def location(self) -> tuple[Directive, ...]:
        return read_snippet(text(self.written) if self.estate.once(reads_snippets) else None)

    def named(self, one: Object) -> Auth | None:
        """What the annotations of one Ingress say."""
        return over_tls(self._named(one), self.tls())

    def _named(self, one: Object) -> Auth | None:
        for name in ("nginx.org/policies", "nginx.com/policies"):
            found = auth_of(self.estate, named_references(self.estate, one, one.annotations.get(name)))
            if found is not None:
                return found
        for name, mechanism in _ASKING:
            if one.annotation(name):
                return Auth(mechanism=mechanism, place=one.place(one.annotations[name]))
        return None

    def fate(self, auth: Auth | None) -> TokenFate:
        place = self.ingress.place(self.path.node)
        if self.path.backend is None:
            return TokenFate(Reaches.CANNOT_TELL, "its backend is no Service", place)
        if auth is not None and auth.dialect == EDGE:
            return inline_fate(place)
        written = self.written
        own = self.ingress.annotations.get("nginx.org/location-snippets")
        owner = self.server if own is None else self.ingress
        return token_in(self.location, auth, place if written is None else owner.place(written))


_REWRITING: Final = ("nginx.org/rewrites", "nginx.org/rewrite-target")
_REDIRECTING: Final = ("nginx.org/ssl-redirect", "ingress.kubernetes.io/ssl-redirect")
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_ASKING: Final = (
    ("nginx.com/jwt-key", Mechanism.JWT),
    ("nginx.org/basic-auth-secret", Mechanism.BASIC),
)
