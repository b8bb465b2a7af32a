"""Behind which names does a secret stand?

Parameters of URLs, members of JSON, headers, cookies. The value goes, the name stays: it says what was there.
"""

from typing import Final

PASSWORDS: Final = r"(?:passwords?|passwd|passphrase|pwd)"
"""Whatever stands behind these counts, also a word."""

SECRETS: Final = (
    r"(?:token|secret(?:[_-]?key(?:[_-]?base)?)?|api[_.-]?key|access[_-]?key|account[_-]?key|private[_-]?key|auth[_-]?key|signing[_-]?key|encryption[_-]?key|jwt|assertion"
    r"|signature|credentials?|bearer|session(?:[_-]?id|[_-]?key)?|saml(?:response|request)|verifier|sessid)"
)
"""The end of a name that tells, as in `refresh_token` or `X-Amz-Signature`."""

ONLY_IN_URLS: Final = r"(?:auth|authorization|code|key|sid|sig|ticket|pass|otp)"
"""Names that tell in a query, and are everyday words outside of it."""

WEAK: Final = (
    r"(?:auth|code|key|sid|sig|ticket|otp|token|jwt|session(?:[_-]?(?:id|key|token))?|sessid|signature|credentials?"
    r"|assertion|verifier|(?:page|next|prev|previous|continue|continuation|cursor|sync|start|end|last)[_-]?token)"
)
"""Names that in a query are also those of other things: as a whole, and not as the end of another name."""

HEADERS: Final = (
    r"(?:x-api-key|api-key|apikey|x-auth-token|x-access-token|x-amz-security-token|x-vault-token"
    r"|x-gitlab-token|private-token|job-token|deploy-token|x-goog-api-key|x-csrf-token|x-functions-key"
    r"|ocp-apim-subscription-key|x-forwarded-access-token|x-auth-request-access-token|x-amzn-oidc-data)"
)
"""Headers that are a secret as a whole."""

COOKIES: Final = (
    "session", "sessionid", "sid", "_oauth2_proxy", "connect.sid", "JSESSIONID", "PHPSESSID",
    "ASP.NET_SessionId", ".AspNetCore.Cookies", "authelia_session", "laravel_session", "grafana_session",
    "_gitlab_session", "KEYCLOAK_IDENTITY", "KEYCLOAK_SESSION", "AUTH_SESSION_ID", "csrftoken", "XSRF-TOKEN",
)  # fmt: skip
"""Names of cookies that are sessions, unless the caller names others."""
