"""What does a good world look like, so that a test has to say only what is different about its own?

Everything here is deterministic: fixed keys, one moment (`NOW`), one token id. Only the RSA key is made
once a process, and only where a test asks for it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import ip_network
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from jwt.algorithms import get_default_algorithms

from gateway.core.base64url import encode
from gateway.core.evidence import Evidence, Need, Signer, Unavailable
from gateway.core.facts import RequestFacts
from gateway.core.headers import HeaderPairs, Headers
from gateway.core.host import parse_host
from gateway.core.jwk import KeySet, parse_jwks, public_members
from gateway.core.policy import (
    Access,
    BearerCredential,
    Cors,
    Downstream,
    HostPattern,
    Policy,
    Requirement,
    Route,
    ScopesInclude,
    Snapshot,
)
from gateway.core.presets import PRESETS
from gateway.core.revocation import NOTHING_REVOKED, Revocations, RevocationTags
from gateway.core.route import RouteTable
from gateway.core.trust import Issuer
from gateway.dialects.wire import HttpRequest
from gateway.redact.fingerprint import Fingerprints

NOW: Final = 1_800_000_000
JTI: Final = "jti-of-ours"
ISSUER: Final = "https://idp.example"
AUDIENCE: Final = "https://api.example.com"
DOWNSTREAM_ISSUER: Final = "https://token-gateway.test"
HOST: Final = b"api.example.com"
PEER: Final = "10.42.0.7"
CLIENT_ADDRESS: Final = b"203.0.113.9"
POLICY: Final = "orders"

# --- keys and tokens ---

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
OMIT: Final = object()
"""As a claim or header value: leave the member out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key with the kid and algorithm it is published under. Satisfies `evidence.Signer`."""

    private: PrivateKey = field(repr=False)
    kid: str
    algorithm: str

    def sign(self, signing_input: bytes) -> bytes:
        """The JWS signature; of ES256 the RFC 6979 one, so that a run can be repeated."""
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return _sign_ec(self.private, signing_input)
        signature: bytes = get_default_algorithms()[self.algorithm].sign(signing_input, self.private)
        return signature

    def jwk(self, **members: Any) -> dict[str, Any]:
        """The public JWK; `members` replace or, with OMIT, remove."""
        jwk = dict(public_members(self.private.public_key()))
        return _with({**jwk, "kid": self.kid, "alg": self.algorithm, "use": "sig"}, members)


def ec_key(kid: str = "k1", secret: int = 0xC0FFEE) -> SigningKey:
    """An ES256 key; another `secret` is another key."""
    return SigningKey(private=ec.derive_private_key(secret, ec.SECP256R1()), kid=kid, algorithm="ES256")


def ed_key(kid: str = "ed1", secret: bytes = b"e" * 32) -> SigningKey:
    """An Ed25519 key under its RFC 8037 name."""
    private = ed25519.Ed25519PrivateKey.from_private_bytes(secret)
    return SigningKey(private=private, kid=kid, algorithm="EdDSA")


@cache
def rsa_key(kid: str = "r1", bits: int = 2048, algorithm: str = "RS256") -> SigningKey:
    """An RSA key, made once a process: the only one here that differs from run to run."""
    return SigningKey(private=rsa.generate_private_key(65537, bits), kid=kid, algorithm=algorithm)


KEY: Final = ec_key()
"""The key of the issuer of `issuer()`."""
OTHER_KEY: Final = ec_key("k2", 0xBEEF)
"""A key that nobody has published."""


def jwks(*keys: SigningKey) -> bytes:
    """A JWK Set document."""
    return json.dumps({"keys": [key.jwk() for key in keys]}).encode()


def key_set(*keys: SigningKey) -> KeySet:
    """The prepared key set of these keys; of `KEY` where none is named."""
    return parse_jwks(jwks(*(keys or (KEY,))))


def signer() -> Signer:
    """The gateway's own key: ES256, deterministic."""
    return ec_key("gw1", 0x6A7E)


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good RFC 9068 access token, changed; OMIT leaves one out."""
    good = {
        "iss": ISSUER,
        "sub": "alice",
        "aud": AUDIENCE,
        "client_id": "web",
        "scope": "orders:read",
        "iat": NOW - 10,
        "nbf": NOW - 10,
        "exp": NOW + 300,
        "jti": "jti-of-theirs",
    }
    return _with(good, changes)


def jws(
    payload: bytes,
    *,
    key: SigningKey = KEY,
    header: Mapping[str, Any] | None = None,
    raw_header: bytes | None = None,
    signature: bytes | None = None,
) -> str:
    """Sign any octets as a compact JWS. `raw_header` and `signature` replace what would be made."""
    good = {"alg": key.algorithm, "kid": key.kid, "typ": "at+jwt"}
    members = json.dumps(_with(good, header or {})).encode() if raw_header is None else raw_header
    signing_input = encode(members) + b"." + encode(payload)
    made = key.sign(signing_input) if signature is None else signature
    return (signing_input + b"." + encode(made)).decode()


def token(
    *,
    key: SigningKey = KEY,
    header: Mapping[str, Any] | None = None,
    raw_header: bytes | None = None,
    signature: bytes | None = None,
    **changes: Any,
) -> str:
    """A good access token, changed: header members by `header`, claims by name."""
    payload = json.dumps(claims(**changes)).encode()
    return jws(payload, key=key, header=header, raw_header=raw_header, signature=signature)


# --- configuration ---


def issuer(id: str = "corp", *, preset: str = "rfc9068", **changes: Any) -> Issuer:  # noqa: A002
    """An issuer; `changes` replace fields of the Issuer, or of its Shape."""
    shape_fields = {name: changes.pop(name) for name in tuple(changes) if name in _SHAPE_FIELDS}
    shape = replace(PRESETS[preset], **shape_fields)
    good = Issuer(id=id, issuer=ISSUER, audiences=frozenset({AUDIENCE}), shape=shape)
    return replace(good, **changes)


def downstream(**changes: Any) -> Downstream:
    """A backend `orders` that gets `orders:read` for a minute."""
    return replace(Downstream(audience="orders", scopes=("orders:read",), ttl_s=60), **changes)


def route(id: str = "orders-read", *paths: str, **changes: Any) -> Route:  # noqa: A002
    """A token route for GET and HEAD; with `access=Access.PUBLIC` one without issuers and downstream."""
    public = changes.get("access") is Access.PUBLIC
    good = Route(
        id=id,
        access=Access.TOKEN,
        methods=frozenset({"GET", "HEAD"}),
        paths=paths or ("/v1/orders", "/v1/orders/{order}"),
        issuers=frozenset() if public else frozenset({"corp"}),
        downstream=None if public else downstream(),
    )
    return replace(good, **changes)


def public_route(id: str = "public", *paths: str, **changes: Any) -> Route:  # noqa: A002
    """A route that asks for no token."""
    return route(id, *(paths or ("/public/**",)), access=Access.PUBLIC, **changes)


def needs_scopes(*scopes: str) -> tuple[Requirement, ...]:
    """The requirement that most routes have."""
    return (ScopesInclude(scopes=frozenset(scopes)),)


def sample_routes() -> tuple[Route, ...]:
    """Orders for `orders:read`, everything under /admin for `admin`, everything under /public for all."""
    return (
        route(requirements=needs_scopes("orders:read")),
        route("admin", "/admin/**", requirements=needs_scopes("admin")),
        public_route(),
    )


def policy(*routes: Route, **changes: Any) -> Policy:
    """A policy over `routes`, or over the sample ones; asked by 10.42.0.0/16 alone."""
    good = Policy(
        id=POLICY,
        hosts=(HostPattern(name=HOST.decode()),),
        peers=(ip_network("10.42.0.0/16"),),
        credentials=(BearerCredential(),),
        routes=RouteTable.build(routes or sample_routes()),
    )
    return replace(good, **changes)


def cors(**changes: Any) -> Cors:
    """One browser origin, https://app.example.com."""
    return replace(Cors(origins=frozenset({"https://app.example.com"})), **changes)


