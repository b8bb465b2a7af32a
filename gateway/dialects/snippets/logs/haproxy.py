"""What does HAProxy write down of a request, if it is to write no token?"""

from collections.abc import Mapping
from typing import Final

MEMBERS: Final[Mapping[str, str]] = {
    "time": '"%[date,utime(%Y-%m-%dT%H:%M:%SZ)]"',
    "client": '"%ci"',
    "method": '"%HM"',
    "path": (
        '"%[capture.req.uri,field(1,?),field(1,;),regsub(#.*,""),regsub(%3[BbFf].*,""),regsub(%23.*,""),'
        'json(utf8s)]"'
    ),
    "protocol": '"%HV"',
    "status": "%ST",
    "received": "%U",
    "sent": "%B",
    "ms": "%Ta",
    "upstream": '"%b/%s"',
    "ended": '"%ts"',
    "request_id": '"%ID"',
}
"""Each as it stands in JSON. Not among them, and in `option httplog`: the request line with its query."""


def directives(more: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Write the directives: a line is one JSON object. `more` is as it stands in JSON."""
    members = ",".join(f'"{name}":{value}' for name, value in {**MEMBERS, **(more or {})}.items())
    return ("unique-id-format %[uuid]", f"log-format '{{{members}}}'")


def snippet() -> str:
    """Write what belongs into a frontend."""
    return _HEAD + "\n".join((*directives(), ""))


# --- private ---

_HEAD: Final = """\
# An access log of HAProxy that holds no token: into each frontend (2.6 and later), in place of `option
# httplog` and of any other log-format.
# It has no query and no header. The path is as the client sent it, up to where a query may begin: also one
# that was escaped by mistake (/orders%3Ftoken=...), or a parameter of the path (/orders;jsessionid=...). A
# token in the path itself is written: no format can know which part of a path is secret. `gateway leaks
# redact` takes it out.
# So that the backend knows the request's name as well: http-request set-header X-Request-ID %[unique-id]
#
# HAProxy has no error log beside this one: what fails is told in it. `show errors` of the runtime socket, and
# the debug mode (-d), show whole requests.
"""
