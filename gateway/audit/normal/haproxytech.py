"""What does HAProxy Technologies' controller make of an Ingress?

It has no annotation by which another server is asked: basic authentication, client certificates of the whole
controller, and snippets of haproxy.cfg, which are read as such.
https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/annotations.md and, of version
3.2.11, pkg/annotations: what concerns requests is read of the Ingress, then of the ConfigMap, and never of
the Service. What the ConfigMap says of these holds besides. Without a Secret, basic authentication knows
nobody and refuses everybody. Compared with it: tests/audit/witnessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items
from gateway.audit.estate.haproxy_syntax import HaproxyText, Line, read_lines
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import (
    Auth,
    Backend,
    Exposure,
    LoggedField,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.haproxy_guards import Chain, chain_of, token_fate
from gateway.audit.normal.haproxy_keys import Key, Keys, annotated, config_of, is_on, of_config
from gateway.audit.normal.haproxy_logs import captured_fields, format_fields
from gateway.audit.normal.ingress_paths import IngressPath, paths_of
from gateway.audit.normal.inline import EDGE, inline_auth, inline_fate
from gateway.audit.normal.pieces import Guard, Piece, pieces


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each path opens."""
    config = config_of(estate, Controller.HAPROXYTECH)
    for ingress in estate.of("Ingress"):
        if controller_of(estate, ingress) is Controller.HAPROXYTECH:
            for path in paths_of(ingress):
                to = path.backend
                service = None if to is None else estate.get("Service", to.namespace, to.name)
                keys = Keys(
                    controller=Controller.HAPROXYTECH, ingress=ingress, service=service, config=config
                )
                yield from _Route(estate=estate, ingress=ingress, path=path, keys=keys).exposures()


# --- private ---

