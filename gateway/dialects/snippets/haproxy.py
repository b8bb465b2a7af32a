"""What goes into haproxy.cfg? Everything for one policy; the script that it loads is in haproxy_lua.py."""

import re
from typing import Final

from gateway.core.facts import Host
from gateway.core.policy import CertificateFrom, Policy
from gateway.core.reason import Outcome
from gateway.dialects.challenge import body
from gateway.dialects.snippets.logs import haproxy as logs
from gateway.dialects.snippets.settings import (
    CA_FILE,
    CALLER_VARIABLE,
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
)
from gateway.dialects.untrusted import UNTRUSTED


def snippet(policy: Policy, settings: Settings) -> str:
    """Write the whole configuration, for HAProxy 2.6 and later with Lua.

    Raises: SnippetImpossible for a policy that knows its callers by nothing but a certificate, and for a
    gateway over TLS that has no name, and for a form of client certificates that it does not write.
    """
    check_certificates(policy, "HAProxy", *_CERTIFICATES)
    if settings.verifies_an_address:
        raise SnippetImpossible(
            "HAProxy's HTTP client compares the gateway's certificate with a name, never with an address. "
            "Write --gateway https://NAME:PORT, with a name of that certificate that DNS knows."
        )
    if shows_certificate(policy) and not says_secret(policy):
        raise SnippetImpossible(
            f"policy {policy.id} knows its callers by their certificates, and HAProxy's HTTP client shows "
            "none. Name a secret in its callers as well."
        )
    return "\n".join(
        (_head(policy), _globals(policy, settings), _frontend(policy, settings), _backend(settings))
    )


# --- private ---

_CERTIFICATES: Final = {
    CertificateFrom.HAPROXY: ("X-SSL-Client-Cert", "%[ssl_c_der,base64]"),
    CertificateFrom.RFC9440: ("Client-Cert", ":%[ssl_c_der,base64]:"),
}
"""In which header a client's certificate is told, and how."""
_TIMEOUT_MS: Final = 6000
_CORS: Final = (
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Expose-Headers",
)
_PERMITTED: Final = "{ var(txn.token_gateway_permit) -m bool }"
_PORT: Final = re.compile(r".*:[0-9]+")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_GLOBAL: Final = """\
global
    log stdout format raw local0 info  # or: log /dev/log local0 info
    .if version_atleast(3.1)  # it asks to be told; the script takes either
    tune.lua.bool-sample-conversion normal
    .endif
    lua-load-per-thread token_gateway.lua
{more}\
    # user haproxy
    # group haproxy
    # chroot /var/lib/haproxy
    .if version_atleast(2.8)  # older ones know neither of the two
    httpclient.retries 0  # with a retry, a gateway that hangs would keep a client twice as long
    httpclient.timeout.connect 1s
    .endif

defaults
    mode http
    log global
    option dontlognull
    timeout http-request 10s
    timeout http-keep-alive 10s
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout tunnel 1h  # WebSocket
"""


def _head(policy: Policy) -> str:
    hosts = ", ".join(dict.fromkeys(str(Host(name=pattern.name)) for pattern in policy.hosts))
    return f"""\
# Token Gateway in front of policy "{policy.id}". This is haproxy.cfg; beside it belongs token_gateway.lua,
# which `gateway snippet haproxy-lua` prints. HAProxy finds that in the directory it is started in: give the
# full path below for another one.
# Hosts: {hosts}. Any other is the gateway's to refuse. Another policy needs another frontend, and the
# frontend and the backend below under names of their own.
#
# HAProxy asks the gateway about every request, takes the client's credential away and gives the backend the
# gateway's own token. Whatever the gateway does not allow, and every failure to ask, is refused.
#
# What HAProxy cannot do, and what follows:
# * HAProxy 2.6 and 2.7 ask again, up to three times, where the gateway hangs, and cannot be told otherwise:
#   a client may wait for four times as long. Take 2.8 or later.
# * A request and what the gateway answers must each fit into tune.bufsize (16 KiB).
# * Decisions never depend on a body: it is not sent to the gateway.
# * A browser cannot set Authorization on a WebSocket: use a cookie credential for it.
# * It asks DNS for the name of the gateway, for each question, and never /etc/hosts or a search domain: name
#   the gateway in full, or by its address.
# * Before 3.2 it passes on what a client puts behind a chunked body (trailers), under any name. A backend
#   must not read these as headers (RFC 9110 section 6.5.1).
# * Every question is a line of its own in the log (<HTTPCLIENT>): the gateway's URL, and nothing of the
#   request's.
"""


def _globals(policy: Policy, settings: Settings) -> str:
    caller = f"""\
    # The gateway asks its caller for a secret: start HAProxy with it in {CALLER_VARIABLE}.
"""
    trust = f"""\
    httpclient.ssl.verify required
    httpclient.ssl.ca-file {CA_FILE}  # who signed the gateway's certificate
"""
    more = caller * says_secret(policy) + trust * settings.gateway_speaks_tls
    return _GLOBAL.format(more=more)


