"""What must no client tell a backend in place of the proxy that judged its request?"""

from typing import Final

UNTRUSTED: Final = (
    "Forwarded",
    "X-Forwarded-Uri",
    "X-Forwarded-Method",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-Server",
    "X-Forwarded-User",
    "X-Original-URL",
    "X-Original-URI",
    "X-Original-Method",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Auth-Request-User",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-Tls-Client-Cert",
    "X-Forwarded-Tls-Client-Cert-Info",
    "X-SSL-Client-Cert",
    "SSL-Client-Cert",
    "SSL-Client-Verify",
    "SSL-Client-Subject-DN",
    "SSL-Client-Issuer-DN",
    "Client-Cert",
    "Client-Cert-Chain",
    "Proxy-Authorization",
)
"""By which a client could tell a backend another target, method, user or certificate than was judged.

A port or a server's name in it becomes part of the links that a backend makes, and of what a cache keeps.
"""
SAID_BY_TRAEFIK: Final = frozenset({"X-Forwarded-Port", "X-Forwarded-Server"})
"""At its entry point, over what a client has said: to take them away would take Traefik's own."""
