"""Group a: which forged, stale or misdirected tokens do clients present, and why is each refused? (J)

Each is a request that is good but for its token. The tables say what is wrong with the octets, the header
and the claims; what needs another issuer, another moment or another route is said here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.core.presets import PRESETS
from gateway.core.reason import Reason
from tests import builders as b
from tests.conformance.scenario import PERMIT, Expected, Scenario, case, issuer_has, with_authorization
from tests.corpus import token_claims, token_headers, token_octets
from tests.corpus.token_keys import KEYS
from tests.corpus.token_rights import RIGHTS

Table = Mapping[str, tuple[Any, Reason | None]]

CONTROL: Final = case("J a good token", with_authorization(b"Bearer " + b.token().encode()), PERMIT)

NO_CREDENTIAL_HAS: Final = frozenset(
    {
        *("J120 newline", "J120 space", "J120 !*", "J120 NUL", "J121 trailing newline", "J121 nothing"),
        *("J117 header padded", "J117 payload padded"),
        *("J122 full-width dot", "J122 one full-width dot", "J124 flattened", "J124 no signatures"),
    }
)
"""Characters that no bearer token has (RFC 6750 section 2.1): as a request they are refused unread."""


def presented(name: str, text: str | bytes, expected: Expected, **rest: object) -> Scenario:
    """The good request with these octets for a token."""
    octets = text.encode() if isinstance(text, str) else text
    return case(name, with_authorization(b"Bearer " + octets), expected, **rest)


def texts(about: str, table: Table) -> Iterator[Scenario]:
    """Whole tokens."""
    for name, (text, reason) in table.items():
        yield presented(f"{about}: {name}", text, PERMIT if reason is None else reason)


def claims(claim: str, table: Table) -> Iterator[Scenario]:
    """Values of one claim."""
    for name, (value, reason) in table.items():
        changes: dict[str, Any] = {claim: value}
        yield presented(f"{claim}: {name}", b.token(**changes), PERMIT if reason is None else reason)


def headers(about: str, table: Table) -> Iterator[Scenario]:
    """Members of the header."""
    for name, (members, reason) in table.items():
        text = b.token(header=members)
        yield presented(f"{about}: {name}", text, PERMIT if reason is None else reason)


def numbers() -> Iterator[Scenario]:
    """What is no number in JSON, as `exp`."""
    for name, (text, reason) in token_claims.NUMBERS.items():
        octets = token_octets.CLAIMS.replace(b'"exp": %d' % (b.NOW + 300), b'"exp": ' + text.encode())
        yield presented(f"number: {name}", b.jws(octets), PERMIT if reason is None else reason)


def forms() -> Iterator[Scenario]:
    """Octets that are not three segments."""
    for name, (octets, reason) in token_octets.FORMS.items():
        if name == "J121 leading space":  # RFC 6750 section 2.1: any number of them is the scheme's end
            expected: Expected = PERMIT
        elif name in NO_CREDENTIAL_HAS:
            expected = Reason.CREDENTIAL_MALFORMED
        else:
            expected = PERMIT if reason is None else reason
        yield presented(f"form: {name}", octets, expected)


TYPES: Final = {name: ({"typ": typ}, reason) for name, (typ, reason) in token_claims.TYPES.items()}
OTHER_ALGORITHMS: Final = {
    f"J17 {name}": ({"alg": name}, Reason.ALGORITHM_NOT_ALLOWED) for name in token_headers.OTHER_ALGORITHMS
}
NO_LEEWAY: Final = issuer_has(leeway_s=0)
LAX: Final = issuer_has(shape=PRESETS["keycloak"])
"""An issuer whose access tokens are told by the claim `typ` alone."""

TIMES: Final = (
    presented("J73 exp has a fraction", b.token(exp=b.NOW + 300.5), PERMIT),
    presented("J84 exp is now", b.token(exp=b.NOW), Reason.TOKEN_EXPIRED, world=NO_LEEWAY),
    presented("J85 exp a moment before the leeway ends", b.token(exp=b.NOW - 24), PERMIT),
    presented("J85 exp when the leeway ends", b.token(exp=b.NOW - 30), Reason.TOKEN_EXPIRED),
    presented("J85 exp after the leeway", b.token(exp=b.NOW - 31), Reason.TOKEN_EXPIRED),
    presented("J86 nbf within the leeway", b.token(nbf=b.NOW + 29), PERMIT),
    presented("J86 nbf beyond the leeway", b.token(nbf=b.NOW + 31), Reason.TOKEN_NOT_YET_VALID),
    presented("J88 iat beyond the leeway", b.token(iat=b.NOW + 31), Reason.TOKEN_ISSUED_IN_FUTURE),
    presented("J89 iat before all time", b.token(iat=-5), Reason.LIFETIME_EXCEEDED),
    *(
        presented(
            f"J90 iat is {value!r}", b.token(typ="Bearer", iat=value), Reason.CLAIM_MALFORMED, world=LAX
        )
        for value in (True, "now", None, [b.NOW])
    ),
    presented("J90 iat is no number to RFC 9068", b.token(iat="now"), Reason.NOT_AN_ACCESS_TOKEN),
)

KINDS: Final = (
    presented(
        "J50 an ID token",
        b.token(client_id=b.OMIT, jti=b.OMIT, aud=b.AUDIENCE, nonce="n", at_hash="h"),
        Reason.NOT_AN_ACCESS_TOKEN,
    ),
    presented(
        "J50 an ID token of an issuer that sends JWT for both",
        b.token(header={"typ": "JWT"}, typ="ID", nonce="n"),
        Reason.NOT_AN_ACCESS_TOKEN,
        world=LAX,
    ),
    presented("J116 jti is a number", b.token(typ="Bearer", jti=1), Reason.CLAIM_MALFORMED, world=LAX),
    presented("J109 sub of 100 kB", b.token(sub="a" * 100_000), Reason.TOKEN_TOO_LARGE),
    *(
        presented(f"J108 sub is {subject!a}", b.token(sub=subject), PERMIT)
        for subject in ("a\x00b", "a\u202eb", "\u0430lice", "alice\u0301", "\r\nx-auth-subject: admin")
    ),
)

CASES: Final = (
    *texts("alg", token_headers.ALGORITHMS),
    *headers("alg", OTHER_ALGORITHMS),
    *headers("header", token_headers.HEADERS),
    *headers("typ", TYPES),
    *texts("json", token_octets.JSON),
    *forms(),
    *texts("signature", token_octets.SIGNATURES),
    *claims("iss", token_claims.ISSUERS),
    *claims("exp", token_claims.EXPIRIES),
    *numbers(),
    *TIMES,
    *claims("aud", token_claims.AUDIENCES),
    *claims("sub", token_claims.SUBJECTS),
    *KINDS,
    *KEYS,
    *RIGHTS,
)