def snapshot(*policies: Policy, issuers: Iterable[Issuer] | None = None) -> Snapshot:
    """A world of these policies, or of the sample one, and of these issuers, or of `corp`."""
    named = (issuer(),) if issuers is None else tuple(issuers)
    return Snapshot(
        generation="generation-1",
        issuers={one.issuer: one for one in named},
        policies={one.id: one for one in policies or (policy(),)},
        downstream_issuer=DOWNSTREAM_ISSUER,
    )


def evidence(
    keys: Mapping[str, KeySet] | None = None,
    found: Mapping[Need, KeySet | Unavailable] | None = None,
    **changes: Any,
) -> Evidence:
    """Our signing key, the key set of `corp`, and nothing revoked."""
    known = {"corp": key_set()} if keys is None else keys
    good = Evidence(signer=signer(), keys=known, revoked=NOTHING_REVOKED, found=found or {})
    return good._replace(**changes)


def nothing_revoked() -> Revocations:
    """The deny list of an operator who keeps none."""
    return NOTHING_REVOKED


def revoked(
    *,
    jti: str | None = None,
    subject: str | None = None,
    issued_before: int | None = None,
    kid: str | None = None,
    issuer_id: str = "corp",
) -> Revocations:
    """A deny list with one entry of each kind that is named."""
    return Revocations(
        jtis=frozenset() if jti is None else frozenset({(issuer_id, jti)}),
        subjects={} if subject is None else {(issuer_id, subject): issued_before},
        keys=frozenset() if kid is None else frozenset({(issuer_id, kid)}),
    )


