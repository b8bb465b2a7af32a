"""Which tokens lie about how they are signed: in `alg`, in `kid`, in what else the header says?

J numbers are the rows of the corpus; each table goes on with the class that the row stands for. The tables
are tried on the verifier (tests/core) and as requests (tests/corpus).
"""

import hashlib
import hmac
import json
from typing import Final

from gateway.core.base64url import encode
from gateway.core.jwk import MAX_KID_LENGTH
from gateway.core.reason import Reason
from tests import builders as b
from tests.answering import PERMIT

PAYLOAD: Final = b.token().encode().split(b".")[1]


def hs256(secret: bytes, alg: str = "HS256") -> str:
    header = encode(json.dumps({"alg": alg, "kid": "k1", "typ": "at+jwt"}).encode())
    signing_input = header + b"." + PAYLOAD
    return (signing_input + b"." + encode(hmac.digest(secret, signing_input, hashlib.sha256))).decode()


PUBLISHED: Final = json.dumps(b.KEY.jwk()).encode()
"""The public key as its issuer publishes it: what a confused verifier would take for an HMAC secret."""

ALGORITHMS: Final = {
    "J01 none": (b.token(header={"alg": "none"}, signature=b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J02 None": (b.token(header={"alg": "None"}, signature=b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J04 nOnE": (b.token(header={"alg": "nOnE"}, signature=b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J05 empty": (b.token(header={"alg": ""}), Reason.ALGORITHM_NOT_ALLOWED),
    "J06 none, signed": (b.token(header={"alg": "none"}), Reason.ALGORITHM_NOT_ALLOWED),
    "J08 HS256, empty key": (hs256(b""), Reason.ALGORITHM_NOT_ALLOWED),
    "J08 HS256, weak key": (hs256(b"secret"), Reason.ALGORITHM_NOT_ALLOWED),
    "J08 HS256, public key": (hs256(PUBLISHED), Reason.ALGORITHM_NOT_ALLOWED),
    "J09 absent": (b.token(header={"alg": b.OMIT}), Reason.ALGORITHM_NOT_ALLOWED),
    "J10 number": (b.token(header={"alg": 1}), Reason.ALGORITHM_NOT_ALLOWED),
    "J10 null": (b.token(header={"alg": None}), Reason.ALGORITHM_NOT_ALLOWED),
    "J10 array": (b.token(header={"alg": ["ES256"]}), Reason.ALGORITHM_NOT_ALLOWED),
    "J12 trailing space": (b.token(header={"alg": "ES256 "}), Reason.ALGORITHM_NOT_ALLOWED),
    "J13 lower case": (b.token(header={"alg": "es256"}), Reason.ALGORITHM_NOT_ALLOWED),
    "J14 duplicate alg": (
        b.token(raw_header=b'{"alg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}'),
        Reason.TOKEN_MEMBER_DUPLICATE,
    ),
    "J14 duplicate alg, escaped": (
        b.token(raw_header=b'{"\\u0061lg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}'),
        Reason.TOKEN_MEMBER_DUPLICATE,
    ),
}


OTHER_ALGORITHMS: Final = (
    *("none", "HS256", "HS384", "HS512", "RS1", "RS256K", "ES256K", "ES521", "Ed448", "ESP256"),
    *("ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "dir", "RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "A128KW"),
    *("A256KW", "ECDH-ES", "ECDH-ES+A256KW", "A256GCMKW", "PBES2-HS256+A128KW", "A128GCM", "HS1"),
)
"""J17: IANA "JSON Web Signature and Encryption Algorithms", all that is not one of ours."""

HEADERS: Final = {
    "J22 kid number": ({"kid": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J24 kid null": ({"kid": None}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J26 kid of 10000 characters": ({"kid": "k" * 10_000}, Reason.TOKEN_JSON_MALFORMED),
    "J26 kid a little too long": ({"kid": "k" * (MAX_KID_LENGTH + 1)}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J32 embedded jwk and kid": ({"jwk": b.OTHER_KEY.jwk(), "kid": "k1"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J33 jku": ({"jku": "http://127.0.0.1:1/jwks"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J34 x5u": ({"x5u": "http://127.0.0.1:1/cert"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J36 crit": ({"crit": ["x-foo"], "x-foo": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J37 crit empty": ({"crit": []}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J38 crit a string": ({"crit": "exp"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J40 crit b64, no b64": ({"crit": ["b64"]}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J41 b64 without crit": ({"b64": False}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J42 b64 with crit": ({"b64": False, "crit": ["b64"]}, Reason.TOKEN_HEADER_FORBIDDEN),
    "zip": ({"zip": "DEF"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J45 cty JWT": ({"cty": "JWT"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "J45 cty jwt": ({"cty": "application/jwt"}, Reason.TOKEN_HEADER_FORBIDDEN),
    "cty number": ({"cty": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "typ number": ({"typ": 1}, Reason.TOKEN_HEADER_FORBIDDEN),
    "typ null": ({"typ": None}, Reason.TOKEN_HEADER_FORBIDDEN),
    "unknown parameters are ignored": ({"x5t": "abc", "foo": {"bar": [1]}}, PERMIT),
    "kid absent, one key": ({"kid": b.OMIT}, PERMIT),
}
