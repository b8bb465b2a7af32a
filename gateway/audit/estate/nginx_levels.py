"""What holds at one place of an nginx configuration, with what it inherits and what it includes?

A directive of a block hides those of the same name around it. So it is for single values and for lists alike,
such as proxy_set_header: a location with one has lost all that its server has
(nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.nginx_syntax import Directive
from gateway.audit.estate.objects import PUBLIC
from gateway.audit.estate.place import Place
from gateway.audit.estate.proxy_files import ProxyKind
from gateway.config.problem import show

MAX_INCLUDED: Final = 100_000
"""How many directives `include` may add to a file, once they are written out."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Level:
    """One block: `http`, `server`, `location`, `if`, `limit_except`. Equal only to itself."""

    head: Directive | None
    """None for a file that is included from nowhere: it is taken for part of `http`."""
    within: tuple[Directive, ...]
    above: "Level | None" = None

    @property
    def kind(self) -> str:
        """Give the block's name."""
        return self.head.name if self.head else "http"

    @cached_property
    def by_name(self) -> dict[str, list[Directive]]:
        """Give what is written in this very block."""
        found: dict[str, list[Directive]] = {}
        for one in self.within:
            found.setdefault(one.name, []).append(one)
        return found

    def own(self, name: str) -> list[Directive]:
        """Give its own directives of that name."""
        return self.by_name.get(name, [])

    def all(self, name: str) -> list[Directive]:
        """Give those that hold here: of the nearest block around that has any."""
        return next((found for level in self.chain() if (found := level.own(name))), [])

    def last(self, name: str) -> Directive | None:
        """Give the one that holds here."""
        return next(iter(self.all(name)[-1:]), None)

    def says(self, name: str, *values: str) -> bool:
        """Whether what holds here has one of these as its first argument."""
        found = self.last(name)
        return found is not None and found.first in values

    @property
    def public(self) -> str | None:
        """Why it is open on purpose, as a comment says in it or in its server; never one for all servers."""
        near = (around for around in self.chain() if around.kind != "http")
        return next((one.first for around in near for one in around.own(PUBLIC)), None)

    def chain(self) -> Iterator["Level"]:
        """Give this block, and those around it."""
        level: Level | None = self
        while level is not None:
            yield level
            level = level.above

    def nearest(self, kind: str) -> "Level | None":
        """Give the nearest block of that kind, itself included."""
        return next((one for one in self.chain() if one.kind == kind), None)

    @cached_property
    def blocks(self) -> tuple["Level", ...]:
        """Give the blocks in it, each of them once and for all."""
        return tuple(
            Level(head=one, within=one.block, above=self) for one in self.within if one.block is not None
        )

    def below(self, *kinds: str) -> Iterator["Level"]:
        """Give the blocks in it of these kinds."""
        return (one for one in self.blocks if one.kind in kinds)

    def location_of(self, uri: str) -> "Level | None":
        """Give the location of a server for a URI: exact, named, or by the longest prefix, no regex."""
        exact, prefixes = self._locations
        if uri in exact or uri.startswith("@"):
            return exact.get(uri)
        found = (prefixes[uri[:end]] for end in range(len(uri), 0, -1) if uri[:end] in prefixes)
        return next(found, None)

    @cached_property
    def _locations(self) -> tuple[dict[str, "Level"], dict[str, "Level"]]:
        exact: dict[str, Level] = {}
        prefixes: dict[str, Level] = {}
        for one in self.below("location"):
            match one.head.arguments if one.head else ():
                case ("=", path):
                    exact.setdefault(path, one)
                case (path,) if path.startswith("@"):
                    exact.setdefault(path, one)
                case (path,) | ("^~", path):
                    prefixes.setdefault(path, one)
                case _:
                    pass
        return exact, prefixes

    def place(self, directive: Directive | None = None) -> Place:
        """Give the place of a directive, or of the block itself."""
        found = directive or self.head or (self.within[0] if self.within else None)
        if found is None:
            return Place("", 0, 1, "")
        server = self.nearest("server")
        location = self.nearest("location")
        name = server.own("server_name")[-1:] if server else []
        owner = f"server {show(name[0].first)}" if name else ("server" if server else "")
        steps = _steps(location.head) if location and location.head else []
        pointer = " ".join([*steps, *([directive.name] if directive else [])])
        return Place(found.file, found.line, found.column, owner, pointer)


