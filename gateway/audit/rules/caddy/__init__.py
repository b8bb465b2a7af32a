"""What can be wrong in a Caddyfile?"""

from typing import Final

from gateway.audit.rule import Rule, Severity
from gateway.audit.rules.caddy import asking, options, routes

_DOCS: Final = "https://caddyserver.com/docs/caddyfile/"

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="CDY-001",
        title="The client's token reaches the backend",
        severity=Severity.HIGH,
        why="Only the headers that copy_headers names are replaced, or taken away where the answer has "
        "none: the client's own Authorization goes on, to be logged, cached or used elsewhere.",
        fix="write copy_headers Authorization, with the identity headers of the gateway",
        check=routes.survives,
        references=(f"{_DOCS}directives/forward_auth",),
    ),
    Rule(
        id="CDY-002",
        title="The auth server is asked in clear, or its certificate is not verified",
        severity=Severity.HIGH,
        why="Whoever is on the way reads every client's token, or answers yes himself.",
        fix="ask at https://, without tls_insecure_skip_verify, or on loopback",
        check=asking.unverified,
        references=(f"{_DOCS}directives/reverse_proxy#transports",),
    ),
    Rule(
        id="CDY-003",
        title="A route of a protected site that nobody is asked about",
        severity=Severity.HIGH,
        why="Caddy asks where the directive stands, and for what its matcher means; the rest of the site "
        "is open.",
        fix="put forward_auth before everything else in a route of the whole site, without a matcher",
        check=routes.uncovered,
        references=(f"{_DOCS}directives#directive-order",),
    ),
    Rule(
        id="CDY-004",
        title="Credentials are written to the log",
        severity=Severity.HIGH,
        why="With log_credentials Authorization and Cookie are no longer left out: whoever reads the log "
        "may use them.",
        fix="remove log_credentials",
        check=options.credentials,
        references=(f"{_DOCS}options#log-credentials",),
    ),
    Rule(
        id="CDY-005",
        title="The query, and every header, is written to the log",
        severity=Severity.MEDIUM,
        why="Caddy leaves out Authorization and Cookie, but neither a token in the query nor an API key "
        "in a header of its own.",
        fix='write format filter with request>uri regexp [?].* "" and request>headers delete',
        check=options.logs,
        references=(f"{_DOCS}directives/log#filter",),
    ),
    Rule(
        id="CDY-006",
        title="The administration API listens to others",
        severity=Severity.HIGH,
        why="It takes a whole new configuration from whoever reaches it, without asking who that is.",
        fix="write admin off, or leave it at localhost:2019",
        check=options.admin,
        references=(f"{_DOCS}options#admin",),
    ),
    Rule(
        id="CDY-007",
        title="Another target is judged than the one that was asked for, or than the backend gets",
        severity=Severity.MEDIUM,
        why="rewrite, uri and handle_path run before forward_auth unless a route says otherwise, and "
        "behind it they change what was judged: a policy on paths is about others.",
        fix="put forward_auth first in a route block, and let the backend have the target that was judged",
        check=routes.rewritten,
        references=(f"{_DOCS}directives#directive-order",),
    ),
    Rule(
        id="CDY-008",
        title="copy_headers takes a client's header away since Caddy 2.11.2",
        severity=Severity.INFO,
        why="Before that a header that the answer lacks stayed as the client sent it: whoever names "
        "himself in X-Auth-Subject was believed.",
        fix="run Caddy 2.11.2 or later",
        check=asking.version,
        references=("GHSA-7r4p-vjf4-gxv4",),
    ),
    Rule(
        id="CDY-009",
        title="Everybody is trusted to say who the client is",
        severity=Severity.HIGH,
        why="With such trusted_proxies a client's own X-Forwarded-For, -Proto and -Host are believed, by "
        "Caddy and by the auth server.",
        fix="name the addresses of the proxy in front, with trusted_proxies_strict, or remove "
        "trusted_proxies",
        check=options.trusted,
        references=(f"{_DOCS}options#trusted-proxies",),
    ),
    Rule(
        id="CDY-010",
        title="The request goes on whatever is answered",
        severity=Severity.CRITICAL,
        why="A handle_response that is for every answer, and answers nothing itself, makes a yes of each no.",
        fix="let it have a matcher of status 200 alone, and copy_response in another for the rest",
        check=asking.lets_all_by,
        references=(f"{_DOCS}directives/reverse_proxy#intercepting-responses",),
    ),
    Rule(
        id="CDY-011",
        title="The client's query is part of the question's URL",
        severity=Severity.INFO,
        why="Caddy appends it: a token in the query is in the auth server's access log too.",
        fix="write a ? at the end of the uri: uri /auth/caddy/orders?",
        check=asking.query,
        references=(f"{_DOCS}directives/forward_auth",),
    ),
    Rule(
        id="CDY-012",
        title="A question that names no server, or no path at it",
        severity=Severity.MEDIUM,
        why="Caddy does not take a forward_auth that lacks one of them, and the old configuration stays in "
        "force. A reverse_proxy without rewrite asks at the path of the client's own choice.",
        fix="name the server behind forward_auth, and its uri in the block (in a reverse_proxy, its rewrite)",
        check=asking.incomplete,
        references=(f"{_DOCS}directives/forward_auth",),
    ),
    Rule(
        id="CDY-013",
        title="An auth server that hangs keeps every client waiting",
        severity=Severity.LOW,
        why="Caddy waits for an answer without end: connections pile up until it has no more.",
        fix="write transport http with dial_timeout 1s and response_header_timeout 6s in the block",
        check=asking.without_end,
        references=(f"{_DOCS}directives/reverse_proxy#the-http-transport",),
    ),
    Rule(
        id="CDY-014",
        title="The auth server judges a target that the client names",
        severity=Severity.CRITICAL,
        why="A question written out as reverse_proxy passes the client's headers on: a client that sends "
        "X-Forwarded-Uri itself is judged by that, and gets what it really asked for.",
        fix="write header_up X-Forwarded-Uri {http.request.uri} and header_up X-Forwarded-Method "
        "{http.request.method} in it, or use forward_auth",
        check=asking.untold,
        references=("CVE-2026-40575", f"{_DOCS}directives/forward_auth#expanded-form"),
    ),
)
