"""Policies, the references to them, and the snippets that put the answer's token in."""

RELEVANT = (
    r"Policy: spec\.(externalAuth|jwt|ingressMTLS)",
    r"Policy: spec\.externalAuth\.(authURI|authServiceName|authSnippets|sslEnabled|sslVerify)",
    r"Policy: spec\.jwt\.sslVerify",
    r"VirtualServer: spec\.policies(\.[0-9]+(\.name)?)?",
    r"VirtualServer: spec\.routes\.[0-9]+\.location-snippets",
    r"VirtualServer: spec\.routes\.[0-9]+\.action\.proxy\.requestHeaders(\.set(\.[0-9]+(\.name)?)?)?",
    r"Ingress: metadata\.annotations\.nginx\.org/(policies|location-snippets)",
)
