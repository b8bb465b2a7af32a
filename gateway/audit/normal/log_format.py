"""Which parts of a request does this log format of nginx write down?

nginx.org/en/docs/http/ngx_http_log_module.html#log_format
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.audit.estate.place import Place
from gateway.audit.exposure import LoggedField

COMBINED: Final = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent"'
)
"""What nginx writes where nothing else is said; of ingress-nginx the default has the same parts."""
QUERY: Final = "query"
NOT_GIVEN: Final = "what a format says that was not given"
CREDENTIALS: Final = frozenset(
    {
        *("authorization", "cookie", "proxy-authorization", "x-api-key", "api-key", "x-auth-token"),
        *("x-access-token", "x-forwarded-access-token", "x-amz-security-token", "set-cookie"),
    }
)
"""Headers that carry a credential and nothing else."""


def logged(text: str, place: Place, meanings: Mapping[str, str] | None = None) -> Iterator[LoggedField]:
    """Give each part once. `meanings`: for variables of the operator's own, the variable they are made of."""
    names = dict.fromkeys(_part(name, meanings or {}) for name in variables(text))
    yield from (LoggedField(name, place) for name in names if name)


def variables(text: str) -> list[str]:
    """Give the names of the variables in it, in lower case."""
    return [one.lower() for one in _VARIABLE.findall(text)]


# --- private ---

_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z0-9_]+)")
_WITH_QUERY: Final = frozenset({"request", "request_uri", "args", "query_string"})
_HEADER_PREFIXES: Final = ("http_", "upstream_http_", "sent_http_")


def _part(name: str, meanings: Mapping[str, str]) -> str:
    name = meanings.get(name, name)
    if name in _WITH_QUERY or name.startswith("arg_"):
        return QUERY
    if name.startswith("cookie_"):
        return "cookie"
    for prefix in _HEADER_PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix).replace("_", "-")
    return ""
