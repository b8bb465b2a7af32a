"""Is the sub-request of nginx.conf what it should be? NGX-037, NGX-038."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.nginx_levels import Level, nginx_of
from gateway.audit.estate.nginx_syntax import Directive
from gateway.audit.normal.log_format import variables
from gateway.audit.normal.nginx_auth import SubRequest, sub_request
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import AUTH_REQUEST, PROXY, locations


def _reachable(view: View) -> Iterator[Hit]:
    for _, asked in _asked(view):
        if asked.passes is not None and not asked.level.own("internal"):
            severity = None if asked.url is not None and asked.url.dialect else Severity.MEDIUM
            what = "a client can ask here itself, and gets the answer with its headers"
            yield Hit(asked.level.place(), what, severity)


def _unsaid(view: View) -> Iterator[Hit]:
    for _, asked in _asked(view):
        if asked.url is None or asked.url.dialect != "nginx":
            continue
        lines = {one.first.lower(): one for one in asked.level.all("proxy_set_header")}
        for name, needed in _SAID.items():
            if not _says(lines.get(name), needed):
                what = f"{name.title()} is what the client says, and the gateway judges by it"
                yield Hit(asked.level.place(), what, about=name)


def _says(line: Directive | None, needed: str) -> bool:
    return line is not None and needed in variables(" ".join(line.arguments[1:]))


def _asked(view: View) -> Iterator[tuple[Level, SubRequest]]:
    for level in locations(view):
        asks = level.last("auth_request")
        if asks is not None and asks.first != "off":
            found = sub_request(level, asks.first, view.estate.once(nginx_of))
            if found is not None:
                yield level, found


_SAID: Final = {"x-original-url": "request_uri", "x-original-method": "request_method"}

RULES: Final = (
    Rule(
        id="NGX-037",
        title="Clients can send the question themselves",
        severity=Severity.HIGH,
        why="The answer is for nginx alone: that of our gateway holds the token minted for the backend",
        fix="write internal; into the location that auth_request names",
        check=_reachable,
        references=("https://nginx.org/en/docs/http/ngx_http_core_module.html#internal", AUTH_REQUEST),
    ),
    Rule(
        id="NGX-038",
        title="The gateway judges the target that the client names",
        severity=Severity.CRITICAL,
        why="What nginx does not set in the sub-request is the client's header: it asks for one path "
        "and gets another",
        fix="set X-Original-URL to $scheme://$http_host$request_uri and X-Original-Method to "
        "$request_method there",
        check=_unsaid,
        references=(f"{PROXY}#proxy_set_header", "CVE-2026-40575"),
    ),
)
