"""Which parts of a request does HAProxy write down?

https://docs.haproxy.org/3.2/configuration.html#8.2.6 (log formats), #4.2-capture%20request%20header.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.audit.estate.haproxy_syntax import HaproxyText, Line, Section
from gateway.audit.estate.place import Place
from gateway.audit.exposure import LoggedField

CREDENTIAL_HEADERS: Final = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "apikey", "x-auth-token"),
        *("x-access-token", "x-amz-security-token", "x-csrf-token"),
    }
)
"""Headers in which clients put what lets them in."""


def format_fields(written: str) -> frozenset[str]:
    """Give what a log format takes from the request: `query`, or the names of headers."""
    found = {one[1].lower() for one in _HEADER.finditer(written)}
    if _BEARER.search(written):
        found.add("authorization")
    if _QUERY.search(written):
        found.add("query")
    if _COOKIE.search(written):
        found.add("cookie")
    return frozenset(found)


def captured_fields(written: str) -> frozenset[str]:
    """Give what samples such as `req.hdr(authorization)` or `cookie(session)` take."""
    return format_fields(written) | ({"query"} if _QUERY_SAMPLE.search(written) else set())


def logged(text: HaproxyText, section: Section) -> tuple[LoggedField, ...]:
    """Give what the access log of a frontend holds; nothing where it has no log."""
    if not _has_log(text, section):
        return ()
    return tuple(dict.fromkeys(_fields(section)))


# --- private ---

_HEADER: Final = re.compile(r"(?:^|[^a-z.])(?:req\.|capture\.req\.)?f?hdr\(\s*([A-Za-z][A-Za-z0-9_-]*)")
_BEARER: Final = re.compile(r"http_auth_bearer|http_auth_user|http_auth_pass")
_COOKIE: Final = re.compile(r"(?:^|[^a-z_])(?:req\.)?cook(?:ie)?\(|%(?:\{[^ %}]{0,256}\})?CC\b")
_QUERY: Final = re.compile(
    r"%(?:\{[^%}]{0,256}\})?(?:r|HU|HQ)(?![A-Za-z])"
    r"|%(?:\{[^%}]{0,256}\})?\[(?:query|urlp\(|(?:url|pathq|baseq|capture\.req\.uri)(?!,field\(1,\?\)))"
)
"""Of a target that is cut at its `?` nothing is left of the query."""
_QUERY_SAMPLE: Final = re.compile(
    r"(?:^|[\s(])(?:url|pathq|query|baseq|capture\.req\.uri)(?![A-Za-z0-9_(])|url_param|urlp\("
)
_SHOWS_CAPTURES: Final = re.compile(r"%(?:\{[^%}]{0,256}\})?hrl?(?![A-Za-z])|capture\.req\.hdr\(\s*[0-9]")


def _has_log(text: HaproxyText, section: Section) -> bool:
    if any(True for _ in section.of("no", "log")):
        return False
    wanted = section.setting("log")
    given = any(one.words[1:] == ("global",) for one in wanted)
    if given:
        return any(True for one in text.sections if one.kind == "global" for _ in one.of("log"))
    return bool(wanted)


def _fields(section: Section) -> Iterator[LoggedField]:
    formats = section.setting("log-format")
    standard = (*section.setting("option", "httplog"), *section.setting("option", "httpslog"))
    for line in formats:
        for name in sorted(format_fields(" ".join(line.words[1:]))):
            yield LoggedField(name, line.place)
    if not formats:
        yield from (LoggedField("query", line.place) for line in standard)
    shows = any(_SHOWS_CAPTURES.search(" ".join(one.words)) for one in formats)
    if (standard and not formats) or shows:
        yield from _captures(section.lines)


def _captures(lines: Iterable[Line]) -> Iterator[LoggedField]:
    for line in lines:
        if line.begins("capture", "request", "header") and len(line.words) > 3:
            yield LoggedField(line.words[3].lower(), line.place)
        elif line.begins("http-request", "capture"):
            yield from _named(captured_fields(" ".join(line.words[2:])), line.place)
        elif line.begins("capture", "cookie"):
            yield LoggedField("cookie", line.place)


def _named(names: frozenset[str], place: Place) -> Iterator[LoggedField]:
    return (LoggedField(one, place) for one in sorted(names))
