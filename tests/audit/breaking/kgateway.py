"""Fields of kgateway: whom a TrafficPolicy and its GatewayExtension ask."""

RELEVANT: tuple[str, ...] = (
    r"TrafficPolicy: spec",
    r"TrafficPolicy: spec\.targetRefs(?:\.\d+(?:\.(?:group|kind|name))?)?",
    r"TrafficPolicy: spec\.extAuth(?:\.extensionRef(?:\.name)?)?",
    r"GatewayExtension: spec(?:\.extAuth)?",
    r"GatewayExtension: metadata\.name",
    r"GatewayExtension: spec\.extAuth\.(?:grpcService|httpService)(?:\.backendRef(?:\.(?:name|namespace))?)?",
    r"GatewayExtension: spec\.extAuth\.httpService\.pathPrefix",
    r"GatewayExtension: .*\.authorizationResponse(?:\.headersToBackend(?:\.0)?)?",
    r"ReferenceGrant: spec(?:\.(?:from|to)(?:\.\d+(?:\.(?:kind|namespace|name))?)?)?",
)
