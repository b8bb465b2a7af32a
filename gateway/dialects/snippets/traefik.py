"""What goes into Traefik's configuration? The static entry point, then the dynamic routers, as YAML."""

from typing import Any, Final

import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.settings import (
    IDENTITY,
    UNTRUSTED,
    Settings,
    SnippetImpossible,
    credential_headers,
    query_names,
    takes_cookies,
)


def snippet(policy: Policy, settings: Settings) -> str:
    """Write two YAML documents: static, then dynamic (file provider; a Middleware takes the same fields).

    Raises: SnippetImpossible for a policy with query credentials: nothing in Traefik removes them.
    """
    if query_names(policy):
        raise SnippetImpossible(
            f"policy {policy.id} accepts a token in the query, and Traefik cannot take it out of the target: "
            "it would reach the backend. Remove the query credential, or use another proxy for it."
        )
    static = yaml.safe_dump(_static(settings), sort_keys=False)
    dynamic = yaml.safe_dump(_dynamic(policy, settings), sort_keys=False, width=110)
    return f"{_STATIC}{static}---\n{_DYNAMIC}{dynamic}"


# --- private ---

_STATIC: Final = """\
# Token Gateway behind Traefik 3.7 or later: static configuration.
# aliasHeadersStrategy drops X_Auth_Subject and the like, which some backends read as X-Auth-Subject.
# encodedCharacters refuses, before routing, what backends decode differently. forwardedHeaders stays
# secure: with `insecure: true` a client could tell the gateway another path than Traefik forwards.
# The access log keeps no path with query and no header.
"""
_DYNAMIC: Final = """\
# Dynamic configuration. A Kubernetes Middleware (traefik.io/v1alpha1) takes the same forwardAuth fields.
# Every header in authResponseHeaders is deleted from the client's request, then set from the gateway's
# answer: the client's credential never survives. authRequestHeaders stays empty on purpose: the gateway
# must see every header to refuse look-alikes. No router may reach the backend without this middleware.
#
# What Traefik cannot do, and what follows:
# * It cannot take a token out of the query: the gateway refuses such requests (400 credential_misplaced).
# * Its time-out for the gateway is 30 s and fixed; the gateway itself answers within 6 s.
# * A preflight is answered by its own headers middleware, before the gateway is asked.
"""


def _static(settings: Settings) -> dict[str, Any]:
    port = settings.listen if ":" in settings.listen else f":{settings.listen}"
    refused = ("Slash", "BackSlash", "NullCharacter", "Semicolon", "Percent", "QuestionMark", "Hash")
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "accessLog": {
            "format": "json",
            "fields": {
                "headers": {"defaultMode": "drop"},
                "names": {"RequestPath": "drop", "RequestLine": "drop"},
            },
        },
        "entryPoints": {
            "web": {
                "address": port,
                "http": {
                    "sanitizePath": True,
                    "aliasHeadersStrategy": "delete",
                    "encodedCharacters": {f"allowEncoded{name}": False for name in refused},
                },
                "forwardedHeaders": {"insecure": False},
            }
        },
        "providers": {"file": {"filename": "dynamic.yml", "watch": True}},
    }


def _dynamic(policy: Policy, settings: Settings) -> dict[str, Any]:
    middlewares = _middlewares(policy, settings)
    return {
        "http": {
            "routers": {
                policy.id: {
                    "rule": " || ".join(_rule(pattern.name) for pattern in policy.hosts),
                    "entryPoints": ["web"],
                    "service": f"{policy.id}-backend",
                    "middlewares": list(middlewares),
                }
            },
            "middlewares": middlewares,
            "services": {f"{policy.id}-backend": {"loadBalancer": {"servers": [{"url": settings.backend}]}}},
        }
    }


def _rule(name: str) -> str:
    if name.startswith("*."):
        return f"HostRegexp(`^[^.]+\\.{name[2:].replace('.', chr(92) + '.')}$`)"
    return f"Host(`{name}`)"


def _middlewares(policy: Policy, settings: Settings) -> dict[str, Any]:
    """In the order in which they run."""
    headers = ["Authorization", *IDENTITY, *credential_headers(policy)]
    if takes_cookies(policy):
        headers.append("Cookie")
    ask = {
        "address": settings.auth_url("traefik", policy),
        "trustForwardHeader": False,
        "authResponseHeaders": headers,
        "maxResponseBodySize": 65536,
        "preserveRequestMethod": False,
    }
    clean = {"customRequestHeaders": dict.fromkeys(UNTRUSTED, "")}
    return {
        **_cors(policy),
        f"{policy.id}-token-gateway": {"forwardAuth": ask},
        f"{policy.id}-clean": {"headers": clean},
    }


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
