"""Fields of istio: whom the mesh asks, about what, and what it demands."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"IstioOperator: spec\.meshConfig(?:\.extensionProviders(?:\.\d+(?:\.name)?)?)?",
    r"IstioOperator: .*\.envoyExtAuthzGrpc(?:\.(?:service|port|timeout))?",
    r"ConfigMap: data(?:\.mesh)?",
    r"AuthorizationPolicy: spec\.(?:action|provider(?:\.name)?|rules(?:\.\d+)?)",
    r"RequestAuthentication: spec(?:\.jwtRules)?",
    r"AuthorizationPolicy: spec\.rules\.\d+\.from(?:\.\d+(?:\.source(?:\.requestPrincipals)?)?)?",
    r"Gateway: spec\.servers\.\d+\.tls(?:\.httpsRedirect)?",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"IstioOperator: .*\.envoyExtAuthz(?:Grpc|Http)\.service", {"failOpen": True}),
    (r"AuthorizationPolicy: spec\.provider", {"rules": [{"to": [{"operation": {"notPaths": ["/open"]}}]}]}),
    (r"AuthorizationPolicy: .*\.source\.requestPrincipals", {"requestPrincipals": []}),
)
