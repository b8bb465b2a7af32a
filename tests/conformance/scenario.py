"""In what words is a scenario written?

The good case: GET https://api.example.com/v1/orders with a fresh RFC 9068 token of issuer `corp` that holds
`orders:read`, asked by a listed peer. Each scenario says what differs from it, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.core.evidence import Evidence, Need, Unavailable
from gateway.core.jwk import KeySet
from gateway.core.policy import (
    BearerCredential,
    CertificateFrom,
    CookieCredential,
    HeaderCredential,
    QueryCredential,
    Requirement,
    Snapshot,
    WebSocketProtocolCredential,
)
from gateway.core.reason import Reason
from gateway.core.route import RouteTable
from tests.builders import (
    NOW,
    Wire,
    bearer,
    cors,
    evidence,
    issuer,
    policy,
    route,
    snapshot,
    token,
)
from tests.showing import CERTIFICATE, shown

PERMIT: Final = "permit"
PREFLIGHT: Final = "preflight"
Expected = Reason | str
"""Why not, or `PERMIT`, or `PREFLIGHT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One case. Tokens are made when the scenario runs, not when the file is read."""

    name: str
    wire: Callable[[], Wire]
    world: Callable[[], Snapshot] = snapshot
    known: Callable[[], Evidence] = evidence
    lookups: Callable[[], Mapping[Need, KeySet | Unavailable]] = dict
    now: int = NOW
    expected: Expected
    unlike: Mapping[str, Expected] = field(default_factory=dict)
    """By dialect: where one proxy cannot do what another can, or asks in another form."""


def asked(**changes: object) -> Callable[[], Wire]:
    """The good case, asked otherwise."""
    return lambda: Wire(**{"headers": (bearer(),), **changes})  # type: ignore[arg-type]


def with_headers(*headers: tuple[bytes, bytes], **changes: object) -> Callable[[], Wire]:
    """The good case with further headers."""
    return lambda: Wire(headers=(bearer(), *headers), **changes)  # type: ignore[arg-type]


def with_token(**changes: object) -> Callable[[], Wire]:
    """The good case with another token."""
    return lambda: Wire(headers=(bearer(token(**changes)),))  # type: ignore[arg-type]


def shows(form: CertificateFrom, der: bytes = CERTIFICATE, **changes: object) -> Callable[[], Wire]:
    """The good case with another token, of a client that shows a certificate."""
    return lambda: Wire(headers=(bearer(token(**changes)), *shown(form, der)))  # type: ignore[arg-type]


def with_text(text: Callable[[], str]) -> Callable[[], Wire]:
    return lambda: Wire(headers=(bearer(text()),))


def with_authorization(value: bytes) -> Callable[[], Wire]:
    return lambda: Wire(headers=((b"authorization", value),))


def route_requires(*requirements: Requirement) -> Callable[[], Snapshot]:
    return lambda: snapshot(policy(route(requirements=requirements)))


def policy_has(**changes: object) -> Callable[[], Snapshot]:
    return lambda: snapshot(policy(**changes))


def issuer_has(**changes: object) -> Callable[[], Snapshot]:
    return lambda: snapshot(issuers=[issuer(**changes)])  # type: ignore[arg-type]


def known_are(**changes: object) -> Callable[[], Evidence]:
    return lambda: evidence(**changes)  # type: ignore[arg-type]


def case(name: str, wire: Callable[[], Wire], expected: Expected, **rest: object) -> Scenario:
    """One line of the tables below."""
    return Scenario(name=name, wire=wire, expected=expected, **rest)  # type: ignore[arg-type]


PREFLIGHT_HEADERS: Final = (
    (b"origin", b"https://app.example.com"),
    (b"access-control-request-method", b"GET"),
    (b"access-control-request-headers", b"authorization"),
)
CALLER: Final = b"x-token-gateway-caller"
SECRET = policy_has(caller_secrets=(b"s" * 32, b"n" * 32))
CORS = policy_has(cors=cors())
COOKIE = policy_has(credentials=(CookieCredential(name="__Host-token"),))
QUERY = policy_has(credentials=(QueryCredential(name="access_token"),))
SUBPROTOCOL = policy_has(
    routes=RouteTable.build((route(websocket=True),)),
    credentials=(BearerCredential(), WebSocketProtocolCredential(prefix="bearer.")),
)
HEADER = policy_has(credentials=(HeaderCredential(name="x-api-token"),))
