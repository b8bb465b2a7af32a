"""Which token is this, as far as it says itself?

Nothing is verified. Only what tells the kinds apart is read: a leaked token is one whether it is valid or
not.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

MAX_SEGMENTS: Final = 5
MAX_HEADER_BYTES: Final = 16_384
MAX_WRAPPED_HEADER_BYTES: Final = 1_024
"""So far it is followed over lines without a dot: nearly every text of base64 could be one until then."""

JWT: Final = "jwt"
JWE: Final = "jwe"
OURS: Final = "token-gateway-token"
KUBERNETES: Final = "kubernetes-service-account-token"
KUBERNETES_LEGACY: Final = "kubernetes-legacy-token"
"""One without an end, as Secrets of type kubernetes.io/service-account-token hold it."""


class Header(NamedTuple):
    """What the header says about the rest."""

    segments: int
    algorithm: str


def read_header(segment: bytes) -> Header | None:
    """Give it, or None where this is no JOSE header (RFC 7515 section 4: a JSON object, with `alg`)."""
    if len(segment) > MAX_HEADER_BYTES:
        return None
    return _read_short(segment) if len(segment) <= 512 else _read(segment)


@lru_cache(256)
def _read_short(segment: bytes) -> Header | None:
    """A deployment has few headers: they are no secret, and come again and again."""
    return _read(segment)


def _read(segment: bytes) -> Header | None:
    members = _members(segment)
    if members is None or not isinstance(members.get("alg"), str):
        return None
    return Header(5 if isinstance(members.get("enc"), str) else 3, members["alg"])


def fits(plain: bytes, header: Header, *, strictly: bool = False) -> bool:
    """Whether it is whole: its last segment has the length that its algorithm gives.

    `strictly`, as where line breaks were left out, the payload must also be JSON, and the algorithm known.
    """
    segments = plain.split(b".")
    if len(segments) != header.segments:
        return False
    if header.segments == MAX_SEGMENTS:
        return len(segments[4]) in _TAGS
    lengths = _lengths(header.algorithm)
    if not lengths:
        return bool(segments[2]) and not strictly
    return len(segments[2]) in lengths and (not strictly or _members(segments[1]) is not None)


class Growing:
    """A token of which one line after the other is read. Each costs what it is long, not what all are."""

    __slots__ = ("_dots", "_header", "_last", "_pieces", "_size")

    def __init__(self, plain: bytes) -> None:
        self._pieces: list[bytes] = []
        self._size = self._dots = self._last = 0
        self._header: Header | None = None
        self.add(plain)

    def add(self, piece: bytes) -> None:
        """Take what the next line has of it, spelt plainly."""
        self._pieces.append(piece)
        self._size += len(piece)
        dots = piece.count(b".")
        self._last = len(piece) - piece.rfind(b".") - 1 if dots else self._last + len(piece)
        if dots and not self._dots:
            self._header = read_header(self.plain().partition(b".")[0])
        self._dots += dots

    def plain(self) -> bytes:
        """Give it as far as it was read."""
        return b"".join(self._pieces)

    def may_grow(self) -> bool:
        """Whether more of it can follow in the next line."""
        if not self._dots:
            return self._size <= MAX_WRAPPED_HEADER_BYTES
        if self._header is None or self._dots >= self._header.segments:
            return False
        return self._dots < self._header.segments - 1 or self._last < max(self._lengths(), default=0)

    def may_be_all(self) -> bool:
        """Whether it is known what it is, and nothing is too long: it may have been cut short."""
        if self._header is None or self._dots >= self._header.segments:
            return False
        return self._dots < self._header.segments - 1 or self._last <= max(self._lengths(), default=0)

    def fits(self, *, strictly: bool) -> bool:
        """See `fits`."""
        if self._header is None or self._dots != self._header.segments - 1:
            return False
        return fits(self.plain(), self._header, strictly=strictly) if self._last in self._lengths() else False

    # --- private ---

    def _lengths(self) -> frozenset[int]:
        if self._header is None:
            return frozenset()
        return _TAGS if self._header.segments == MAX_SEGMENTS else _lengths(self._header.algorithm)


def kind(plain: bytes, own_issuers: frozenset[str]) -> str:
    """Name it by its segments and its claims."""
    if plain.count(b".") == MAX_SEGMENTS - 1:
        return JWE
    claims = _members(plain.split(b".")[1]) if b"." in plain else None
    if claims is None:
        return JWT
    issuer = claims.get("iss")
    if isinstance(issuer, str) and issuer in own_issuers:
        return OURS
    subject = claims.get("sub")
    if not (isinstance(subject, str) and subject.startswith("system:serviceaccount:")):
        return KUBERNETES if isinstance(claims.get("kubernetes.io"), dict) else JWT
    return KUBERNETES if "exp" in claims else KUBERNETES_LEGACY


# --- private ---

_RSA: Final = frozenset((171, 342, 512, 683, 1366))  # keys of 1024, 2048, 3072, 4096 and 8192 bits
_LENGTHS: Final = {
    "none": frozenset((0,)),
    "HS256": frozenset((43,)),
    "HS384": frozenset((64,)),
    "HS512": frozenset((86,)),
    "ES256": frozenset((86,)),
    "ES256K": frozenset((86,)),
    "ES384": frozenset((128,)),
    "ES512": frozenset((176,)),
    "Ed25519": frozenset((86,)),
    "EdDSA": frozenset((86, 152)),
    "Ed448": frozenset((152,)),
}
"""Characters of base64url without padding, by RFC 7518 sections 3.2 to 3.6 and RFC 8037 section 3.1."""
_TAGS: Final = frozenset((22, 32, 43))  # of A128GCM, A192CBC-HS384, A256CBC-HS512: RFC 7518 section 5
_OBJECT: Final = re.compile(rb"\s*\{")


def _lengths(algorithm: str) -> frozenset[int]:
    return _RSA if algorithm[:2] in {"RS", "PS"} else _LENGTHS.get(algorithm, frozenset())


def _members(segment: bytes) -> dict[str, Any] | None:
    try:
        plain = urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
        if _OBJECT.match(plain) is None:
            return None
        members = orjson.loads(plain)
    except (Error, ValueError):
        return None
    return members if isinstance(members, dict) else None
