"""Which tokens are refused, and where can we not tell: at verify, identify, authorize and mint?"""

from collections.abc import Callable
from typing import Final

from gateway.core.evidence import KeysNeeded
from gateway.core.policy import (
    AudienceIncludes,
    CertificateFrom,
    CertificateShows,
    ClaimContains,
    ClaimEquals,
    ClientIs,
    Snapshot,
    TokenBound,
)
from gateway.core.reason import Reason
from tests.builders import (
    KEY,
    NOW,
    OMIT,
    OTHER_KEY,
    downstream,
    evidence,
    fingerprinted,
    jws,
    key_set,
    policy,
    revoked,
    route,
    snapshot,
    token,
)
from tests.conformance.scenario import (
    asked,
    case,
    issuer_has,
    known_are,
    policy_has,
    route_requires,
    shows,
    with_text,
    with_token,
)
from tests.showing import OTHER_CERTIFICATE, SHOWN, SPIFFE, bound_to, certificate

VERIFY: Final = (
    case("a token of 17 KiB", with_text(lambda: "a" * 17 * 1024), Reason.TOKEN_TOO_LARGE),
    case("not a JWT", with_text(lambda: "opaque"), Reason.TOKEN_MALFORMED),
    case("padding", with_text(lambda: token() + "="), Reason.TOKEN_MALFORMED),
    case("a JWE", with_text(lambda: "a.b.c.d.e"), Reason.TOKEN_ENCRYPTED),
    case("a payload that is no object", with_text(lambda: jws(b"[]")), Reason.TOKEN_JSON_MALFORMED),
    case("a member twice", with_text(lambda: jws(b'{"iss":"a","iss":"b"}')), Reason.TOKEN_MEMBER_DUPLICATE),
    case("a key inside the token", with_token(header={"jwk": {}}), Reason.TOKEN_HEADER_FORBIDDEN),
    case("a critical extension", with_token(header={"crit": ["exp"]}), Reason.TOKEN_HEADER_FORBIDDEN),
    case("an issuer of nobody", with_token(iss="https://evil.example"), Reason.ISSUER_UNKNOWN),
    case(
        "an issuer that the route does not admit",
        asked(),
        Reason.ISSUER_NOT_ADMITTED,
        world=lambda: snapshot(policy(route(issuers=frozenset({"partner"})))),
    ),
    case("alg none", with_token(header={"alg": "none"}, signature=b""), Reason.ALGORITHM_NOT_ALLOWED),
    case(
        "an algorithm that the issuer does not list",
        asked(),
        Reason.ALGORITHM_NOT_ALLOWED,
        world=issuer_has(algorithms=frozenset({"RS256"})),
    ),
    case(
        "a kid that the issuer does not have",
        with_text(lambda: token(key=OTHER_KEY)),
        Reason.KEY_UNKNOWN,
        lookups=lambda: {KeysNeeded("corp", "k2"): key_set()},
    ),
    case(
        "no kid and two keys that fit",
        with_token(header={"kid": OMIT}),
        Reason.KEY_AMBIGUOUS,
        known=lambda: evidence({"corp": key_set(KEY, OTHER_KEY)}),
    ),
    case(
        "somebody else's signature",
        with_text(lambda: token(key=OTHER_KEY, header={"kid": "k1"})),
        Reason.SIGNATURE_INVALID,
    ),
    case(
        "another issuer's key",
        with_text(lambda: token(key=OTHER_KEY)),
        Reason.KEY_UNKNOWN,
        known=lambda: evidence({"corp": key_set(), "partner": key_set(OTHER_KEY)}),
        lookups=lambda: {KeysNeeded("corp", "k2"): key_set()},
    ),
    case(
        "revoked by its jti",
        asked(),
        Reason.TOKEN_REVOKED,
        known=known_are(revoked=revoked(jti="jti-of-theirs")),
    ),
    case(
        "revoked with its subject",
        asked(),
        Reason.TOKEN_REVOKED,
        known=known_are(revoked=revoked(subject="alice")),
    ),
    case(
        "revoked with what its subject got until then",
        asked(),
        Reason.TOKEN_REVOKED,
        known=known_are(revoked=revoked(subject="alice", issued_before=NOW - 9)),
    ),
    case("revoked with its key", asked(), Reason.TOKEN_REVOKED, known=known_are(revoked=revoked(kid="k1"))),
    case(
        "revoked by its fingerprint",
        asked(),
        Reason.TOKEN_REVOKED,
        known=lambda: evidence(revoked=fingerprinted(token())),
    ),
    case(
        "revoked, and expired as well",
        with_token(exp=NOW - 30),
        Reason.TOKEN_REVOKED,
        known=known_are(revoked=revoked(subject="alice")),
    ),
    case(
        "a revoked subject's name under somebody else's signature",
        with_text(lambda: token(key=OTHER_KEY, header={"kid": "k1"})),
        Reason.SIGNATURE_INVALID,
        known=known_are(revoked=revoked(subject="alice")),
    ),
    case("typ JWT where at+jwt is asked for", with_token(header={"typ": "JWT"}), Reason.TYPE_NOT_ALLOWED),
    case("exp as a string", with_token(exp=str(NOW + 300)), Reason.CLAIM_MALFORMED),
    case("no exp", with_token(exp=OMIT), Reason.CLAIM_MISSING),
    case("another audience", with_token(aud="https://other.example"), Reason.AUDIENCE_MISMATCH),
    case("no audience", with_token(aud=OMIT), Reason.AUDIENCE_MISMATCH),
    case("expired", with_token(exp=NOW - 30), Reason.TOKEN_EXPIRED),
    case("expired by our clock alone", asked(), Reason.TOKEN_EXPIRED, now=NOW + 330),
    case("nbf to come", with_token(nbf=NOW + 31), Reason.TOKEN_NOT_YET_VALID),
    case("iat to come", with_token(iat=NOW + 31), Reason.TOKEN_ISSUED_IN_FUTURE),
    case("a token for a day", with_token(exp=NOW + 86400), Reason.LIFETIME_EXCEEDED),
    case("an ID token", with_token(client_id=OMIT), Reason.NOT_AN_ACCESS_TOKEN),
    case(
        "another tenant",
        with_token(tenant="t2"),
        Reason.TENANT_MISMATCH,
        world=issuer_has(tenant={("tenant",): frozenset({"t1"})}),
    ),
    case("a token bound to a key", with_token(cnf={"jkt": "x"}), Reason.BINDING_UNSUPPORTED),
    case(
        "a token bound to a certificate, and nobody who says which was shown",
        shows(CertificateFrom.RFC9440, cnf=bound_to()),
        Reason.BINDING_UNSUPPORTED,
    ),
    case(
        "a token bound to a certificate and to a key",
        shows(CertificateFrom.RFC9440, cnf={**bound_to(), "jkt": "x"}),
        Reason.BINDING_UNSUPPORTED,
        world=policy_has(certificate_from=CertificateFrom.RFC9440),
    ),
    case(
        "a token bound to a certificate, copied by somebody without one",
        with_token(cnf=bound_to()),
        Reason.CERTIFICATE_MISSING,
        world=policy_has(certificate_from=CertificateFrom.RFC9440),
    ),
    case(
        "a certificate in a form that the policy does not name",
        shows(CertificateFrom.TRAEFIK, cnf=bound_to()),
        Reason.CERTIFICATE_MISSING,
        world=policy_has(certificate_from=CertificateFrom.RFC9440),
    ),
    *(
        case(
            f"a token bound to a certificate, copied by somebody with another, as {form.value} says it",
            shows(form, OTHER_CERTIFICATE, cnf=bound_to()),
            Reason.CERTIFICATE_MISMATCH,
            world=policy_has(certificate_from=form),
        )
        for form in SHOWN
    ),
    case("the issuer's keys cannot be had", asked(), Reason.KEYS_UNAVAILABLE, known=known_are(keys={})),
    case(
        "the issuer cannot be asked about a new kid",
        with_text(lambda: token(key=OTHER_KEY)),
        Reason.KEYS_UNAVAILABLE,
    ),
)

