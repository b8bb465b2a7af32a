"""What goes into nginx.conf? Everything for one policy, to be included inside `http { }`."""

import re

from gateway.core.facts import Host
from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets.settings import (
    CA_FILE,
    CALLER,
    CLIENT_FILE,
    CLIENT_KEY_FILE,
    IDENTITY,
    Settings,
    SnippetImpossible,
    check_certificates,
    credential_headers,
    query_names,
    says_secret,
    shows_certificate,
    takes_cookies,
    takes_websockets,
    tells_certificates,
)
from gateway.dialects.untrusted import UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the configuration of one server, for nginx 1.18 and later with auth_request.

    Raises: SnippetImpossible for a gateway over TLS that has no name, and for another proxy's form of client
    certificates.
    """
    check_certificates(policy, "nginx", CertificateFrom.NGINX)
    if settings.verifies_an_address:
        raise SnippetImpossible(
            "nginx compares the gateway's certificate with a name, never with an address. Write "
            "--gateway https://NAME:PORT, with a name of that certificate."
        )
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

_CORS = ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers")
_PREFLIGHT = ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age")


def _variable(header: str) -> str:
    return "$tg_" + header.lower().replace("-", "_")


def _upstream(header: str) -> str:
    return "$upstream_http_" + header.lower().replace("-", "_")


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

# No query string, no credential header. ($uri is the path alone.)
log_format token_gateway '$remote_addr [$time_iso8601] "$request_method $uri $server_protocol" '
                         '$status $body_bytes_sent auth=$tg_status';
"""


def _upstreams(settings: Settings) -> str:
    backend = settings.backend.partition("://")[2]
    return f"""\
upstream token_gateway {{
    server {settings.gateway_address};
    keepalive 16;  # or every decision costs a connection
}}
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
server {{
    listen {settings.listen};
    # listen 443 ssl; ssl_certificate ...; ssl_certificate_key ...;  -- tokens belong on TLS (RFC 6750 5.3)
{_asks_for_certificates(policy)}    server_name {names};
    access_log logs/access.log token_gateway;
    error_log logs/error.log crit;
    merge_slashes off;
    underscores_in_headers off;
    # An absolute-form target can name another host than the Host header: which one would be judged?
    if ($request ~* "^[A-Z]+ +[a-z][a-z0-9+.-]*://") {{ return 400; }}

{_location(policy)}
{_error_pages(policy)}
{_auth_location(policy, settings)}
}}
"""


def _asks_for_certificates(policy: Policy) -> str:
    if not tells_certificates(policy):
        return ""
    return """\
    # With TLS, which authority vouches for the certificates of clients, and that they are asked for one:
    # ssl_client_certificate client_ca.crt; ssl_verify_client optional;
"""


def _certificate(policy: Policy) -> list[str]:
    """Both are empty, and so not sent, where the client has shown none: its own never arrive."""
    if not tells_certificates(policy):
        return []
    return [
        "proxy_set_header SSL-Client-Cert $ssl_client_escaped_cert;",
        "proxy_set_header SSL-Client-Verify $ssl_client_verify;",
    ]


def _location(policy: Policy) -> str:
    taken = ["Authorization", *IDENTITY, *(["Cookie"] if takes_cookies(policy) else [])]
    kept = [*taken, "WWW-Authenticate", "Retry-After", *_cors(policy)]
    lines = [
        "auth_request /_token_gateway;",
        "auth_request_set $tg_status $upstream_status;",
        *(f"auth_request_set {_variable(name)} {_upstream(name)};" for name in kept),
        *_preflight_variables(policy),
        "# Ours, or none: an empty value takes the client's header away.",
        *(f"proxy_set_header {name} {_variable(name)};" for name in taken),
        *(f'proxy_set_header {name} "";' for name in credential_headers(policy)),
        "# What a client could use to tell the backend another target, method or user.",
        *(f'proxy_set_header {name} "";' for name in UNTRUSTED),
        "proxy_set_header Host $http_host;",
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Host $http_host;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_http_version 1.1;",
        *_connection(policy),
        *_cors_on_success(policy),
        "error_page 401 = @token_gateway_401;",
        "error_page 403 = @token_gateway_403;",
        "error_page 500 = @token_gateway_500;",
        f"proxy_pass http://token_gateway_backend{_target(policy)};  # the target that was judged",
    ]
    return _block("location /", lines)


def _cors(policy: Policy) -> tuple[str, ...]:
    return _CORS if policy.cors else ()


def _preflight_variables(policy: Policy) -> list[str]:
    if not policy.cors:
        return []
    names = ("X-Token-Gateway-Preflight", *_PREFLIGHT)
    return [f"auth_request_set {_variable(name)} {_upstream(name)};" for name in names]


