"""Which policies come of these rules? One for the hosts that have the same routes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from gateway.config.host_names import parse_host_pattern
from gateway.config.problem import Unfit
from gateway.draft.rule import ANY_HOST, Backend, Found, Rule, Via
from gateway.draft.settle import Kept, is_for_all_hosts, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """One row of the allowlist, and what it was made from."""

    id: str
    methods: tuple[str, ...]
    guessed: bool
    """Whether the methods are a guess."""
    paths: tuple[str, ...]
    service: str
    """The backend's name: audience, and first half of the scope."""
    sources: tuple[Rule, ...]

    @property
    def scope(self) -> str:
        """The scope that a token needs: a guess."""
        return f"{self.service}:{'read' if set(self.methods) <= {'GET', 'HEAD', 'OPTIONS'} else 'write'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """One policy."""

    id: str
    hosts: tuple[str, ...]
    routes: tuple[RouteDraft, ...]
    targets: tuple[str, ...]
    """The snippets for the controllers that serve it."""


def draft_policies(found: Found, host: str | None) -> tuple[PolicyDraft, ...]:
    """Give the policies. `host` is that of the rules that name none; without it they are left out."""
    by_host = _by_host(found, host)
    _leave_out_shadowed_wildcards(by_host, found)
    tables = {name: settle(rules, _others(name, found), found) for name, rules in by_host.items()}
    names = _backend_names(one.rule.backend for table in tables.values() for one in table)
    groups: dict[object, list[str]] = {}
    for name, table in tables.items():
        if table:
            targets = tuple(dict.fromkeys(rule.target for rule in by_host[name] if rule.target))
            groups.setdefault((_meaning(table), targets), []).append(name)
    taken: set[str] = set()
    return tuple(_policy(hosts, tables, by_host, names, taken) for hosts in groups.values())


# --- private ---


def _by_host(found: Found, host: str | None) -> dict[str, list[Rule]]:
    named: dict[str, list[Rule]] = {}
    for rule in found.rules:
        if rule.host != ANY_HOST:
            named.setdefault(rule.host, []).append(rule)
    hostless = [rule for rule in found.rules if rule.host == ANY_HOST and rule.path is not None]
    if host is not None and host not in named:
        named[host] = [rule for rule in found.rules if rule.host == ANY_HOST]
    else:
        for rule in hostless:
            found.omit(
                rule.place,
                "it is for every host, and a policy names each",
                "name the host in the object, or with --host where no other rule has it",
            )
    return dict(_with_good_hosts(named, found))


def _with_good_hosts(named: dict[str, list[Rule]], found: Found) -> Iterator[tuple[str, list[Rule]]]:
    for name, rules in named.items():
        try:
            parse_host_pattern(name)
        except Unfit as unfit:
            found.omit(rules[0].place, f"its host {unfit.what}", unfit.fix)
            continue
        yield name, rules


def _leave_out_shadowed_wildcards(by_host: dict[str, list[Rule]], found: Found) -> None:
    """A policy for `*.example.com` would also judge hosts below it that have rules of their own."""
    for wildcard in [name for name in by_host if name.startswith("*.")]:
        own = [name for name in by_host if _is_wildcard_for(wildcard, name)]
        if own:
            (first, *_) = by_host.pop(wildcard)
            found.omit(
                first.place,
                f"its host {wildcard} also means {own[0]}, which has rules of its own",
                "name each host that it is for in the object",
            )


def _others(name: str, found: Found) -> list[Rule]:
    """Rules of other hosts that the proxy may take for this one."""
    return [
        rule
        for rule in found.rules
        if is_for_all_hosts(rule) or (rule.via is Via.TRAEFIK and _is_wildcard_for(rule.host, name))
    ]


def _is_wildcard_for(wildcard: str, name: str) -> bool:
    return wildcard.startswith("*.") and wildcard != name and name.partition(".")[2] == wildcard[2:]


def _meaning(table: Sequence[Kept]) -> frozenset[tuple[str, frozenset[str], Backend]]:
    return frozenset((one.path, one.methods, one.rule.backend) for one in table)


def _policy(
    hosts: list[str],
    tables: Mapping[str, Sequence[Kept]],
    by_host: Mapping[str, Sequence[Rule]],
    names: Mapping[tuple[str, tuple[str, ...]], str],
    taken: set[str],
) -> PolicyDraft:
    table = tables[hosts[0]]
    groups: dict[tuple[str, frozenset[str], bool], list[Kept]] = {}
    for one in table:
        groups.setdefault((names[one.rule.backend[:2]], one.methods, one.guessed), []).append(one)
    ids: set[str] = set()
    return PolicyDraft(
        id=unused(table[0].rule.owner, taken),
        hosts=tuple(hosts),
        routes=tuple(_route(service, methods, group, ids) for (service, methods, _), group in groups.items()),
        targets=tuple(dict.fromkeys(rule.target for rule in by_host[hosts[0]] if rule.target)),
    )


def _route(service: str, methods: frozenset[str], group: list[Kept], ids: set[str]) -> RouteDraft:
    reads = methods <= {"GET", "HEAD", "OPTIONS"}
    return RouteDraft(
        id=unused(f"{service}-{'read' if reads else 'write'}", ids),
        methods=tuple(sorted(methods)),
        guessed=group[0].guessed,
        paths=tuple(one.path for one in group),
        service=service,
        sources=tuple(one.rule for one in group),
    )


def _backend_names(backends: Iterator[Backend]) -> dict[tuple[str, tuple[str, ...]], str]:
    """One name for each backend: two of one name would believe each other's tokens."""
    distinct = dict.fromkeys(backend[:2] for backend in backends)
    first = [services[0] for _, services in distinct]
    taken: set[str] = set()
    return {
        (namespace, services): unused(
            services[0] if first.count(services[0]) == 1 else f"{services[0]}-{namespace}", taken
        )
        for namespace, services in distinct
    }


def unused(name: str, taken: set[str]) -> str:
    """Make an id of a name, one that is not taken, and take it."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower())[:48].strip("-")
    if not slug[:1].isalpha() or slug in _WORDS:
        slug = f"api-{slug}".strip("-")
    others = (f"{slug}-{number}" for number in range(2, 10_000))
    found = next(one for one in chain((slug,), others) if one not in taken)
    taken.add(found)
    return found


_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""No text to every reader of YAML."""
