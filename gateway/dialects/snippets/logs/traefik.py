"""What does Traefik write down of a request, if it is to write no token?"""

from typing import Any, Final

import yaml

_KEPT: Final = (
    *("StartUTC", "ClientHost", "RequestMethod", "RequestPath", "RequestProtocol", "DownstreamStatus"),
    *("RequestContentSize", "DownstreamContentSize", "Duration", "Overhead", "entryPointName"),
    *("RouterName", "ServiceName", "ServiceAddr", "OriginStatus", "OriginDuration", "RetryAttempts"),
)
ACCESS_LOG: Final[dict[str, Any]] = {
    "format": "json",
    "fields": {
        "defaultMode": "drop",
        "names": dict.fromkeys(_KEPT, "keep"),
        "headers": {"defaultMode": "drop"},
        "queryParameters": {"defaultMode": "drop"},
    },
}
"""Not among them, and in the default: the query, ClientUsername (a token that was sent as Basic). A Traefik
that does not know queryParameters does not start: nothing is written in ignorance."""


def snippet() -> str:
    """Write what belongs into the static configuration."""
    return _HEAD + yaml.safe_dump({"accessLog": ACCESS_LOG, "log": {"level": "INFO"}}, sort_keys=False)


# --- private ---

_HEAD: Final = """\
# An access log of Traefik that holds no token, for the static configuration (3.7.3 and later, or 3.6.18: an
# earlier one does not start with it, because it cannot take the query out of the path).
# It has no query, no header, no name of a user. What is not named below is not written.
# A token in the path itself is written as the client sent it, also behind a semicolon or an escaped question
# mark: `gateway leaks redact` takes it out.
#
# Traefik's own log: at DEBUG it says more of requests. Leave it at INFO or above; the default is ERROR.
"""
