"""Where do the proxy, the gateway and the backend stand? And what do all snippets share?"""

import re
from dataclasses import dataclass
from typing import Final

from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import (
    CertificateFrom,
    CookieCredential,
    HeaderCredential,
    Policy,
    QueryCredential,
)

_URL: Final = re.compile(r"https?://[A-Za-z0-9._\[\]:-]+")
_ADDRESS: Final = re.compile(r"[0-9.]+|.*:.*")
_PORT: Final = re.compile(r":[0-9]+$")
_LISTEN: Final = re.compile(r"[A-Za-z0-9._\[\]:-]+")
_NAMESPACE: Final = re.compile(r"[A-Za-z0-9-]+")


class SnippetImpossible(ValueError):
    """A proxy cannot do what the policy asks for. The text says what, and what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Addresses, and a name, that the policy does not hold. Raises: ValueError for what is none."""

    gateway: str = "http://127.0.0.1:4180"
    backend: str = "http://127.0.0.1:8080"
    listen: str = "80"
    namespace: str = "REPLACE-WITH-NAMESPACE"
    """Of the Ingress, where something beside it is found by both names."""

    def __post_init__(self) -> None:
        for name, value, form, what in (
            ("gateway", self.gateway, _URL, "an address"),
            ("backend", self.backend, _URL, "an address"),
            ("listen", self.listen, _LISTEN, "an address"),
            ("namespace", self.namespace, _NAMESPACE, "a name of one"),
        ):
            if form.fullmatch(value) is None:
                raise ValueError(f"--{name} is not {what}: write it as in the help")

    @property
    def gateway_speaks_tls(self) -> bool:
        """Whether the gateway is asked over TLS."""
        return self.gateway.startswith("https://")

    @property
    def gateway_address(self) -> str:
        """Host and port of the gateway."""
        address = self.gateway.partition("://")[2]
        named = _PORT.search(address) is not None
        return address if named else f"{address}:{443 if self.gateway_speaks_tls else 80}"

    @property
    def gateway_name(self) -> str:
        """The name, or address, that its certificate shows."""
        return _PORT.sub("", self.gateway_address).strip("[]")

    @property
    def verifies_an_address(self) -> bool:
        """Whether the gateway's certificate would have to be one of an address: some compare names alone."""
        return self.gateway_speaks_tls and _ADDRESS.fullmatch(self.gateway_name) is not None

    def auth_url(self, dialect: str, policy: Policy) -> str:
        """The URL that pins the proxy to a dialect and a policy."""
        return f"{self.gateway}/auth/{dialect}/{policy.id}"


def canonical(name: str) -> str:
    """Spell a header name as people write it: `x-auth-subject` as `X-Auth-Subject`."""
    return "-".join(part.capitalize() for part in name.split("-"))


IDENTITY: Final = tuple(canonical(name.decode()) for name in IDENTITY_HEADERS)

CALLER: Final = "X-Token-Gateway-Caller"
"""In which the proxy says its secret, where the policy asks for one."""
CALLER_VARIABLE: Final = "TOKEN_GATEWAY_CALLER"
"""The environment variable of a proxy that can read one. No snippet holds the secret itself."""


CA_FILE: Final = "token_gateway_ca.crt"
"""Who signed the gateway's certificate; beside the proxy's configuration, as the next two."""
CLIENT_FILE: Final = "token_gateway_client.crt"
CLIENT_KEY_FILE: Final = "token_gateway_client.key"
SERVER_FILE: Final = "token_gateway_server.crt"
"""What the proxy itself shows to clients; beside its configuration, as the next."""
SERVER_KEY_FILE: Final = "token_gateway_server.key"


def shows_certificate(policy: Policy) -> bool:
    """Whether a caller is known by its certificate."""
    return bool(policy.caller_identities)


def says_secret(policy: Policy) -> bool:
    """Whether a caller must say a secret."""
    return bool(policy.caller_secrets)


def credential_headers(policy: Policy) -> tuple[str, ...]:
    """The headers, beside Authorization, that carry credentials of this policy."""
    return tuple(canonical(one.name) for one in policy.credentials if isinstance(one, HeaderCredential))


def takes_cookies(policy: Policy) -> bool:
    """Whether a credential of this policy lives in a cookie."""
    return any(isinstance(one, CookieCredential) for one in policy.credentials)


def query_names(policy: Policy) -> tuple[str, ...]:
    """The query parameters that carry credentials of this policy."""
    return tuple(one.name for one in policy.credentials if isinstance(one, QueryCredential))


def check_certificates(policy: Policy, proxy: str, *forms: CertificateFrom) -> None:
    """Check that the headers in which the policy is told of certificates are set, or taken away.

    Raises: SnippetImpossible where the policy names another form: a client could say what it likes in it.
    """
    form = policy.certificate_from
    if form is None or form in forms:
        return
    advice = " or ".join(f"client_certificate: {one.value}" for one in forms)
    raise SnippetImpossible(
        f"policy {policy.id} is told of client certificates in the form {form.value}, which is not set for "
        f"{proxy}: a client could say it. "
        + (f"Write {advice}." if advice else "Leave client_certificate out, or use another target.")
    )


def tells_certificates(policy: Policy) -> bool:
    """Whether the gateway is to be told which certificate a client has shown."""
    return policy.certificate_from is not None


def takes_websockets(policy: Policy) -> bool:
    """Whether a route of this policy admits WebSocket."""
    return any(route.websocket for route in policy.routes.routes)