def _frontend(policy: Policy, settings: Settings) -> str:
    listen = settings.listen if ":" in settings.listen else f"*:{settings.listen}"
    lines = [
        f"bind {listen}",
        "# bind *:443 ssl crt ... alpn h2,http/1.1  -- tokens belong on TLS (RFC 6750 section 5.3)",
        "# The access log: no query string, no header.",
        *logs.directives({"auth": '"%[var(txn.token_gateway_status)]"'}),
        "",
        "# An absolute-form target can name another host than Host does: which one would be judged?",
        "# (HTTP/2 and 3 have but one, and HAProxy shows it in that form.)",
        "http-request deny deny_status 400 if !{ req.ver 2.0 3.0 } !{ url -m beg / }",
        "http-request deny deny_status 400 unless { pathq -m beg / }",
        "http-request deny deny_status 400 unless { req.hdr_cnt(host) eq 1 }",
        *_no_upgrade(policy),
        *_certificate(policy),
        "",
        "# Ask. What the gateway refuses, the client gets from here, and no rule below is reached.",
        _ask(policy, settings),
        "# The one way on. It must be the next rule: a script that fails is no refusal to HAProxy.",
        f"http-request return status 503 {_unavailable()} unless {_PERMITTED}",
        "",
        "# The target that was judged, without a token. In HTTP/2 an odd scheme could stand in front.",
        "http-request set-uri %[var(txn.token_gateway_target)]",
        "# What a client could use to tell the backend another target, method or user.",
        *(f"http-request del-header {name}" for name in UNTRUSTED),
        "http-request del-header Trailer",
        "http-request del-header x-token-gateway- -m beg",
        "# Some backends read X_Original_URL as X-Original-URL. (The gateway has refused what looks like a",
        "# header of its own.)",
        "http-request del-header [^A-Za-z0-9-] -m reg",
        *_connection(policy),
        "http-request set-header X-Real-IP %[src]",
        "http-request set-header X-Forwarded-For %[src]",
        "http-request set-header X-Forwarded-Host %[req.fhdr(host)]",
        "http-request set-header X-Forwarded-Proto http",
        "http-request set-header X-Forwarded-Proto https if { ssl_fc }",
        *_cors(policy),
        "default_backend token_gateway_backend",
    ]
    return _section("frontend token_gateway", lines)


def _no_upgrade(policy: Policy) -> list[str]:
    if takes_websockets(policy):
        return []
    return [
        "# No route takes a WebSocket: the request goes on as a plain one.",
        "http-request del-header Upgrade",
    ]


def _certificate(policy: Policy) -> list[str]:
    """Of a session that is resumed as well: it rests on a handshake that has verified."""
    if policy.certificate_from is None:
        return []
    name, value = _CERTIFICATES[policy.certificate_from]
    return [
        "# Which certificate the client has shown. With TLS: bind ... verify optional ca-file client_ca.crt",
        f"http-request del-header {name}",
        f"http-request set-header {name} {value} if {{ ssl_fc }} {{ ssl_c_used }} {{ ssl_c_verify 0 }}",
    ]


def _connection(policy: Policy) -> list[str]:
    """The gateway has refused every option that would take a header of ours away: the second lock."""
    unless = " unless { req.hdr(Upgrade) -m found }" if takes_websockets(policy) else ""
    return [f"http-request del-header Connection{unless}"]


def _ask(policy: Policy, settings: Settings) -> str:
    ours = [
        "Authorization",
        *IDENTITY,
        *credential_headers(policy),
        *(["Cookie"] if takes_cookies(policy) else []),
    ]
    removed = ",".join(query_names(policy)) or ","
    return (
        f"http-request lua.token_gateway {settings.auth_url('haproxy', policy)} {_TIMEOUT_MS} "
        f"{','.join(dict.fromkeys(ours))} {removed}"
    )


def _unavailable() -> str:
    text = body(Outcome.OUTAGE).decode().strip()
    return f"content-type application/json string '{text}' hdr Cache-Control no-store hdr Retry-After 1"


def _cors(policy: Policy) -> list[str]:
    """On errors of HAProxy's own as well: an application that may not read them cannot tell them apart."""
    if policy.cors is None:
        return []
    return [
        "# The gateway's word on CORS, and not the backend's beside it: a browser refuses two.",
        f"http-after-response del-header access-control- -m beg if {_PERMITTED}",
        *(f"http-after-response set-header {name} {_given(name)}" for name in _CORS),
        f"http-after-response add-header Vary {_given('Vary')}",
    ]


def _given(name: str) -> str:
    variable = "txn.token_gateway_" + name.lower().replace("-", "_")
    return f"%[var({variable})] if {{ var({variable}) -m found }}"


def _backend(settings: Settings) -> str:
    scheme, _, place = settings.backend.partition("://")
    address = place if _PORT.fullmatch(place) else f"{place}:{_DEFAULT_PORTS[scheme]}"
    name = address.rpartition(":")[0]
    tls = (
        f" ssl verify required ca-file @system-ca sni str({name}) verifyhost {name}"
        if scheme == "https"
        else ""
    )
    lines = [
        "# A second lock, for rules and frontends of yours that come this way without asking.",
        f"http-request deny deny_status 503 unless {_PERMITTED}",
        ".if version_atleast(3.2)",
        "option http-drop-request-trailers",
        ".endif",
        f"server backend {address}{tls}",
    ]
    return _section("backend token_gateway_backend", lines)


def _section(name: str, lines: list[str]) -> str:
    return "\n".join((name, *(f"    {line}" if line else "" for line in lines), ""))
