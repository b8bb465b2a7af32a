"""Where does an issuer say that its keys are?

OpenID Connect Discovery 1.0 section 4 and RFC 8414 sections 3 and 5. Only `issuer` and `jwks_uri` are
read: a resource server has no use for the rest, and Kubernetes, rightly, publishes no token endpoint,
without which stricter readers refuse the whole document.
"""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from gateway.core.strict_json import JsonLimits, NotStrict, parse_object
from gateway.net.failure import FailureKind, FetchFailed
from gateway.net.url import UrlRefused, check_url
from gateway.sources.asking import JSON_TYPES, Asking
from gateway.sources.outcome import KeysFault, KeysUnread

_LIMITS: Final = JsonLimits(max_bytes=512 * 1024, max_depth=16, max_members=4096)


def well_known_urls(issuer: str) -> tuple[str, ...]:
    """Give the URLs at which metadata may be, the likeliest first. At most three.

    OpenID Connect appends to the issuer, RFC 8414 inserts before its path, and its section 5 lets the
    OpenID name be inserted too. A terminating `/` is not part of the path in any of them.
    """
    parts = urlsplit(issuer)
    site, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return tuple(
        dict.fromkeys(
            (
                f"{site}{path}/.well-known/openid-configuration",
                f"{site}/.well-known/oauth-authorization-server{path}",
                f"{site}/.well-known/openid-configuration{path}",
            )
        )
    )


def read_jwks_uri(document: bytes, *, issuer: str, allow_http: bool) -> str:
    """Read `jwks_uri` from the metadata of this very issuer.

    Raises: KeysUnread.
    Never: accepts metadata whose `issuer` is not the same string (RFC 8414 section 3.3: otherwise
    whoever can serve one document speaks for everybody).
    """
    try:
        metadata = parse_object(document, _LIMITS)
    except NotStrict:
        raise KeysUnread(KeysFault.METADATA_MALFORMED) from None
    if metadata.get("issuer") != issuer:
        raise KeysUnread(KeysFault.ISSUER_DIFFERS)
    jwks_uri = metadata.get("jwks_uri")
    if not isinstance(jwks_uri, str):
        raise KeysUnread(KeysFault.JWKS_URI_REFUSED)
    try:
        check_url(jwks_uri, allow_http=allow_http)
    except UrlRefused:
        raise KeysUnread(KeysFault.JWKS_URI_REFUSED) from None
    return jwks_uri


class Discovery:
    """One issuer's metadata: which of the URLs it uses is learned once."""

    def __init__(self, issuer: str, asking: Asking, *, allow_http: bool) -> None:
        """Raises: ValueError for an issuer that is no URL or has a query (RFC 8414 section 2)."""
        try:
            if check_url(issuer, allow_http=allow_http).query_string:
                raise ValueError("issuer: with a query")
        except UrlRefused as refused:
            raise ValueError(f"issuer: {refused}") from None
        self._issuer = issuer
        self._asking = asking
        self._allow_http = allow_http
        self._urls = well_known_urls(issuer)

    async def jwks_uri(self) -> str:
        """Ask the issuer. Raises: FetchFailed (of the likeliest URL), KeysUnread."""
        first: FetchFailed | None = None
        for url in self._urls:
            try:
                fetched = await self._asking.get(url, accept=JSON_TYPES)
            except FetchFailed as failed:
                if not _is_absence(failed):
                    raise
                first = first or failed
                continue
            # In a thread, as the key set itself: half a megabyte of JSON would hold up everybody's decisions.
            found = await asyncio.to_thread(
                read_jwks_uri, fetched.body, issuer=self._issuer, allow_http=self._allow_http
            )
            self._urls = (url, *(other for other in self._urls if other != url))
            return found
        raise first or KeysUnread(KeysFault.INTERNAL)


# --- private ---


def _is_absence(failed: FetchFailed) -> bool:
    """Whether the server may have the document elsewhere: it answered, but not with metadata."""
    match failed.kind:
        case FailureKind.STATUS:
            return failed.status is not None and 400 <= failed.status < 500 and failed.status != 429
        case FailureKind.REDIRECT | FailureKind.CONTENT_TYPE:  # to a login page; a page of an SPA
            return True
        case _:
            return False
