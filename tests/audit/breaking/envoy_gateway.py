"""Fields of envoy gateway: whom a SecurityPolicy asks, for what, and what it lets through."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"SecurityPolicy: spec",
    r"SecurityPolicy: spec\.targetRefs(?:\.\d+(?:\.(?:group|kind|name))?)?",
    r"SecurityPolicy: spec\.mergeType",
    r"SecurityPolicy: spec\.extAuth",
    r"SecurityPolicy: spec\.extAuth\.(?:http|grpc)",
    r"SecurityPolicy: spec\.extAuth\.(?:http|grpc)\.backendRefs(?:\.\d+(?:\.(?:name|namespace))?)?",
    r"SecurityPolicy: spec\.extAuth\.http\.path",
    r"SecurityPolicy: spec\.extAuth\.http\.headersToBackend(?:\.0)?",
    r"SecurityPolicy: spec\.apiKeyAuth",
    r"SecurityPolicy: spec\.apiKeyAuth\.sanitize",
    r"ReferenceGrant: spec(?:\.(?:from|to)(?:\.\d+(?:\.(?:kind|namespace|name))?)?)?",
    r"BackendTLSPolicy: spec(?:\.targetRefs(?:\.\d+(?:\.(?:kind|name))?)?)?",
    r"BackendTLSPolicy: spec\.validation(?:\.caCertificateRefs(?:\.\d+)?)?",
    r"EnvoyProxy: spec\.telemetry\.accessLog\.settings\.\d+\.format",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"SecurityPolicy: spec\.extAuth\.(?:http|grpc)", {"failOpen": True}),
    (r"SecurityPolicy: spec\.targetRefs\.\d+\.name", {"sectionName": "another"}),
)