def tags() -> RevocationTags:
    """What names the token that `token()` gives."""
    (key,) = key_set().keys
    return RevocationTags(
        issuer_id="corp",
        jti="jti-of-theirs",
        subject="alice",
        issued_at=NOW - 10,
        kid="k1",
        thumbprint=key.thumbprint,
    )


FINGERPRINTS: Final = Fingerprints(b"f" * 32)


def fingerprinted(*texts: str) -> Revocations:
    """A deny list of these tokens' fingerprints."""
    names = frozenset(FINGERPRINTS.token(text.encode()) for text in texts)
    return Revocations(fingerprints=names, fingerprint=FINGERPRINTS.token)


# --- requests ---


def bearer(text: str | None = None) -> tuple[bytes, bytes]:
    """An Authorization header with this token, or with a good one."""
    return b"authorization", b"Bearer " + (token() if text is None else text).encode()


def facts(target: bytes = b"/v1/orders", *headers: tuple[bytes, bytes], **changes: Any) -> RequestFacts:
    """What nginx would tell of a GET with these headers."""
    good = RequestFacts(
        dialect="nginx",
        policy=POLICY,
        peer=PEER,
        client_address=CLIENT_ADDRESS.decode(),
        method="GET",
        scheme="https",
        host=parse_host(HOST),
        target=target,
        headers=Headers.of(headers),
    )
    return good._replace(**changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One request of a client, and the odd things a caller may do to the sub-request about it."""

    method: bytes = b"GET"
    scheme: bytes = b"https"
    host: bytes = HOST
    target: bytes = b"/v1/orders"
    headers: HeaderPairs = ()
    peer: str = PEER
    client: bytes = CLIENT_ADDRESS
    policy: str = POLICY
    without: frozenset[bytes] = frozenset()
    """Headers of the proxy to leave out."""


def nginx_request(wire: Wire | None = None, **changes: Any) -> HttpRequest:
    """The sub-request of nginx with our snippet: its own headers first, then the client's.

    nginx sends no Connection of the client's; give one in `headers` and it is sent all the same.
    """
    wire = replace(wire or Wire(), **changes)
    own = (
        (b"host", b"token-gateway:4180"),
        (b"x-original-url", wire.scheme + b"://" + wire.host + wire.target),
        (b"x-original-method", wire.method),
        (b"x-real-ip", wire.client),
    )
    return _request(wire, b"nginx", own)


def traefik_request(wire: Wire | None = None, **changes: Any) -> HttpRequest:
    """The sub-request of Traefik's ForwardAuth."""
    wire = replace(wire or Wire(), **changes)
    more = (
        (b"x-forwarded-port", b"443"),
        (b"x-forwarded-server", b"traefik-0"),
        (b"x-real-ip", wire.client),
        (b"accept-encoding", b"gzip"),
    )
    return _request(wire, b"traefik", _forwarded(wire) + more)


def caddy_request(wire: Wire | None = None, **changes: Any) -> HttpRequest:
    """The sub-request of Caddy with our snippet, whose Host is the client's."""
    wire = replace(wire or Wire(), **changes)
    return _request(wire, b"caddy", ((b"host", wire.host), *_forwarded(wire)[1:], (b"via", b"1.1 Caddy")))


def haproxy_request(wire: Wire | None = None, **changes: Any) -> HttpRequest:
    """The request of our script for HAProxy."""
    wire = replace(wire or Wire(), **changes)
    return _request(wire, b"haproxy", _forwarded(wire))


def envoy_request(wire: Wire | None = None, **changes: Any) -> HttpRequest:
    """The request of Envoy's ext_authz over HTTP: the client's own, behind the URL."""
    wire = replace(wire or Wire(), **changes)
    own = (
        (b"host", wire.host),
        (b"content-length", b"0"),
        (b"x-forwarded-proto", wire.scheme),
        (b"x-forwarded-for", wire.client),
        (b"x-envoy-internal", b"true"),
    )
    request = _request(wire, b"envoy", own)
    return request._replace(method=wire.method, target=request.target + wire.target)


def edge_request(wire: Wire | None = None, **changes: Any) -> HttpRequest:
    """The client's own request, through a load balancer that the edge lists."""
    wire = replace(wire or Wire(), **changes)
    own = (
        (b"host", wire.host),
        (b"x-forwarded-for", wire.client),
        (b"x-forwarded-proto", wire.scheme),
    )
    request = _request(wire, b"edge", own)
    return request._replace(method=wire.method, target=wire.target)


SENDERS: Final[Mapping[str, Callable[..., HttpRequest]]] = {
    "nginx": nginx_request,
    "traefik": traefik_request,
    "caddy": caddy_request,
    "haproxy": haproxy_request,
    "envoy": envoy_request,
}
"""How each proxy asks that is given a URL, by dialect."""


# --- private ---

_SHAPE_FIELDS: Final = frozenset(PRESETS["rfc9068"].__dataclass_fields__)


def _forwarded(wire: Wire) -> HeaderPairs:
    return (
        (b"host", b"token-gateway:4180"),
        (b"x-forwarded-method", wire.method),
        (b"x-forwarded-proto", wire.scheme),
        (b"x-forwarded-host", wire.host),
        (b"x-forwarded-uri", wire.target),
        (b"x-forwarded-for", wire.client),
    )


def _request(wire: Wire, dialect: bytes, own: HeaderPairs) -> HttpRequest:
    kept = tuple(pair for pair in own if pair[0] not in wire.without)
    target = b"/auth/" + dialect + b"/" + wire.policy.encode()
    return HttpRequest(method=b"GET", target=target, headers=Headers.of(kept + wire.headers), peer=wire.peer)


def _with(members: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not OMIT}


def _sign_ec(private: ec.EllipticCurvePrivateKey, signing_input: bytes) -> bytes:
    size = (private.curve.key_size + 7) // 8
    digest = {32: SHA256(), 48: SHA384(), 66: SHA512()}[size]
    der = private.sign(signing_input, ec.ECDSA(digest, deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return r.to_bytes(size) + s.to_bytes(size)
