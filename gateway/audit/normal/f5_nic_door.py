"""Who is asked in a location of F5's nginx, and does the client's token go on? Shared by its two APIs."""

import re
from dataclasses import dataclass, replace
from typing import Final

from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import (
    Auth,
    Fails,
    LoggedField,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.asked import asked
from gateway.audit.normal.f5_nic_snippets import (
    Directive,
    answered,
    asks,
    headers_set,
    hides_authorization,
    locations,
    read_snippet,
)
from gateway.config.tree import Node

IMAGES: Final = ("nginx/nginx-ingress", "nginx-ic/nginx-plus-ingress", "nginxinc/kubernetes-ingress")
"""Words in the names of the controller's images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippets:
    """The snippets of one server."""

    server: tuple[Directive, ...] = ()
    http: tuple[Directive, ...] = ()
    place: Place

    def auth(self, location: str | None) -> Auth | None:
        """Give who an `auth_request` asks."""
        if location is None or location == "off":
            return None
        inside = next((block for match, block in locations(self.server) if match[-1:] == (location,)), ())
        passed = next((one.words[1] for one in inside if one.name == "proxy_pass" and len(one.words) > 1), "")
        found = asked(self._resolved(passed))
        return Auth(
            mechanism=Mechanism.EXTERNAL,
            place=self.place,
            url=found.url if found else None,
            service=found.service if found else None,
            dialect=found.dialect if found else None,
            policy=found.policy if found else None,
            fails=Fails.CLOSED,
        )

    def _resolved(self, url: str) -> str:
        """Put the server of an upstream in the place of its name."""
        for one in self.http:
            if one.name == "upstream" and len(one.words) > 1 and f"://{one.words[1]}/" in f"{url}/":
                servers = [part.words[1] for part in one.block or () if part.name == "server"][:1]
                return url.replace(one.words[1], servers[0], 1) if servers else url
        return url


def snippets_of(one: Object, server: Node | None, http: Node | None = None) -> Snippets:
    """Read the snippets of an object."""
    place = one.place(server if server is not None else None)
    return Snippets(server=read_snippet(text(server)), http=read_snippet(text(http)), place=place)


def reads_snippets(estate: Estate) -> bool:
    """Whether snippets count: they are left out without -enable-snippets. True where no program was given."""
    programs = [one for one in containers(estate) if any(word in one.image for word in IMAGES)]
    return not programs or any(_enables(one.option("enable-snippets")) for one in programs)


def over_tls(auth: Auth | None, tls: Tls) -> Auth | None:
    """Take a client's certificate out where requests in clear are served as well: none is asked for there."""
    if auth is not None and auth.mechanism is Mechanism.CLIENT_CERTIFICATE and tls is not Tls.ONLY:
        return None
    return auth


def asked_in(
    snippets: Snippets, location: tuple[Directive, ...], policy: Auth | None, place: Place
) -> Auth | None:
    """Give who is asked in a location: by its own snippet, by a policy, by the server's snippet."""
    own = asks(location)
    if own == "off":
        return None
    auth = snippets.auth(own) or policy or snippets.auth(asks(snippets.server))
    if auth is None:
        return None
    if own is not None:
        auth = replace(auth, place=place)
    if any(one.words == ("satisfy", "any") for one in (*snippets.server, *location)):
        auth = replace(auth, fails=Fails.OPEN)  # an address that is allowed is enough
    variables = {**answered(snippets.server), **answered(location)}
    names = {name for name, value in headers_set(location).items() if value in variables}
    return replace(auth, response_headers=frozenset(names) | (auth.response_headers or frozenset()))


def token_in(location: tuple[Directive, ...], auth: Auth | None, place: Place) -> TokenFate:
    """Give the fate of the client's Authorization: nginx passes it on, unless it is told otherwise."""
    if hides_authorization(location):
        return TokenFate(Reaches.NO, "a snippet writes another Authorization over the client's", place)
    if auth is None:
        return TokenFate(Reaches.YES, "nobody is asked", place)
    if auth.mechanism in {Mechanism.UNKNOWN, Mechanism.OIDC}:
        return TokenFate(Reaches.CANNOT_TELL, "who is asked cannot be told, or sets it by itself", auth.place)
    return TokenFate(Reaches.YES, "nothing takes Authorization away: a policy copies no header", auth.place)


def path_of(written: str) -> PathMatch:
    """Read a path as a location of nginx: `/a`, `=/a`, `~ ^/a`, `~* ^/a`."""
    if written.startswith("="):
        return PathMatch(PathKind.EXACT, written[1:].strip())
    if written.startswith("~"):
        regex = written.lstrip("~*").strip()
        return PathMatch(PathKind.PREFIX, "/") if regex in _EVERYTHING else PathMatch(PathKind.REGEX, regex)
    return PathMatch(PathKind.BEGINS_WITH, written.removeprefix("^~").strip())


def config_of(estate: Estate) -> Object | None:
    """Give the controller's ConfigMap: the one that its program is told of, or else the one named for it."""
    for one in containers(estate):
        for argument in one.arguments:
            name, value = option_of(argument)
            if name == "nginx-configmaps":
                namespace, _, given = value.rpartition("/")
                where = one.of.namespace if "$" in namespace or not namespace else namespace
                return estate.get("ConfigMap", where, given)
    return next((one for one in estate.of("ConfigMap") if one.name == "nginx-config"), None)


def logs_of(config: Object | None) -> tuple[LoggedField, ...]:
    """Give what the access log holds: the default format has the whole request line, and the referer."""
    if config is None or text(config.node, "data", "access-log-off") == "true":
        return ()
    form = at(config.node, "data", "log-format")
    written = text(form) or "$request $http_referer"
    return tuple(LoggedField(one, config.place(form)) for one in sorted(_logged(written)))


# --- private ---


def _enables(option: Node | None) -> bool:
    return option is not None and not (text(option) or "").endswith("=false")


_EVERYTHING: Final = frozenset({"^/", "/", "^/.*", ".*", "^/(.*)"})
_VARIABLE: Final = re.compile(r"\$\{?([a-z0-9_]+)")
_QUERY: Final = frozenset({"request", "request_uri", "args", "query_string"})


def _logged(written: str) -> set[str]:
    found: set[str] = set()
    for name in _VARIABLE.findall(written):
        if name in _QUERY or name.startswith("arg_"):
            found.add("query")
        elif name.startswith("cookie_"):
            found.add("cookie")
        elif name.startswith("http_"):
            found.add(name.removeprefix("http_").replace("_", "-"))
    return found
