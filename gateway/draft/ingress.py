"""Which rules does an Ingress have (networking.k8s.io/v1)?

https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types, and where a controller departs
from it, the controller: ingress-nginx (internal/ingress/controller/template: buildLocation), Traefik
(pkg/provider/kubernetes/ingress: loadRouter).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.config.problem import Unfit
from gateway.config.tree import Node
from gateway.draft import annotations as known
from gateway.draft.controllers import (
    BEGINS_WITH,
    ELEMENT_BY_ELEMENT,
    EXACT_FIRST,
    INGRESS_NGINX,
    LONGEST_FIRST,
    target_of,
)
from gateway.draft.fields import at, items, members, number, shown, text, texts
from gateway.draft.manifests import Manifest
from gateway.draft.reach import EVERYTHING, Reach
from gateway.draft.regex_path import PathRegex
from gateway.draft.rule import ANY_HOST, DEFAULT_RANK, Backend, Found, Place, Rule, Via
from gateway.draft.templates import below, exactly


def read_ingresses(
    manifests: Iterable[Manifest], classes: dict[str, str], controller: str | None, found: Found
) -> None:
    """Add the rules of each. All at once: on one host ingress-nginx reads all paths in one way."""
    ingresses = [_Ingress.of(one, classes, controller) for one in manifests]
    regex_hosts = {
        host
        for one in ingresses
        if one.target in {*INGRESS_NGINX, None} and known.wants_regex(one.annotations)
        for host in one.hosts()
    }
    for one in ingresses:
        one.say(found)
        if known.is_canary(one.annotations):
            found.remark(
                one.manifest.place(),
                "a canary takes a part of another Ingress' requests, with tokens for that one's Service",
                "let both Services believe the same audience",
            )
        else:
            found.rules += one.rules(regex_hosts, found)


# --- private ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ingress:
    manifest: Manifest
    target: str | None
    annotations: dict[str, str]

    @classmethod
    def of(cls, manifest: Manifest, classes: dict[str, str], controller: str | None) -> "_Ingress":
        annotations = {name: value for name, value, _ in members(manifest.node, "metadata", "annotations")}
        class_name = text(manifest.node, "spec", "ingressClassName")
        class_name = class_name or annotations.get("kubernetes.io/ingress.class", "")
        target = controller or target_of(class_name, annotations, classes)
        return cls(manifest=manifest, target=target, annotations=annotations)

    def hosts(self) -> Iterator[str]:
        for rule in items(self.manifest.node, "spec", "rules"):
            yield text(rule, "host") or ANY_HOST

    def say(self, found: Found) -> None:
        for name, _, node in members(self.manifest.node, "metadata", "annotations"):
            for remark in known.remarks({name: ""}):
                found.remark(self.manifest.place(node, remark.name), remark.what, remark.fix)
        secured = [texts(one, "hosts") for one in items(self.manifest.node, "spec", "tls")]
        bare = sorted({*self.hosts()} - {ANY_HOST} - {host for hosts in secured for host in hosts})
        if bare:
            found.remark(
                self.manifest.place(),
                f"no TLS is named for {', '.join(map(shown, bare))}: tokens would go in clear",
                "add tls, unless something before the controller ends it",
            )

    def rules(self, regex_hosts: set[str], found: Found) -> Iterator[Rule]:
        for rule in items(self.manifest.node, "spec", "rules"):
            host = text(rule, "host") or ANY_HOST
            for path in items(rule, "http", "paths"):
                yield self._rule(host, path, regex_hosts, found)
        default = at(self.manifest.node, "spec", "defaultBackend")
        if default is not None:
            place = self.manifest.place(default, "defaultBackend")
            backend = self._backend(default)
            read = _Read(None if backend is None else "/**", EVERYTHING, DEFAULT_RANK)
            yield self._made(ANY_HOST, place, read, backend)

    def _rule(self, host: str, node: Node, regex_hosts: set[str], found: Found) -> Rule:
        kind = text(node, "pathType") or ""
        path = text(node, "path") or ("/" if kind == "ImplementationSpecific" else "")
        place = self.manifest.place(at(node, "path") or node, f"{kind} {shown(path)}")
        read = (
            _as_regex(path, place, found) if host in regex_hosts else self._as_path(path, kind, place, found)
        )
        backend = self._backend(at(node, "backend"))
        if backend is None and read.path is not None:
            found.omit(place, "its backend is no Service", "write the route by hand, and choose its audience")
        return self._made(host, place, read, backend)

    def _as_path(self, path: str, kind: str, place: Place, found: Found) -> "_Read":
        ranked = None if self._has_ranks_of_its_own() else _rank(path, kind)
        try:
            if self._has_paths_of_its_own():
                raise Unfit("annotations give its paths another meaning", "add the routes by hand")
            match kind:
                case "Exact":
                    rank = ranked if self.target in EXACT_FIRST else None
                    return _Read(exactly(path), Reach(exactly(path)), rank)
                case "Prefix":
                    strict = self.target in ELEMENT_BY_ELEMENT or path.endswith("/")
                    return _Read(below(path), Reach(below(path) if strict else None, path), ranked)
                case "ImplementationSpecific" if self.target in BEGINS_WITH:
                    whole = Reach(below(path)) if path.endswith("/") else Reach(None, path)
                    return _Read(below(path), whole, ranked if self.target in LONGEST_FIRST else None)
                case _:
                    raise Unfit(
                        f"pathType {kind or 'is missing and'} means what the controller likes",
                        "write pathType: Prefix or Exact, or name the controller with --controller",
                    )
        except Unfit as unfit:
            found.omit(place, unfit.what, unfit.fix)
            return _Read(None, self._bound(path, kind), ranked)

    def _bound(self, path: str, kind: str) -> Reach:
        if self._has_paths_of_its_own():
            return EVERYTHING
        return _bound(path, is_text=kind in {"Exact", "Prefix"} and self.target is not None)

    def _has_paths_of_its_own(self) -> bool:
        names = {"router.pathmatcher", "path-type", "path-regex", "use-regex"}
        if self.target not in ELEMENT_BY_ELEMENT:  # Traefik, for one, reads annotations of ingress-nginx
            names.add("rewrite-target")
        return any(name.rpartition("/")[2] in names for name in self.annotations)

    def _has_ranks_of_its_own(self) -> bool:
        names = ("router.priority", "path-type-order", "route-priority")
        return any(name.rpartition("/")[2] in names for name in self.annotations)

    def _backend(self, node: Node | None) -> Backend | None:
        name = text(node, "service", "name")
        if name is None:
            return None
        port = number(node, "service", "port", "number")
        shown_port = text(node, "service", "port", "name") if port is None else str(port)
        return Backend(self.manifest.namespace, (name,), shown_port or "80")

    def _made(self, host: str, place: Place, read: "_Read", backend: Backend | None) -> Rule:
        notes: tuple[str, ...] = ()
        if known.rewrites(self.annotations):
            notes = ("the path before the Ingress rewrites it, which is what clients see",)
        return Rule(
            place=place,
            owner=self.manifest.name,
            via=Via.INGRESS,
            target=self.target,
            host=host,
            path=None if backend is None else read.path,
            reach=read.reach,
            methods=None,
            backend=backend or Backend(self.manifest.namespace, (place.name,), ""),
            rank=read.rank,
            notes=notes,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    path: str | None
    reach: Reach
    rank: tuple[int, ...] | None


def _as_regex(path: str, place: Place, found: Found) -> _Read:
    """Every location of such a host is `~* "^PATH"`, of every path type, the longest first."""
    regex = PathRegex(pattern=path, whole=False)
    try:
        return _Read(regex.template(), regex.reach(), (1, -len(path)))
    except Unfit as unfit:
        found.omit(place, unfit.what, unfit.fix)
        return _Read(None, regex.reach(), (1, -len(path)))


def _rank(path: str, kind: str) -> tuple[int, ...]:
    """An exact path first, then the longest. ingress-nginx writes a prefix with a `/` at its end."""
    if kind == "Exact":
        return (0,)
    return (1, -len(path.removesuffix("/")) - 1 if kind == "Prefix" else -len(path))


def _bound(path: str, *, is_text: bool) -> Reach:
    """What a path that cannot be said may mean, at most; where it is no text it may be a pattern."""
    literal = ""
    for character in path:
        if not (character.isascii() and (character.isalnum() or character in "/-_")):
            break
        literal += character
    if "|" in path or not path.startswith("/"):
        return EVERYTHING
    certain = is_text or (literal != path and path[len(literal)] not in "?*+{")
    return Reach(None, literal if certain else literal[:-1])
