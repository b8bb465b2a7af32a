"""Fields of contour: whom a host asks, and how."""

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
