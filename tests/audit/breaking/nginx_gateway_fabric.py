"""Fields of nginx gateway fabric: whom the filters ask."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"HTTPRoute: spec\.rules\.\d+\.filters(?:\.\d+(?:\.type)?)?",
    r"HTTPRoute: .*\.externalAuth(?:\.(?:protocol|backendRef(?:\.name)?))?",
    r"HTTPRoute: .*\.externalAuth\.http(?:\.allowedResponseHeaders(?:\.0)?)?",
    r"HTTPRoute: spec\.rules\.\d+\.filters\.0\.extensionRef(?:\.(?:group|kind|name))?",
    r"SnippetsFilter: spec(?:\.snippets(?:\.\d+(?:\.(?:context|value))?)?)?",
    r"(?:SnippetsFilter|AuthenticationFilter): metadata\.name",
    r"AuthenticationFilter: spec(?:\.type)?",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"HTTPRoute: spec\.rules\.0\.backendRefs", {"filters": [{"type": "URLRewrite"}]}),
    (r"SnippetsFilter: spec\.snippets\.\d+\.context", {"value": "auth_request off;"}),
)
