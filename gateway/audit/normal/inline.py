"""Does this route lead to our own gateway, which asks and forwards by itself?

Inline mode: the backend of the Ingress is the gateway's edge, and what stands behind it is its to protect.
"""

from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Backend, Fails, Mechanism, Reaches, TokenFate

EDGE: Final = "edge"


def inline_auth(estate: Estate, backend: Backend | None, place: Place) -> Auth | None:
    """Give who asks, where the backend is the edge of our gateway; None where it is anything else.

    It names no Service as asked: no proxy asks at this port.
    """
    if backend is None or not _is_ours(estate, backend) or backend.port in _NOT_EDGE:
        return None
    return Auth(mechanism=Mechanism.EXTERNAL, place=place, dialect=EDGE, fails=Fails.CLOSED)


def inline_fate(place: Place) -> TokenFate:
    """Give the fate of the client's token there."""
    return TokenFate(Reaches.NO, "the gateway itself forwards, with a token of its own", place)


# --- private ---

_NAME: Final = "token-gateway"
_LABEL: Final = "app.kubernetes.io/name"
_NOT_EDGE: Final = frozenset({"4180", "4181", "8081", "9090", "decision", "grpc", "keys", "admin"})


def _is_ours(estate: Estate, backend: Backend) -> bool:
    service = estate.get("Service", backend.namespace, backend.name)
    named = service.labels.get(_LABEL) if service is not None else None
    return named == _NAME if named is not None else backend.name in {_NAME, f"{_NAME}-{EDGE}"}
