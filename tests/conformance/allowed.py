"""Which requests are let through?"""

from typing import Final

from gateway.core.evidence import KeysNeeded
from gateway.core.policy import (
    CertificateFrom,
    CertificateShows,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    TokenBound,
)
from gateway.core.reason import Reason
from tests.builders import (
    KEY,
    NOW,
    OMIT,
    OTHER_KEY,
    Wire,
    ed_key,
    evidence,
    key_set,
    policy,
    public_route,
    revoked,
    route,
    rsa_key,
    snapshot,
    token,
)
from tests.conformance.scenario import (
    CALLER,
    COOKIE,
    CORS,
    HEADER,
    PERMIT,
    PREFLIGHT,
    PREFLIGHT_HEADERS,
    QUERY,
    SECRET,
    asked,
    case,
    known_are,
    policy_has,
    route_requires,
    shows,
    with_authorization,
    with_headers,
    with_text,
    with_token,
)
from tests.showing import NAME, SHOWN, SPIFFE, bound_to, certificate

SHOWS: Final = CertificateShows(identities=frozenset({SPIFFE, "other.example"}))
ALLOWED: Final = (
    case(
        "whatever is revoked of others",
        asked(),
        PERMIT,
        known=known_are(revoked=revoked(jti="another", subject="mallory", kid="k2")),
    ),
    case(
        "another issuer's jti, subject and key, revoked",
        asked(),
        PERMIT,
        known=known_are(revoked=revoked(jti="jti-of-theirs", subject="alice", kid="k1", issuer_id="partner")),
    ),
    case(
        "issued at the moment before which all are revoked",
        asked(),
        PERMIT,
        known=known_are(revoked=revoked(subject="alice", issued_before=NOW - 10)),
    ),
    case("a good token", asked(), PERMIT),
    *(
        case(
            f"a token bound to the certificate that was shown, as {form.value} says it",
            shows(form, cnf=bound_to()),
            PERMIT,
            world=lambda form=form: snapshot(
                policy(route(requirements=(TokenBound(),)), certificate_from=form)
            ),
        )
        for form in SHOWN
    ),
    *(
        case(
            f"a certificate that the route wants, as {form.value} says it",
            shows(form, certificate(NAME, SPIFFE)),
            PERMIT,
            world=lambda form=form: snapshot(policy(route(requirements=(SHOWS,)), certificate_from=form)),
        )
        for form in SHOWN
        if form is not CertificateFrom.ENVOY_XFCC
    ),
    case(
        "a certificate that the route wants, by the one URI that envoy-xfcc says",
        with_headers((b"x-forwarded-client-cert", b"Hash=%b;URI=%b" % (b"0" * 64, SPIFFE.encode()))),
        PERMIT,
        world=lambda: snapshot(
            policy(route(requirements=(SHOWS,)), certificate_from=CertificateFrom.ENVOY_XFCC)
        ),
    ),
    case(
        "a bearer token of a client that shows a certificate",
        shows(CertificateFrom.RFC9440),
        PERMIT,
        world=policy_has(certificate_from=CertificateFrom.RFC9440),
    ),
    case("a caller that says its secret", with_headers((CALLER, b"s" * 32)), PERMIT, world=SECRET),
    case("a caller that says the next secret", with_headers((CALLER, b"n" * 32)), PERMIT, world=SECRET),
    case("a secret where none is asked for", with_headers((CALLER, b"x")), PERMIT),
    case("a good token, HEAD", asked(method=b"HEAD"), PERMIT),
    case("a trailing slash is the same path", asked(target=b"/v1/orders/"), PERMIT),
    case("a placeholder stands for one segment", asked(target=b"/v1/orders/17"), PERMIT),
    case("a query changes nothing", asked(target=b"/v1/orders?page=2&sort=/../x"), PERMIT),
    case("the host in capitals with its port", asked(host=b"API.Example.com:443"), PERMIT),
    case(
        "the scheme in any case",
        lambda: Wire(headers=((b"authorization", b"bEARER " + token().encode()),)),
        PERMIT,
    ),
    case("a public route asks for nothing", asked(target=b"/public/x", headers=()), PERMIT),
    case(
        "a public route believes no token",
        with_authorization(b"Bearer nonsense"),
        PERMIT,
        world=lambda: snapshot(policy(public_route("open", "/v1/orders"))),
    ),
    case("a token within the leeway after exp", with_token(exp=NOW - 20, iat=NOW - 300, nbf=OMIT), PERMIT),
    case(
        "a token in a header of its own",
        lambda: Wire(headers=((b"x-api-token", token().encode()),)),
        PERMIT,
        world=HEADER,
    ),
    case(
        "a token in a cookie, which is taken away",
        lambda: Wire(headers=((b"cookie", b"a=1; __Host-token=" + token().encode() + b"; b=2"),)),
        PERMIT,
        world=COOKIE,
    ),
    case(
        "a token in a cookie, sent for a page of ours",
        lambda: Wire(
            headers=(
                (b"cookie", b"__Host-token=" + token().encode()),
                (b"origin", b"https://api.example.com"),
            )
        ),
        PERMIT,
        world=COOKIE,
    ),
    case(
        "a token in the query that the proxy takes away",
        lambda: Wire(
            target=b"/v1/orders?access_token=" + token().encode(),
            headers=((b"x-token-gateway-removes", b"query"),),
        ),
        PERMIT,
        world=QUERY,
        unlike={"traefik": Reason.CREDENTIAL_UNREMOVABLE},
    ),
    case(
        "RS256",
        with_text(lambda: token(key=rsa_key())),
        PERMIT,
        known=lambda: evidence({"corp": key_set(rsa_key())}),
    ),
    case(
        "Ed25519 under its older name",
        with_text(lambda: token(key=ed_key())),
        PERMIT,
        known=lambda: evidence({"corp": key_set(ed_key())}),
    ),
    case("no kid and one key that fits", with_token(header={"kid": OMIT}), PERMIT),
    case(
        "keys that must be fetched first",
        asked(),
        PERMIT,
        known=known_are(keys={}),
        lookups=lambda: {KeysNeeded("corp"): key_set()},
    ),
    case(
        "a key that the issuer has just added",
        with_text(lambda: token(key=OTHER_KEY)),
        PERMIT,
        lookups=lambda: {KeysNeeded("corp", "k2"): key_set(KEY, OTHER_KEY)},
    ),
    case(
        "a claim that equals, one that contains, one that matches",
        with_token(tenant="t1", roles=["r"], repo="acme/api"),
        PERMIT,
        world=route_requires(
            ClaimEquals(path=("tenant",), value="t1"),
            ClaimContains(path=("roles",), value="r"),
            ClaimMatches(path=("repo",), pattern="acme/*"),
        ),
    ),
    case(
        "a WebSocket on a route that has them",
        with_headers((b"upgrade", b"websocket"), (b"connection", b"upgrade")),
        PERMIT,
        world=lambda: snapshot(policy(route(websocket=True))),
    ),
    case(
        "a browser of a listed origin",
        with_headers((b"origin", b"https://app.example.com")),
        PERMIT,
        world=CORS,
    ),
    case(
        "a preflight of a listed origin",
        asked(method=b"OPTIONS", headers=PREFLIGHT_HEADERS),
        PREFLIGHT,
        world=CORS,
    ),
    case(
        "an escaped slash where the route admits it",
        asked(target=b"/files/a%2Fb"),
        PERMIT,
        world=lambda: snapshot(
            policy(route("files", "/files/**", admit_in_path=frozenset({"escaped_slash"})))
        ),
    ),
    case(
        "a client's own X-Original-URI or Forwarded does not matter",
        with_headers((b"x-original-uri", b"/admin"), (b"forwarded", b"for=10.0.0.1")),
        PERMIT,
    ),
)
