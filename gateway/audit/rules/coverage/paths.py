"""Is something open that was made for operators?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.doors import asks_nobody, named
from gateway.audit.exposure import PathKind
from gateway.audit.rule import Hit, Rule, Severity, View

_DEBUGGING: Final = frozenset(
    {
        *(
            "/metrics",
            "/actuator",
            "/debug",
            "/debug/pprof",
            "/debug/vars",
            "/server-status",
            "/nginx_status",
        ),
        *("/stub_status", "/stats", "/heapdump", "/threaddump", "/jolokia", "/trace", "/env", "/phpinfo.php"),
        *("/console", "/h2-console", "/graphiql", "/playground", "/.git", "/.env", "/config_dump"),
        *("/swagger", "/swagger-ui", "/swagger-ui.html", "/api-docs", "/v2/api-docs", "/v3/api-docs"),
        *("/openapi.json", "/openapi.yaml", "/swagger.json", "/swagger.yaml", "/redoc"),
    }
)
_HEALTH: Final = frozenset(
    {"/health", "/healthz", "/livez", "/readyz", "/ready", "/live", "/status", "/ping"}
)


def _for_operators(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        if not asks_nobody(one) or one.path.kind is PathKind.UNKNOWN:
            continue
        severity = _severity(one.path.value.removeprefix("^").removesuffix("$").rstrip("/").lower())
        if severity is not None:
            yield Hit(one.source, f"{named(one)} is open", severity, about=f"{one.host} {one.path}")


FOR_OPERATORS: Final = Rule(
    id="COV-017",
    title="A path for operators is open",
    severity=Severity.MEDIUM,
    why="Metrics, profiles and descriptions of an API tell a stranger what runs here, who uses it, and at "
    "times what is in memory.",
    fix="serve it on a port that no route leads to, or protect the path",
    check=_for_operators,
    references=("https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",),
)


# --- private ---


def _severity(path: str) -> Severity | None:
    begins = [path[: path.find("/", 1)] if path.find("/", 1) > 0 else path, path]
    if any(one in _DEBUGGING for one in begins):
        return Severity.MEDIUM
    return Severity.INFO if path in _HEALTH else None
