"""What does a Caddyfile open? Whatever forwards or answers, in the order in which Caddy tries it.

https://caddyserver.com/docs/caddyfile/directives#directive-order
Outside of `route` directives are sorted, and of several `handle` only one is taken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.caddy_syntax import MAX_DEPTH, CaddyText, Directive, read_caddyfile
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.place import Place
from gateway.audit.estate.proxy_files import ProxyKind
from gateway.audit.exposure import (
    ANY_HOST,
    Auth,
    Backend,
    Exposure,
    LoggedField,
    Mechanism,
    PathMatch,
    Reaches,
    TokenFate,
)
from gateway.audit.normal.caddy_logs import logged
from gateway.audit.normal.caddy_matchers import Match, match_of, matchers_of
from gateway.audit.normal.caddy_order import in_order
from gateway.audit.normal.caddy_questions import auth_of, is_question
from gateway.audit.normal.caddy_sites import Site, sites_of
from gateway.audit.normal.pieces import EVERY_PATH, Guard, Piece, Relation, pieces, relation

ANSWERING: Final = frozenset({"respond", "redir", "error", "abort", "file_server", "metrics", "acme_server"})
"""No request goes on from here."""
FORWARDING: Final = frozenset({"reverse_proxy", "php_fastcgi"})
HANDLING: Final = frozenset({"handle", "handle_path"})
REWRITING: Final = frozenset({"rewrite", "uri", "method", "try_files"})


def texts_of(estate: Estate) -> tuple[CaddyText, ...]:
    """Give every Caddyfile of the estate, read once."""
    return estate.once(_texts)


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each site opens."""
    for text in texts_of(estate):
        for site in sites_of(text):
            yield from _Walk.through(site)


# --- private ---


