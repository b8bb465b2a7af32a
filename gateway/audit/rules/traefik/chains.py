"""In which order do middlewares come, and is each one there?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.normal.traefik.asks import PASSWORDS, REWRITES
from gateway.audit.normal.traefik.chain import MISSING, Step, is_shown
from gateway.audit.normal.traefik.dynamic import dynamic
from gateway.audit.normal.traefik.exposures import Route
from gateway.audit.normal.traefik.spelled import is_on, words
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import MIDDLEWARES, defined, http_routes
from gateway.config.problem import show
from gateway.dialects.snippets.settings import canonical


def _late(view: View) -> Iterator[Hit]:
    for route in http_routes(view):
        for step in _before_asking(route):
            severity = _how_late(step)
            if severity is not None:
                named = show(route.router.name)
                what = f"in the router {named} {_NAMES[step.kind]} comes before the question who it is"
                yield Hit(step.reference.place, what, severity, f"{route.router.name} {step.kind}")


def _error_page(view: View) -> Iterator[Hit]:
    for one in defined(view, "errors"):
        named = tuple(header.lower() for header in words(one.node, "errorRequestHeaders"))
        if not named:
            yield Hit(one.place("service"), "errorRequestHeaders names no header: all of them are sent")
        for header in named:
            if header in _CREDENTIALS:
                what = f"{show(canonical(header))} is among those that are sent"
                yield Hit(one.place("errorRequestHeaders"), what, Severity.HIGH, header)


def _missing(view: View) -> Iterator[Hit]:
    index = dynamic(view.estate).middlewares
    for route in http_routes(view):
        for step in route.steps:
            if step.kind == MISSING and (
                view.estate.is_whole_of("Middleware") or is_shown(index, step.reference)
            ):
                named = show(step.reference.name)
                what = f"the middleware {named} is not there, or says nothing: no such router is served"
                yield Hit(step.reference.place, what, about=step.reference.name)


def _open_cors(view: View) -> Iterator[Hit]:
    for one in defined(view, "headers"):
        if not is_on(one.node, "accessControlAllowCredentials"):
            continue
        for name in ("accessControlAllowOriginList", "accessControlAllowOriginListRegex"):
            if any(_is_every_origin(origin, name) for origin in words(one.node, name)):
                what = "every origin may ask with the credentials of whoever visits it"
                yield Hit(one.place(name), what, about=name)


# --- private ---

_NAMES: Final = {
    "stripprefix": "stripPrefix",
    "stripprefixregex": "stripPrefixRegex",
    "replacepath": "replacePath",
    "replacepathregex": "replacePathRegex",
    "addprefix": "addPrefix",
    "errors": "errors",
    "retry": "retry",
}
_CREDENTIALS: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_REFUSALS: Final = (401, 403)


def _before_asking(route: Route) -> tuple[Step, ...]:
    """The steps before the first that asks who it is."""
    for index, step in enumerate(route.steps):
        if step.kind == "forwardauth" or step.kind in PASSWORDS:
            return route.steps[:index] if step.kind == "forwardauth" else ()
    return ()


def _how_late(step: Step) -> Severity | None:
    if step.kind in REWRITES:
        return Severity.HIGH
    if step.kind == "errors" and any(_covers(one) for one in words(step.node, "status")):
        return Severity.MEDIUM
    return Severity.LOW if step.kind == "retry" else None


def _covers(written: str) -> bool:
    """Whether a status, or a range such as `400-499`, has a refusal in it."""
    low, _, high = written.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal() and len(written) < len("1000-1000")):
        return False
    return any(int(low) <= one <= int(high or low) for one in _REFUSALS)


def _is_every_origin(origin: str, name: str) -> bool:
    if name.endswith("Regex"):
        return origin.removeprefix("^").removesuffix("$") in {".*", ".+", "(.*)", "(.+)", "https?://.*"}
    return origin == "*"


LATE: Final = Rule(
    id="TRF-008",
    title="The question who it is comes too late",
    severity=Severity.HIGH,
    why="What comes before it has changed the request: the gateway judges another path than the router has "
    "matched, and another policy of it may allow that. An error page before it hides its answers.",
    fix="name the middleware that asks first in the chain",
    check=_late,
    references=(f"{MIDDLEWARES}overview/", "CVE-2026-48020", "CVE-2026-67309", "CVE-2026-65600"),
)
ERROR_PAGE: Final = Rule(
    id="TRF-015",
    title="The error page gets the client's credentials",
    severity=Severity.MEDIUM,
    why="Without a list the service of the error page is sent every header of the failed request, with its "
    "token and cookies. An empty list counts as none.",
    fix="name in errorRequestHeaders what the page needs, such as Accept",
    check=_error_page,
    references=(f"{MIDDLEWARES}errorpages/", "CVE-2026-41181"),
)
MISSING_MIDDLEWARE: Final = Rule(
    id="TRF-020",
    title="A router names a middleware that is not there",
    severity=Severity.HIGH,
    why="Traefik serves no such router, and its requests go to the next one that matches, which may be open.",
    fix="write the middleware, or correct its name and namespace",
    check=_missing,
    references=(f"{MIDDLEWARES}overview/",),
)
OPEN_CORS: Final = Rule(
    id="TRF-027",
    title="Every web page may ask with the credentials of its visitors",
    severity=Severity.HIGH,
    why="A browser sends the visitor's cookies with what any page asks, and lets the page read the answer.",
    fix="name the origins in accessControlAllowOriginList",
    check=_open_cors,
    references=(f"{MIDDLEWARES}headers/",),
)
