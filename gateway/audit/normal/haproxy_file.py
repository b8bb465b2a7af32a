"""What does a haproxy.cfg open? Each `use_backend`, `default_backend` and `listen`.

What cannot be read (a map, a variable, a regular expression over the host) is said to be unknown, and counts
as open until a rule that is understood closes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.haproxy_syntax import HaproxyText, Line, Section, read_haproxy
from gateway.audit.estate.proxy_files import ProxyKind
from gateway.audit.exposure import (
    ANY_HOST,
    Auth,
    Backend,
    Exposure,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.haproxy_conditions import (
    Criterion,
    Way,
    acls_of,
    hosts_of,
    methods_of,
    paths_of,
    ways_of,
)
from gateway.audit.normal.haproxy_guards import Chain, Reading, token_fate
from gateway.audit.normal.haproxy_logs import logged
from gateway.audit.normal.pieces import EVERY_PATH, Guard, Piece, pieces


class Route(NamedTuple):
    """One way from a frontend to a backend."""

    backend: str
    """Empty where it is chosen by a map or a variable."""
    line: Line
    hosts: tuple[str, ...]
    paths: tuple[PathMatch, ...]
    methods: frozenset[str] | None
    conditions: tuple[str, ...]


class Passage(NamedTuple):
    """A route of a frontend that sees requests, and the rules on the way."""

    section: Section
    route: Route
    chain: Chain


def texts_of(estate: Estate) -> tuple[HaproxyText, ...]:
    """Give every haproxy.cfg of the estate, read once."""
    return estate.once(_texts)


def passages_of(estate: Estate) -> tuple[tuple[HaproxyText, tuple[Passage, ...]], ...]:
    """Give each file with its routes, read once."""
    return estate.once(_passages)


def doors_for_octets(text: HaproxyText) -> Iterator[Section]:
    """Give the frontends that see no requests: without a mode they are of that kind.

    https://docs.haproxy.org/3.2/configuration.html#4.2-mode
    """
    for section in text.sections:
        if section.kind in {"frontend", "listen"} and not _Door.of(text, section).is_http:
            yield section


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each frontend opens."""
    for text in texts_of(estate):
        for section in text.sections:
            if section.kind in {"frontend", "listen"} and any(True for _ in section.of("bind")):
                yield from _Door.of(text, section).exposures()


# --- private ---


def _texts(estate: Estate) -> tuple[HaproxyText, ...]:
    return tuple(read_haproxy(one.text, one.file) for one in estate.files if one.kind is ProxyKind.HAPROXY)


def _passages(estate: Estate) -> tuple[tuple[HaproxyText, tuple[Passage, ...]], ...]:
    return tuple((text, tuple(_of_text(text))) for text in texts_of(estate))


def _of_text(text: HaproxyText) -> Iterator[Passage]:
    for section in text.sections:
        if section.kind in {"frontend", "listen"}:
            door = _Door.of(text, section)
            for route in door.routes() if door.is_http else ():
                yield Passage(section, route, door.chain(route.backend))


