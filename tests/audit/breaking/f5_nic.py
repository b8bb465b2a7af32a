"""Policies, the references to them, and the snippets that put the answer's token in."""

from typing import Any

RELEVANT = (
    r"Policy: spec\.(externalAuth|jwt|ingressMTLS)",
    r"Policy: spec\.externalAuth\.(authURI|authServiceName|authSnippets|sslEnabled|sslVerify)",
    r"Policy: spec\.jwt\.sslVerify",
    r"VirtualServer: spec\.policies(\.[0-9]+(\.name)?)?",
    r"VirtualServer: spec\.routes\.[0-9]+\.location-snippets",
    r"VirtualServer: spec\.routes\.[0-9]+\.action\.proxy\.requestHeaders(\.set(\.[0-9]+(\.name)?)?)?",
    r"Ingress: metadata\.annotations\.nginx\.org/(policies|location-snippets)",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"Policy: spec\.ingressMTLS\.clientCertSecret", {"verifyClient": "optional_no_ca"}),
    (r"Policy: spec\.externalAuth\.authURI", {"sslVerify": False}),
    (r"Policy: spec\.externalAuth\.authURI", {"sslEnabled": False}),
    (r"VirtualServer: spec\.policies", {"server-snippets": "satisfy any; allow 10.0.0.0/8;"}),
    (r"Ingress: metadata\.annotations\.nginx\.org/policies", {"nginx.org/server-snippets": "satisfy any;"}),
)
