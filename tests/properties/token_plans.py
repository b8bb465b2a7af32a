"""What can be made of a token? A plan says how it is changed, and it is signed after the changes.

So the signature is not always what refuses it, and a token that is accepted all the same is no accident.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import strategies as st

from gateway.core.base64url import encode
from tests import builders as b
from tests.answering import FAMILIES, family_key

ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a token is made: names of the tables below."""

    algorithm: str = "ES256"
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    spelling: str = "plain"
    signing: str = "good"
    form: str = "good"


def with_member(raw: bytes) -> Callable[[str, str], bytes]:
    """One more member, as it stands."""
    return lambda text, _: text[:-1].encode() + b", " + raw + b"}"


SPELLINGS: Final[dict[str, Callable[[str, str], bytes]]] = {
    # Of a JSON text and the name of its first member.
    "plain": lambda text, _: text.encode(),
    "escaped": lambda text, _: text.replace('"alg"', '"\\u0061lg"').replace('"iss"', '"\\u0069ss"').encode(),
    "white space": lambda text, _: b" \t\r\n" + text.replace('": ', '" :\n').encode() + b"\n ",
    "pair": with_member(b'"y": "\\ud83d\\ude00"'),
    "nested": with_member(b'"y": ' + b"[" * 11 + b"]" * 11),
    "duplicate": lambda text, first: with_member(json.dumps(first).encode() + b": 1")(text, first),
    "duplicate escaped": lambda text, first: with_member(
        f'"\\u{ord(first[:1] or "x"):04x}{first[1:]}": 1'.encode()
    )(text, first),
    "BOM": lambda text, _: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text, _: text.encode("utf-16"),
    "other white space": lambda text, _: text.encode() + b"\x0b",
    "not UTF-8": with_member(b'"y": "\xff"'),
    "NaN": with_member(b'"y": NaN'),
    "huge": with_member(b'"y": 1' + b"0" * 25),
    "beyond 64 bits": with_member(b'"y": 18446744073709551616'),
    "64 bits": with_member(b'"y": 18446744073709551615'),
    "beyond a double": with_member(b'"y": -1e999'),
    "surrogate": with_member(b'"y": "\\ud800"'),
    "nested deeper": with_member(b'"y": ' + b"[" * 12 + b"]" * 12),
    "trailing": lambda text, _: text.encode() + b"{}",
    "array": lambda text, _: b"[" + text.encode() + b"]",
}


def halves(signature: bytes) -> tuple[int, int]:
    half = len(signature) // 2
    return int.from_bytes(signature[:half]), int.from_bytes(signature[half:])


def twin(signature: bytes) -> bytes:
    return signature[:32] + (P256_ORDER - halves(signature)[1]).to_bytes(32)


SIGNINGS: Final[dict[str, Callable[[b.SigningKey, bytes], bytes]]] = {
    # Of a key and the signing input.
    "good": lambda key, message: key.sign(message),
    "other key": lambda key, message: replace(b.OTHER_KEY, kid=key.kid).sign(message),
    "other text": lambda key, message: key.sign(message + b"A"),
    "empty": lambda _key, _message: b"",
    "zeros": lambda key, message: bytes(len(key.sign(message))),
    "short": lambda key, message: key.sign(message)[:-1],
    "long": lambda key, message: key.sign(message) + b"\0",
    "DER": lambda key, message: encode_dss_signature(*halves(key.sign(message))),
    "twin": lambda key, message: (twin if key.algorithm == "ES256" else bytes)(key.sign(message)),
}

FORMS: Final[dict[str, Callable[[bytes], bytes]]] = {
    # Of a finished token.
    "good": lambda text: text,
    "padded": lambda text: text + b"=" * (-len(text.rpartition(b".")[2]) % 4 or 1),
    "trailing dot": lambda text: text + b".",
    "leading space": lambda text: b" " + text,
    "newline": lambda text: text[:40] + b"\n" + text[40:],
    "last bit": lambda text: text[:-1] + bytes([ALPHABET[ALPHABET.find(text[-1]) ^ 1]]),
    "cut": lambda text: text[:-7],
    "swapped": lambda text: b".".join([*reversed(text.split(b".")[:2]), text.rpartition(b".")[2]]),
    "JWE": lambda text: text + b".AA.AA",
    "upper case": lambda text: text.upper(),
}


