"""Fields of gateway api: whom a route asks, and what lets it."""

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
    r"ReferenceGrant: spec(?:\.(?:from|to)(?:\.\d+(?:\.(?:kind|namespace|name))?)?)?",
    r"BackendTLSPolicy: spec(?:\.targetRefs(?:\.\d+(?:\.(?:kind|name))?)?)?",
    r"BackendTLSPolicy: spec\.validation(?:\.caCertificateRefs(?:\.\d+)?)?",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"HTTPRoute: .*\.externalAuth\.http\.path", {"path": "/auth/nginx/orders"}),
    (r"BackendTLSPolicy: spec\.validation\.hostname", {"hostname": ""}),
)
