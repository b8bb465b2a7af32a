"""Group c: which headers, hosts and methods do clients send to be taken for somebody else? (H, P86-P98)

Whatever the proxy passes on of them. A case that one dialect judges otherwise says so: what carries the
truth for one proxy is a header like any other for the next.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.reason import Reason
from tests import builders as b
from tests.conformance.scenario import (
    PERMIT,
    Expected,
    Scenario,
    asked,
    case,
    with_headers,
)
from tests.corpus.credentials import CREDENTIALS

CONTROL: Final = case("H a good request", asked(), PERMIT)

SPELLINGS: Final = (
    *(b"X_Auth_Subject", b"X.Auth.Subject", b"X-Auth_Subject", b"x-auth_issuer", b"X~Auth~Scopes"),
    *(b"X'Auth'Client", b"X!Auth!Subject", b"X_HTTP_Method_Override", b"Proxy_Authorization"),
)
"""Of names that are ours or the proxy's, as readers fold them that know only environment variables."""

NAMES: Final = (
    *(
        case(f"H14 {name.decode()}", with_headers((name, b"admin")), Reason.HEADER_LOOKALIKE)
        for name in SPELLINGS
    ),
    *(
        case(f"H14 {name.decode()}", with_headers((name, b"admin")), Reason.IDENTITY_HEADER_FORGED)
        for name in (b"X-Auth-Subject", b"x-auth-issuer", b"X-AUTH-CLIENT", b"X-Auth-Scopes")
    ),
    case(
        "H16 an alias on a public route",
        asked(target=b"/public/x", headers=((b"X_Auth_Subject", b"admin"),)),
        Reason.HEADER_LOOKALIKE,
    ),
    *(
        case(f"H24 {name.decode()}", with_headers((name, b"DELETE")), Reason.METHOD_OVERRIDE)
        for name in (b"X-HTTP-Method-Override", b"X-Method-Override", b"X-HTTP-Method")
    ),
    *(
        case(f"H12 Connection: {value!r}", with_headers((b"connection", value)), Reason.CONNECTION_OPTION)
        for value in (b"X-Auth-Subject", b"close, x-auth-subject", b"Cookie", b"Authorization", b"close,host")
    ),
    *(
        case(f"H13 Connection: {name}", with_headers(*pairs), Reason.CONNECTION_OPTION)
        for name, pairs in {
            "commas": ((b"connection", b",,,"),),
            "500 options": ((b"connection", b", ".join([b"close"] * 500)),),
            "ten options": ((b"connection", b", ".join([b"close"] * 10)),),
            "itself": ((b"connection", b"Connection"),),
            "a second one": ((b"connection", b"close"), (b"connection", b"x-auth-subject")),
        }.items()
    ),
)

# --- carriers ---------------------------------------------------------------------------------------

SENDS: Final[Mapping[bytes, tuple[str, ...]]] = {
    b"x-original-url": ("nginx",),
    b"x-original-method": ("nginx",),
    b"x-forwarded-uri": ("traefik", "caddy", "haproxy"),
    b"x-forwarded-method": ("traefik", "caddy", "haproxy"),
    b"x-forwarded-host": ("traefik", "caddy", "haproxy"),
    b"x-forwarded-proto": ("traefik", "caddy", "haproxy", "envoy", "envoy-grpc", "edge"),
}
"""Which proxies carry the truth in which header: from these a second one is refused."""


def spoofed(name: str, header: bytes, value: bytes) -> Scenario:
    """A closed path, no token, and a header that says it is another request."""
    twice = dict.fromkeys(SENDS.get(header, ()), Reason.CARRIER_DUPLICATE)
    wire = asked(target=b"/admin/x", headers=((header, value),))
    return case(name, wire, Reason.CREDENTIAL_MISSING, unlike=twice)