def serialized(members: Mapping[str, Any], spelling: str) -> bytes:
    """The members as JSON; those that are OMIT left out."""
    text = json.dumps({name: value for name, value in members.items() if value is not b.OMIT})
    return SPELLINGS[spelling](text, next(iter(members)))


def made(plan: Plan) -> bytes:
    """The token of a plan. The header is nested less deeply than the claims may be."""
    key = family_key(plan.algorithm)
    header = {"alg": plan.algorithm, "kid": key.kid, "typ": "at+jwt", **plan.header}
    head = serialized(header, "plain" if plan.spelling == "nested" else plan.spelling)
    message = encode(head) + b"." + encode(serialized({**b.claims(), **plan.claims}, plan.spelling))
    return FORMS[plan.form](message + b"." + encode(SIGNINGS[plan.signing](key, message)))


# --- plans ------------------------------------------------------------------------------------------

NUMBERS: Final = (0, 1, -1, 1.5, 2**53, 2**63, 2**64 - 1, -(2**63), 1e300, -1e300)
odd = st.sampled_from(
    [None, True, False, *NUMBERS, "", "x", [], [1], ["x"], {}, {"x": 1}, [[]], b.OMIT, b.OMIT]
)
times = st.integers(-4000, 4000).map(lambda offset: b.NOW + offset) | st.floats(-40, 40).map(
    lambda offset: b.NOW + offset
)
edges = st.sampled_from([-31, -30, -29, -26, -25, -24, -1, 0, 1, 29, 30, 31, 3589, 3590, 3591]).map(
    lambda offset: b.NOW + offset
)
HEADER_VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "alg": st.sampled_from([*FAMILIES, "none", "HS256", "es256", "RS384", "ES512"]) | odd,
    "kid": st.sampled_from(["k1", "k2", "r1", "ed1", "", "K1", "k" * 257]) | odd,
    "typ": st.sampled_from(["AT+JWT", "application/at+jwt", "JWT", "application/jwt", "at+jwt "]) | odd,
    "cty": st.sampled_from(["JWT", "application/jwt", "json"]) | odd,
    **dict.fromkeys(
        ("crit", "b64", "zip", "jwk", "jku", "x5u", "x5c", "enc", "epk", "p2c", "x5t", "foo"), odd
    ),
}
CLAIM_VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "iss": st.sampled_from([b.ISSUER, b.ISSUER + "/", b.ISSUER.upper(), [b.ISSUER]]) | odd,
    "sub": st.sampled_from(["bob", "\u00e4", "a" * 255, "a" * 256, "a:b"]) | odd,
    "aud": st.sampled_from([[b.AUDIENCE], ["x", b.AUDIENCE], [b.AUDIENCE, 1], b.AUDIENCE + "/"]) | odd,
    "exp": times | edges | odd,
    "nbf": times | edges | odd,
    "iat": times | edges | odd,
    "jti": st.sampled_from(["j" * 512, "j" * 513]) | odd,
    "client_id": st.sampled_from(["c" * 255, "c" * 256]) | odd,
    "scope": st.sampled_from(
        [
            *("orders:read x", "x  orders:read", "ORDERS:READ", "orders:read,x", "orders:read\u00a0x"),
            *(["orders:read"], ["orders:read x"], [["orders:read"]]),
        ]
    )
    | odd,
    "cnf": odd,
    "foo": odd,
}


def changes(values: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.lists(st.sampled_from(sorted(values)), max_size=2, unique=True)
    return names.flatmap(lambda some: st.fixed_dictionaries({name: values[name] for name in some}))


plans = st.builds(
    Plan,
    algorithm=st.sampled_from(FAMILIES),
    header=st.just({}) | changes(HEADER_VALUES),
    claims=changes(CLAIM_VALUES),
    spelling=st.just("plain") | st.sampled_from(sorted(SPELLINGS)),
    signing=st.just("good") | st.sampled_from(sorted(SIGNINGS)),
    form=st.just("good") | st.sampled_from(sorted(FORMS)),
)
mild_plans = st.builds(
    Plan,
    algorithm=st.sampled_from(FAMILIES),
    header=changes(HEADER_VALUES),
    claims=changes(CLAIM_VALUES),
)
