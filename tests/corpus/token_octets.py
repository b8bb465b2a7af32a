"""Which tokens are not one strict form of octets: their JSON, their three segments, their signature?

J numbers are the rows of the corpus; each table goes on with the class that the row stands for.
"""

import json
from base64 import b64encode
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from gateway.core.base64url import decode, encode
from gateway.core.jws import MAX_TOKEN_BYTES
from gateway.core.reason import Reason
from tests import builders as b
from tests.answering import PERMIT

GOOD: Final = b.token()
HEADER, PAYLOAD, SIGNATURE = GOOD.encode().split(b".")
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

CLAIMS: Final = json.dumps(b.claims()).encode()
OPEN: Final = CLAIMS[:-1]
"""The claims without their closing brace."""

JSON: Final = {
    "J54 duplicate sub": (b.jws(OPEN + b',"sub":"admin"}'), Reason.TOKEN_MEMBER_DUPLICATE),
    "J54 duplicate, escaped": (b.jws(OPEN + b',"s\\u0075b":"admin"}'), Reason.TOKEN_MEMBER_DUPLICATE),
    "J54 duplicate, inside": (
        b.jws(OPEN + b',"act":{"sub":"a","sub":"b"}}'),
        Reason.TOKEN_MEMBER_DUPLICATE,
    ),
    "J56 array": (b.jws(b"[]"), Reason.TOKEN_JSON_MALFORMED),
    "J57 string": (b.jws(b'"x"'), Reason.TOKEN_JSON_MALFORMED),
    "J58 null": (b.jws(b"null"), Reason.TOKEN_JSON_MALFORMED),
    "number": (b.jws(b"1"), Reason.TOKEN_JSON_MALFORMED),
    "empty": (b.jws(b""), Reason.TOKEN_JSON_MALFORMED),
    "no claims": (b.jws(b"{}"), Reason.ISSUER_UNKNOWN),
    "J60 trailing text": (b.jws(CLAIMS + b" x"), Reason.TOKEN_JSON_MALFORMED),
    "J60 two objects": (b.jws(CLAIMS + CLAIMS), Reason.TOKEN_JSON_MALFORMED),
    "white space around is JSON": (b.jws(b" \r\n\t" + CLAIMS + b"\n"), PERMIT),
    "J61 BOM": (b.jws(b"\xef\xbb\xbf" + CLAIMS), Reason.TOKEN_JSON_MALFORMED),
    "J62 UTF-16": (b.jws(CLAIMS.decode().encode("utf-16")), Reason.TOKEN_JSON_MALFORMED),
    "J62 UTF-16-LE": (b.jws(CLAIMS.decode().encode("utf-16-le")), Reason.TOKEN_JSON_MALFORMED),
    "J62 UTF-32": (b.jws(CLAIMS.decode().encode("utf-32")), Reason.TOKEN_JSON_MALFORMED),
    "J64 overlong UTF-8": (b.jws(OPEN + b',"x":"\xc0\xae"}'), Reason.TOKEN_JSON_MALFORMED),
    "J64 Latin-1": (b.jws(OPEN + b',"x":"\xe9"}'), Reason.TOKEN_JSON_MALFORMED),
    "J64 UTF-8 surrogate": (b.jws(OPEN + b',"x":"\xed\xa0\x80"}'), Reason.TOKEN_JSON_MALFORMED),
    "J65 lone surrogate in sub": (
        b.jws(OPEN.replace(b'"alice"', b'"\\ud800"') + b"}"),
        Reason.TOKEN_JSON_MALFORMED,
    ),
    "J65 lone surrogate": (b.jws(OPEN + b',"x":"\\ud800"}'), Reason.TOKEN_JSON_MALFORMED),
    "J65 lone surrogate, a name": (b.jws(OPEN + b',"\\udfff":1}'), Reason.TOKEN_JSON_MALFORMED),
    "a surrogate pair is a character": (b.jws(OPEN + b',"x":"\\ud83d\\ude00"}'), PERMIT),
    "J66 nested": (b.jws(b'{"a":' * 2_000), Reason.TOKEN_JSON_MALFORMED),
    "J66 nested ever deeper": (b.jws(b'{"a":' * 1_900 + b"1" + b"}" * 1_900), Reason.TOKEN_JSON_MALFORMED),
    "J66 nested arrays": (
        b.jws(OPEN + b',"a":' + b"[" * 13 + b"]" * 13 + b"}"),
        Reason.TOKEN_JSON_MALFORMED,
    ),
    "nested within the limit": (b.jws(OPEN + b',"a":' + b"[" * 11 + b"]" * 11 + b"}"), PERMIT),
    "too many members": (b.jws(OPEN + b',"a":[' + b"0," * 1_100 + b"0]}"), Reason.TOKEN_JSON_MALFORMED),
    "J68 header array": (b.token(raw_header=b"[]"), Reason.TOKEN_JSON_MALFORMED),
    "J69 trailing comma": (b.token(raw_header=b'{"alg":"ES256",}'), Reason.TOKEN_JSON_MALFORMED),
    "J69 single quotes": (b.token(raw_header=b"{'alg':'ES256'}"), Reason.TOKEN_JSON_MALFORMED),
    "J69 comment": (b.token(raw_header=b'{"alg":"ES256"/**/}'), Reason.TOKEN_JSON_MALFORMED),
    "J69 control character": (b.token(raw_header=b'{"alg":"ES256","x":"\n"}'), Reason.TOKEN_JSON_MALFORMED),
    "J70 header BOM": (b.token(raw_header=b"\xef\xbb\xbf" + decode(HEADER)), Reason.TOKEN_JSON_MALFORMED),
    "header nested": (b.token(header={"x": [[[1]]]}), Reason.TOKEN_JSON_MALFORMED),
    "header too large": (b.token(header={"x": "y" * 4_096}), Reason.TOKEN_JSON_MALFORMED),
}


