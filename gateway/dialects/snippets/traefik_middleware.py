"""What goes beside an IngressRoute of Traefik? Middlewares, in a chain that a router names."""

from typing import Any, Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests, traefik
from gateway.dialects.snippets.settings import Settings, says_secret, shows_certificate, tells_certificates


def snippet(policy: Policy, settings: Settings) -> str:
    """Write Traefik's static configuration, the middlewares, and routes that name them.

    Raises: SnippetImpossible, as for Traefik without a cluster.
    """
    traefik.check_possible(policy)
    where = manifests.in_cluster(settings)
    static = traefik.static_part(settings, {"kubernetesCRD": _CRD})
    made = traefik.middlewares(policy, where, secret=_SECRET, tls=_tls(policy, where))
    doors = traefik.doors(policy)
    head = _HEAD.format(
        policy=policy.id,
        chain=_chain(policy.id),
        apps=manifests.APPLICATIONS,
        shown=_HEAD_SHOWN.format(policy=policy.id) if traefik.ends_tls(settings) else "",
        secret=_HEAD_CALLER if says_secret(policy) else "",
        wire=_HEAD_TLS.format(shown=_SHOWN if shows_certificate(policy) else "")
        + manifests.copying("secret generic", manifests.APPLICATIONS, manifests.in_a_service(where))
        if where.gateway_speaks_tls
        else _HEAD_PLAIN,
    )
    told = traefik.CERTIFICATES if tells_certificates(policy) else ""
    return manifests.written(
        head + told,
        static,
        *(_middleware(name, spec) for name, spec in made.items()),
        *(_middleware(_chain(name), _steps(steps)) for name, (_, steps) in doors.items()),
        _route(policy, settings, doors),
    )


# --- private ---

_GROUP: Final = "traefik.io/v1alpha1"
_SECRET: Final = "REPLACE-WITH-THE-CALLER-SECRET"  # noqa: S105 - stands for it
_CRD: Final = {"allowCrossNamespace": False, "crossProviderNamespaces": ["traefik"]}
"""Traefik takes an empty list for none, which restricts nobody: so its own namespace is in it."""
_CLIENT: Final = "token-gateway-client"
_HEAD: Final = """\
# Token Gateway behind Traefik 3.7.3 or later in Kubernetes, for policy "{policy}". First Traefik's static
# configuration (its chart has the same names), then the middlewares, last a route.
#
# An Ingress names the chain as well: traefik.ingress.kubernetes.io/router.middlewares:
# {apps}-{chain}@kubernetescrd. A route without it is an open door: no router may reach the backend so.
# Every header in authResponseHeaders is deleted from the client's request, then set from the gateway's
# answer: the client's credential never survives. authRequestHeaders stays empty on purpose: the gateway
# must see every header to refuse look-alikes.
#
# What Traefik cannot do, and what follows:
# * It cannot take a token out of the query: the gateway refuses such requests (400 credential_misplaced).
# * Its time-out for the gateway is 30 s and fixed; the gateway itself answers within 6 s.
# * It keeps two idle connections to the gateway, and no option says more: under load it opens and closes.
# * A preflight is answered by its own headers middleware, before the gateway is asked.
# * It hides Upgrade from the gateway and passes it to the backend, on every route. So Upgrade is taken
#   away; where a route has `websocket: true`, a router of its own tells the gateway of WebSocket.
{shown}{secret}{wire}\
# Replace the examples: the name of the backend, and of the namespaces `{apps}` and `traefik` (where it runs).
"""
_HEAD_CALLER: Final = """\
# * A Middleware can refer to no Secret: whoever may read it reads the caller's secret. Give that right to
#   few, or let callers show a certificate (`callers.identities`, over TLS).
"""
_HEAD_SHOWN: Final = """\
# Tokens belong on TLS: the Secret {policy}-tls holds tls.crt and tls.key, and clear requests are redirected.
"""
_HEAD_PLAIN: Final = """\
# * The gateway is asked in the clear: keep others off it with `peers` and a NetworkPolicy, or ask over TLS
#   (--gateway https://SERVICE.NAMESPACE.svc:PORT).
"""
_HEAD_TLS: Final = """\
# * The gateway is asked over TLS. The Secret token-gateway-ca, beside the middlewares, holds ca.crt: who
#   vouches for it.{shown}
"""
_SHOWN: Final = " token-gateway-client holds tls.crt and tls.key."


def _chain(name: str) -> str:
    return f"{name}-chain"


def _tls(policy: Policy, settings: Settings) -> dict[str, Any]:
    if not settings.gateway_speaks_tls:
        return {}
    shown = {"certSecret": _CLIENT} if shows_certificate(policy) else {}
    return {"tls": {"caSecret": manifests.TRUST, **shown}}


def _middleware(name: str, spec: dict[str, Any]) -> manifests.Manifest:
    metadata = {"name": name, "namespace": manifests.APPLICATIONS}
    return {"apiVersion": _GROUP, "kind": "Middleware", "metadata": metadata, "spec": spec}


def _steps(names: list[str]) -> dict[str, Any]:
    return {"chain": {"middlewares": [{"name": name} for name in names]}}


def _route(policy: Policy, settings: Settings, doors: dict[str, tuple[str, list[str]]]) -> manifests.Manifest:
    routes = [
        {
            "kind": "Rule",
            "match": rule,
            "middlewares": [{"name": _chain(name)}],
            "services": [{"name": "backend", "port": 80}],
        }
        for name, (rule, _) in doors.items()
    ]
    return {
        "apiVersion": _GROUP,
        "kind": "IngressRoute",
        "metadata": {"name": policy.id, "namespace": manifests.APPLICATIONS},
        "spec": {
            "entryPoints": [traefik.entry_point(settings)],
            "routes": routes,
            **({"tls": {"secretName": f"{policy.id}-tls"}} if traefik.ends_tls(settings) else {}),
        },
    }
