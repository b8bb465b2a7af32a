"""Whose is the server that a proxy of Envoy's kind asks, and what becomes of the client's token?"""

import re
from typing import Final
from urllib.parse import urlsplit

from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Backend, Fails, Mechanism, Reaches, TokenFate

GRPC: Final = "envoy-grpc"
"""The dialect of our own gateway where it is asked over gRPC, and names no dialect in a path."""
AUTHORIZATION: Final = "authorization"


def ours(path: str | None) -> tuple[str | None, str | None]:
    """Give dialect and policy of `/auth/<dialect>/<policy>`, also in an URL; None for another server's."""
    after = (path or "").partition("://")[2]
    found = _OURS.match("/" + after.partition("/")[2] if after else path or "")
    return (found["dialect"], found["policy"]) if found else (None, None)


def ours_over_grpc(service: Backend | None, policy: str | None) -> str | None:
    """Tell our own gateway by the policy that is named to it, or by its Service's name."""
    named = service is not None and "token-gateway" in f"{service.name}.{service.namespace}"
    return GRPC if policy is not None or named else None


def service_at(host: str, port: str = "") -> Backend:
    """Give the Service of `name.namespace.svc...`; another host as it is."""
    name, _, rest = host.partition(".")
    namespace, _, suffix = rest.partition(".")
    if namespace and (not suffix or suffix == "svc" or suffix.startswith("svc.")):
        return Backend(namespace, name, port)
    return Backend("", host, port, "Host" if rest else "Service")


def address_of(url: str | None) -> tuple[str, str, str]:
    """Give scheme, host and port of an URL, without user information; empty where it is none."""
    try:
        parts = urlsplit(url or "")
        return parts.scheme, parts.hostname or "", str(parts.port or "")
    except ValueError:
        return "", "", ""


def lists(names: frozenset[str] | None, header: str) -> bool:
    """Whether a header is in a list of names, in which `*` may stand for the end. None lists all."""
    if names is None or header in names:
        return True
    return any(one.endswith("*") and header.startswith(one[:-1]) for one in names)


def fate_at_envoy(auth: Auth | None, source: Place, decided: Place | None = None) -> TokenFate:
    """Give the token's fate at a proxy of Envoy's kind, which keeps what the answer does not name.

    https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto
    """
    if auth is None:
        return TokenFate(Reaches.YES, "nobody is asked, and nothing takes it away", source)
    place = decided or auth.place
    match auth.mechanism:
        case Mechanism.EXTERNAL if not lists(auth.response_headers, AUTHORIZATION):
            why = "the answer's Authorization does not replace the client's"
            return TokenFate(Reaches.YES, why, place)
        case Mechanism.EXTERNAL if auth.fails is Fails.OPEN:
            return TokenFate(Reaches.CANNOT_TELL, "it stays where nobody answers", place)
        case Mechanism.EXTERNAL if auth.dialect is not None:
            why = "the gateway's answer replaces Authorization, or has it removed"
            return TokenFate(Reaches.NO, why, place)
        case Mechanism.EXTERNAL:
            why = "the client's Authorization stays where the answer has none and removes none"
            return TokenFate(Reaches.CANNOT_TELL, why, place)
        case Mechanism.BASIC | Mechanism.CLIENT_CERTIFICATE:
            return TokenFate(Reaches.YES, "the credential is checked and passed on", place)
        case Mechanism.JWT | Mechanism.OIDC | Mechanism.API_KEY | Mechanism.UNKNOWN:
            return TokenFate(Reaches.CANNOT_TELL, "what becomes of it is decided elsewhere", place)


# --- private ---

_OURS: Final = re.compile(r"/auth/(?P<dialect>[a-z0-9-]+)/(?P<policy>[A-Za-z0-9_.-]+)")
