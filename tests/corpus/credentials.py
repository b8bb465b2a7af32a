"""Where do clients put a credential, so that two readers find different ones? (H01-H10, H38-H48)"""

from collections.abc import Mapping
from typing import Final

from gateway.core.policy import BearerCredential, CookieCredential, QueryCredential
from gateway.core.reason import Reason
from tests import builders as b
from tests.conformance.scenario import (
    COOKIE,
    PERMIT,
    Expected,
    Scenario,
    asked,
    case,
    policy_has,
    with_authorization,
    with_headers,
)

GOOD: Final = b.token().encode()

SCHEMES: Final[Mapping[str, tuple[bytes, Expected]]] = {
    "H02 two tokens and a comma": (b"Bearer a,Bearer b", Reason.CREDENTIAL_MALFORMED),
    "H02 a good one twice": (b"Bearer " + GOOD + b",Bearer " + GOOD, Reason.CREDENTIAL_MALFORMED),
    "H04 bearer": (b"bearer " + GOOD, PERMIT),
    "H04 BEARER": (b"BEARER " + GOOD, PERMIT),
    "H05 two spaces": (b"Bearer  " + GOOD, PERMIT),
    "H06 a tab": (b"Bearer\t" + GOOD, Reason.CREDENTIAL_MALFORMED),
    "H06 a no-break space, Latin-1": (b"Bearer\xa0" + GOOD, Reason.CREDENTIAL_MALFORMED),
    "H06 a no-break space, UTF-8": (b"Bearer\xc2\xa0" + GOOD, Reason.CREDENTIAL_MALFORMED),
    "H06 an em space": ("Bearer\u2003".encode() + GOOD, Reason.CREDENTIAL_MALFORMED),
    "H06 a file separator": (b"Bearer\x1c" + GOOD, Reason.CREDENTIAL_MALFORMED),
    "H06 no space": (b"Bearer" + GOOD, Reason.CREDENTIAL_MISSING),
    "H06 the scheme alone": (b"Bearer", Reason.CREDENTIAL_MALFORMED),
    "H06 nothing but padding": (b"Bearer ==", Reason.CREDENTIAL_MALFORMED),
    "H08 Negotiate": (b"Negotiate " + GOOD, Reason.CREDENTIAL_MISSING),
    "H08 DPoP": (b"DPoP " + GOOD, Reason.CREDENTIAL_MISSING),
    "H08 Token": (b"Token " + GOOD, Reason.CREDENTIAL_MISSING),
}

ELSEWHERE: Final = (
    *(
        case(f"H10 a token in {name.decode()}", asked(headers=((name, b"Bearer " + GOOD),)), missing)
        for missing in (Reason.CREDENTIAL_MISSING,)
        for name in (b"proxy-authorization", b"x-authorization", b"authentication", b"x-access-token")
    ),
    case(
        "H38 a token among WebSocket's sub-protocols",
        asked(headers=((b"sec-websocket-protocol", b"bearer, " + GOOD),)),
        Reason.CREDENTIAL_MISSING,
    ),
    case(
        "H09 a token in a header, and another user's in a cookie",
        with_headers((b"cookie", b"t=" + b.token(sub="bob").encode())),
        Reason.CREDENTIAL_AMBIGUOUS,
        world=policy_has(credentials=(BearerCredential(), CookieCredential(name="t"))),
    ),
    case(
        "H48 a token in a header, and one in the query",
        with_headers(target=b"/v1/orders?access_token=" + GOOD),
        Reason.CREDENTIAL_MISPLACED,
    ),
    case(
        "H48 the same where the query may have one",
        with_headers((b"x-token-gateway-removes", b"query"), target=b"/v1/orders?access_token=" + GOOD),
        Reason.CREDENTIAL_AMBIGUOUS,
        world=policy_has(credentials=(BearerCredential(), QueryCredential(name="access_token"))),
        unlike=dict.fromkeys(("traefik",), Reason.CREDENTIAL_UNREMOVABLE),
    ),
    case(
        "H46 a token in the query of a public route",
        asked(target=b"/public/x?access_token=" + GOOD, headers=()),
        Reason.CREDENTIAL_MISPLACED,
    ),
)


