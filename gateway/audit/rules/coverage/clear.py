"""Do tokens come in clear, where no family of rules for one controller says so?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.doors import named
from gateway.audit.exposure import Tls
from gateway.audit.rule import Hit, Rule, Severity, View

_ASKED_HERE: Final = frozenset({Controller.HAPROXY_INGRESS, Controller.HAPROXYTECH, Controller.F5_NIC})
"""Those of the Gateway API, of Envoy, NGINX and Traefik are asked in GWA, ENV, NGX and TRF."""


def _in_clear(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        if one.auth is None or one.of is None or not one.backends or one.controller not in _ASKED_HERE:
            continue
        if one.tls is Tls.NONE:
            yield Hit(one.source, f"tokens for {named(one)} come in clear", about=one.host)
        elif one.tls is Tls.OPTIONAL:
            what = f"tokens for {named(one)} may come in clear"
            yield Hit(one.source, what, Severity.MEDIUM, one.host)


IN_CLEAR: Final = Rule(
    id="COV-019",
    title="A protected host is served in clear",
    severity=Severity.HIGH,
    why="Whoever sees the packets has the client's token, and may use it until it ends.",
    fix="serve the host over TLS alone, and redirect clear requests",
    check=_in_clear,
    references=("https://www.rfc-editor.org/rfc/rfc6750#section-5.3",),
)