def other_last_character(segment: bytes) -> bytes:
    """Another spelling of the same octets: bits that a forgiving decoder drops are set."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) ^ 1 :][:1]


def jwe(*header: tuple[str, Any]) -> bytes:
    return b".".join([encode(json.dumps(dict(header)).encode()), b"a2V5", b"aXY", b"Y3Q", b"dGFn"])


def flattened() -> bytes:
    return json.dumps({"protected": HEADER.decode(), "payload": PAYLOAD.decode(), "signature": "x"}).encode()


FORMS: Final = {
    "J44 JWE dir": (jwe(("alg", "dir"), ("enc", "A256GCM")), Reason.TOKEN_ENCRYPTED),
    "J44 JWE RSA-OAEP": (jwe(("alg", "RSA-OAEP"), ("enc", "A256GCM")), Reason.TOKEN_ENCRYPTED),
    "J44 JWE PBES2": (jwe(("alg", "PBES2-HS256+A128KW"), ("p2c", 2**31 - 1)), Reason.TOKEN_ENCRYPTED),
    "J45 a token inside": (b.jws(GOOD.encode()).encode(), Reason.TOKEN_JSON_MALFORMED),
    "J117 =": (GOOD.encode() + b"=", Reason.TOKEN_MALFORMED),
    "J117 ==": (GOOD.encode() + b"==", Reason.TOKEN_MALFORMED),
    "J117 header padded": (HEADER + b"=." + PAYLOAD + b"." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J117 payload padded": (HEADER + b"." + PAYLOAD + b"==." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J118 spare bits": (
        b".".join([HEADER, PAYLOAD, other_last_character(SIGNATURE)]),
        Reason.TOKEN_MALFORMED,
    ),
    "J120 newline": (GOOD.encode()[:9] + b"\n" + GOOD.encode()[9:], Reason.TOKEN_MALFORMED),
    "J120 space": (GOOD.encode()[:9] + b" " + GOOD.encode()[9:], Reason.TOKEN_MALFORMED),
    "J120 !*": (GOOD.encode()[:-9] + b"!*" + GOOD.encode()[-9:], Reason.TOKEN_MALFORMED),
    "J120 NUL": (GOOD.encode() + b"\0", Reason.TOKEN_MALFORMED),
    "J121 leading space": (b" " + GOOD.encode(), Reason.TOKEN_MALFORMED),
    "J121 trailing newline": (GOOD.encode() + b"\n", Reason.TOKEN_MALFORMED),
    "J121 trailing dot": (GOOD.encode() + b".", Reason.TOKEN_MALFORMED),
    "J121 one part": (HEADER, Reason.TOKEN_MALFORMED),
    "J121 two parts": (HEADER + b"." + PAYLOAD, Reason.TOKEN_MALFORMED),
    "J121 four parts": (GOOD.encode() + b"." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J121 six parts": (GOOD.encode() + b"..." + SIGNATURE, Reason.TOKEN_MALFORMED),
    "J121 nothing": (b"", Reason.TOKEN_MALFORMED),
    "J121 dots": (b"..", Reason.TOKEN_JSON_MALFORMED),
    "J122 full-width dot": (GOOD.replace(".", "\uff0e").encode(), Reason.TOKEN_MALFORMED),
    "J122 one full-width dot": (GOOD.replace(".", "\uff0e", 1).encode(), Reason.TOKEN_MALFORMED),
    "J124 flattened": (flattened(), Reason.TOKEN_MALFORMED),
    "J124 no signatures": (b'{"payload":"e30","signatures":[]}', Reason.TOKEN_MALFORMED),
    "standard base64": (
        b".".join([HEADER, PAYLOAD, b64encode(b"\xff" * 64).rstrip(b"=")]),
        Reason.TOKEN_MALFORMED,
    ),
    "J141 16384 bytes and good": (b.token(pad="x" * 11_959).encode(), PERMIT),
    "J141 16385 bytes": (b"e" * (MAX_TOKEN_BYTES + 1), Reason.TOKEN_TOO_LARGE),
    "J141 16384 bytes": (b"e" * MAX_TOKEN_BYTES, Reason.TOKEN_MALFORMED),
    "J141 1 MB": (b"." * 1_000_000, Reason.TOKEN_TOO_LARGE),
}


def ecdsa(r: int, s: int) -> str:
    return b.token(signature=r.to_bytes(32) + s.to_bytes(32))


RAW: Final = decode(SIGNATURE)
R, S = int.from_bytes(RAW[:32]), int.from_bytes(RAW[32:])

SIGNATURES: Final = {
    "empty": (b.token(signature=b""), Reason.SIGNATURE_INVALID),
    "another key": (b.token(key=b.SigningKey(private=b.OTHER_KEY.private, kid="k1", algorithm="ES256")),
                    Reason.SIGNATURE_INVALID),
    "J128 r = s = 0": (ecdsa(0, 0), Reason.SIGNATURE_INVALID),
    "J128 r = s = n": (ecdsa(P256_ORDER, P256_ORDER), Reason.SIGNATURE_INVALID),
    "J128 r = 0": (ecdsa(0, S), Reason.SIGNATURE_INVALID),
    "J128 s = 0": (ecdsa(R, 0), Reason.SIGNATURE_INVALID),
    "J128 r = n": (ecdsa(P256_ORDER, S), Reason.SIGNATURE_INVALID),
    "J128 s = n": (ecdsa(R, P256_ORDER), Reason.SIGNATURE_INVALID),
    "J128 r = s = 1": (ecdsa(1, 1), Reason.SIGNATURE_INVALID),
    "swapped halves": (ecdsa(S, R), Reason.SIGNATURE_INVALID),
    "J129 DER": (b.token(signature=encode_dss_signature(R, S)), Reason.SIGNATURE_INVALID),
    "J130 63 bytes": (b.token(signature=RAW[:-1]), Reason.SIGNATURE_INVALID),
    "J130 65 bytes": (b.token(signature=RAW + b"\0"), Reason.SIGNATURE_INVALID),
    "J130 leading zero": (b.token(signature=b"\0" + RAW), Reason.SIGNATURE_INVALID),
    "J130 128 bytes": (b.token(signature=RAW + RAW), Reason.SIGNATURE_INVALID),
}  # fmt: skip
