"""Fields of contour: whom a host asks, and how."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"HTTPProxy: spec\.virtualhost\.tls",
    r"HTTPProxy: spec\.virtualhost\.authorization",
    r"HTTPProxy: spec\.virtualhost\.authorization\.extensionRef(?:\.(?:name|namespace))?",
    r"HTTPProxy: spec\.virtualhost\.authorization\.httpSettings(?:\.pathPrefix)?",
    r"HTTPProxy: .*\.httpSettings\.allowedUpstreamHeaders(?:\.0(?:\.exact)?)?",
    r"HTTPProxy: spec\.virtualhost\.authorization\.serviceType",
    r"ExtensionService: spec(?:\.(?:services(?:\.\d+(?:\.(?:name|port))?)?|validation))?",
    r"ExtensionService: metadata\.(?:name|namespace)",
    r"ContourConfiguration: spec\.globalExtAuth(?:\.extensionRef(?:\.(?:name|namespace))?)?",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"HTTPProxy: spec\.virtualhost\.authorization\.extensionRef", {"failOpen": True}),
    (r"HTTPProxy: spec\.virtualhost\.authorization\.extensionRef", {"authPolicy": {"disabled": True}}),
    (r"HTTPProxy: spec\.routes\.\d+\.services", {"authPolicy": {"disabled": True}}),
    (r"HTTPProxy: spec\.routes\.\d+\.services", {"permitInsecure": True}),
    (r"ContourConfiguration: spec\.globalExtAuth\.extensionRef", {"failOpen": True}),
    (r"ContourConfiguration: spec\.globalExtAuth\.extensionRef", {"authPolicy": {"disabled": True}}),
)
