"""What goes into nginx.conf? Everything for one policy, to be included inside `http { }`."""

import re
from typing import Final

from gateway.core.facts import Host
from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets import nginx_parts as parts
from gateway.dialects.snippets.logs import nginx as logs
from gateway.dialects.snippets.settings import (
    SERVER_FILE,
    SERVER_KEY_FILE,
    Settings,
    check_certificates,
    query_names,
    takes_websockets,
    tells_certificates,
)


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the configuration of one server, for nginx 1.18 and later with auth_request.

    Raises: SnippetImpossible for a gateway over TLS that has no name, and for another proxy's form of client
    certificates.
    """
    check_certificates(policy, "nginx", CertificateFrom.NGINX)
    parts.check_name(settings)
    return "\n".join(
        (
            _head(policy),
            _upstreams(settings),
            *_query_maps(policy),
            *_upgrade_map(policy),
            _server(policy, settings),
        )
    )


# --- private ---

_NAME: Final = "token_gateway"
_HERE: Final = ("127.", "[::1]", "localhost")
_LOGS: Final = """\
    access_log logs/access.log token_gateway;
    error_log logs/error.log crit;
"""


def _head(policy: Policy) -> str:
    return f"""\
# Token Gateway in front of policy "{policy.id}". Include this file inside http {{ }}.
# nginx asks the gateway about every request, takes the client's credential away and gives the backend
# the gateway's own token. Whatever the gateway does not allow, and every failure to ask, is refused.
#
# What nginx cannot do, and what follows:
# * It relays no body, Location or status of a refusal but 401 and 403: clients get nginx's own pages.
# * auth_request is a sub-request without body: decisions never depend on a body.
# * A browser cannot set Authorization on a WebSocket: use a cookie credential for it.
# * Below crit its error log holds whole request lines, query and all, whenever the gateway or the backend
#   does not answer: that is why error_log is at crit. The access log tells of every such request.

# The access log: no query string, no header.
{logs.PATH}{logs.log_format("token_gateway", {"auth": "$tg_status"})}"""


def _upstreams(settings: Settings) -> str:
    backend = settings.backend.partition("://")[2]
    return f"""\
{parts.upstream(_NAME, settings.gateway_address)}
upstream token_gateway_backend {{
    server {backend};
    keepalive 16;
}}
"""


def _query_maps(policy: Policy) -> list[str]:
    """One map for each parameter: the target without it, the rest byte for byte."""
    source, maps = "$request_uri", []
    for number, plain in enumerate(query_names(policy)):
        target, name = f"$tg_target_{number}", re.escape(plain)
        maps.append(f"""\
# The target without `{plain}`. The gateway has refused every request with two of them, or with an escaped
# spelling of the name, so that one exact occurrence is all there can be.
map {source} {target} {{
    default {source};
    "~^(?<tg_p{number}>[^?]*)\\?{name}=[^&;]*[&;](?<tg_r{number}>.*)$" $tg_p{number}?$tg_r{number};
    "~^(?<tg_q{number}>[^?]*)\\?{name}=[^&;]*$" $tg_q{number};
    "~^(?<tg_s{number}>[^?]*\\?.*)[&;]{name}=[^&;]*(?<tg_t{number}>.*)$" $tg_s{number}$tg_t{number};
}}
""")
        source = target
    return maps


def _upgrade_map(policy: Policy) -> list[str]:
    if not takes_websockets(policy):
        return []
    return ["map $http_upgrade $tg_connection {\n    default upgrade;\n    '' '';\n}\n"]


def _server(policy: Policy, settings: Settings) -> str:
    names = " ".join(dict.fromkeys(str(Host(name=pattern.name)) for pattern in policy.hosts))
    return f"""\
{_redirects(settings, names)}server {{
{_listens(settings)}{_asks_for_certificates(policy)}    server_name {names};
{_LOGS}    merge_slashes off;
    underscores_in_headers off;
    # An absolute-form target can name another host than the Host header: which one would be judged?
    {parts.ABSOLUTE}

{_location(policy)}
{parts.error_pages(policy, _NAME)}
{parts.asking(policy, settings, _NAME, upgrade=takes_websockets(policy))}
}}
"""


def _listens(settings: Settings) -> str:
    """Tokens belong on TLS (RFC 6750 section 5.3): in clear only where something on this machine ends it."""
    if settings.listen.startswith(_HERE):
        return f"""\
    listen {settings.listen};  # for what ends TLS on this machine. If that is nginx itself:
    # listen 443 ssl; ssl_certificate ...; ssl_certificate_key ...;
"""
    return f"""\
    listen {_secured(settings)} ssl;  # tokens belong on TLS (RFC 6750 5.3). Beside nginx.conf:
    ssl_certificate {SERVER_FILE};
    ssl_certificate_key {SERVER_KEY_FILE};
"""


def _secured(settings: Settings) -> str:
    address, _, port = settings.listen.rpartition(":")
    before = f"{address}:" if address else ""
    return f"{before}443" if port == "80" else settings.listen


def _redirects(settings: Settings, names: str) -> str:
    """Who comes in clear is sent to TLS, and never on to the backend."""
    if _secured(settings) == settings.listen or settings.listen.startswith(_HERE):
        return ""
    return f"""\
server {{
    listen {settings.listen};
    server_name {names};
{_LOGS}    return 308 https://$host$request_uri;
}}
"""


def _asks_for_certificates(policy: Policy) -> str:
    if not tells_certificates(policy):
        return ""
    return """\
    # With TLS, which authority vouches for the certificates of clients, and that they are asked for one:
    # ssl_client_certificate client_ca.crt; ssl_verify_client optional;
"""


def _location(policy: Policy) -> str:
    lines = [
        *parts.asked(policy, _NAME),
        *parts.replaced(policy),
        *parts.forwarded(policy, "$tg_connection"),
        *parts.cors_on_success(policy),
        *parts.refused(_NAME),
        f"proxy_pass http://token_gateway_backend{_target(policy)};  # the target that was judged",
    ]
    return parts.block("location /", lines)


def _target(policy: Policy) -> str:
    names = query_names(policy)
    return f"$tg_target_{len(names) - 1}" if names else ""
