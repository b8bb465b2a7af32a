"""Is there an open way in beside the guarded one?

Every open route of a host that has guarded ones is one finding, under the name that says most: the guarded
path itself is open in another language (COV-003), for other methods (COV-016), by a route that is tried first
(COV-018), or it is just another path (COV-001).
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.doors import Api, Asked, api_of, asks_nobody, by_host, named
from gateway.audit.exposure import ANY_HOST, Exposure, Tls
from gateway.audit.overlap import path_covers
from gateway.audit.paths import Paths
from gateway.audit.rule import Hit, Rule, Severity, View


def _open_path(view: View) -> Iterator[Hit]:
    for gap in _gaps(view):
        if gap.rule == "COV-001":
            what = f"nobody is asked about {named(gap.open)}, and {named(gap.beside)} is protected"
            yield Hit(gap.open.source, what, about=_about(gap.open))


def _lost_between_apis(view: View) -> Iterator[Hit]:
    for gap in _gaps(view):
        if gap.rule == "COV-003":
            where = gap.beside.source.owner or gap.beside.source.file
            what = f"{named(gap.open)} is open here, and protected by {gap.beside.controller} in {where}"
            yield Hit(gap.open.source, what, about=_about(gap.open))


def _open_methods(view: View) -> Iterator[Hit]:
    for gap in _gaps(view):
        if gap.rule == "COV-016":
            what = f"{named(gap.open)} is open for methods other than {_methods(gap.beside)}"
            yield Hit(gap.open.source, what, about=_about(gap.open))
    for one in view.exposures:
        asked = one.auth.methods if one.auth is not None else None
        if one.auth is not None and asked is not None and (one.methods is None or not one.methods <= asked):
            what = f"about {named(one)} somebody is asked for {', '.join(sorted(asked)) or 'no method'} alone"
            yield Hit(one.auth.place, what, about=_about(one))


def _shadowed(view: View) -> Iterator[Hit]:
    for gap in _gaps(view):
        if gap.rule == "COV-018":
            what = f"{named(gap.open)} is open and tried before {named(gap.beside)}, which is never asked"
            yield Hit(gap.open.source, what, about=_about(gap.open))


def told_doors(view: View) -> frozenset[int]:
    """Give the open routes that these rules tell, by `id`: another that tells them too does so as INFO."""
    return frozenset(id(gap.open) for gap in _gaps(view))


OPEN_PATH: Final = Rule(
    id="COV-001",
    title="A protected host has an open path",
    severity=Severity.HIGH,
    why="Whoever finds the open path reaches the backend without a token, and no log of refusals shows it.",
    fix="protect it as its neighbours are, or say why it is open: token-gateway.dev/public: <reason>",
    check=_open_path,
    references=("https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",),
)
LOST_BETWEEN_APIS: Final = Rule(
    id="COV-003",
    title="A path is protected in one API and open in another",
    severity=Severity.CRITICAL,
    why="Annotations are not carried into another API: the copy answers for the same host unasked.",
    fix="give the copy the same protection before it gets traffic, or remove it",
    check=_lost_between_apis,
    references=("https://gateway-api.sigs.k8s.io/guides/getting-started/migrating-from-ingress-nginx/",),
)
OPEN_METHODS: Final = Rule(
    id="COV-016",
    title="A protected path is open for other methods",
    severity=Severity.HIGH,
    why="The same path takes a request without a token as soon as its method is another one.",
    fix="protect the path for every method, and let the gateway's policy say which are allowed",
    check=_open_methods,
    references=("https://owasp.org/www-community/attacks/Verb_Tampering",),
)
SHADOWED: Final = Rule(
    id="COV-018",
    title="An open route is tried before the protected one",
    severity=Severity.HIGH,
    why="The first route that fits answers, so that nobody is ever asked about the one that is protected.",
    fix="make the open route narrower, or let the protected one come first",
    check=_shadowed,
)


# --- private ---


class _Gap(NamedTuple):
    rule: str
    open: Exposure
    beside: Exposure
    """What is protected, and shows that somebody meant it to be."""


def _gaps(view: View) -> Iterator[_Gap]:
    for (host, *_), these in _neighbours(view).items():
        protected = [one for one in these if one.is_protected]
        if protected:
            yield from _of_host(these, protected, is_named=host != ANY_HOST)


def _neighbours(view: View) -> dict[tuple[str, ...], list[Exposure]]:
    """Routes by host; those without one have no more in common than the door that serves them."""
    found: dict[tuple[str, ...], list[Exposure]] = defaultdict(list)
    for host, these in by_host(view.exposures).items():
        for one in these:
            file = one.source.file if one.of is None else ""
            door = () if host != ANY_HOST else (one.controller.value, one.class_name, file)
            found[host, *door].append(one)
    return found


def _of_host(these: list[Exposure], protected: list[Exposure], *, is_named: bool) -> Iterator[_Gap]:
    asked = Asked(protected)
    paths = Paths((one.path, one) for one in protected)
    apis = {api_of(one): one for one in reversed(protected)}
    for one in these:
        if asks_nobody(one) and not asked.is_behind(one):
            within = [beside for beside in paths.within(one.path) if _covers(one, beside)]
            yield _of_route(one, within, apis, protected[0], is_named=is_named)


def _of_route(
    one: Exposure, within: list[Exposure], apis: dict[Api, Exposure], first: Exposure, *, is_named: bool
) -> _Gap:
    mine = api_of(one)
    for beside in within:
        if is_named and api_of(beside) != mine and not one.conditions:
            return _Gap("COV-003", one, beside)
    for beside in within:
        if beside.methods is not None and (one.methods is None or not one.methods <= beside.methods):
            return _Gap("COV-016", one, beside)
    for beside in within:
        if _comes_first(one, beside):
            return _Gap("COV-018", one, beside)
    return _Gap("COV-001", one, apis.get(mine, first))


def _covers(one: Exposure, other: Exposure) -> bool:
    return one.tls is Tls.PASSED_THROUGH or path_covers(one.path, other.path)


def _comes_first(one: Exposure, other: Exposure) -> bool:
    comparable = (
        one.rank and other.rank and api_of(one) == api_of(other) and one.class_name == other.class_name
    )
    covers = one.methods is None or (other.methods is not None and other.methods <= one.methods)
    return bool(comparable) and covers and not one.conditions and one.rank < other.rank


def _about(one: Exposure) -> str:
    return f"{one.host} {one.path}"


def _methods(one: Exposure) -> str:
    return ", ".join(sorted(one.methods or ()))
