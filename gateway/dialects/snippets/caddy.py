"""What goes into the Caddyfile? Options, and one site for one policy, in the long form of forward_auth."""

import re
from typing import Final

from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets.logs import caddy as logs
from gateway.dialects.snippets.settings import (
    CA_FILE,
    CALLER,
    CALLER_VARIABLE,
    CLIENT_FILE,
    CLIENT_KEY_FILE,
    IDENTITY,
    Settings,
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
    """Write the Caddyfile of one site, for Caddy 2.11 and later.

    Raises: SnippetImpossible for another form of client certificates than RFC 9440's.
    """
    check_certificates(policy, "Caddy", CertificateFrom.RFC9440)
    return "\n".join((_head(policy), _OPTIONS, _site(policy, settings), ""))


# --- private ---

_ANSWER: Final = "http.reverse_proxy.header"
"""Where Caddy keeps the headers of the gateway's answer, while it is looked at."""

_CORS: Final = (
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Expose-Headers",
)

_OPTIONS: Final = (
    """{
	admin off
	persist_config off
	auto_https off
	# trusted_proxies is not set: Caddy overwrites what a client says in X-Forwarded-For, -Proto and -Host.
	# Set it (with `strict`) only to the addresses of a proxy in front that does the same.
	# The one log, of accesses and of errors: no query, no header. Without the filter Caddy writes whole
	# requests down, query and all, whenever the gateway or the backend does not answer.
"""
    + logs.OPTION
    + "}\n"
)


def _head(policy: Policy) -> str:
    hosts = ", ".join(dict.fromkeys(pattern.name for pattern in policy.hosts))
    return f"""\
# Token Gateway in front of policy "{policy.id}", for Caddy 2.11 or later: a whole Caddyfile.
# Caddy asks the gateway about every request, takes the client's credential away and gives the backend the
# gateway's own token. Whatever the gateway does not allow, and every failure to ask, is refused.
# Older releases (Debian's 2.6) write the name of a placeholder where an answer lacks a header: not for them.
#
# The site takes every host at its address; the gateway refuses those that are not of the policy:
#   {hosts}
# Tokens belong on TLS (RFC 6750 5.3): write https:// and these names for the address, and take
# `auto_https off` away. Caddy then answers every other host itself, with an empty 200.
# No other site, and no `handle` beside the route, may reach the backend.
#
# What Caddy cannot do, and what follows:
# * The question is a GET without body: decisions never depend on a body.
# * Its own `uri query` would write the whole query anew, which is why a token in the query is cut out by map.
# * Without its admin interface (`admin off`) it does not reload: a new Caddyfile needs a restart.
# * A browser cannot set Authorization on a WebSocket: use a cookie credential for it."""


def _site(policy: Policy, settings: Settings) -> str:
    address, _, port = settings.listen.rpartition(":")
    lines = [
        *([f"bind {address}"] if address else []),
        "log",
        "# route: in this order. Outside of it Caddy sorts directives by its own lights.",
        *_block(
            "route",
            [
                *_before(policy),
                *_ask(policy, settings),
                *_after(policy),
                *_backend(policy, settings),
            ],
        ),
        *_errors(),
    ]
    return "\n".join(_block(f"http://:{port}", lines))


def _before(policy: Policy) -> list[str]:
    """What is refused or taken away before anybody is asked."""
    return [
        "# An absolute-form target can name another host than the Host header: which one would be judged?",
        "@no_path expression `!{http.request.orig_uri}.startsWith('/')`",
        "respond @no_path 400",
        *_query_guards(policy),
        *_remember_upgrade(policy),
        "# Caddy drops every header that Connection names, for the gateway and for the backend: a look-alike",
        "# before it is judged, our own headers after. So it names none.",
        "request_header -Connection",
        "request_header -X-Token-Gateway-*",
        "# The host that is judged is the one that the backend gets, whatever trusted_proxies says.",
        "request_header -X-Forwarded-Host",
        *_certificate(policy),
        "",
    ]


def _certificate(policy: Policy) -> list[str]:
    if not tells_certificates(policy):
        return []
    certificate = "{http.request.tls.client.certificate_der_base64}"
    return [
        "# Which certificate the client has shown (RFC 9440). With TLS, in a `tls` block of this site:",
        "# client_auth {",
        "#     mode verify_if_given",
        "#     trust_pool file client_ca.crt",
        "# }",
        "request_header -Client-Cert",
        f'@certificate not vars {certificate} ""',
        f'request_header @certificate Client-Cert ":{certificate}:"',
    ]


def _query_guards(policy: Policy) -> list[str]:
    """The query is replaced wherever it stands in the target: it must not stand in the path as well."""
    if not query_names(policy):
        return []
    names = "|".join(re.escape(name) for name in query_names(policy))
    return [
        "# The query without the token takes its place in the whole target: the path must not hold it too.",
        f"@twice expression `{{http.request.uri}}.matches('^[^?]*({_cel(names)})=')`",
        "respond @twice 400",
    ]


def _remember_upgrade(policy: Policy) -> list[str]:
    if not takes_websockets(policy):
        return []
    return [
        "@websocket {",
        "\theader_regexp Connection `(?i)(^|,)[ \\t]*upgrade[ \\t]*(,|$)`",
        "\theader_regexp Upgrade `^(?i)websocket$`",
        "}",
        "vars @websocket token_gateway_upgrade websocket",
    ]


def _ask(policy: Policy, settings: Settings) -> list[str]:
    path = settings.auth_url("caddy", policy).removeprefix(settings.gateway)
    lines = [
        "method GET",
        f"rewrite {path}? # with `?`, or the client's query would follow",
        *_host_of_the_gateway(settings),
        "# All that the gateway believes, with X-Forwarded-Proto and -Host, which Caddy sets itself.",
        "header_up X-Forwarded-For {client_ip}",
        "header_up X-Forwarded-Method {http.request.method}",
        "header_up X-Forwarded-Uri {http.request.uri}",
        "header_up X-Token-Gateway-Upgrade {http.request.header.Upgrade}",
        *(["header_up X-Token-Gateway-Removes query"] if query_names(policy) else []),
        *([f"header_up {CALLER} {{env.{CALLER_VARIABLE}}}"] if says_secret(policy) else []),
        *_block(
            "transport http",
            [
                "versions 1.1",
                "compression off",
                "dial_timeout 1s",
                "write_timeout 1s",
                "response_header_timeout 6s # the gateway waits for an issuer's keys 5 s at most",
                *_trust(policy, settings),
            ],
        ),
        "",
        *_permitted(policy),
        *_refused(policy),
    ]
    return _block(f"reverse_proxy {settings.gateway}", lines)


def _trust(policy: Policy, settings: Settings) -> list[str]:
    """Who signed the gateway's certificate, and what is shown to it; files of Caddy's working folder."""
    if not settings.gateway_speaks_tls:
        return []
    shown = [f"tls_client_auth {CLIENT_FILE} {CLIENT_KEY_FILE}"] if shows_certificate(policy) else []
    return [f"tls_trust_pool file {CA_FILE}", *shown]


def _host_of_the_gateway(settings: Settings) -> list[str]:
    """Over TLS it is Caddy's default, which it warns about if it is written."""
    if settings.gateway.startswith("https:"):
        return []
    return ["header_up Host {http.reverse_proxy.upstream.hostport}"]


def _permitted(policy: Policy) -> list[str]:
    """Ours, or none. Nothing here ends the request: what follows the question goes on with it."""
    taken = ["Authorization", *IDENTITY, *(["Cookie"] if takes_cookies(policy) else [])]
    lines = [*(f"request_header -{name}" for name in (*taken, *credential_headers(policy)))]
    for name in taken:
        matcher, value = f"@{name.lower().replace('-', '_')}", f"{{{_ANSWER}.{name}}}"
        lines += [f'{matcher} not vars {value} ""', f"request_header {matcher} {name} {value}"]
    if policy.cors:
        lines += _block("copy_response_headers", [f"include {' '.join((*_CORS, 'Vary'))}"])
    lines.append("vars token_gateway permitted")
    return ["@permit status 200", *_block("handle_response @permit", _block("route", lines))]


def _refused(policy: Policy) -> list[str]:
    preflight = [
        *_block("@preflight", ["status 403", "header X-Token-Gateway-Preflight 204"]),
        *_block(
            "handle_response @preflight",
            _block(
                "route",
                [
                    *_block(
                        "copy_response_headers",
                        ["exclude X-Token-Gateway-Preflight Content-Length Content-Type"],
                    ),
                    "respond 204",
                ],
            ),
        ),
    ]
    return [
        *(preflight if policy.cors else []),
        "@refusal status 4xx 503",
        *_block("handle_response @refusal", ["copy_response"]),
        "# Anything else is no answer of the gateway's.",
        *_block("handle_response", ["error 503"]),
    ]


def _after(policy: Policy) -> list[str]:
    return ["", *_cut_query(policy), *_restore_upgrade(policy)]


def _cut_query(policy: Policy) -> list[str]:
    """One map for each parameter: the query without it, the rest byte for byte."""
    source, lines = "{http.request.uri.query}", []
    for number, name in enumerate(query_names(policy)):
        pattern = re.escape(name)
        target = f"{{token_gateway_query_{number}}}"
        lines += [
            f"# The query without `{name}`. The gateway has refused every request with two of them, or with",
            "# an escaped spelling of the name, so that one exact occurrence is all there can be.",
            *_block(
                f"map {source} {target}",
                [
                    f'"~^{pattern}=[^&;]*$" ""',
                    f'"~^{pattern}=[^&;]*[&;](.*)$" "${{1}}"',
                    f'"~^(.*)[&;]{pattern}=[^&;]*(.*)$" "${{1}}${{2}}"',
                    f"default {source}",
                ],
            ),
        ]
        source = target
    return [*lines, f"uri replace {{http.request.uri.query}} {source} 1"] if lines else []


def _restore_upgrade(policy: Policy) -> list[str]:
    if not takes_websockets(policy):
        return []
    return [
        "@upgrade vars token_gateway_upgrade websocket",
        "request_header @upgrade Connection Upgrade",
        "request_header @upgrade Upgrade websocket",
    ]


def _backend(policy: Policy, settings: Settings) -> list[str]:
    lines = [
        "header_up Host {http.request.hostport}",
        "header_up X-Real-IP {client_ip}",
        "# What a client could use to tell the backend another target, method or user.",
        *(f"header_up -{name}" for name in UNTRUSTED),
        *_cors_of_the_backend(policy),
        *_block("transport http", ["compression off # what the backend answers is passed on as it is"]),
    ]
    return _block(f"reverse_proxy {settings.backend}", lines)


def _cors_of_the_backend(policy: Policy) -> list[str]:
    if not policy.cors:
        return []
    return ["# The gateway has said it: a browser refuses two.", "header_down -Access-Control-*"]


def _errors() -> list[str]:
    lines = [
        "# Not permitted: the gateway could not be asked. Else it is the backend's own failure.",
        *_block(
            "@unasked",
            ["not vars token_gateway permitted", "expression `{http.error.status_code} >= 500`"],
        ),
        *_block("handle @unasked", ["header Cache-Control no-store", "respond 503"]),
    ]
    return _block("handle_errors", lines)


def _block(name: str, lines: list[str]) -> list[str]:
    return [f"{name} {{", *(f"\t{line}" if line else "" for line in lines), "}"]


def _cel(pattern: str) -> str:
    """A regular expression within a string of CEL."""
    return pattern.replace("\\", "\\\\")
