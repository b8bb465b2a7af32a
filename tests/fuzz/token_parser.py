"""Any bytes are one strict token in its one spelling, or a refusal.

What is accepted is three canonical base64url segments, of which the first two are JSON objects that a
lenient reader reads the same way, without a member twice; the header names an asymmetric algorithm and no
key. The same bytes are tried as a token, as the text of a payload and of a header, as JSON and as base64url.
Nothing but `Refusal`, `NotStrict` and `NotCanonical` is ever raised.
"""

import json
from typing import Any

from gateway.core.base64url import NotCanonical, decode, encode
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import ALGORITHMS
from gateway.core.jws import MAX_TOKEN_BYTES, UnverifiedJws, parse
from gateway.core.reason import Refusal
from gateway.core.strict_json import JsonLimits, NotStrict, parse_object
from gateway.redact.fingerprint import Fingerprints

_LIMITS = JsonLimits(max_bytes=MAX_TOKEN_BYTES, max_depth=12, max_members=64)
_HEADER = encode(b'{"alg":"ES256","kid":"k1","typ":"at+jwt"}')
_FINGERPRINTS = Fingerprints(b"k" * 32)


def check(octets: bytes) -> None:
    """Judge the octets in every one of the five places."""
    for text in (octets, _token(_HEADER, encode(octets)), _token(encode(octets), encode(b"{}"))):
        _check_token(text)
    _check_json(octets)
    _check_base64url(octets)


def _token(header: bytes, payload: bytes) -> bytes:
    return b".".join((header, payload, b"AAAA"))


def _check_token(text: bytes) -> None:
    assert _FINGERPRINTS.token(text).isascii()
    jws = _parsed(text)
    if jws is None:
        return
    header, payload, signature = text.split(b".")
    assert jws.signing_input == header + b"." + payload
    assert encode(jws.signature) == signature
    for segment, read in ((header, jws.header), (payload, jws.unverified_claims)):
        assert encode(decode(segment)) == segment
        assert json.loads(decode(segment)) == dict(read)
    assert jws.algorithm in ALGORITHMS
    assert not {"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip"}.intersection(jws.header)
    assert jws.kid is None or isinstance(jws.kid, str)


def _parsed(text: bytes) -> UnverifiedJws | None:
    try:
        return parse(UnverifiedToken(text))
    except Refusal:
        return None


def _check_json(octets: bytes) -> None:
    try:
        value = parse_object(octets, _LIMITS)
    except NotStrict:
        return
    assert json.loads(octets, object_pairs_hook=_unique) == value
    assert _depth(value) <= _LIMITS.max_depth
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def _depth(value: Any) -> int:
    match value:
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
        case _:
            return 0


def _check_base64url(octets: bytes) -> None:
    assert decode(encode(octets)) == octets
    try:
        read = decode(octets)
    except NotCanonical:
        return
    assert encode(read) == octets