def _texts(estate: Estate) -> tuple[CaddyText, ...]:
    return tuple(read_caddyfile(one.text, one.file) for one in estate.files if one.kind is ProxyKind.CADDY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """Where in the routes of a site we are."""

    path: PathMatch = EVERY_PATH
    prefix: str = ""
    """What `handle_path` has taken away before."""
    methods: frozenset[str] | None = None
    hosts: frozenset[str] | None = None
    conditions: tuple[str, ...] = ()
    named: Mapping[str, Match] = field(default_factory=dict)
    depth: int = 0
    """How many named routes have been invoked."""


@dataclass(slots=True)
class _Walk:
    site: Site
    logs: tuple[LoggedField, ...]
    guards: list[Guard] = field(default_factory=list)
    hidden: TokenFate | None = None
    """What a `request_header` has said of Authorization."""
    unread: Place | None = None
    """Where something is imported that was not given."""
    rewritten: bool = False
    count: int = 0

    @classmethod
    def through(cls, site: Site) -> Iterator[Exposure]:
        walk = cls(site=site, logs=logged(site.directive, site.options))
        for place in site.certificates:
            walk.guards.append(Guard(Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=place)))
        yield from walk.block(site.directive.block or (), _Where(), is_sorted=True)

    def block(self, block: tuple[Directive, ...], where: _Where, *, is_sorted: bool) -> Iterator[Exposure]:
        where = replace(where, named={**where.named, **matchers_of(block)})
        others: tuple[PathMatch, ...] = ()
        taken: list[Guard] = []  # a request goes through one `handle` at most: what it asks is of no other
        for one in in_order(block, self.site.order, where.named) if is_sorted else block:
            if one.name in HANDLING:
                known = len(self.guards)
                yield from self.group(one, where, others)
                others = (*others, *(match_of(one, where.named)[0].paths or ()))
                taken += self.guards[known:]
                del self.guards[known:]
                continue
            self.guards += taken
            taken.clear()
            yield from self.group(one, where, ()) if one.name == "route" else self.directive(one, where)
        self.guards += taken

    def group(self, one: Directive, where: _Where, others: tuple[PathMatch, ...]) -> Iterator[Exposure]:
        match, _ = match_of(one, where.named)
        inside, before, hidden = len(self.guards), self.rewritten, self.hidden
        for path in match.paths or (where.path,):
            below = self.narrowed(where, match, path)
            if below is None:
                continue
            if one.name == "handle_path":
                below = replace(below, prefix=path.value.rstrip("*/"))
                self.rewritten = True
            yield from self.block(one.block or (), below, is_sorted=one.name != "route")
        kept = [_within(guard, match, others) for guard in self.guards[inside:]]
        self.guards[inside:] = list(dict.fromkeys(kept))
        if not match.is_everything or one.name != "route":
            self.rewritten, self.hidden = before, hidden

    def directive(self, one: Directive, where: _Where) -> Iterator[Exposure]:
        match, arguments = match_of(one, where.named)
        if is_question(one):
            self.guards.append(_guard(auth_of(one, arguments), match, where))
        elif one.name in _MECHANISMS:
            auth = Auth(mechanism=_MECHANISMS[one.name], place=one.place)
            self.guards.append(_guard(auth, match, where))
        elif one.name == "request_header":
            self.hidden = self.hidden or _hides(one.place, arguments, is_for_all=match.is_everything)
        elif one.name in REWRITING:
            self.rewritten = self.rewritten or not _keeps_the_path(one, arguments)
        elif one.name == "invoke" and (named := self.site.routes.get(" ".join(arguments))) is not None:
            if where.depth < MAX_DEPTH:
                yield from self.block(named, replace(where, depth=where.depth + 1), is_sorted=True)
        elif one.name in {"import", "invoke"}:
            self.unread = self.unread or one.place
        elif one.name in FORWARDING | ANSWERING:
            yield from self.answer(one, match, arguments, where)

    def answer(
        self, one: Directive, match: Match, arguments: tuple[str, ...], where: _Where
    ) -> Iterator[Exposure]:
        self.count += 1
        for path in match.paths or (where.path,):
            below = self.narrowed(where, match, path)
            for host in self.hosts(below) if below is not None else ():
                for piece in pieces(host, below.path if below else path, self.guards):
                    if below is not None:
                        yield self.exposure(one, arguments, below, host, piece)

    def exposure(
        self, one: Directive, arguments: tuple[str, ...], where: _Where, host: str, piece: Piece
    ) -> Exposure:
        upstreams = [*arguments, *(word for line in one.within("to") for word in line.arguments)]
        backends = tuple(_backend(word) for word in upstreams) if one.name in FORWARDING else ()
        conditions = (*where.conditions, *([piece.condition] if piece.condition else []))
        if self.unread is not None and piece.auth is None:
            conditions = (*conditions, "an import that was not given")
        return Exposure(
            host=host,
            path=piece.path,
            methods=where.methods,
            tls=self.site.tls,
            controller=Controller.CADDY,
            backends=backends,
            auth=piece.auth,
            token=self.fate(one, piece.auth),
            logs=self.logs,
            rewrites=self.rewritten or any(True for _ in one.within("rewrite")),
            conditions=conditions,
            rank=(self.count,),
            source=one.place,
        )

    def hosts(self, where: _Where) -> tuple[str, ...]:
        if where.hosts is None:
            return self.site.hosts
        own = set(self.site.hosts)
        return tuple(sorted(one for one in where.hosts if ANY_HOST in own or one in own))

    def narrowed(self, where: _Where, match: Match, path: PathMatch) -> _Where | None:
        """The same place for those requests that a matcher means; None where it can be none."""
        if match.paths is not None:
            path = PathMatch(path.kind, f"{where.prefix}{path.value}")
            match relation(where.path, path):
                case Relation.APART:
                    return None
                case Relation.WITHIN:
                    path = where.path
                case Relation.COVERS | Relation.UNKNOWN:
                    pass
        conditions = where.conditions
        if match.condition or match.not_hosts:
            conditions = (*conditions, match.condition or "not a host")
        return replace(
            where,
            path=path,
            methods=where.methods if match.methods is None else match.methods,
            hosts=where.hosts if match.hosts is None else match.hosts,
            conditions=conditions,
        )

    def fate(self, one: Directive, auth: Auth | None) -> TokenFate:
        if one.name not in FORWARDING:
            return TokenFate(Reaches.NO, "Caddy answers itself", one.place)
        for line in one.within("header_up"):
            if (found := _hides(line.place, line.arguments, is_for_all=True)) is not None:
                return found
        if auth is not None and "authorization" in (auth.response_headers or ()):
            return TokenFate(Reaches.NO, "Authorization is that of the answer, or gone", auth.place)
        if self.hidden is not None:
            return self.hidden
        if auth is not None:
            return TokenFate(Reaches.YES, "nothing takes Authorization away", auth.place)
        if self.unread is not None:
            return TokenFate(Reaches.CANNOT_TELL, "something is imported that was not given", self.unread)
        return TokenFate(Reaches.YES, "nobody is asked", one.place)


