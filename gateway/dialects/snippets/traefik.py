"""What goes into Traefik's configuration? The static entry point, then the dynamic routers, as YAML."""

from typing import Any, Final

from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets.logs import traefik as logs
from gateway.dialects.snippets.settings import (
    CA_FILE,
    CALLER,
    CALLER_VARIABLE,
    CLIENT_FILE,
    CLIENT_KEY_FILE,
    IDENTITY,
    SERVER_FILE,
    SERVER_KEY_FILE,
    Settings,
    SnippetImpossible,
    check_certificates,
    credential_headers,
    query_names,
    says_secret,
    shows_certificate,
    takes_cookies,
    takes_websockets,
    tells_certificates,
)
from gateway.dialects.snippets.yaml_text import as_yaml
from gateway.dialects.untrusted import SAID_BY_TRAEFIK, UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write two YAML documents: static, then dynamic (file provider).

    Raises: SnippetImpossible for a policy with query credentials, which nothing in Traefik removes, and for
    another proxy's form of client certificates.
    """
    check_possible(policy)
    static = as_yaml(static_part(settings, {"file": {"filename": "dynamic.yml", "watch": True}}))
    dynamic = as_yaml(_dynamic(policy, settings))
    told = CERTIFICATES if tells_certificates(policy) else ""
    return f"{_STATIC}{static}---\n{_DYNAMIC}{told}{dynamic}"


def check_possible(policy: Policy) -> None:
    """Raises: SnippetImpossible for what no Traefik can do."""
    check_certificates(policy, "Traefik", CertificateFrom.TRAEFIK)
    if query_names(policy):
        raise SnippetImpossible(
            f"policy {policy.id} accepts a token in the query, and Traefik cannot take it out of the target: "
            "it would reach the backend. Remove the query credential, or use another proxy for it."
        )


def static_part(settings: Settings, providers: dict[str, Any]) -> dict[str, Any]:
    """Write the static configuration: a hardened entry point, a log without tokens."""
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "accessLog": logs.ACCESS_LOG,
        "entryPoints": _entry_points(settings),
        "providers": providers,
    }


def ends_tls(settings: Settings) -> bool:
    """Whether Traefik ends TLS: in clear it listens only to what does that on the same machine."""
    return not settings.listen.startswith(_HERE)


def entry_point(settings: Settings) -> str:
    """Give the name of the one whose requests are served."""
    return "websecure" if ends_tls(settings) else "web"


def doors(policy: Policy) -> dict[str, tuple[str, list[str]]]:
    """Give the rule of each router and its middlewares, in order.

    The longer rule comes first: what asks for WebSocket meets the router that says so.
    """
    hosts = " || ".join(_rule(pattern.name) for pattern in policy.hosts)
    steps = {
        "cors": policy.cors is not None,
        "caller": says_secret(policy),
        "no-certificate": tells_certificates(policy),
        "certificate": tells_certificates(policy),
        "token-gateway": True,
        "clean": True,
        "no-upgrade": True,
    }
    found = {policy.id: (hosts, _wanted(policy, steps))}
    if takes_websockets(policy):
        rule = f"({hosts}) && HeaderRegexp(`Upgrade`, `(?i)^websocket$`)"
        steps = {"websocket": True, **steps, "no-upgrade": False, "upgrade": True}
        found[f"{policy.id}-websocket"] = (rule, _wanted(policy, steps))
    return found


def middlewares(policy: Policy, settings: Settings, *, secret: str, tls: dict[str, Any]) -> dict[str, Any]:
    """Write every middleware that a door may name; `secret` is what the caller says, `tls` whom it trusts."""
    headers = ["Authorization", *IDENTITY, *credential_headers(policy)]
    if takes_cookies(policy):
        headers.append("Cookie")
    ask = {
        "address": settings.auth_url("traefik", policy),
        "trustForwardHeader": tells_certificates(policy),
        "authResponseHeaders": headers,
        "maxResponseBodySize": 65536,
        "preserveRequestMethod": False,
        **tls,
    }
    return {
        **_cors(policy),
        **_caller(policy, secret),
        **_certificate(policy),
        f"{policy.id}-token-gateway": {"forwardAuth": ask},
        f"{policy.id}-clean": _request_headers(dict.fromkeys((*_CLEANED, _UPGRADE, CALLER), "")),
        f"{policy.id}-no-upgrade": _request_headers({"Upgrade": ""}),
        **_websocket(policy),
    }


# --- private ---

_HERE: Final = ("127.", "[::1]", "localhost")
_REFUSED: Final = ("Slash", "BackSlash", "NullCharacter", "Semicolon", "Percent", "QuestionMark", "Hash")
_UPGRADE: Final = "X-Token-Gateway-Upgrade"
_CLEANED: Final = tuple(name for name in UNTRUSTED if name not in SAID_BY_TRAEFIK)
_BELIEVED: Final = ("X-Forwarded-Tls-Client-Cert", "X-Forwarded-Method", "X-Forwarded-Uri")
_PROVIDERS: Final = {"file": {"filename": "dynamic.yml", "watch": True}}
_SECRET: Final = f'{{{{ env "{CALLER_VARIABLE}" }}}}'
"""Traefik expands it when it reads the file."""
_STATIC: Final = """\
# Token Gateway behind Traefik 3.7.3 or later: static configuration.
# aliasHeadersStrategy drops X_Auth_Subject and the like, which some backends read as X-Auth-Subject.
# encodedCharacters refuses, before routing, what backends decode differently. forwardedHeaders stays
# secure: with `insecure: true` a client could tell the gateway another path than Traefik forwards.
# The access log keeps no query and no header. Clear requests are sent to TLS; with an address of this
# machine to listen on there is no TLS here: something else before it has to end it.
"""
_DYNAMIC: Final = """\
# Dynamic configuration. For Kubernetes: gateway snippet traefik-middleware.
# Every header in authResponseHeaders is deleted from the client's request, then set from the gateway's
# answer: the client's credential never survives. authRequestHeaders stays empty on purpose: the gateway
# must see every header to refuse look-alikes. No router may reach the backend without this middleware.
#
# What Traefik cannot do, and what follows:
# * It cannot take a token out of the query: the gateway refuses such requests (400 credential_misplaced).
# * Its time-out for the gateway is 30 s and fixed; the gateway itself answers within 6 s.
# * It keeps two idle connections to the gateway, and no option says more: under load it opens and closes.
# * A preflight is answered by its own headers middleware, before the gateway is asked.
# * It hides Upgrade from the gateway and passes it to the backend, on every route. So Upgrade is taken
#   away; where a route has `websocket: true`, a router of its own tells the gateway of WebSocket.
"""
CERTIFICATES: Final = """\
# The gateway is told which certificate a client has shown. Without one Traefik leaves that header as the
# client sent it: so it is taken away first. An entry point with TLS asks for certificates by tls.options:
#   clientAuth: {caFiles: [client_ca.crt], clientAuthType: VerifyClientCertIfGiven}
# Only with trustForwardHeader does forwardAuth pass that header on. It then takes path and method from
# X-Forwarded-Uri and -Method as well, if these are there: they are taken away too, and the entry point must
# stay secure, for it is what drops a client's X-Forwarded-Host.
"""


def _entry_points(settings: Settings) -> dict[str, Any]:
    """Tokens belong on TLS (RFC 6750 section 5.3): who comes in clear is sent there."""
    address = settings.listen if ":" in settings.listen else f":{settings.listen}"
    http = {
        "sanitizePath": True,
        "aliasHeadersStrategy": "delete",
        "encodedCharacters": {f"allowEncoded{name}": False for name in _REFUSED},
    }
    door = {"address": address, "http": http, "forwardedHeaders": {"insecure": False}}
    if not ends_tls(settings):
        return {"web": door}
    secured = {**door, "http": {**http, "tls": {}}}
    before, _, port = address.rpartition(":")
    if port != "80":
        return {"websecure": secured}
    redirected = {"redirections": {"entryPoint": {"to": "websecure", "scheme": "https"}}}
    return {
        "web": {"address": address, "http": redirected},
        "websecure": {**secured, "address": f"{before}:443"},
    }


def _dynamic(policy: Policy, settings: Settings) -> dict[str, Any]:
    backend = f"{policy.id}-backend"
    shown = {"defaultCertificate": {"certFile": SERVER_FILE, "keyFile": SERVER_KEY_FILE}}
    return {
        "http": {
            "routers": _routers(policy, settings, backend),
            "middlewares": middlewares(policy, settings, secret=_SECRET, tls=_tls(policy, settings)),
            "services": {backend: {"loadBalancer": {"servers": [{"url": settings.backend}]}}},
        },
        **({"tls": {"stores": {"default": shown}}} if ends_tls(settings) else {}),
    }


def _routers(policy: Policy, settings: Settings, backend: str) -> dict[str, Any]:
    through = entry_point(settings)
    return {name: _router(rule, through, backend, steps) for name, (rule, steps) in doors(policy).items()}


def _wanted(policy: Policy, steps: dict[str, bool]) -> list[str]:
    return [f"{policy.id}-{name}" for name, wanted in steps.items() if wanted]


def _router(rule: str, through: str, backend: str, steps: list[str]) -> dict[str, Any]:
    return {"rule": rule, "entryPoints": [through], "service": backend, "middlewares": steps}


def _rule(name: str) -> str:
    if name.startswith("*."):
        return f"HostRegexp(`^[^.]+\\.{name[2:].replace('.', chr(92) + '.')}$`)"
    return f"Host(`{name}`)"


def _tls(policy: Policy, settings: Settings) -> dict[str, Any]:
    """Files beside the configuration."""
    if not settings.gateway_speaks_tls:
        return {}
    shown = {"cert": CLIENT_FILE, "key": CLIENT_KEY_FILE} if shows_certificate(policy) else {}
    return {"tls": {"ca": CA_FILE, **shown}}


def _caller(policy: Policy, secret: str) -> dict[str, Any]:
    return {f"{policy.id}-caller": _request_headers({CALLER: secret})} if says_secret(policy) else {}


def _certificate(policy: Policy) -> dict[str, Any]:
    if not tells_certificates(policy):
        return {}
    return {
        f"{policy.id}-no-certificate": _request_headers(dict.fromkeys(_BELIEVED, "")),
        f"{policy.id}-certificate": {"passTLSClientCert": {"pem": True}},
    }


def _websocket(policy: Policy) -> dict[str, Any]:
    """What the gateway is told, and then the one Upgrade that the backend may get."""
    if not takes_websockets(policy):
        return {}
    return {
        f"{policy.id}-websocket": _request_headers({_UPGRADE: "websocket"}),
        f"{policy.id}-upgrade": _request_headers({"Upgrade": "websocket"}),
    }


def _request_headers(values: dict[str, str]) -> dict[str, Any]:
    return {"headers": {"customRequestHeaders": values}}


def _cors(policy: Policy) -> dict[str, Any]:
    if policy.cors is None:
        return {}
    cors = policy.cors
    methods = sorted({method for route in policy.routes.routes for method in route.methods})
    return {
        f"{policy.id}-cors": {
            "headers": {
                "accessControlAllowOriginList": sorted(cors.origins),
                "accessControlAllowMethods": methods,
                "accessControlAllowHeaders": list(cors.headers),
                "accessControlExposeHeaders": list(cors.expose),
                "accessControlAllowCredentials": cors.credentials,
                "accessControlMaxAge": cors.max_age_s,
                "addVaryHeader": True,
            }
        }
    }
