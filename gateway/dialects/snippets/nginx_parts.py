"""What does every nginx need that asks the gateway, whoever writes the rest of its configuration?

Its own file, or a controller that puts these lines into the places where it takes them. `name` keeps the
locations of two policies apart where one process serves both.
"""

from textwrap import dedent
from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.logs import nginx as logs
from gateway.dialects.snippets.settings import (
    CA_FILE,
    CALLER,
    CLIENT_FILE,
    CLIENT_KEY_FILE,
    IDENTITY,
    Settings,
    SnippetImpossible,
    credential_headers,
    query_names,
    says_secret,
    shows_certificate,
    takes_cookies,
    takes_websockets,
    tells_certificates,
)
from gateway.dialects.untrusted import UNTRUSTED

CALLER_FILE: Final = "token_gateway_caller.conf"
"""One line that says the caller's secret; beside the configuration, as the certificates."""
ABSOLUTE: Final = 'if ($request ~* "^[A-Z]+ +[a-z][a-z0-9+.-]*://") { return 400; }'
"""An absolute-form target can name another host than the Host header: which one would be judged?"""

DIRECTORY: Final = "/etc/nginx/token-gateway/"
"""Where the operator mounts a Secret with the files that nginx reads, under a controller."""
LOG_FORMAT: Final = logs.PLAIN
_CONTROLLER_LIMITS: Final = f"""\
# * It cannot take a token out of the query: the gateway refuses such requests (403 credential_misplaced).
# * It relays no body, Location or status of a refusal but 401 and 403; an outage is a 503.
# * The gateway's Service must exist before nginx reads this, or nginx refuses its whole configuration.
# * Files, if any are named below, come from Secrets that you mount at {DIRECTORY} of nginx.
"""
_EXAMPLES: Final = """\
# Replace the examples: the name of the backend, and of the namespace `apps`.
"""


def controller_limits(settings: Settings, namespace: str) -> str:
    """Say what all of these controllers have in common; `namespace` is where their nginx runs."""
    asked = manifests.in_a_service(settings)
    copied = manifests.copying("secret generic", namespace, asked, key=CA_FILE)
    verified = f"# * The gateway is verified: {CA_FILE} says who vouches for it. Of the chart's:\n{copied}"
    in_clear = "# * The gateway is asked in the clear: keep others off it with `peers` and a NetworkPolicy.\n"
    if settings.gateway_speaks_tls:
        return _CONTROLLER_LIMITS + (verified if copied else "") + _EXAMPLES
    return _CONTROLLER_LIMITS + in_clear + _EXAMPLES


def check_name(settings: Settings) -> None:
    """Raises: SnippetImpossible for a gateway over TLS that has no name."""
    if settings.verifies_an_address:
        raise SnippetImpossible(
            "nginx compares the gateway's certificate with a name, never with an address. Write "
            "--gateway https://NAME:PORT, with a name of that certificate."
        )


def check_query(policy: Policy, controller: str) -> None:
    """Raises: SnippetImpossible for query credentials, where the controller writes the target itself."""
    if query_names(policy):
        raise SnippetImpossible(
            f"policy {policy.id} accepts a token in the query, and {controller} cannot take it out of the "
            "target: it would reach the backend. Remove the query credential, or use `gateway snippet nginx`."
        )


def upstream(name: str, address: str) -> str:
    """Write where the gateway is; a connection to it is kept, or every decision would cost one."""
    return f"""\
upstream {name} {{
    server {address};
    keepalive 16;  # or every decision costs a connection
}}"""


def asked(policy: Policy, name: str) -> list[str]:
    """Ask, and keep what the gateway says for the lines below."""
    kept = [*_taken(policy), "WWW-Authenticate", "Retry-After", *_cors(policy)]
    return [
        f"auth_request /_{name};",
        "auth_request_set $tg_status $upstream_status;",
        *(f"auth_request_set {_variable(header)} {_upstream(header)};" for header in kept),
        *_preflight_variables(policy),
    ]


def replaced(policy: Policy, *, said: frozenset[str] = frozenset()) -> list[str]:
    """Take away from the request what only the gateway may say. `said`: what the controller overwrites."""
    return [
        "# Ours, or none: an empty value takes the client's header away.",
        *(f"proxy_set_header {header} {_variable(header)};" for header in _taken(policy)),
        *(f'proxy_set_header {header} "";' for header in credential_headers(policy)),
        "# What a client could use to tell the backend another target, method or user.",
        *(f'proxy_set_header {header} "";' for header in UNTRUSTED if header not in said),
    ]


def forwarded(policy: Policy, connection: str) -> list[str]:
    """Tell the backend who asked, and of an upgrade that was judged. `connection`: a map's variable."""
    upgrade = takes_websockets(policy)
    return [
        "proxy_set_header Host $http_host;",
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Host $http_host;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_http_version 1.1;",
        *(["proxy_set_header Upgrade $http_upgrade;"] if upgrade else []),
        f"proxy_set_header Connection {connection};" if upgrade else 'proxy_set_header Connection "";',
    ]


def cors_on_success(policy: Policy) -> list[str]:
    """The gateway's word on CORS, and not the backend's beside it: a browser refuses two."""
    return [
        *(f"proxy_hide_header {header};" for header in _cors(policy)),
        *_cors_headers(policy),
    ]


def refused(name: str) -> list[str]:
    """Send each kind of refusal to its own page."""
    return [f"error_page {status} = @{name}_{status};" for status in (401, 403, 500)]