CARRIERS: Final = (
    spoofed("H18 X-Forwarded-Uri says it is public", b"x-forwarded-uri", b"/public/x"),
    spoofed("H18 X-Original-URL says so", b"x-original-url", b"https://api.example.com/public/x"),
    spoofed("H20 X-Envoy-Original-Path says so", b"x-envoy-original-path", b"/public/x"),
    spoofed("H18 X-Rewrite-URL says so", b"x-rewrite-url", b"/public/x"),
    spoofed("H18 X-Original-URI says so", b"x-original-uri", b"/public/x"),
    spoofed("H18 X-Forwarded-Prefix says so", b"x-forwarded-prefix", b"/public"),
    spoofed("H18 X-Forwarded-Method says OPTIONS", b"x-forwarded-method", b"OPTIONS"),
    spoofed("H18 X-Original-Method says OPTIONS", b"x-original-method", b"OPTIONS"),
    spoofed("P97 X-Forwarded-Host names another host", b"x-forwarded-host", b"public.example.com"),
    spoofed("H25 X-Forwarded-Proto says https", b"x-forwarded-proto", b"https"),
    spoofed("H26 Forwarded names another client", b"forwarded", b'for="10.42.0.7";host=public.example.com'),
    case(
        "P93 the same carrier twice",
        with_headers(
            (b"x-original-method", b"GET"), (b"x-forwarded-method", b"GET"), (b"x-forwarded-proto", b"https")
        ),
        Reason.CARRIER_DUPLICATE,
    ),
    *(
        case(f"H25 the scheme is {scheme!r}", asked(scheme=scheme), Reason.CARRIER_MALFORMED)
        for scheme in (b"https,http", b"HTTPS", b"ftp", b"")
    ),
)

NO_ADDRESS: Final = (
    *(
        b'"10.0.0.1"',
        b"10.0.0.1:80",
        b"[::1]:1",
        b"127.1",
        b"0177.0.0.1",
        b"fe80::1%eth0",
        b"a",
        b"10.0.0.1/8",
    ),
)
MANY_HOPS: Final = b"10.0.0.1, " * 1000 + b"203.0.113.9"
CLIENTS: Final = (
    *(
        case(f"H26 the client is {client.decode()}", asked(client=client), Reason.CARRIER_MALFORMED)
        for client in NO_ADDRESS
    ),
    case("H26 the client is an IPv4 address in IPv6", asked(client=b"::ffff:203.0.113.9"), PERMIT),
    case(
        "H26 a thousand hops",
        asked(client=MANY_HOPS),
        PERMIT,
        unlike=dict.fromkeys(("nginx", "envoy-grpc"), Reason.CARRIER_MALFORMED),
    ),
)

# --- hosts, methods, what else is read ---------------------------------------------------------------

ODD_HOSTS: Final[Mapping[bytes, Expected]] = {
    b"API.EXAMPLE.COM": PERMIT,
    b"api.example.com.": PERMIT,
    b"api.example.com:443": PERMIT,
    b"api.example.com:0443": Reason.HOST_MALFORMED,
    b"api.example.com:": Reason.HOST_MALFORMED,
    b"api.example.com:x": Reason.HOST_MALFORMED,
    b"api.example.com:80:81": Reason.HOST_MALFORMED,
    b"api.example.com:8443": Reason.HOST_NOT_ALLOWED,
    b"api.example.com:80": Reason.HOST_NOT_ALLOWED,
    b"api.example.com, evil": Reason.HOST_MALFORMED,
    b"api.example.com,evil": Reason.HOST_MALFORMED,
    b"api.example.com@evil": Reason.HOST_MALFORMED,
    b"api.example.com.evil": Reason.HOST_NOT_ALLOWED,
    b"evil-api.example.com": Reason.HOST_NOT_ALLOWED,
    b"[::1]": Reason.HOST_NOT_ALLOWED,
    b"[::ffff:127.0.0.1]": Reason.HOST_NOT_ALLOWED,
    b"xn--pi-6kc.example.com": Reason.HOST_NOT_ALLOWED,
    "\u0430pi.example.com".encode(): Reason.HOST_MALFORMED,
    b"a" * 300: Reason.HOST_MALFORMED,
    b"localhost": Reason.HOST_NOT_ALLOWED,
}