_MECHANISMS: Final = {
    "basic_auth": Mechanism.BASIC,
    "basicauth": Mechanism.BASIC,
    "jwtauth": Mechanism.JWT,
    "authorize": Mechanism.JWT,
}


def _keeps_the_path(one: Directive, arguments: tuple[str, ...]) -> bool:
    """Whether only the query is changed."""
    in_query = arguments[:1] == ("query",) or arguments[:2] in (
        ("replace", "{http.request.uri.query}"),
        ("replace", "{query}"),
    )
    return one.name == "uri" and in_query


def _guard(auth: Auth, match: Match, where: _Where) -> Guard:
    """What a question protects: the requests that its own matcher means, below where it stands."""
    paths = match.paths
    if paths is not None:
        paths = tuple(PathMatch(one.kind, f"{where.prefix}{one.value}") for one in paths)
    condition = match.condition
    if match.methods is not None and match.methods != where.methods:
        condition = condition or "some methods"
    return Guard(
        auth,
        only=paths,
        but=match.but,
        hosts=match.hosts,
        not_hosts=match.not_hosts,
        condition=condition,
    )


def _within(guard: Guard, match: Match, others: tuple[PathMatch, ...]) -> Guard:
    """The same guard, seen from outside of the group in which it stands."""
    only = guard.only if guard.only is not None else match.paths
    hosts = guard.hosts if guard.hosts is not None else match.hosts
    condition = guard.condition or match.condition or ("some methods" if match.methods else "")
    but = (*guard.but, *match.but, *(others if match.paths is None else ()))
    return guard._replace(only=only, hosts=hosts, condition=condition, but=but)


def _hides(place: Place, arguments: tuple[str, ...], *, is_for_all: bool) -> TokenFate | None:
    """`-Authorization`, `-Auth*`, `Authorization value`; `+Authorization` adds one beside the client's."""
    if not arguments:
        return None
    name, is_removed = arguments[0].removeprefix("-").lower(), arguments[0].startswith("-")
    matches = name == "authorization" or (name.endswith("*") and "authorization".startswith(name[:-1]))
    own = len(arguments) > 1 and "request.header.authorization" in arguments[-1].lower()
    if not matches or own or (len(arguments) == 1 and not is_removed):
        return None
    if not is_for_all or len(arguments) > 2:
        why = "Authorization is changed, but not of every request or not all of it"
        return TokenFate(Reaches.CANNOT_TELL, why, place)
    why = "Authorization is taken away" if is_removed else "another Authorization is written over it"
    return TokenFate(Reaches.NO, why, place)


def _backend(word: str) -> Backend:
    address = word.partition("://")[2] or word
    host, colon, port = address.rstrip("/").rpartition(":")
    name, port = (host, port) if colon and port.isdigit() else (address, "")
    return Backend("", name.rpartition("@")[2], port, "address")