def error_pages(policy: Policy, name: str) -> str:
    """Answer a refusal with what auth_request drops: whether to try again, and what a browser must see."""
    no_store = "add_header Cache-Control no-store always;"
    cors = _cors_headers(policy)
    preflight = [f"add_header {one} {_variable(one)} always;" for one in _PREFLIGHT] if policy.cors else []
    answered = ["if ($tg_x_token_gateway_preflight = 204) { return 204; }"] if policy.cors else []
    pages = (
        # auth_request has copied WWW-Authenticate already; a second one here would double it.
        block(f"location @{name}_401", [no_store, *cors, "return 401;"]),
        block(
            f"location @{name}_403",
            [
                no_store,
                "add_header WWW-Authenticate $tg_www_authenticate always;",
                *cors,
                *preflight,
                *answered,
                "return 403;",
            ],
        ),
        block(
            f"location @{name}_500",
            [no_store, "add_header Retry-After $tg_retry_after always;", *cors, "return 503;"],
        ),
    )
    return "\n".join(pages)


def asking(policy: Policy, settings: Settings, name: str, *, upgrade: bool, directory: str = "") -> str:
    """Write the location of the sub-request. `upgrade`: the front may pass one on, so the gateway is told."""
    removes = "query" if query_names(policy) else ""
    lines = [
        "internal;",
        f"proxy_pass {settings.gateway.partition('://')[0]}://{name}/auth/nginx/{policy.id};",
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
        *_caller(policy, directory),
        *_tls(policy, settings, directory),
        *(["proxy_set_header Upgrade $http_upgrade;"] if upgrade else []),
        *_certificate(policy),
        "proxy_connect_timeout 1s;",
        "proxy_send_timeout 1s;",
        "proxy_read_timeout 6s;  # the gateway waits for an issuer's keys 5 s at most",
        "proxy_next_upstream off;",
    ]
    return block(f"location = /_{name}", lines)


def server_part(policy: Policy, settings: Settings, name: str, *, upgrade: bool, more: str = "") -> str:
    """Write what a controller puts into `server`: whatever location is chosen, the gateway is asked."""
    asks = asking(policy, settings, name, upgrade=upgrade, directory=DIRECTORY)
    blocks = [dedent(one) for one in (more, error_pages(policy, name), asks) if one]
    return "\n".join([ABSOLUTE, *asked(policy, name), *refused(name), *blocks]) + "\n"


def location_part(policy: Policy, said: frozenset[str]) -> str:
    """Write what a controller puts into `location`, where its own lines on headers would hide a server's."""
    return "\n".join([*replaced(policy, said=said), *cors_on_success(policy)]) + "\n"


def block(name: str, lines: list[str]) -> str:
    """Write a block of one server."""
    return "\n".join((f"    {name} {{", *(f"        {line}" for line in lines), "    }"))


# --- private ---

_CORS = ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers")
_PREFLIGHT = ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age")


def _variable(header: str) -> str:
    return "$tg_" + header.lower().replace("-", "_")


def _upstream(header: str) -> str:
    return "$upstream_http_" + header.lower().replace("-", "_")


def _taken(policy: Policy) -> list[str]:
    return ["Authorization", *IDENTITY, *(["Cookie"] if takes_cookies(policy) else [])]


def _cors(policy: Policy) -> tuple[str, ...]:
    return _CORS if policy.cors else ()


def _cors_headers(policy: Policy) -> list[str]:
    if not policy.cors:
        return []
    said = [f"add_header {header} {_variable(header)} always;" for header in _CORS]
    return [*said, "add_header Vary Origin always;"]


def _preflight_variables(policy: Policy) -> list[str]:
    if not policy.cors:
        return []
    names = ("X-Token-Gateway-Preflight", *_PREFLIGHT)
    return [f"auth_request_set {_variable(name)} {_upstream(name)};" for name in names]


def _tls(policy: Policy, settings: Settings, directory: str) -> list[str]:
    if not settings.gateway_speaks_tls:
        return []
    known = f"# one of the identities of policies.{policy.id}.callers"
    shown = (
        f"proxy_ssl_certificate {directory}{CLIENT_FILE};  {known}",
        f"proxy_ssl_certificate_key {directory}{CLIENT_KEY_FILE};",
    )
    return [
        f"proxy_ssl_trusted_certificate {directory}{CA_FILE};  # who signed the gateway's certificate",
        "proxy_ssl_verify on;",
        "proxy_ssl_verify_depth 2;",
        "proxy_ssl_server_name on;",
        f"proxy_ssl_name {settings.gateway_name};",
        "proxy_ssl_session_reuse off;  # the gateway resumes nothing",
        *(shown if shows_certificate(policy) else ()),
    ]


def _certificate(policy: Policy) -> list[str]:
    """Both are empty, and so not sent, where the client has shown none: its own never arrive."""
    if not tells_certificates(policy):
        return []
    return [
        "proxy_set_header SSL-Client-Cert $ssl_client_escaped_cert;",
        "proxy_set_header SSL-Client-Verify $ssl_client_verify;",
    ]


def _caller(policy: Policy, directory: str) -> list[str]:
    if not says_secret(policy):
        return [f'proxy_set_header {CALLER} "";']
    return [
        "# A file of one line beside nginx.conf, readable for nginx alone:"
        if not directory
        else f"# A file of one line in {directory}, from a Secret:",
        f'#   proxy_set_header {CALLER} "<one of the secrets of policies.{policy.id}.callers>";',
        f"include {directory}{CALLER_FILE};",
    ]
