"""How do backends fetch our public keys?

Bytes made once from one keyring; no input or output at a request, so a flood of requests costs nothing
but its bytes. Never behind caller authentication: the keys are public.
"""

from hashlib import sha256
from typing import Final

from gateway.core.base64url import encode
from gateway.core.headers import HeaderPairs
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.keys.keyring import Keyring
from gateway.keys.schedule import JWKS_MAX_AGE_S
from gateway.server.pages import METHOD_NOT_ALLOWED, NOSNIFF, NOT_FOUND, path_of, reads

JWKS_PATH: Final = b"/.well-known/jwks.json"
OPENID_CONFIGURATION_PATH: Final = b"/.well-known/openid-configuration"


class KeysPages:
    """The pages of the keys listener. Made anew for another keyring."""

    __slots__ = ("_pages",)

    def __init__(self, keyring: Keyring, issuer: str, jwks_uri: str) -> None:
        self._pages = {
            JWKS_PATH: _page(keyring.jwks()),
            OPENID_CONFIGURATION_PATH: _page(keyring.openid_configuration(issuer, jwks_uri)),
        }

    def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request: 200, 304, 404 or 405. Never echoes anything of it."""
        page = self._pages.get(path_of(request))
        if page is None:
            return NOT_FOUND
        if not reads(request):
            return METHOD_NOT_ALLOWED
        etag, fresh, unchanged = page
        return unchanged if _has(etag, request.values(b"if-none-match")) else fresh


# --- private ---

# application/jwk-set+json is the registered type (RFC 7517 section 8.5), but application/json is what the
# large providers send, and clients that check the type often know only that.
_SHARED_HEADERS: Final[HeaderPairs] = (
    (b"Content-Type", b"application/json"),
    (b"Cache-Control", b"public, max-age=%d" % JWKS_MAX_AGE_S),
    NOSNIFF,
)

_Page = tuple[bytes, HttpAnswer, HttpAnswer]


def _page(body: bytes) -> _Page:
    """Make a page's entity tag, its answer, and its answer to those who have it already."""
    etag = b'"%b"' % encode(sha256(body).digest())
    headers = ((b"ETag", etag), *_SHARED_HEADERS)
    return (
        etag,
        HttpAnswer(status=200, headers=headers, body=body),
        HttpAnswer(status=304, headers=headers),  # RFC 9110 section 15.4.5: the headers that 200 would have
    )


def _has(etag: bytes, conditions: list[bytes]) -> bool:
    """RFC 9110 section 13.1.2: `*`, or a list of tags compared weakly. No tag of ours holds a comma."""
    listed = (tag.strip(b" \t").removeprefix(b"W/") for value in conditions for tag in value.split(b","))
    return conditions == [b"*"] or etag in listed
