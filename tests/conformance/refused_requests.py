"""Which requests are refused whatever their token: at read, match and extract?"""

from typing import Final

from gateway.core.policy import (
    CookieCredential,
    HeaderCredential,
)
from gateway.core.reason import Reason
from tests.builders import (
    Wire,
    bearer,
    needs_scopes,
    policy,
    public_route,
    route,
    snapshot,
    token,
)
from tests.conformance.scenario import (
    CALLER,
    COOKIE,
    CORS,
    PERMIT,
    PREFLIGHT_HEADERS,
    QUERY,
    SECRET,
    SUBPROTOCOL,
    asked,
    case,
    policy_has,
    with_authorization,
    with_headers,
)

AT_THE_EDGE: Final = {"edge": PERMIT}
"""Every client may ask there: nobody asks for another."""

READ: Final = (
    case("a peer that is not listed", asked(peer="10.43.0.7"), Reason.PEER_UNTRUSTED, unlike=AT_THE_EDGE),
    case("a caller that says no secret", asked(), Reason.CALLER_UNPROVEN, world=SECRET, unlike=AT_THE_EDGE),
    case(
        "a caller that says another secret",
        with_headers((CALLER, b"t" * 32)),
        Reason.CALLER_UNPROVEN,
        world=SECRET,
        unlike=AT_THE_EDGE,
    ),
    case(
        "a caller that says its secret twice",
        with_headers((CALLER, b"s" * 32), (CALLER, b"s" * 32)),
        Reason.CALLER_UNPROVEN,
        world=SECRET,
        unlike=AT_THE_EDGE,
    ),
    case(
        "a caller that says its secret from elsewhere",
        with_headers((CALLER, b"s" * 32), peer="10.43.0.7"),
        Reason.PEER_UNTRUSTED,
        world=SECRET,
        unlike=AT_THE_EDGE,
    ),
    case(
        "no peers listed trust nobody",
        asked(),
        Reason.PEER_UNTRUSTED,
        world=policy_has(peers=()),
        unlike=AT_THE_EDGE,
    ),
    case(
        "a carrier is absent",
        asked(without=frozenset({b"x-original-method", b"x-forwarded-method", b"x-forwarded-proto"})),
        Reason.CARRIER_MISSING,
    ),
    case(
        "a carrier is there twice",
        with_headers(
            (b"x-original-url", b"https://api.example.com/v1/orders"),
            (b"x-forwarded-uri", b"/v1/orders"),
            (b"x-forwarded-proto", b"https"),
        ),
        Reason.CARRIER_DUPLICATE,
    ),
    case("a scheme that is none", asked(scheme=b"gopher"), Reason.CARRIER_MALFORMED),
    case("a client address that is none", asked(client=b"unknown"), Reason.CARRIER_MALFORMED),
    case(
        "X_Auth.Subject for X-Auth-Subject",
        with_headers((b"x_auth.subject", b"admin")),
        Reason.HEADER_LOOKALIKE,
    ),
    case("a client names itself", with_headers((b"x-auth-subject", b"admin")), Reason.IDENTITY_HEADER_FORGED),
    case(
        "a client names itself on a public route",
        asked(target=b"/public/x", headers=((b"x-auth-subject", b"admin"),)),
        Reason.IDENTITY_HEADER_FORGED,
    ),
    case(
        "Connection names a header to drop",
        with_headers((b"connection", b"close, authorization")),
        Reason.CONNECTION_OPTION,
    ),
    case("a method in small letters", asked(method=b"get"), Reason.METHOD_MALFORMED),
    case(
        "another method for the backend alone",
        with_headers((b"x-http-method-override", b"DELETE")),
        Reason.METHOD_OVERRIDE,
    ),
    case("another method in the query", asked(target=b"/v1/orders?%5Fmethod=DELETE"), Reason.METHOD_OVERRIDE),
    case("user information in the host", asked(host=b"a@api.example.com"), Reason.HOST_MALFORMED),
)

