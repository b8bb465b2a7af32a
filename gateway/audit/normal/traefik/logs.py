"""What of a request does Traefik's access log write down?

https://doc.traefik.io/traefik/reference/install-configuration/observability/logs-and-accesslogs/: nothing
unless `accessLog` is there; then every field, the query with the path, and of the headers none.
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.exposure import LoggedField
from gateway.audit.normal.traefik.static import Installation, Setting

KEPT: Final = "keep"
DROPPED: Final = "drop"
ALL_HEADERS: Final = "every header"
QUERY: Final = "query"


def logged(one: Installation) -> Iterator[LoggedField]:
    """Give what is written down that may be a credential."""
    switch = _switch(one)
    if switch is None:
        return
    default = one.get(f"{_HEADERS}defaultmode")
    if default is not None and default.value.lower() == KEPT:
        yield LoggedField(ALL_HEADERS, default.place)
    for name, mode in one.under(f"{_HEADERS}names."):
        if mode.value.lower() == KEPT:
            yield LoggedField(name, mode.place)
    if _writes_query(one):
        yield LoggedField(QUERY, switch.place)


# --- private ---

_FIELDS: Final = "accesslog.fields."
_HEADERS: Final = f"{_FIELDS}headers."
_WITH_QUERY: Final = ("requestpath", "requestline")


def _switch(one: Installation) -> Setting | None:
    """What switches it on."""
    plain = one.get("accesslog")
    if plain is not None:
        return plain if plain.value.lower() != "false" else None
    return next((setting for _, setting in one.under("accesslog.")), None)


def _writes_query(one: Installation) -> bool:
    mode = one.get(f"{_FIELDS}queryparameters.defaultmode")
    if mode is not None and mode.value.lower() == DROPPED:
        return False
    default = one.get(f"{_FIELDS}defaultmode")
    for name in _WITH_QUERY:
        own = one.get(f"{_FIELDS}names.{name}") or default
        if own is None or own.value.lower() != DROPPED:
            return True
    return False