class Nginx(NamedTuple):
    """Everything that was given of nginx."""

    https: tuple[Level, ...]
    """Blocks of `http`, or files that stand for a part of one."""
    streams: tuple[Level, ...]

    @property
    def servers(self) -> Iterator[Level]:
        """Give every virtual server."""
        for http in self.https:
            yield from http.below("server")

    def named(self, kind: str, name: str) -> Directive | None:
        """Give the `upstream` or `log_format` of that name, of any file."""
        found = (one for http in self.https for one in http.own(kind) if one.first == name)
        return next(found, None)


def nginx_of(estate: Estate) -> Nginx:
    """Put together what was given: main files, what they include, and what nobody includes."""
    files = {one.file: one.directives for one in estate.files if one.kind is ProxyKind.NGINX}
    included = _Included(files)
    whole = {file: included.expanded(file, directives, (file,)) for file, directives in files.items()}
    https: list[Level] = []
    streams: list[Level] = []
    for file, directives in whole.items():
        main = Level(head=None, within=tuple(directives))
        blocks = [Level(head=one.head, within=one.within) for one in main.below("http")]
        https += blocks
        streams += main.below("stream")
        if not blocks and file not in included.used and directives:
            https.append(main)
    if not https and not streams:  # each is included by another of them
        https = [Level(head=None, within=directives) for directives in files.values()]
    return Nginx(tuple(https), tuple(streams))


# --- private ---

_MODIFIERS: Final = frozenset({"=", "~", "~*", "^~"})


def _steps(location: Directive) -> list[str]:
    shown = (one if one in _MODIFIERS else show(one) for one in location.arguments)
    return [location.name, *shown]


@dataclass(slots=True)
class _Included:
    files: dict[str, tuple[Directive, ...]]
    used: set[str] = field(default_factory=set)
    left: int = MAX_INCLUDED
    by_name: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for file in self.files:
            self.by_name.setdefault(PurePosixPath(file).name, []).append(file)

    def _meant(self, pattern: str) -> list[str]:
        name = PurePosixPath(pattern).name
        among = self.files if any(one in name for one in "*?[") else self.by_name.get(name, ())
        return [file for file in among if _is_meant(pattern, file)]

    def expanded(
        self, file: str, directives: tuple[Directive, ...], above: tuple[str, ...]
    ) -> tuple[Directive, ...]:
        found: list[Directive] = []
        for one in directives:
            if one.name != "include":
                found.append(one if one.block is None else self._block(file, one, above))
                continue
            matching = [name for name in self._meant(one.first) if name not in above]
            for name in matching if len(above) < 8 else ():
                self.used.add(name)
                inner = self.files[name][: max(self.left, 0)]
                self.left -= len(inner)
                found += self.expanded(name, inner, (*above, name))
            if not matching:
                found.append(one)
        return tuple(found)

    def _block(self, file: str, one: Directive, above: tuple[str, ...]) -> Directive:
        block = self.expanded(file, one.block or (), above)
        return Directive(
            name=one.name,
            arguments=one.arguments,
            file=one.file,
            line=one.line,
            column=one.column,
            block=block,
        )


def _is_meant(pattern: str, file: str) -> bool:
    """By the end of its path: where the files lie here tells nothing of where they lie there."""
    wanted, given = PurePosixPath(pattern).parts[-2:], PurePosixPath(file).parts
    if not wanted or len(given) < len(wanted):
        return fnmatchcase(given[-1], wanted[-1]) if wanted and given else False
    both = zip(given[-len(wanted) :], wanted, strict=True)
    return all(fnmatchcase(have, want) or want.startswith("/") for have, want in both)