@dataclass(slots=True)
class _Door:
    text: HaproxyText
    section: Section
    is_http: bool
    binds: tuple[Line, ...]
    begun: Reading
    chains: dict[str, Chain] = field(default_factory=dict)

    @classmethod
    def of(cls, text: HaproxyText, section: Section) -> "_Door":
        is_http = any(one.words[1:2] == ("http",) for one in section.setting("mode"))
        begun = Reading(text)
        begun.section(section.lines)
        return cls(text, section, is_http, tuple(section.of("bind")), begun)

    def exposures(self) -> Iterator[Exposure]:
        logs = logged(self.text, self.section) if self.is_http else ()
        tls = self.tls()
        for index, route in enumerate(self.routes()):
            chain = self.chain(route.backend)
            for host in route.hosts:
                for path in route.paths:
                    guards = (_implied(one, route) for one in self.guards(chain))
                    for number, piece in enumerate(pieces(host, path, guards)):
                        yield Exposure(
                            host=host,
                            path=piece.path,
                            methods=route.methods,
                            tls=tls,
                            controller=Controller.HAPROXY,
                            class_name=self.section.name,
                            backends=self.backends(route.backend),
                            auth=piece.auth,
                            token=self.fate(chain, route, piece),
                            logs=logs,
                            rewrites=any(_rewrites(one) for one in chain.rules),
                            conditions=(*route.conditions, *([piece.condition] if piece.condition else [])),
                            rank=(index, number),
                            source=route.line.place,
                        )

    def routes(self) -> Iterator[Route]:
        acls = acls_of(self.section.lines)
        for line in self.section.of("use_backend"):
            if len(line.words) > 1:
                yield from _routes(line, acls)
        defaults = self.section.setting("default_backend")
        for line in defaults[-1:]:
            yield Route(
                line.words[1] if len(line.words) > 1 else "", line, (ANY_HOST,), (EVERY_PATH,), None, ()
            )
        servers = list(self.section.of("server")) + list(self.section.of("server-template"))
        if servers and not defaults:
            yield Route(self.section.name, servers[0], (ANY_HOST,), (EVERY_PATH,), None, ())

    def chain(self, backend: str) -> Chain:
        if backend not in self.chains:
            reading, found = self.begun.copy(), self.behind(backend)
            if found is not None and found is not self.section:
                reading.section(found.lines)
            self.chains[backend] = reading.finished()
        return self.chains[backend]

    def behind(self, backend: str) -> Section | None:
        return self.text.named("backend", backend) or self.text.named("listen", backend)

    def guards(self, chain: Chain) -> tuple[Guard, ...]:
        if not self.is_http:
            return ()
        asked = [one for one in self.binds if _asks_for_certificate(one)]
        if asked and len(asked) == len(self.binds):
            auth = Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=asked[0].place)
            return (*chain.guards, Guard(auth))
        return chain.guards

    def tls(self) -> Tls:
        binds = self.binds
        encrypted = [one for one in binds if "ssl" in one.words]
        if not self.is_http and not encrypted:
            return Tls.PASSED_THROUGH
        if binds and len(encrypted) == len(binds):
            return Tls.ONLY
        if not encrypted:
            return Tls.NONE
        return Tls.ONLY if any(_redirects_to_tls(one) for one in self.section.lines) else Tls.OPTIONAL

    def backends(self, name: str) -> tuple[Backend, ...]:
        found = self.behind(name)
        lines = [] if found is None else [*found.of("server"), *found.of("server-template")]
        return tuple(_server(one) for one in lines if len(one.words) > 2)

    def fate(self, chain: Chain, route: Route, piece: Piece) -> TokenFate:
        if not self.is_http:
            return TokenFate(Reaches.YES, "it passes octets on, not requests", route.line.place)
        found = token_fate(chain, piece.auth, route.line)
        if not route.backend and (found is None or found.reaches is Reaches.YES):
            return TokenFate(Reaches.CANNOT_TELL, "the backend is chosen as it runs", route.line.place)
        return found or TokenFate(Reaches.YES, "nobody is asked", route.line.place)


def _routes(line: Line, acls: dict[str, tuple[Criterion, ...]]) -> Iterator[Route]:
    name = line.words[1]
    if "%[" in name:
        yield Route("", line, (ANY_HOST,), (PathMatch(PathKind.UNKNOWN, ""),), None, ("chosen as it runs",))
        return
    ways = ways_of(line.words, acls)
    if ways is None:
        yield Route(name, line, (ANY_HOST,), (PathMatch(PathKind.UNKNOWN, ""),), None, ("many conditions",))
    for way in ways or ():
        yield _route(name, line, way)


def _route(name: str, line: Line, way: Way) -> Route:
    hosts: tuple[str, ...] = ()
    paths: tuple[PathMatch, ...] = ()
    methods: frozenset[str] | None = None
    conditions = ["in .if"] if line.is_conditional else []
    for test in way:
        named, matched, verbs = hosts_of(test), paths_of(test), methods_of(test)
        if named and not test.is_negated:
            hosts = tuple(sorted(named))
        elif matched and not test.is_negated:
            paths = matched
        elif verbs and not test.is_negated:
            methods = verbs
        else:
            conditions.append(f"{'not ' if test.is_negated else ''}{test.name}")
    return Route(name, line, hosts or (ANY_HOST,), paths or (EVERY_PATH,), methods, tuple(conditions))


def _implied(guard: Guard, route: Route) -> Guard:
    """A guard does not depend on what holds for the whole route."""
    left = [one for one in guard.condition.split(" and ") if one not in route.conditions]
    return guard._replace(condition=" and ".join(left))


def _server(line: Line) -> Backend:
    written = line.words[2]
    if ":" in written.rpartition("@")[0]:  # no `ipv4@` or `unix@`, but a user and a password
        written = written.rpartition("@")[2]
    address, colon, port = written.rpartition(":")
    return Backend("", address if colon else written, port if colon else "", "server")


def _asks_for_certificate(bind: Line) -> bool:
    words = bind.words
    at = words.index("verify") + 1 if "verify" in words else len(words)
    return "ssl" in words and at < len(words) and words[at] == "required" and "ca-file" in words


def _redirects_to_tls(line: Line) -> bool:
    words = line.words
    is_redirect = line.begins("redirect") or line.begins("http-request", "redirect")
    return is_redirect and "scheme" in words and words[words.index("scheme") + 1 :][:1] == ("https",)


def _rewrites(line: Line) -> bool:
    action = line.words[1] if len(line.words) > 1 else ""
    return action in {"set-path", "replace-path", "replace-uri", "replace-pathq", "set-pathq"}
