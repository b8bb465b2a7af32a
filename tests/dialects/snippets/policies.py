"""Which policies are the snippets tried with?"""

from dataclasses import replace
from typing import Final

from gateway.core.policy import (
    BearerCredential,
    CertificateFrom,
    CookieCredential,
    HeaderCredential,
    HostPattern,
    Policy,
    QueryCredential,
)
from gateway.core.route import RouteTable
from tests import builders as b

PLAIN: Final = b.policy()
CORS: Final = b.policy(cors=b.cors(expose=("x-total",), credentials=True))
WEBSOCKET: Final = b.policy(b.route(websocket=True), b.route("plain", "/plain"))
HOSTS: Final = b.policy(hosts=(HostPattern(name="api.example.com"), HostPattern(name="*.example.org")))
HEADER: Final = b.policy(credentials=(BearerCredential(), HeaderCredential(name="x-device-token")))
COOKIE: Final = b.policy(credentials=(BearerCredential(), CookieCredential(name="session")))
QUERY: Final = b.policy(
    credentials=(QueryCredential(name="access_token"), QueryCredential(name="device.token"))
)
SECRET: Final = b.policy(caller_secrets=(b"a-secret-that-no-snippet-may-hold",))
CERTIFICATE: Final = b.policy(caller_identities=frozenset({"spiffe://cluster.local/ns/ingress/sa/nginx"}))
TOLD: Final = {form: b.policy(certificate_from=form) for form in CertificateFrom}
"""Told of client certificates, in each form."""
ALL: Final[dict[str, Policy]] = {
    "plain": PLAIN,
    "cors": CORS,
    "websocket": WEBSOCKET,
    "hosts": HOSTS,
    "header": HEADER,
    "cookie": COOKIE,
    "secret": SECRET,
}
"""What every proxy can do."""
BY_NETWORK: Final = {name: replace(policy, caller_secrets=()) for name, policy in ALL.items()}
"""The same for those that have no way to say a secret."""

EVERYTHING: Final = replace(
    CORS,
    credentials=(*HEADER.credentials, *COOKIE.credentials[1:], *QUERY.credentials),
    hosts=HOSTS.hosts,
    routes=RouteTable.build((b.route(websocket=True), b.public_route())),
)
"""What nginx can do."""