def cookies(name: str, expected: Expected, *values: bytes, at_edge: Expected | None = None) -> Scenario:
    """A policy that takes its token from the cookie `__Host-token`, and these Cookie headers."""
    unlike = {} if at_edge is None else {"edge": at_edge}
    headers = tuple((b"cookie", value) for value in values)
    return case(name, asked(headers=headers), expected, world=COOKIE, unlike=unlike)


OURS: Final = b"__Host-token=" + GOOD
COOKIES: Final = (
    cookies("H42 our cookie once", PERMIT, OURS),
    cookies("H42 our cookie twice", Reason.CREDENTIAL_AMBIGUOUS, OURS + b"; " + OURS),
    cookies("H42 our cookie in two headers", Reason.CREDENTIAL_AMBIGUOUS, OURS, OURS),
    cookies("H43 our name behind a space", Reason.CREDENTIAL_MISSING, b"a=1 " + OURS),
    cookies("H43 our name behind a comma", Reason.CREDENTIAL_AMBIGUOUS, b"a=1, " + OURS),
    cookies("H43 our name behind an en quad", Reason.CREDENTIAL_MISSING, "\u2000".encode() + OURS),
    cookies("H43 our name in small letters", Reason.CREDENTIAL_MISSING, OURS.replace(b"__Host", b"__host")),
    cookies("H43 our name in quotes", Reason.CREDENTIAL_MISSING, b'"__Host-token"=' + GOOD),
    cookies("H44 a hundred others", PERMIT, b"; ".join([*(b"a%d=1" % i for i in range(100)), OURS])),
    cookies(
        "H44 more than an answer can give on",
        Reason.ANSWER_TOO_LARGE,
        b"; ".join([*(b"a%d=1" % i for i in range(500)), OURS]),
        at_edge=PERMIT,  # which passes them on itself
    ),
    cookies("H44 more than a browser keeps", Reason.CREDENTIAL_MALFORMED, b";".join([b"a=1"] * 600)),
    cookies("H44 nothing but semicolons", Reason.CREDENTIAL_MISSING, b";;;;"),
    cookies("H44 no equals sign", Reason.CREDENTIAL_MISSING, b"__Host-token"),
    cookies("H44 no UTF-8", Reason.CREDENTIAL_MISSING, b"\xff\xfe=\xff; \xc3"),
    cookies("H44 64 kB", Reason.CREDENTIAL_MISSING, b"a=" + b"x" * 65_536),
)

SOCKET: Final = (
    *((b"upgrade", b"websocket"), (b"connection", b"upgrade"), (b"sec-websocket-version", b"13")),
    (b"cookie", OURS),
)


def opened_by(name: str, origin: bytes, expected: Expected) -> Scenario:
    """A browser that opens a WebSocket for a page of this origin, with our cookie."""
    credentials = (CookieCredential(name="__Host-token"),)
    return case(
        name,
        asked(headers=(*SOCKET, (b"origin", origin))),
        expected,
        world=lambda: b.snapshot(b.policy(b.route(websocket=True), credentials=credentials)),
    )


PAGES: Final = (
    opened_by("H36 a WebSocket for a page of ours", b"https://api.example.com", PERMIT),
    opened_by("H36 one for a page of another", b"https://evil.example", Reason.ORIGIN_NOT_ALLOWED),
    opened_by("H36 one for a page that hides its origin", b"null", Reason.ORIGIN_NOT_ALLOWED),
    case(
        "H36 a form of another page",
        asked(method=b"HEAD", headers=((b"cookie", OURS), (b"origin", b"https://evil.example"))),
        Reason.ORIGIN_NOT_ALLOWED,
        world=COOKIE,
    ),
)

CREDENTIALS: Final = (
    *(case(name, with_authorization(value), expected) for name, (value, expected) in SCHEMES.items()),
    *ELSEWHERE,
    *COOKIES,
    *PAGES,
)
