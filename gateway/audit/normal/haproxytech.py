"""What does HAProxy Technologies' controller make of an Ingress?

It has no annotation by which another server is asked: basic authentication, client certificates of the whole
controller, and snippets of haproxy.cfg, which are read as such.
https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/annotations.md
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
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
from gateway.audit.normal.haproxy_keys import Keys, config_of, keys_of
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
                keys = keys_of(estate, Controller.HAPROXYTECH, ingress, path.backend, config)
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

    def chain(self) -> Chain:
        return chain_of(_EMPTY, self.lines("frontend-config-snippet"), self.lines("backend-config-snippet"))

    def lines(self, name: str) -> tuple[Line, ...]:
        found = self.keys.get(name)
        return () if found is None else read_lines(found.value, found.place)

    def guards(self, chain: Chain) -> tuple[Guard, ...]:
        place = self.ingress.place(self.path.node)
        inline = inline_auth(self.estate, self.path.backend, place)
        own = () if inline is None else (Guard(inline),)
        if self.keys.text("auth-type") == "basic-auth" and self.keys.get("auth-secret"):
            own = (*own, Guard(Auth(mechanism=Mechanism.BASIC, place=self.keys.place("auth-type"))))
        if self.keys.get("client-ca") and self.keys.text("client-crt-optional") != "true":
            by_certificate = Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=self.keys.place("client-ca"))
            own = (*own, Guard(by_certificate))
        return (*own, *chain.guards)

    def tls(self) -> Tls:
        if self.keys.text("ssl-passthrough") == "true":
            return Tls.PASSED_THROUGH
        if not self.path.has_tls:
            return Tls.NONE
        return Tls.OPTIONAL if self.keys.text("ssl-redirect", "true") == "false" else Tls.ONLY

    def backends(self) -> tuple[Backend, ...]:
        redirected = self.keys.get("request-redirect") is not None
        return () if redirected or self.path.backend is None else (self.path.backend,)

    def fate(self, chain: Chain, piece: Piece) -> TokenFate:
        place = self.ingress.place(self.path.node)
        if not self.backends():
            return TokenFate(Reaches.NO, "the controller answers itself", place)
        if piece.auth is not None and piece.auth.dialect == EDGE:
            return inline_fate(place)
        written = self.keys.get("request-set-header")
        names = (
            [one.split()[0].lower() for one in written.value.splitlines() if one.split()] if written else []
        )
        if written and "authorization" in names:
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
