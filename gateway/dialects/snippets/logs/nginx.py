"""What does nginx write down of a request, if it is to write no token?"""

from collections.abc import Iterator, Mapping
from typing import Final

PATH: Final = r"""
# The path as the client sent it, up to where a query may begin: also one that was escaped by mistake
# (/orders%3Ftoken=...), or a parameter of the path (/orders;jsessionid=...).
map $request_uri $token_gateway_path {
    default "-";
    "~*^(?<token_gateway_before>/.*?)(?:[?;#]|%3[bf]|%23|$)" $token_gateway_before;
}
"""
MEMBERS: Final[Mapping[str, str]] = {
    "time": "$time_iso8601",
    "client": "$remote_addr",
    "method": "$request_method",
    "path": "$token_gateway_path",
    "protocol": "$server_protocol",
    "status": "$status",
    "received": "$request_length",
    "sent": "$body_bytes_sent",
    "seconds": "$request_time",
    "server": "$server_name",
    "upstream": "$upstream_addr",
    "upstream_status": "$upstream_status",
    "upstream_seconds": "$upstream_response_time",
    "request_id": "$request_id",
}
"""Each is set by nginx itself, the method and the path apart. Not among them, and in its default format:
$request (the query), $http_referer, $http_user_agent, $remote_user (a token that was sent as Basic)."""
PLAIN: Final = (
    '$remote_addr [$time_iso8601] "$request_method $uri $server_protocol" $status $body_bytes_sent '
    "$request_length $request_time $upstream_addr $upstream_status $request_id"
)
"""The same where a controller takes a format and no `map`. ($uri is the path alone, decoded.)"""


def log_format(name: str, more: Mapping[str, str] | None = None) -> str:
    """Write the directive: a line is one JSON object, every value a string."""
    lines = "\n    ".join(_lines({**MEMBERS, **(more or {})}))
    return f"log_format {name} escape=json\n    {lines};\n"


def snippet() -> str:
    """Write what belongs inside `http { }`."""
    return f"""\
# An access log of nginx that holds no token. Include this file inside http {{ }} (nginx 1.18 and later).
# It has no query, no header, no name of a user. A token in the path itself is written as the client sent it:
# no format can know which part of a path is secret. `gateway leaks redact` takes it out.
{PATH}
{log_format("token_gateway_access")}access_log logs/access.log token_gateway_access;

# An access_log of a server or a location takes the place of this one: look for others.
#
# The error log: at error and below it writes the whole request line with its query, and the Referer, whenever
# a backend does not answer; at info also header lines that came twice. No format changes that: so crit. What
# is left at crit (a file that cannot be opened) names the request too: send that log through `gateway leaks
# redact`.
error_log logs/error.log crit;
"""


# --- private ---

_A_LINE: Final = 3


def _lines(members: Mapping[str, str]) -> Iterator[str]:
    pairs = [f'"{name}":"{value}"' for name, value in members.items()]
    for start in range(0, len(pairs), _A_LINE):
        opened, ended = "{" if start == 0 else "", "}" if start + _A_LINE >= len(pairs) else ","
        yield f"'{opened}{','.join(pairs[start : start + _A_LINE])}{ended}'"
