"""Which methods, headers, cookies, parameters and URLs does this text mean?"""

import re
from difflib import get_close_matches
from typing import Final

from gateway.config.problem import Unfit, show_value
from gateway.core.mint import IDENTITY_HEADERS
from gateway.net.url import UrlRefused, check_url

METHODS: Final = frozenset(
    # RFC 9110 section 9, RFC 5789, and those of WebDAV (RFC 4918, 3253, 5323)
    {
        *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
        *("PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH"),
    }
)


def parse_method(text: str) -> str:
    """Read a method by name. Raises: Unfit for `*`, CONNECT, TRACE, lower case, unknown ones."""
    if text in METHODS:
        return text
    if text == "*":
        raise Unfit("* is no method", "name every method")
    if text.upper() in {"CONNECT", "TRACE"}:
        raise Unfit(f"{text.upper()} cannot be allowed: it is no request to a resource", "remove it")
    if text.upper() in METHODS:
        raise Unfit(f"{text} is not upper case", f"write {text.upper()}")
    nearest = get_close_matches(text.upper(), sorted(METHODS), n=1)
    fix = f"write {nearest[0]}" if nearest else "write one of " + ", ".join(sorted(METHODS))
    raise Unfit(f"{show_value(text)} is not a known method", fix)


def parse_credential_header(text: str) -> str:
    """Read the name of a header that may carry a token; gives it in lower case.

    Raises: Unfit for names that proxies rewrite, merge or set themselves, and those that we set.
    """
    name = text.lower()
    if name.encode("utf-8") in IDENTITY_HEADERS:
        raise Unfit(f"{name} is what the gateway tells backends", "choose another header")
    if name in _CARRIERS or name.startswith(_CARRIER_PREFIXES):
        raise Unfit(f"{show_value(name)} belongs to proxies and connections", "choose another header")
    return _header(name)


def parse_cors_header(text: str) -> str:
    """Read the name of a header for scripts; gives it in lower case. Raises: Unfit for `*`."""
    if text == "*":
        raise Unfit("* means nothing where credentials are sent", "name every header")
    return _header(text.lower())


def parse_cookie_name(text: str) -> str:
    """Read a cookie's name (RFC 6265 section 4.1.1: a token). Raises: Unfit."""
    if _TOKEN.fullmatch(text) is None:
        raise Unfit("is not a cookie name", "use letters, digits and _ or -")
    return text


def parse_query_name(text: str) -> str:
    """Read a query parameter's name: unreserved characters, so that it has one spelling. Raises: Unfit."""
    if _UNRESERVED.fullmatch(text) is None:
        raise Unfit("is not a parameter name with only one spelling", "use letters, digits and _ - . ~")
    return text


def parse_protocol_prefix(text: str) -> str:
    """Read how a subprotocol begins that holds a token. Raises: Unfit.

    A subprotocol is a token of RFC 9110 (RFC 6455 section 4.1). The prefix ends in a dot, so that no honest
    subprotocol begins with it by chance.
    """
    if _TOKEN.fullmatch(text) is None or not text.endswith(".") or text == ".":
        raise Unfit("is not a prefix of subprotocols", "write bearer.")
    return text


def parse_realm(text: str) -> str:
    """Read what can stand between quotes in a challenge (RFC 9110 section 5.6.4). Raises: Unfit."""
    if _REALM.fullmatch(text) is None:
        raise Unfit("is no realm", 'use at most 64 ASCII characters, without " and \\')
    return text


def parse_url(text: str) -> str:
    """Read an http or https URL without user info and fragment. Raises: Unfit, never naming the URL."""
    try:
        check_url(text, allow_http=True)
    except UrlRefused as refused:
        raise Unfit(f"is refused as a URL: {refused}", "write https://host/path") from None
    return text


def parse_issuer_url(text: str) -> str:
    """Read an issuer identifier (RFC 8414 section 2): a URL without query. Raises: Unfit."""
    parse_url(text)
    if "?" in text:
        raise Unfit("an issuer has no query (RFC 8414 section 2)", "copy `issuer` from its metadata")
    return text


def parse_upstream(text: str) -> str:
    """Read scheme, host and port of a backend. Raises: Unfit for a path: it could change what was judged."""
    parse_url(text)
    if _BARE_ORIGIN.fullmatch(text) is None:
        raise Unfit("has a path or query", "write only http://host:port")
    return text


# --- private ---

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_HEADER: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_REALM: Final = re.compile(r"[ !#-\[\]-~]{1,64}")
_BARE_ORIGIN: Final = re.compile(r"https?://[^/?]+/?")

# What proxies set, or treat in a way of their own (research: the header rows of each proxy).
_CARRIERS: Final = frozenset(
    {
        *("host", "connection", "cookie", "set-cookie", "content-length", "transfer-encoding"),
        *("te", "trailer", "upgrade", "keep-alive", "forwarded", "via"),
        *("expect", "date", "origin", "referer", "range", "accept"),
        *(
            "accept-encoding",
            "accept-language",
            "user-agent",
            "content-type",
            "content-encoding",
            "x-real-ip",
        ),
        *(
            "x-rewrite-url",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "traceparent",
            "tracestate",
        ),
        *("www-authenticate", "authentication-info"),
        *("client-cert", "client-cert-chain"),
    }
)
_CARRIER_PREFIXES: Final = (
    "x-forwarded-",
    "x-original-",
    "x-envoy-",
    "x-token-gateway-",
    "proxy-",
    "sec-",
    "ssl-client-",
    "x-ssl-client-",
    "access-control-",
    "if-",
)


def _header(name: str) -> str:
    if "_" in name or "." in name:
        raise Unfit(f"{show_value(name)} holds _ or ., which proxies drop or take for -", "use - instead")
    if _HEADER.fullmatch(name) is None:
        raise Unfit("is not a header name", "use letters, digits and -, such as x-api-token")
    return name
