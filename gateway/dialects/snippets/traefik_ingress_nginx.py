"""What goes onto an Ingress that Traefik serves by its ingress-nginx provider? Annotations it knows."""

from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.logs import traefik as logs
from gateway.dialects.snippets.settings import (
    CALLER,
    IDENTITY,
    Settings,
    SnippetImpossible,
    check_certificates,
    credential_headers,
    query_names,
    says_secret,
    shows_certificate,
    takes_cookies,
    takes_websockets,
)
from gateway.dialects.untrusted import SAID_BY_TRAEFIK, UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write Traefik's static configuration, then the Ingress.

    Raises: SnippetImpossible for a token in the query, for WebSocket, for a caller that must prove itself.
    """
    check_certificates(policy, "Traefik's ingress-nginx provider")
    _check(policy)
    where = manifests.in_cluster(settings)
    wire = _VERIFIED if where.gateway_speaks_tls else _PLAIN
    head = _HEAD.format(
        policy=policy.id,
        wire=wire + manifests.copying("secret generic", "traefik", manifests.in_a_service(where)),
    )
    return manifests.written(head, _static(settings), _ingress(policy, where))


# --- private ---

_PREFIX: Final = "nginx.ingress.kubernetes.io/"
_HEAD: Final = """\
# Token Gateway behind Traefik 3.7.3 or later with its provider for ingress-nginx's annotations, for policy
# "{policy}". First Traefik's static configuration (the chart has the same names), then the Ingress.
#
# auth-url names another place than for ingress-nginx itself: Traefik says target and method in its own
# headers, and behind /auth/nginx/ every request is refused. Every header in auth-response-headers is
# deleted from the client's request, then set from the gateway's answer.
#
# What this provider cannot do, and what follows:
# * It leaves annotations out that it does not know, with no word: auth-proxy-set-headers among them, so that
#   it can say no secret; callers are known by their network alone.
# * It cannot take a token out of the query: the gateway refuses such requests (400 credential_misplaced).
# * It hides Upgrade from the gateway and passes it on at every path: Upgrade is taken away everywhere.
# * Its time-out for the gateway is 30 s and fixed; the gateway itself answers within 6 s.
{wire}# * A preflight is answered by its own headers, before the gateway is asked.
# * globalAuthURL has no list of headers: with it the client's token would reach every backend. Not used.
# * No custom-http-errors, auth-snippet, configuration-snippet or server-snippet beside it: they answer in
#   place of a refusal, or change what was judged.
# * Without `tls` in the Ingress tokens would go in clear: with it clear requests are redirected. The Secret
#   that it names holds tls.crt and tls.key.
# sanitizePath, encodedCharacters, aliasHeadersStrategy and forwardedHeaders are those of `gateway snippet
# traefik`: only with them is what was judged what the backend gets.
# Replace the examples: the name of the backend, and of the namespace `apps`.
"""
_PLAIN: Final = """\
# * The gateway is asked in the clear: keep others off it with `peers` and a NetworkPolicy, or ask over TLS
#   (--gateway https://SERVICE.NAMESPACE.svc:PORT).
"""
_VERIFIED: Final = """\
# * It verifies the gateway by the authorities of its system alone, and shows no certificate itself. So the
#   gateway's becomes one of them: mount the Secret token-gateway-ca, which holds ca.crt, at
#   /token-gateway-ca of Traefik's pods and set SSL_CERT_DIR=/etc/ssl/certs:/token-gateway-ca (its chart:
#   `volumes` and `env`). Without it each question fails, and so each request. It is read at Traefik's start.
"""


def _check(policy: Policy) -> None:
    if query_names(policy):
        raise SnippetImpossible(
            f"policy {policy.id} accepts a token in the query, and Traefik cannot take it out of the target: "
            "it would reach the backend. Remove the query credential, or use another proxy for it."
        )
    if takes_websockets(policy):
        raise SnippetImpossible(
            f"policy {policy.id} has a route with WebSocket, and Traefik's ingress-nginx provider tells the "
            "gateway of no upgrade. Remove `websocket: true`, or use `gateway snippet traefik`."
        )
    if says_secret(policy) or shows_certificate(policy):
        raise SnippetImpossible(
            f"policy {policy.id} asks its callers for a proof, and Traefik's ingress-nginx provider can give "
            "none. Write `network_alone: true`, beside a NetworkPolicy, or use `gateway snippet traefik`."
        )


def _static(settings: Settings) -> manifests.Manifest:
    port = settings.listen if ":" in settings.listen else f":{settings.listen}"
    refused = ("Slash", "BackSlash", "NullCharacter", "Semicolon", "Percent", "QuestionMark", "Hash")
    http = {
        "sanitizePath": True,
        "aliasHeadersStrategy": "delete",
        "encodedCharacters": {f"allowEncoded{name}": False for name in refused},
    }
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "accessLog": logs.ACCESS_LOG,
        "entryPoints": {"web": {"address": port, "http": http, "forwardedHeaders": {"insecure": False}}},
        "providers": {
            "kubernetesIngressNGINX": {
                "allowSnippetAnnotations": False,
                "allowCrossNamespaceResources": False,
                "strictValidatePathType": True,
            }
        },
    }


def _ingress(policy: Policy, settings: Settings) -> manifests.Manifest:
    annotations = {
        "auth-url": settings.auth_url("traefik", policy),
        "auth-response-headers": ",".join(_deleted(policy)),
        **_cors(policy),
    }
    backend = {"service": {"name": "backend", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": policy.id,
            "namespace": manifests.APPLICATIONS,
            "annotations": {f"{_PREFIX}{name}": value for name, value in annotations.items()},
        },
        "spec": {
            "ingressClassName": "nginx",
            "tls": [{"hosts": list(manifests.hosts(policy)), "secretName": f"{policy.id}-tls"}],
            "rules": [{"host": host, "http": {"paths": paths}} for host in manifests.hosts(policy)],
        },
    }


def _deleted(policy: Policy) -> tuple[str, ...]:
    """Whatever is listed is ours or gone: the gateway answers none of the untrusted ones."""
    cookie = ("Cookie",) if takes_cookies(policy) else ()
    own = ("Authorization", *IDENTITY, *credential_headers(policy), *cookie)
    untrusted = (name for name in UNTRUSTED if name not in SAID_BY_TRAEFIK)
    return (*own, *untrusted, "Upgrade", "X-Token-Gateway-Upgrade", CALLER)


def _cors(policy: Policy) -> dict[str, str]:
    cors = policy.cors
    if cors is None:
        return {}
    return {
        "enable-cors": "true",
        "cors-allow-origin": ",".join(sorted(cors.origins)),
        "cors-allow-methods": ",".join(manifests.methods(policy)),
        "cors-allow-headers": ",".join(cors.headers),
        "cors-expose-headers": ",".join(cors.expose),
        "cors-allow-credentials": str(cors.credentials).lower(),
        "cors-max-age": str(cors.max_age_s),
    }
