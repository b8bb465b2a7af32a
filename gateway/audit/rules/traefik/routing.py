"""Who else gets a request, and may a client say which certificate it has?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.normal.traefik.asks import set_headers
from gateway.audit.normal.traefik.chain import Step
from gateway.audit.normal.traefik.doors import REQUIRED
from gateway.audit.normal.traefik.dynamic import dynamic
from gateway.audit.normal.traefik.exposures import Route
from gateway.audit.normal.traefik.spelled import get, is_on
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import DOCUMENTATION, MIDDLEWARES, http_routes
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


# --- private ---

_HEADERS: Final = {"pem": "x-forwarded-tls-client-cert", "info": "x-forwarded-tls-client-cert-info"}


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
