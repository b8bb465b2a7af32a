"""Fields of kgateway: whom a TrafficPolicy and its GatewayExtension ask."""

from typing import Any

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

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"GatewayExtension: spec\.extAuth\.(?:grpc|http)Service", {"failOpen": True}),
    (r"TrafficPolicy: spec\.extAuth\.extensionRef", {"disable": {}}),
    (r"TrafficPolicy: spec\.targetRefs\.\d+\.name", {"sectionName": "another"}),
)