def of_nobody(expected: Expected) -> Mapping[str, Expected]:
    """At the edge the host says which policy: another one is not the policy's, but nobody's."""
    return {"edge": Reason.POLICY_UNKNOWN} if expected is Reason.HOST_NOT_ALLOWED else {}


HOSTS: Final = (
    *(
        case(f"P96 the host is {host.decode()[:40]}", asked(host=host), expected, unlike=of_nobody(expected))
        for host, expected in ODD_HOSTS.items()
    ),
    case(
        "P96 no host", asked(host=b""), Reason.HOST_MALFORMED, unlike={"envoy-grpc": Reason.CARRIER_MISSING}
    ),
    case(
        "P96 a path in the host",
        asked(host=b"api.example.com/evil"),
        Reason.HOST_MALFORMED,
        unlike={"nginx": Reason.PATH_NOT_ALLOWED},  # to nginx's URL it is the path
    ),
)

METHODS: Final = (
    *(
        case(f"P89 {method.decode()}", asked(method=method), Reason.METHOD_NOT_ALLOWED)
        for method in (b"PATCH", b"TRACE", b"CONNECT", b"PROPFIND", b"FOO", b"QUERY")
    ),
    *(
        case(f"H62 the method is {method[:8]!r}", asked(method=method), Reason.METHOD_MALFORMED)
        for method in (b"GeT", b"G" * 10_000, b"G\xc3\x89T", b"GET\x0b", b"G,T", b"get")
    ),
    case(
        "P90 HEAD where the route has GET alone",
        asked(method=b"HEAD"),
        Reason.METHOD_NOT_ALLOWED,
        world=lambda: b.snapshot(b.policy(b.route(methods=frozenset({"GET"})))),
    ),
    case("P90 OPTIONS without a credential", asked(method=b"OPTIONS", headers=()), Reason.METHOD_NOT_ALLOWED),
    case("P86 v10 is not v1", asked(target=b"/v10/orders"), Reason.PATH_NOT_ALLOWED),
    case(
        "H60 OPTIONS *",
        asked(method=b"OPTIONS", target=b"*"),
        Reason.TARGET_FORM,
        unlike={"nginx": Reason.CARRIER_MALFORMED},
    ),
)

IGNORED: Final = (
    *(
        case(f"{name}: {value[:12]!r}", with_headers((header, value)), PERMIT)
        for name, header, value in (
            ("H33 Expect", b"expect", b"100-continue"),
            ("H33 Expect", b"expect", b"200-ok"),
            ("H34 HTTP2-Settings", b"http2-settings", b"AAMAAABkAAQAoAAAAAIAAAAA"),
            ("H40 a value that is no UTF-8", b"x-a", b"\xff\xfe"),
            ("H40 a control sequence in C1", b"x-a", b"\xc2\x9b31m"),
            ("H57 Accept-Encoding", b"accept-encoding", b"gzip, br"),
            ("H58 Range", b"range", b"bytes=0-0"),
            ("H58 If-None-Match", b"if-none-match", b"*"),
            ("V33 a probe's User-Agent", b"user-agent", b"GoogleHC/1.0"),
            ("V33 a probe's User-Agent", b"user-agent", b"kube-probe/1.30"),
        )
    ),
    case(
        "V33 a probe without a token",
        asked(headers=((b"user-agent", b"ELB-HealthChecker/2.0"),)),
        Reason.CREDENTIAL_MISSING,
    ),
)

CASES: Final = (
    *CREDENTIALS,
    *NAMES,
    *CARRIERS,
    *CLIENTS,
    *HOSTS,
    *METHODS,
    *IGNORED,
)