WANTED = CertificateShows(identities=frozenset({SPIFFE}))


def wants_identity(form: CertificateFrom | None) -> Callable[[], Snapshot]:
    return lambda: snapshot(policy(route(requirements=(WANTED,)), certificate_from=form))


AUTHORIZE: Final = (
    *(
        case(
            f"another certificate than the route wants, as {form.value} says it",
            shows(form, certificate("spiffe://cluster.local/ns/shop/sa/other", common_name=SPIFFE)),
            Reason.CERTIFICATE_NOT_ALLOWED,
            world=wants_identity(form),
        )
        for form in SHOWN
        if form is not CertificateFrom.ENVOY_XFCC
    ),
    case(
        "no certificate where the route wants one",
        asked(),
        Reason.CERTIFICATE_NOT_ALLOWED,
        world=wants_identity(CertificateFrom.RFC9440),
    ),
    case(
        "a certificate that the route wants, in a form that the policy does not name",
        shows(CertificateFrom.TRAEFIK, certificate(SPIFFE)),
        Reason.CERTIFICATE_NOT_ALLOWED,
        world=wants_identity(CertificateFrom.RFC9440),
    ),
    case(
        "a certificate that the route wants, and nobody who may say so",
        shows(CertificateFrom.RFC9440, certificate(SPIFFE)),
        Reason.CERTIFICATE_UNKNOWN,
        world=wants_identity(None),
    ),
    case(
        "names of a certificate that could be one name's text",
        shows(CertificateFrom.ENVOY_XFCC),
        Reason.CERTIFICATE_UNKNOWN,
        world=wants_identity(CertificateFrom.ENVOY_XFCC),
    ),
    case(
        "a bearer token where a bound one is wanted",
        shows(CertificateFrom.RFC9440),
        Reason.BINDING_MISSING,
        world=lambda: snapshot(
            policy(route(requirements=(TokenBound(),)), certificate_from=CertificateFrom.RFC9440)
        ),
    ),
    case("no subject", with_token(sub=OMIT), Reason.SUBJECT_UNMAPPABLE),
    case("a subject that is no string", with_token(sub=17), Reason.SUBJECT_UNMAPPABLE),
    case("a scope is lacking", with_token(scope="orders:write"), Reason.SCOPE_INSUFFICIENT),
    case("another route's scope", asked(target=b"/admin/x"), Reason.SCOPE_INSUFFICIENT),
    case(
        "another client",
        asked(),
        Reason.CLIENT_NOT_ALLOWED,
        world=route_requires(ClientIs(clients=frozenset({"batch"}))),
    ),
    case(
        "another part of the gateway",
        asked(),
        Reason.AUDIENCE_NOT_ALLOWED,
        world=route_requires(AudienceIncludes(audiences=frozenset({"https://billing.example.com"}))),
    ),
    case(
        "a claim has another value",
        with_token(tenant="t2"),
        Reason.CLAIM_UNSATISFIED,
        world=route_requires(ClaimEquals(path=("tenant",), value="t1")),
    ),
    case(
        "a claim has another type",
        with_token(tenant=1),
        Reason.CLAIM_UNSATISFIED,
        world=route_requires(ClaimEquals(path=("tenant",), value=True)),
    ),
    case(
        "a claim is absent",
        asked(),
        Reason.CLAIM_UNSATISFIED,
        world=route_requires(ClaimContains(path=("roles",), value="r")),
    ),
)

MINT: Final = (
    case(
        "too little is left of the token",
        with_token(exp=NOW - 26, iat=NOW - 300, nbf=OMIT),
        Reason.TOKEN_EXPIRED,
    ),
    case(
        "more than every proxy can carry",
        with_token(big="x" * 4000),
        Reason.ANSWER_TOO_LARGE,
        world=lambda: snapshot(policy(route(downstream=downstream(copy_claims=("big",))))),
    ),
    case("no signing key of ours", asked(), Reason.SIGNING_KEY_UNAVAILABLE, known=known_are(signer=None)),
)
