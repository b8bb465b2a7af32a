"""Does the proxy write credentials down, believe what clients say of themselves, or serve in the clear?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.fields import at, items, text
from gateway.audit.exposure import Tls
from gateway.audit.normal.envoy_file import files_of
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.envoy.asking import ASKING
from gateway.audit.rules.envoy.settings import managers
from gateway.config.problem import show

CREDENTIALS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "x-api-key",
        "api-key",
        "x-auth-token",
        "x-access-token",
    }
)
_TARGETS: Final = frozenset({"query", "referer"})
_ITS_OWN: Final = (Controller.ISTIO, Controller.CONTOUR)


def _logged(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        for log in one.logs if one.controller in ASKING else ():
            if log.name in CREDENTIALS:
                yield Hit(log.place, f"the access log has the header {log.name}", about=log.name)
            elif log.name in _TARGETS:
                what = f"the access log has the {log.name}, in which tokens and codes may be"
                yield Hit(log.place, what, Severity.MEDIUM, log.name)


def _certificates(view: View) -> Iterator[Hit]:
    for policy in view.estate.of("ClientTrafficPolicy"):
        mode = at(policy.node, "spec", "headers", "xForwardedClientCert", "mode")
        if text(mode) in {"ForwardOnly", "AppendForward", "AlwaysForwardOnly"}:
            yield Hit(policy.place(mode), _XFCC, _severity(text(mode) or ""))
    for file in files_of(view.estate):
        for _, manager in managers(file):
            mode = at(manager, "forward_client_cert_details")
            if text(mode) in {"FORWARD_ONLY", "APPEND_FORWARD", "ALWAYS_FORWARD_ONLY"}:
                yield Hit(file.place(mode), _XFCC, _severity(text(mode) or ""))
    for mesh in view.estate.of("IstioOperator"):
        mode = at(
            mesh.node, "spec", "meshConfig", "defaultConfig", "gatewayTopology", "forwardClientCertDetails"
        )
        if text(mode) in {"FORWARD_ONLY", "APPEND_FORWARD", "ALWAYS_FORWARD_ONLY"}:
            yield Hit(mesh.place(mode), _XFCC, _severity(text(mode) or ""))


def _severity(mode: str) -> Severity:
    """Without a client certificate only one of them passes the header on."""
    return Severity.CRITICAL if mode.lower().startswith("always") else Severity.HIGH


def _in_clear(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        clear = one.tls in {Tls.NONE, Tls.OPTIONAL}
        if (
            one.controller in _ITS_OWN
            and one.auth is not None
            and one.backends
            and clear
            and not _is_route(one.of)
        ):
            host = show(one.host) if one.host else "any host"
            yield Hit(one.source, f"{host} is served without TLS", about=host)
    yield from _without_mode(view)


def _without_mode(view: View) -> Iterator[Hit]:
    for gateway in view.estate.of("Gateway", "networking.istio.io"):
        for server in items(gateway.node, "spec", "servers"):
            secure = (text(server, "port", "protocol") or "").upper() in {"HTTPS", "TLS"}
            if secure and not text(server, "tls", "mode"):
                what = "a server has no tls.mode: TLS is passed through, and no request is seen"
                yield Hit(gateway.place(server), what)


def _is_route(of: object) -> bool:
    return getattr(of, "group", "") == "gateway.networking.k8s.io"


def _admin(view: View) -> Iterator[Hit]:
    for file in files_of(view.estate):
        address = at(file.root, "admin", "address", "socket_address", "address")
        host = text(address)
        if host is not None and host not in {"127.0.0.1", "::1", "localhost"}:
            yield Hit(file.place(address), "the admin listener is not on loopback alone")


def _changed(view: View) -> Iterator[Hit]:
    kinds = ("EnvoyFilter", "EnvoyPatchPolicy", "CiliumEnvoyConfig", "CiliumClusterwideEnvoyConfig")
    for kind in kinds:
        for one in view.estate.of(kind):
            yield Hit(one.place(), "it changes what Envoy does, in ways that are not followed here")


def _look_alikes(view: View) -> Iterator[Hit]:
    for policy in view.estate.of("ClientTrafficPolicy"):
        action = at(policy.node, "spec", "headers", "withUnderscoresAction")
        if text(action) == "Allow":
            yield Hit(policy.place(action), "header names with underscores reach the backend")


_XFCC: Final = "a certificate's header that a client has sent is passed on"
_ENVOY: Final = "https://www.envoyproxy.io/docs/envoy/latest/configuration"
LOGGED: Final = Rule(
    id="ENV-007",
    title="Credentials in the access log",
    severity=Severity.HIGH,
    why="Logs are read, copied and kept by many; a token in one is a token for all of them.",
    fix="log no credential headers, and %REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)% in the place of "
    "the path",
    check=_logged,
    references=("https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",),
)
CERTIFICATES: Final = Rule(
    id="ENV-008",
    title="A client can say whose certificate it has",
    severity=Severity.CRITICAL,
    why="Whoever reads X-Forwarded-Client-Cert behind the proxy believes what the client has written there.",
    fix="SanitizeSet at the edge (SANITIZE_SET in a file)",
    check=_certificates,
    references=(f"{_ENVOY}/http/http_conn_man/headers#x-forwarded-client-cert",),
)
IN_CLEAR: Final = Rule(
    id="ENV-010",
    title="A protected host is served in the clear",
    severity=Severity.HIGH,
    why="A token that is sent without TLS can be read and used by whoever is on the way.",
    fix="httpsRedirect: true in the Gateway's HTTP server; no permitInsecure in an HTTPProxy",
    check=_in_clear,
    references=("https://www.rfc-editor.org/rfc/rfc6750#section-5.3",),
)
ADMIN: Final = Rule(
    id="ENV-013",
    title="Envoy's admin listener can be reached from elsewhere",
    severity=Severity.HIGH,
    why="It has no authentication: whoever reaches it reads the configuration and can stop the proxy.",
    fix="address: 127.0.0.1, or a Unix socket",
    check=_admin,
    references=("https://www.envoyproxy.io/docs/envoy/latest/operations/admin",),
)
CHANGED: Final = Rule(
    id="ENV-014",
    title="Envoy is changed past what can be read",
    severity=Severity.INFO,
    why="A patch can add what protects, or take it away; this audit says `cannot tell` where it applies.",
    fix="look at what it changes, and use the fields that the API has for it where there are any",
    check=_changed,
)
LOOK_ALIKES: Final = Rule(
    id="ENV-019",
    title="Look-alikes of headers are let in",
    severity=Severity.MEDIUM,
    why="Many backends take X_Auth_Subject for X-Auth-Subject: a client says by it who it is.",
    fix="withUnderscoresAction: RejectRequest, which is the default",
    check=_look_alikes,
    references=("CVE-2025-64484", "https://gateway.envoyproxy.io/docs/api/extension_types/#headersettings"),
)
