"""Which keys could vouch for a token that they should not vouch for? (J16-J30, J125-J140)

What the issuer publishes is part of the case: an odd key is as good as an odd token.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from gateway.core.base64url import decode, encode
from gateway.core.evidence import Evidence, KeysNeeded
from gateway.core.jwk import KeySet, parse_jwks
from gateway.core.policy import Snapshot
from gateway.core.reason import Reason
from tests import builders as b
from tests.conformance.scenario import PERMIT, Expected, Scenario, case, known_are, with_text
from tests.corpus.token_octets import GOOD, P256_ORDER, R, S, ecdsa, other_last_character

THEIRS: Final = b.ec_key("theirs", 0xABCD)
PARTNER: Final = b.issuer("partner", issuer="https://partner.example")


def published(*entries: Mapping[str, Any]) -> KeySet:
    return parse_jwks(json.dumps({"keys": entries}).encode())


def under(
    name: str, text: Callable[[], str], expected: Expected, *entries: Mapping[str, Any], kid: str = "k1"
) -> Scenario:
    """A token, and the keys that its issuer publishes: today, and when it is asked about the kid."""
    return case(
        name,
        with_text(text),
        expected,
        known=lambda: b.evidence(keys={"corp": published(*entries)}),
        lookups=lambda: {KeysNeeded("corp", kid): published(*entries)},
    )


def unknown_kid(name: str, kid: str) -> Scenario:
    """A kid that looks like something else, and is a name that the issuer does not have."""
    text = b.token(header={"kid": kid})
    return case(
        name,
        with_text(lambda: text),
        Reason.KEY_UNKNOWN,
        lookups=lambda: {KeysNeeded("corp", kid): b.key_set()},
    )


def two_issuers() -> Snapshot:
    both = b.route(issuers=frozenset({"corp", "partner"}))
    return b.snapshot(b.policy(both), issuers=[b.issuer(), PARTNER])


def both_known() -> Evidence:
    return b.evidence(keys={"corp": b.key_set(), "partner": b.key_set(THEIRS)})


def of_two(name: str, text: Callable[[], str], expected: Expected) -> Scenario:
    """A gateway that believes two issuers, each under its own key."""
    asked = {KeysNeeded("corp", "theirs"): b.key_set()}
    return case(name, with_text(text), expected, world=two_issuers, known=both_known, lookups=lambda: asked)


def rsa_token() -> str:
    return b.token(key=RSA)


def rsa_padded() -> str:
    head, _, signature = rsa_token().rpartition(".")
    return f"{head}.{encode(bytes(1) + decode(signature.encode())).decode()}"


def octets(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8)).decode()


RSA: Final = b.rsa_key()
SMALL_ORDER: Final = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
FORGED_ED: Final = b.token(header={"alg": "EdDSA", "kid": "ed1"}, signature=b"\1" + bytes(63))
LONG_X: Final = encode(b"\0" + decode(b.KEY.jwk()["x"].encode())).decode()
PRIVATE: Final = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADA_-4"
HEAD, BODY, SIGNATURE = GOOD.split(".")


def reordered() -> str:
    """The same claims, signed again with the header's members in another order."""
    return b.token(raw_header=b'{"typ":"at+jwt","kid":"k1","alg":"ES256"}')


REVOKED: Final = known_are(revoked=b.revoked(jti="jti-of-theirs"))
VARIANTS: Final[Mapping[str, tuple[Callable[[], str], Reason]]] = {
    "J125 the twin (r, n - s)": (lambda: ecdsa(R, P256_ORDER - S), Reason.TOKEN_REVOKED),
    "J126 itself": (lambda: GOOD, Reason.TOKEN_REVOKED),
    "J126 padded": (lambda: GOOD + "==", Reason.TOKEN_MALFORMED),
    "J126 spare bits": (
        lambda: f"{HEAD}.{BODY}.{other_last_character(SIGNATURE.encode()).decode()}",
        Reason.TOKEN_MALFORMED,
    ),
    "J126 header in another order": (reordered, Reason.TOKEN_REVOKED),
    "J126 white space in the claims": (
        lambda: b.jws(json.dumps(b.claims(), indent=1).encode()),
        Reason.TOKEN_REVOKED,
    ),
}

KEYS: Final = (
    under("J16 a key for another algorithm", b.token, Reason.KEY_UNKNOWN, b.KEY.jwk(alg="ES384")),
    under(
        "J16 PS256 under a key for RS256",
        lambda: b.token(key=replace(RSA, algorithm="PS256")),
        Reason.KEY_UNKNOWN,
        RSA.jwk(),
        kid="r1",
    ),
    of_two("J18 the issuer's own key", b.token, PERMIT),
    of_two("J18 another issuer's key under its kid", lambda: b.token(key=THEIRS), Reason.KEY_UNKNOWN),
    of_two(
        "J18 another issuer's key under ours",
        lambda: b.token(key=replace(THEIRS, kid="k1")),
        Reason.SIGNATURE_INVALID,
    ),
    of_two(
        "J18 another issuer's key without a kid",
        lambda: b.token(key=THEIRS, header={"kid": b.OMIT}),
        Reason.SIGNATURE_INVALID,
    ),
    unknown_kid("J20 kid is a path", "../../../../dev/null"),
    unknown_kid("J21 kid is a statement", "x' UNION SELECT 'k"),
    unknown_kid("J25 kid has a line break", "k1\r\nX: y"),
    under(
        "J29 the second of two keys of one kid",
        b.token,
        PERMIT,
        b.ec_key("k1", 0xD001).jwk(),
        b.KEY.jwk(),
    ),
    under("J30 two kinds of key of one kid", b.token, PERMIT, b.ed_key().jwk(kid="k1"), b.KEY.jwk()),
    *(
        case(f"revoked: {name}", with_text(text), reason, known=REVOKED)
        for name, (text, reason) in VARIANTS.items()
    ),
    under("J132 x with 33 octets", b.token, Reason.KEY_UNKNOWN, b.KEY.jwk(x=LONG_X)),
    under(
        "J133 RSA of 1024 bits",
        lambda: b.token(key=b.rsa_key("short", 1024)),
        Reason.KEY_UNKNOWN,
        b.rsa_key("short", 1024).jwk(),
        kid="short",
    ),
    *(
        under(
            f"J134 RSA with {name}",
            rsa_token,
            Reason.KEY_UNKNOWN,
            RSA.jwk(**odd),
            kid="r1",
        )
        for name, odd in {
            "e = 1": {"e": "AQ"},
            "e = 2": {"e": "Ag"},
            "an even n": {"n": octets(1 << 2047)},
            "n of 16384 bits": {"n": octets((1 << 16383) | 1)},
        }.items()
    ),
    under("J136 a symmetric key", b.token, Reason.KEY_UNKNOWN, {"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}),
    under("J137 a key with private members", b.token, Reason.KEY_UNKNOWN, b.KEY.jwk(d=PRIVATE)),
    under(
        "J138 a key of small order",
        lambda: FORGED_ED,
        Reason.KEY_UNKNOWN,
        b.ed_key().jwk(x=SMALL_ORDER),
        kid="ed1",
    ),
    under(
        "J140 257 octets for RSA of 2048 bits",
        rsa_padded,
        Reason.SIGNATURE_INVALID,
        RSA.jwk(),
        kid="r1",
    ),
)
