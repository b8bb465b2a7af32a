"""Do tokens get into what Traefik writes down?"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.normal.traefik.logs import ALL_HEADERS, QUERY, logged
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import DOCUMENTATION, started
from gateway.config.problem import show
from gateway.dialects.snippets.settings import canonical


def _logged(view: View) -> Iterator[Hit]:
    for one in started(view):
        for field in logged(one):
            if field.name == QUERY:
                what = "the path is written with its query, in which a token may stand"
                yield Hit(field.place, what, Severity.MEDIUM, field.name)
            elif field.name == ALL_HEADERS:
                yield Hit(field.place, "every header is written", about=field.name)
            elif _CREDENTIAL.search(field.name):
                what = f"the header {show(canonical(field.name))} is written"
                yield Hit(field.place, what, about=field.name)


def _traced(view: View) -> Iterator[Hit]:
    for one in started(view):
        for name in _CAPTURED:
            said = one.get(f"tracing.{name.lower()}")
            for word in said.words if said is not None else ():
                if said is not None and _CREDENTIAL.search(word.lower()):
                    yield Hit(said.place, f"{show(word)} is among {name}", about=word.lower())


# --- private ---

_CAPTURED: Final = ("capturedRequestHeaders", "capturedResponseHeaders", "safeQueryParams")
_CREDENTIAL: Final = re.compile(r"auth|cookie|token|key|secret|session|password|credential|client-cert")

LOGGED: Final = Rule(
    id="TRF-013",
    title="The access log keeps credentials",
    severity=Severity.HIGH,
    why="Whoever reads the log, or what collects it, has the tokens of all clients, as long as it is kept.",
    fix="set fields.headers.defaultMode to drop and take the header out of names, and "
    "fields.queryParameters.defaultMode to drop (or names.RequestPath and names.RequestLine)",
    check=_logged,
    references=(f"{DOCUMENTATION}install-configuration/observability/logs-and-accesslogs/",),
)
TRACED: Final = Rule(
    id="TRF-014",
    title="Traces keep credentials",
    severity=Severity.HIGH,
    why="A trace goes to systems with other readers than the log, and is kept and shared from there.",
    fix="take the name out of the list",
    check=_traced,
    references=(f"{DOCUMENTATION}install-configuration/observability/tracing/",),
)
