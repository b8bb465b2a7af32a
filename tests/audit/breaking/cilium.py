"""Fields of cilium: whom a route asks, and what lets it."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"HTTPRoute: spec\.rules\.\d+\.filters",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.type",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth\.protocol",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth\.backendRef",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth\.backendRef\.(?:name|namespace)",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth\.http",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth\.http\.path",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth\.http\.allowedResponseHeaders",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.externalAuth\.http\.allowedResponseHeaders\.0",
    r"HTTPRoute: metadata\.annotations",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"HTTPRoute: .*\.externalAuth\.http\.path", {"path": "/auth/nginx/orders"}),
)