_EMPTY: Final = HaproxyText((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    estate: Estate
    ingress: Object
    path: IngressPath
    keys: Keys

    def exposures(self) -> Iterator[Exposure]:
        chain = self.chain()
        for number, piece in enumerate(pieces(self.path.host, self.match(), self.guards(chain))):
            yield Exposure(
                host=self.path.host,
                path=piece.path,
                tls=self.tls(),
                controller=Controller.HAPROXYTECH,
                class_name=class_of(self.estate, self.ingress),
                backends=self.backends(),
                auth=piece.auth,
                token=self.fate(chain, piece),
                logs=self.logs(),
                rewrites=self.keys.get("path-rewrite") is not None,
                conditions=self.conditions(piece),
                rank=(0 if piece.path.kind is PathKind.EXACT else 1, -len(piece.path.value), number),
                public=self.ingress.public,
                source=self.ingress.place(self.path.node),
                of=self.ingress,
            )

    def match(self) -> PathMatch:
        """What is `ImplementationSpecific` is compared character by character."""
        kinds = {"Exact": PathKind.EXACT, "Prefix": PathKind.PREFIX}
        return PathMatch(kinds.get(self.path.path_type, PathKind.BEGINS_WITH), self.path.path)

    def both(self, name: str) -> tuple[Key, ...]:
        """Give what the Ingress says and what the ConfigMap says: that holds for every request besides."""
        found = (annotated(self.ingress, Controller.HAPROXYTECH, name), of_config(self.keys.config, name))
        return tuple(one for one in found if one is not None)

    def chain(self) -> Chain:
        return chain_of(_EMPTY, self.of_frontend(), self.of_backend())

    def of_frontend(self) -> tuple[Line, ...]:
        found = self.keys.get("frontend-config-snippet")
        return () if found is None or "frontend" in self.disabled() else read_lines(found.value, found.place)

    def of_backend(self) -> tuple[Line, ...]:
        """None hides another: that of the ConfigMap, of the Service and of the Ingress follow each other."""
        name, keys = "backend-config-snippet", self.keys
        given: list[Key | None] = [of_config(keys.config, name)]
        given += [
            None if one is None else annotated(one, Controller.HAPROXYTECH, name)
            for one in (keys.service, keys.ingress)
        ]
        if "backend" in self.disabled():
            return ()
        return tuple(line for one in given if one is not None for line in read_lines(one.value, one.place))

    def disabled(self) -> frozenset[str]:
        return self.estate.once(_disabled_snippets)

    def guards(self, chain: Chain) -> tuple[Guard, ...]:
        place = self.ingress.place(self.path.node)
        inline = inline_auth(self.estate, self.path.backend, place)
        own = () if inline is None else (Guard(inline),)
        for auth_type in self.both("auth-type"):
            if auth_type.value == "basic-auth":
                own = (*own, Guard(Auth(mechanism=Mechanism.BASIC, place=auth_type.place)))
        if self.keys.get("client-ca") and not self.keys.is_true("client-crt-optional"):
            own = (*own, *self.by_certificate())
        return (*own, *chain.guards)

    def by_certificate(self) -> tuple[Guard, ...]:
        """Only over TLS; without its Secret none is asked for."""
        found = self.keys.get("client-ca")
        if found is None or self.tls() is not Tls.ONLY:
            return ()
        owner, _, name = found.value.rpartition("/")
        if self.estate.shows("Secret", owner) and self.estate.get("Secret", owner, name) is None:
            return ()
        return (Guard(Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=found.place)),)

    def tls(self) -> Tls:
        """A redirect is of the whole Ingress, and whoever has any `spec.tls` has one if he says nothing."""
        if self.keys.is_true("ssl-passthrough"):
            return Tls.PASSED_THROUGH
        secured = bool(tuple(items(self.ingress.node, "spec", "tls")))
        said = self.keys.found("ssl-redirect")
        if said is None or not said.value:
            return Tls.ONLY if secured else Tls.NONE
        if is_on(Controller.HAPROXYTECH, said.value):
            return Tls.ONLY
        return Tls.OPTIONAL if secured else Tls.NONE

    def backends(self) -> tuple[Backend, ...]:
        redirected = self.keys.get("request-redirect") is not None
        return () if redirected or self.path.backend is None else (self.path.backend,)

    def fate(self, chain: Chain, piece: Piece) -> TokenFate:
        place = self.ingress.place(self.path.node)
        if not self.backends():
            return TokenFate(Reaches.NO, "the controller answers itself", place)
        if piece.auth is not None and piece.auth.dialect == EDGE:
            return inline_fate(place)
        for written in self.both("request-set-header"):
            if "authorization" in _names_of(written.value):
                why = "request-set-header writes another Authorization over it"
                return TokenFate(Reaches.NO, why, written.place)
        found = token_fate(chain, piece.auth, None)
        return found or TokenFate(Reaches.YES, "nobody is asked", place)

    def logs(self) -> tuple[LoggedField, ...]:
        """The default format has the path alone, and what is captured (`%hr`)."""
        form, captured = self.keys.get("log-format"), self.keys.get("request-capture")
        names = () if form is None else sorted(format_fields(form.value))
        found = [LoggedField(one, self.keys.place("log-format")) for one in names]
        if captured is not None and (form is None or "%hr" in form.value or "capture.req.hdr" in form.value):
            found += [LoggedField(one, captured.place) for one in sorted(captured_fields(captured.value))]
        return tuple(found)

    def conditions(self, piece: Piece) -> tuple[str, ...]:
        routed = ["its route-acl"] if self.keys.get("route-acl") else []
        return (*routed, *([piece.condition] if piece.condition else []))


def _names_of(written: str) -> frozenset[str]:
    """Read `name value`, line by line; of a line without a value it reads nothing, and no other behind it."""
    found: list[str] = []
    for line in filter(None, written.split("\n")):
        name, blank, _ = line.partition(" ")
        if not blank:
            break
        found.append(name.lower())
    return frozenset(found)


def _disabled_snippets(estate: Estate) -> frozenset[str]:
    """What `--disable-config-snippets` names."""
    options = (
        option_of(argument)
        for one in containers(estate)
        for argument in (one.arguments if "haproxytech/kubernetes-ingress" in one.image else ())
    )
    given = (value for name, value in options if name == "disable-config-snippets")
    named = frozenset(word.strip() for value in given for word in value.split(","))
    return named | {"frontend", "backend"} if "all" in named else named
