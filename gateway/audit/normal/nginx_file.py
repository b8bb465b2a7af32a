"""What does nginx's own configuration open?

One exposure for each location that clients can reach, with all that it inherits; named and internal
locations are ways inside, not doors.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.nginx_levels import Level, Nginx, nginx_of
from gateway.audit.exposure import (
    ANY_HOST,
    Auth,
    Backend,
    Exposure,
    LoggedField,
    Mechanism,
    Mirror,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.log_format import COMBINED, NOT_GIVEN, logged, variables
from gateway.audit.normal.nginx_auth import auth_of, backend_of, sub_request
from gateway.audit.normal.nginx_headers import PASSES, Made, header_fate, sources
from gateway.audit.normal.nginx_listen import tls_of


def read(estate: Estate) -> Iterator[Exposure]:
    """Give every route of every server, and every port of `stream`."""
    nginx = estate.once(nginx_of)
    for server in nginx.servers:
        yield from routes_of_server(server, nginx)
    for stream in nginx.streams:
        for server in stream.below("server"):
            yield from _stream(server)


def served_locations(server: Level) -> Iterator[Level]:
    """Give the locations that clients can reach, with those in them, and what an `if` passes on."""
    for one in server.below("location", "if"):
        location = one.nearest("location")
        is_door = one.kind == "location" or any(one.own(name) for name in PASSES)
        if is_door and (location is None or not _is_inside(location)):
            yield one
        yield from served_locations(one)


def routes_of_server(server: Level, nginx: Nginx) -> Iterator[Exposure]:
    """Give every route of one server: of each of its hosts."""
    hosts = _hosts(server)
    for number, level in enumerate(_doors(server)):
        path, rank = _path(level, number)
        made = _exposure(level, path, nginx)
        for limited in _by_methods(level, made):
            for host in hosts:
                yield replace(limited, host=host, rank=rank)


# --- private ---

_ANSWERS: Final = (*PASSES, "return", "root", "alias", "try_files", "content_by_lua_block", "js_content")


def _doors(server: Level) -> Iterator[Level]:
    found = list(served_locations(server))
    if server.own("return") or not found:
        yield server  # before any location is chosen
    else:
        yield from (one for one in found if any(map(one.own, _ANSWERS)) or not any(one.below("location")))


def _is_inside(level: Level) -> bool:
    arguments = level.head.arguments if level.head else ()
    return bool(level.own("internal")) or (len(arguments) == 1 and arguments[0].startswith("@"))


def _exposure(level: Level, path: PathMatch, nginx: Nginx) -> Exposure:
    passes = next((one for name in PASSES for one in level.own(name)), None)
    backends = (backend_of(passes),) if passes and not level.own("return") else ()
    auth = None if level.own("return") else auth_of(level, nginx)
    return Exposure(
        host=ANY_HOST,
        path=path,
        tls=tls_of(level),
        controller=Controller.NGINX,
        backends=backends,
        auth=auth,
        token=_fate(level, auth, backends, nginx),
        mirrors=tuple(_mirrors(level, nginx)) if backends else (),
        logs=tuple(_logs(level, nginx)),
        rewrites=bool(level.own("rewrite"))
        or (passes is not None and _changes_path(passes.first, path.value)),
        conditions=("an if",) if level.kind == "if" else (),
        public=level.public,
        source=level.place(),
    )


def _fate(level: Level, auth: Auth | None, backends: tuple[Backend, ...], nginx: Nginx) -> TokenFate:
    if not backends:
        return TokenFate(Reaches.NO, "nginx answers itself", level.place())
    fate = header_fate(level, "authorization", nginx)
    place = level.place(fate.line)
    match fate.made:
        case Made.REPLACED:
            return TokenFate(Reaches.NO, "Authorization is replaced, or taken away", place)
        case Made.UNKNOWN:
            why = "what Authorization becomes is in something that was not given"
            return TokenFate(Reaches.CANNOT_TELL, why, place)
        case Made.KEPT if fate.line is not None:
            return TokenFate(Reaches.YES, "a line passes the client's Authorization on", place)
        case Made.KEPT if auth is not None and auth.mechanism is Mechanism.EXTERNAL:
            why = "no proxy_set_header of this location sets Authorization"
            return TokenFate(Reaches.YES, why, auth.place)
        case _:
            return TokenFate(Reaches.YES, "nothing takes Authorization away", level.place())


def _by_methods(level: Level, made: Exposure) -> Iterator[Exposure]:
    """limit_except: these methods as the location says, the others by what is in the block."""
    limit = next(level.below("limit_except"), None)
    asks = limit.own("auth_basic") or limit.own("auth_jwt") if limit else []
    if limit is None or limit.head is None or not asks or made.auth is not None:
        yield made
        return
    free = {one.upper() for one in limit.head.arguments}
    free |= {"HEAD"} if "GET" in free else set()
    mechanism = Mechanism.JWT if asks[0].name == "auth_jwt" else Mechanism.BASIC
    yield replace(made, methods=frozenset(free))
    asked = Auth(mechanism=mechanism, place=limit.place(asks[0]))
    yield replace(made, methods=frozenset(_METHODS) - free, auth=asked)


_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _mirrors(level: Level, nginx: Nginx) -> Iterator[Mirror]:
    for one in level.all("mirror"):
        if one.first != "off":
            asked = sub_request(level, one.first, nginx)
            passes = asked.passes if asked else None
            yield Mirror(backend_of(passes).name if passes else "its location", level.place(one))


def _logs(level: Level, nginx: Nginx) -> Iterator[LoggedField]:
    lines = level.all("access_log")
    if not lines:
        yield from logged(COMBINED, level.place())
    for one in lines:
        name = one.arguments[1] if len(one.arguments) > 1 and "=" not in one.arguments[1] else "combined"
        found = nginx.named("log_format", name)
        if one.first == "off":
            continue
        if found is not None:
            written = "".join(part for part in found.arguments[1:] if not part.startswith("escape="))
            yield from logged(written, level.place(one), _meanings(level, written, nginx))
        elif name == "combined":
            yield from logged(COMBINED, level.place(one))
        else:
            yield LoggedField(NOT_GIVEN, level.place(one))


def _meanings(level: Level, written: str, nginx: Nginx) -> dict[str, str]:
    found = {name: sources(level, name, nginx) for name in variables(written)}
    return {
        name: one.names[0]
        for name, one in found.items()
        if one is not None and len(one.names) == 1 and not one.is_chosen
    }


def _changes_path(passed: str, path: str) -> bool:
    after = passed.partition("://")[2]
    rest = after[after.index("/") :] if "/" in after else ""
    return bool(rest) and "$" not in rest and rest != path


def _hosts(server: Level) -> tuple[str, ...]:
    found: list[str] = []
    for line in server.own("server_name"):
        for name in line.arguments:
            found += _named(name.lower())
    return tuple(dict.fromkeys(found)) or (ANY_HOST,)


def _named(name: str) -> list[str]:
    """A pattern stays as it is written: it takes none of the names that are written out elsewhere.

    https://nginx.org/en/docs/http/server_names.html
    """
    if name.startswith("."):
        return [name[1:], f"*{name}"]
    if name in {"", "_"} or ("$" in name and not name.startswith("~")):
        return [ANY_HOST]
    return [name]


def _path(level: Level, number: int) -> tuple[PathMatch, tuple[int, ...]]:
    location = level.nearest("location")
    arguments = location.head.arguments if location and location.head else ("/",)
    match arguments:
        case ("=", path):
            return PathMatch(PathKind.EXACT, path), (0,)
        case ("^~", path):
            return PathMatch(PathKind.BEGINS_WITH, path), (1, -len(path))
        case ("~", path):
            return PathMatch(PathKind.REGEX, path), (2, number)
        case ("~*", path):
            return PathMatch(PathKind.REGEX, f"(?i){path}"), (2, number)
        case (path,):
            return PathMatch(PathKind.BEGINS_WITH, path), (3, -len(path))
        case _:
            return PathMatch(PathKind.UNKNOWN, " ".join(arguments)), ()


def _stream(server: Level) -> Iterator[Exposure]:
    passes = server.last("proxy_pass")
    if passes is None:
        return
    port = (server.own("listen")[:1] or [passes])[0].first
    yield Exposure(
        host=ANY_HOST,
        path=PathMatch(PathKind.UNKNOWN, "/"),
        tls=Tls.PASSED_THROUGH,
        controller=Controller.NGINX,
        backends=(backend_of(passes),),
        auth=None,
        token=TokenFate(Reaches.YES, "nginx sees no request, only octets", server.place(passes)),
        conditions=(f"stream port {port}",),
        source=server.place(passes),
    )
