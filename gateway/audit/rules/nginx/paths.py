"""Are hosts and paths what they look like? NGX-018, NGX-019, NGX-033, NGX-035."""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.fields import at, items, text
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import (
    ANNOTATIONS,
    CONFIG_MAP,
    ingresses,
    protected,
    protected_ingresses,
    settings,
)
from gateway.config.problem import show


def _by_regex(view: View) -> Iterator[Hit]:
    hosts = {one.host for one, _ in protected(view)}
    for one in ingresses(view):
        if one.is_by_regex and not one.is_canary and hosts.intersection(one.hosts()):
            name = "rewrite-target" if one.get("rewrite-target") else "use-regex"
            what = "every path of these hosts is a regular expression that minds no case"
            yield Hit(one.place(name), what)


def _loose(view: View) -> Iterator[Hit]:
    for one in protected_ingresses(view):
        for rule in items(one.ingress.node, "spec", "rules"):
            for path in items(rule, "http", "paths"):
                kind, value = text(path, "pathType"), text(path, "path") or "/"
                if kind not in {"Exact", "Prefix"}:
                    place = one.ingress.place(at(path, "pathType") or path)
                    yield Hit(place, f"what path {show(value)} means is left to the controller")
                elif _METACHARACTERS.search(value):
                    place = one.ingress.place(at(path, "path"))
                    yield Hit(place, f"path {show(value)} has characters of a regular expression")
    said = settings(view).get("strict-validate-path-type")
    if said is not None and said.value == "false":
        yield Hit(said.place, "paths are not held to what their type may have")


def _aliases(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        said = one.get("server-alias")
        if said is not None and ("*" in said.value or "~" in said.value):
            yield Hit(said.place, "hosts that nobody wrote out are served like this one")


def _told(view: View) -> Iterator[Hit]:
    for one in protected_ingresses(view):
        for name in ("upstream-vhost", "x-forwarded-prefix"):
            said = one.get(name)
            if said is not None:
                yield Hit(said.place, f"{name} tells the backend another host or path than was judged")


_METACHARACTERS: Final = re.compile(r"[\\^$*+?()\[\]{}|]")

RULES: Final = (
    Rule(
        id="NGX-018",
        title="Paths of a protected host are regular expressions",
        severity=Severity.MEDIUM,
        why="One Ingress makes them of all paths of its host: case is lost, and /admin is /admin-old as well",
        fix="write pathType Exact or Prefix without use-regex and rewrite-target, and let the backend "
        "know its path",
        check=_by_regex,
        references=("https://kubernetes.github.io/ingress-nginx/user-guide/ingress-path-matching/",),
    ),
    Rule(
        id="NGX-019",
        title="What a protected path means is left open",
        severity=Severity.MEDIUM,
        why="Where the controller and the gateway read a path in two ways, one of them judges the wrong one",
        fix="write pathType Exact or Prefix, and a plain path",
        check=_loose,
        references=("CVE-2026-24512", f"{CONFIG_MAP}#strict-validate-path-type"),
    ),
    Rule(
        id="NGX-033",
        title="Hosts are served that nobody wrote out",
        severity=Severity.MEDIUM,
        why="Any name that fits comes to this backend, those of other teams and of nobody included",
        fix="write each host out",
        check=_aliases,
        references=(f"{ANNOTATIONS}#server-alias",),
    ),
    Rule(
        id="NGX-035",
        title="The backend is told another host or path",
        severity=Severity.INFO,
        why="A backend that decides by its own host or prefix decides about another request than was judged",
        fix="see whether the backend decides anything by it",
        check=_told,
        references=(f"{ANNOTATIONS}#custom-nginx-upstream-vhost",),
    ),
)
