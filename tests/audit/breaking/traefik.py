"""Which fields of a sound Traefik may not be taken away, or broken, without a word?"""

from typing import Any

_ASK = r"(?:Middleware: spec|http\.middlewares\.token-gateway)\.forwardAuth\."
_ENTRY = r"(?:entryPoints\.websecure)\."

RELEVANT: tuple[str, ...] = (
    # who is asked, and what of the client survives
    rf"{_ASK}address",
    rf"{_ASK}trustForwardHeader",
    rf"{_ASK}authResponseHeaders",
    rf"{_ASK}authResponseHeaders\.\d+",
    rf"{_ASK}authResponseHeadersRegex",
    rf"{_ASK}maxResponseBodySize",
    rf"{_ASK}maxBodySize",
    r"http\.middlewares\.operators\.basicAuth\.removeHeader",
    r"Middleware: spec\.forwardAuth",
    # that a router passes it
    r"Middleware: metadata\.name",
    r"Middleware: spec\.chain",
    r"Middleware: spec\.chain\.middlewares",
    r"Middleware: spec\.chain\.middlewares\.0",
    r"Middleware: spec\.chain\.middlewares\.0\.name",
    r"IngressRoute: spec\.routes\.0\.middlewares",
    r"IngressRoute: spec\.routes\.0\.middlewares\.\d+\.name",
    r"Ingress: metadata\.annotations\.traefik\.ingress\.kubernetes\.io/router\.middlewares",
    r"http\.routers\.\w+\.middlewares",
    r"http\.routers\.\w+\.middlewares\.0",
    # what entry points let in
    rf"{_ENTRY}http\.aliasHeadersStrategy",
    rf"{_ENTRY}http\.encodedCharacters",
    rf"{_ENTRY}http\.encodedCharacters\.allowEncoded\w+",
    # what is written down
    r"accessLog\.fields",
    r"accessLog\.fields\.names",
    r"accessLog\.fields\.names\.\w+",
    # who may refer to whom
    r"TLSOption: spec\.clientAuth",
    r"TLSOption: spec\.clientAuth\.clientAuthType",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (rf"{_ASK}address", {"trustForwardHeader": True}),
    (rf"{_ASK}address", {"tls": {"insecureSkipVerify": True}}),
    (rf"{_ASK}address", {"authRequestHeaders": ["Cookie"]}),
    (r"http\.middlewares\.operators\.basicAuth\.removeHeader", {"removeHeader": False}),
    (rf"{_ENTRY}address", {"forwardedHeaders": {"insecure": True}}),
    (rf"{_ENTRY}address", {"proxyProtocol": {"insecure": True}}),
    (r"accessLog\.fields\.names", {"headers": {"defaultMode": "keep"}}),
    (r"http\.routers\.\w+\.middlewares", {"middlewares": []}),
    (r"TLSOption: spec\.clientAuth\.clientAuthType", {"clientAuthType": "RequestClientCert"}),
)