MATCH: Final = (
    case(
        "a host of nobody",
        asked(host=b"evil.example"),
        Reason.HOST_NOT_ALLOWED,
        unlike={"edge": Reason.POLICY_UNKNOWN},  # there it is the host that says which policy
    ),
    case("a path that no route has", asked(target=b"/v1/customers"), Reason.PATH_NOT_ALLOWED),
    case("a prefix is not the path", asked(target=b"/v1/ordersX"), Reason.PATH_NOT_ALLOWED),
    case("a method that the route has not", asked(method=b"DELETE"), Reason.METHOD_NOT_ALLOWED),
    case(
        "another case of a stricter path",
        asked(target=b"/v1/orders/SECRET"),
        Reason.PATH_CASE_CONFLICT,
        world=lambda: snapshot(
            policy(route(), route("secret", "/v1/orders/secret", requirements=needs_scopes("admin")))
        ),
    ),
    case(
        "readings that lead to different routes",
        asked(target=b"/v1/orders%3Aexport"),
        Reason.TARGET_READINGS_DIFFER,
        world=lambda: snapshot(
            policy(route("export", "/v1/orders:export"), public_route("rest", "/v1/{any}"))
        ),
    ),
    case("an upgrade on a route without", with_headers((b"upgrade", b"websocket")), Reason.UPGRADE_REFUSED),
    case(
        "an upgrade to HTTP/2 in clear",
        with_headers((b"upgrade", b"h2c")),
        Reason.UPGRADE_REFUSED,
        world=lambda: snapshot(policy(route(websocket=True))),
    ),
    case(
        "a preflight of another origin",
        asked(method=b"OPTIONS", headers=((b"origin", b"https://evil.example"), *PREFLIGHT_HEADERS[1:])),
        Reason.ORIGIN_NOT_ALLOWED,
        world=CORS,
    ),
    case(
        "a token in a cookie, sent for a page of another origin",
        lambda: Wire(
            headers=((b"cookie", b"__Host-token=" + token().encode()), (b"origin", b"https://evil.example"))
        ),
        Reason.ORIGIN_NOT_ALLOWED,
        world=COOKIE,
    ),
    case(
        "a preflight without a CORS policy",
        asked(method=b"OPTIONS", headers=PREFLIGHT_HEADERS),
        Reason.METHOD_NOT_ALLOWED,
    ),
    case(
        "not in origin form",
        asked(target=b"http://evil.example/v1/orders"),
        Reason.TARGET_FORM,
        unlike={"nginx": Reason.HOST_MALFORMED},
    ),
    case("a target of 9 kB", asked(target=b"/v1/orders?" + b"a" * 9000), Reason.TARGET_TOO_LONG),
    case("a vertical bar", asked(target=b"/v1/orders|x"), Reason.TARGET_CHARACTER),
    case("raw UTF-8", asked(target="/v1/caf\u00e9".encode()), Reason.TARGET_NON_ASCII),
    case("a fragment", asked(target=b"/v1/orders#x"), Reason.TARGET_FRAGMENT),
    case("a backslash", asked(target=b"/v1/..\\orders"), Reason.TARGET_BACKSLASH),
    case("two slashes", asked(target=b"/v1//orders"), Reason.TARGET_EMPTY_SEGMENT),
    case("dot segments", asked(target=b"/public/../v1/orders"), Reason.TARGET_DOT_SEGMENT),
    case("a dot at the end", asked(target=b"/v1/orders."), Reason.TARGET_SEGMENT_END),
    case("a path parameter", asked(target=b"/v1/orders;v=1"), Reason.TARGET_SEMICOLON),
    case("half an escape", asked(target=b"/v1/orders%2"), Reason.TARGET_ESCAPE_MALFORMED),
    case("an escaped slash", asked(target=b"/v1%2Forders"), Reason.TARGET_ESCAPED_SLASH),
    case("an escaped percent sign", asked(target=b"/v1/%256frders"), Reason.TARGET_ESCAPED_PERCENT),
    case("an escaped question mark", asked(target=b"/v1/orders%3Fx"), Reason.TARGET_ESCAPED_DELIMITER),
    case("an escaped letter", asked(target=b"/v1/%6frders"), Reason.TARGET_ESCAPED_UNRESERVED),
    case("an escaped NUL", asked(target=b"/v1/orders%00"), Reason.TARGET_ESCAPED_CONTROL),
    case("overlong UTF-8", asked(target=b"/v1/%c0%ae"), Reason.TARGET_INVALID_UTF8),
    case("a full-width slash", asked(target=b"/v1%ef%bc%8forders"), Reason.TARGET_CONFUSABLE),
)

EXTRACT: Final = (
    case("no credential", asked(headers=()), Reason.CREDENTIAL_MISSING),
    case("another scheme is no credential", with_authorization(b"Basic dTpw"), Reason.CREDENTIAL_MISSING),
    case("an empty Authorization", with_authorization(b""), Reason.CREDENTIAL_MISSING),
    case(
        "two Authorization headers", lambda: Wire(headers=(bearer(), bearer())), Reason.CREDENTIAL_AMBIGUOUS
    ),
    case(
        "a token in a header and in a cookie",
        lambda: Wire(headers=((b"x-api-token", b"a"), (b"cookie", b"t=b"))),
        Reason.CREDENTIAL_AMBIGUOUS,
        world=policy_has(credentials=(HeaderCredential(name="x-api-token"), CookieCredential(name="t"))),
    ),
    case("two tokens in a list", with_authorization(b"Bearer a, Bearer b"), Reason.CREDENTIAL_MALFORMED),
    case("a tab after the scheme", with_authorization(b"Bearer\ta"), Reason.CREDENTIAL_MALFORMED),
    case(
        "a token in the query, unasked",
        asked(target=b"/v1/orders?access_token=a"),
        Reason.CREDENTIAL_MISPLACED,
    ),
    case(
        "a token in the query, misspelt",
        asked(target=b"/v1/orders?access%5Ftoken=a", headers=()),
        Reason.CREDENTIAL_MISPLACED,
        world=QUERY,
    ),
    case(
        "a token in the query that stays there",
        asked(target=b"/v1/orders?access_token=a", headers=()),
        Reason.CREDENTIAL_UNREMOVABLE,
        world=QUERY,
        # the answer itself takes it away, or who forwards the request
        unlike=dict.fromkeys(("envoy-grpc", "edge"), Reason.TOKEN_MALFORMED),
    ),
    case(
        "a token in a subprotocol that stays there",
        lambda: Wire(
            headers=(
                (b"upgrade", b"websocket"),
                (b"connection", b"upgrade"),
                (b"sec-websocket-protocol", b"chat.v1, bearer." + token().encode()),
            )
        ),
        Reason.CREDENTIAL_UNREMOVABLE,
        world=SUBPROTOCOL,
        unlike={"edge": PERMIT},
    ),
    case(
        "a token in a subprotocol and another in a header",
        with_headers((b"sec-websocket-protocol", b"bearer.a")),
        Reason.CREDENTIAL_UNREMOVABLE,
        world=SUBPROTOCOL,
        unlike={"edge": Reason.CREDENTIAL_AMBIGUOUS},
    ),
)
