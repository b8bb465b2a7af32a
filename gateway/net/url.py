"""Is this a URL that we are willing to fetch?

One parser, yarl, reads the URL for this check and for the connection: where two parsers are used, an
attacker picks the URL that they read differently.
"""

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from yarl import URL

_MAX_LENGTH: Final = 2048
# RFC 3986 section 2: the characters a URI may hold, without `#`; anything else must be escaped.
_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
# WHATWG URL, "ends in a number": resolvers read 127.1, 0x7f.1 and 2130706433 as IPv4 addresses.
_ENDS_IN_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}

Origin = tuple[str, str, int]
"""Scheme, host in lower case, port (RFC 6454 section 4)."""


class UrlRefused(ValueError):
    """The URL is not one we fetch. Its text is from a closed vocabulary and never holds the URL."""


def check_url(text: str, *, allow_http: bool, allow_userinfo: bool = False) -> URL:
    """Give the URL, not rewritten. A query is allowed: Azure AD B2C names its policy there.

    Raises: UrlRefused for another scheme than https (or http where allowed), no host, user info, a
    fragment, or characters that no URI holds.
    """
    if len(text) > _MAX_LENGTH or _CHARACTERS.fullmatch(text) is None:
        raise UrlRefused("not a URI, or with a fragment")
    try:
        url = URL(text, encoded=True)
        port = url.port
    except ValueError:
        raise UrlRefused("not a URI") from None
    if url.scheme != "https" and not (allow_http and url.scheme == "http"):
        raise UrlRefused("not an https URL")
    if not url.raw_host or not port:
        raise UrlRefused("without a host or with a wrong port")
    if "@" in url.raw_authority and not allow_userinfo:
        raise UrlRefused("with user info")
    _check_number(url.raw_host)
    return url


def origin(url: URL) -> Origin:
    """Whom a URL that was checked talks to."""
    return (url.scheme, (url.raw_host or "").lower(), url.port or _DEFAULT_PORTS[url.scheme])


# --- private ---


def _check_number(host: str) -> None:
    """Refuse every spelling of an IPv4 address but the one that all readers share."""
    if _ENDS_IN_NUMBER.fullmatch(host) is None or ":" in host:
        return
    try:
        IPv4Address(host)
    except AddressValueError:
        raise UrlRefused("with an odd spelling of an IPv4 address") from None
