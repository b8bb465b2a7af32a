"""Who else gets a request, and may a client say which certificate it has?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.normal.traefik.asks import set_headers
from gateway.audit.normal.traefik.chain import Step
from gateway.audit.normal.traefik.doors import REQUIRED
from gateway.audit.normal.traefik.dynamic import dynamic
from gateway.audit.normal.traefik.exposures import Route
from gateway.audit.normal.traefik.spelled import get, is_on
from gateway.audit.normal.traefik.static import EntryPoint
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import DOCUMENTATION, ENTRY_POINTS, MIDDLEWARES, http_routes
from gateway.config.problem import show


def _mirrored(view: View) -> Iterator[Hit]:
    for route in http_routes(view):
        for mirror in route.served.mirrors if route.auth is not None else ():
            what = f"{show(mirror.to)} gets a copy of what the router {show(route.router.name)} protects"
            yield Hit(mirror.place, what, about=f"{route.router.name} {mirror.to}")


def _certificate(view: View) -> Iterator[Hit]:
    for route in http_routes(view):
        for index, step in enumerate(route.steps):
            if step.kind == "passtlsclientcert" and _may_be_said(view, route, index):
                what = f"a client of the router {show(route.router.name)} may come without a certificate"
                yield Hit(step.place(), what, about=route.router.name)


def _in_clear(view: View) -> Iterator[Hit]:
    for route in http_routes(view):
        if route.auth is None or route.router.tls is not None or not route.served.backends:
            continue
        if any(step.kind == "redirectscheme" for step in route.steps):
            continue
        named = show(route.router.name)
        for point in route.doors.entry_points:
            if not (point.speaks_tls or point.redirects or _is_here(point)):
                what = f"the router {named} is served in clear text at the entry point {show(point.name)}"
                yield Hit(route.router.place, what, about=f"{route.router.name} {point.name}")
        if not route.doors.entry_points and set(route.router.entry_points) & _CLEAR_NAMES:
            what = f"the router {named} has no tls, and an entry point that is in clear text by its name"
            yield Hit(route.router.place, what, Severity.MEDIUM, route.router.name)


# --- private ---

_CLEAR_NAMES: Final = frozenset({"web", "http"})
_HERE: Final = ("127.", "[::1]", "localhost")
_HEADERS: Final = {"pem": "x-forwarded-tls-client-cert", "info": "x-forwarded-tls-client-cert-info"}


def _is_here(point: EntryPoint) -> bool:
    """Whether nobody comes to it but from the same machine."""
    address = point.get("address")
    return address is not None and address.value.startswith(_HERE)


def _may_be_said(view: View, route: Route, index: int) -> bool:
    """Whether the header may come from the client: no certificate is asked for, and nobody takes it away."""
    if route.doors.client_certificates == REQUIRED:
        return False
    if route.doors.certificates_place is None and route.router.tls_options is not None:
        name = route.router.tls_options[1]
        shown = dynamic(view.estate).tls_options
        if shown.find(name, route.router.provider, route.router.tls_options[0]) is None:
            return False  # the options were not given
    step = route.steps[index]
    told = {header for key, header in _HEADERS.items() if is_on(step.node, key) or get(step.node, key)}
    return not told <= _cleaned(route.steps[:index])


def _cleaned(steps: tuple[Step, ...]) -> frozenset[str]:
    return frozenset(header for step in steps for header in set_headers(step))


MIRRORED: Final = Rule(
    id="TRF-016",
    title="A copy of protected requests goes elsewhere",
    severity=Severity.HIGH,
    why="The mirror gets each request with the token that is in it, and its owner is not among those for "
    "whom it was made.",
    fix="take the mirror away, or mirror behind the backend, without Authorization",
    check=_mirrored,
    references=(f"{DOCUMENTATION}routing-configuration/kubernetes/crd/http/traefikservice/",),
)
CERTIFICATE: Final = Rule(
    id="TRF-017",
    title="A client may say which certificate it has",
    severity=Severity.HIGH,
    why="passTLSClientCert sets its header where there is a certificate. Without one the header may be what "
    "the client has written.",
    fix="set clientAuthType of the TLSOption to RequireAndVerifyClientCert, or take the header away in a "
    "headers middleware before it",
    check=_certificate,
    references=(f"{MIDDLEWARES}passtlsclientcert/",),
)
IN_CLEAR: Final = Rule(
    id="TRF-028",
    title="Tokens come in clear text",
    severity=Severity.HIGH,
    why="Whoever is on the way between a client and Traefik reads its token, and has it.",
    fix="give the router tls, or its entry point http.tls, and redirect from the clear one with "
    "http.redirections.entryPoint",
    check=_in_clear,
    references=(ENTRY_POINTS, "https://www.rfc-editor.org/rfc/rfc6750#section-5.3"),
)