def _connection(policy: Policy) -> list[str]:
    if not takes_websockets(policy):
        return ['proxy_set_header Connection "";']
    return [
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $tg_connection;",
    ]


def _cors_on_success(policy: Policy) -> list[str]:
    """The gateway's word on CORS, and not the backend's beside it: a browser refuses two."""
    return [
        *(f"proxy_hide_header {name};" for name in _cors(policy)),
        *(f"add_header {name} {_variable(name)} always;" for name in _cors(policy)),
        *(["add_header Vary Origin always;"] if policy.cors else []),
    ]


def _target(policy: Policy) -> str:
    names = query_names(policy)
    return f"$tg_target_{len(names) - 1}" if names else ""


def _error_pages(policy: Policy) -> str:
    cors = [f"add_header {name} {_variable(name)} always;" for name in _cors(policy)]
    if policy.cors:
        cors.append("add_header Vary Origin always;")
    no_store = "add_header Cache-Control no-store always;"
    preflight = [f"add_header {name} {_variable(name)} always;" for name in _PREFLIGHT] if policy.cors else []
    answered = ["if ($tg_x_token_gateway_preflight = 204) { return 204; }"] if policy.cors else []
    pages = (
        # auth_request has copied WWW-Authenticate already; a second one here would double it.
        _block("location @token_gateway_401", [no_store, *cors, "return 401;"]),
        _block(
            "location @token_gateway_403",
            [
                no_store,
                "add_header WWW-Authenticate $tg_www_authenticate always;",
                *cors,
                *preflight,
                *answered,
                "return 403;",
            ],
        ),
        _block(
            "location @token_gateway_500",
            [no_store, "add_header Retry-After $tg_retry_after always;", *cors, "return 503;"],
        ),
    )
    return "\n".join(pages)


def _auth_location(policy: Policy, settings: Settings) -> str:
    removes = "query" if query_names(policy) else ""
    lines = [
        "internal;",
        f"proxy_pass {settings.gateway.partition('://')[0]}://token_gateway/auth/nginx/{policy.id};",
        "proxy_method GET;",
        "proxy_pass_request_body off;",
        'proxy_set_header Content-Length "";  # with the line above, or the gateway waits for a body',
        'proxy_set_header Transfer-Encoding "";',
        "proxy_http_version 1.1;",
        'proxy_set_header Connection "";',
        "proxy_set_header Host $proxy_host;",
        "# The one set of headers that the gateway believes, from this proxy's address only.",
        "proxy_set_header X-Original-Method $request_method;",
        "proxy_set_header X-Original-URL $scheme://$http_host$request_uri;",
        "proxy_set_header X-Real-IP $remote_addr;",
        f'proxy_set_header X-Token-Gateway-Removes "{removes}";',
        *_caller(policy),
        *_tls(policy, settings),
        *(["proxy_set_header Upgrade $http_upgrade;"] if takes_websockets(policy) else []),
        *_certificate(policy),
        "proxy_connect_timeout 1s;",
        "proxy_send_timeout 1s;",
        "proxy_read_timeout 6s;  # the gateway waits for an issuer's keys 5 s at most",
        "proxy_next_upstream off;",
    ]
    return _block("location = /_token_gateway", lines)


def _tls(policy: Policy, settings: Settings) -> list[str]:
    if not settings.gateway_speaks_tls:
        return []
    shown = (
        f"proxy_ssl_certificate {CLIENT_FILE};  # one of the identities of policies.{policy.id}.callers",
        f"proxy_ssl_certificate_key {CLIENT_KEY_FILE};",
    )
    return [
        f"proxy_ssl_trusted_certificate {CA_FILE};  # who signed the gateway's certificate",
        "proxy_ssl_verify on;",
        "proxy_ssl_verify_depth 2;",
        "proxy_ssl_server_name on;",
        f"proxy_ssl_name {settings.gateway_name};",
        "proxy_ssl_session_reuse off;  # the gateway resumes nothing",
        *(shown if shows_certificate(policy) else ()),
    ]


def _caller(policy: Policy) -> list[str]:
    if not says_secret(policy):
        return [f'proxy_set_header {CALLER} "";']
    return [
        "# A file of one line beside nginx.conf, readable for nginx alone:",
        f'#   proxy_set_header {CALLER} "<one of the secrets of policies.{policy.id}.callers>";',
        "include token_gateway_caller.conf;",
    ]


def _block(name: str, lines: list[str]) -> str:
    return "\n".join((f"    {name} {{", *(f"        {line}" for line in lines), "    }"))
