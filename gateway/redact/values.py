"""Where does the value behind a name end, and is it a secret?

Headers, parameters, members of JSON, cookies, the user info of a URL. In a query any value counts, as there
the name was meant; elsewhere only what does not look like a word.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from gateway.redact.judge import (
    MAX_JUDGED_BYTES,
    is_basic,
    is_marked,
    is_placeholder,
    looks_random,
    touches_a_word,
)
from gateway.redact.names import HEADERS, ONLY_IN_URLS, PASSWORDS, SECRETS
from gateway.redact.span import NOTHING, Measured, Reach, Span
from gateway.redact.spelling import EQUALS, JOINS

AUTHORIZATION: Final = "authorization-header"
HEADER: Final = "api-key-header"
PARAMETER: Final = "query-token"
NAMED: Final = "named-secret"
COOKIE: Final = "session-cookie"
USERINFO: Final = "url-userinfo"
CURL_USER: Final = "curl-auth-user"
TYPES: Final = frozenset((AUTHORIZATION, HEADER, PARAMETER, NAMED, COOKIE, USERINFO, CURL_USER))

_QUOTE: Final = r"\\{0,3}[\"']"
_SEPARATOR: Final = rf"(?:{EQUALS}|(?:{_QUOTE})?[ ]{{0,2}}(?::|=>?)[ ]{{0,2}})(?:(?:\[[ ]?)?{_QUOTE})?"
_SPACE: Final = r"(?:[ \t]{1,4}|%20|\+)"

_AUTHORIZATION_NAME: Final = f"(?i:authorization){_SEPARATOR}"
AUTHORIZATION_START: Final = f"{_AUTHORIZATION_NAME}(?:(?i:bearer|dpop)[ ])?"
SCHEME_START: Final = f"(?i:bearer|basic|dpop|negotiate|ntlm){_SPACE}"
HEADER_START: Final = f"(?i:{HEADERS}){_SEPARATOR}"
NAMED_START: Final = f"(?i:{SECRETS}|{PASSWORDS}){_SEPARATOR}"
PARAMETER_START: Final = f"{JOINS}(?i:{ONLY_IN_URLS}){EQUALS}"
CURL_USER_START: Final = r"(?:-u|--user|--proxy-user)[ =]{1,3}[\"']?[^\x00-\x20\"':]{1,64}:[^\x00-\x20\"']{3}"
USERINFO_START: Final = r"://[^/?#\x00-\x20\"'<>\\@]{1,255}@"

# One of these is in what the pattern of this name matches.
SCHEME_WORDS: Final = ("bearer", "basic", "dpop", "negotiate", "ntlm")
HEADER_WORDS: Final = (
    "api-key",
    "apikey",
    "token",
    "x-functions-key",
    "x-amzn-oidc-data",
    "apim-subscription-key",
)
_PARTS: Final = ("", "_", "-", ".")
NAMED_WORDS: Final = (
    "token", "secret", "jwt", "assertion", "signature", "credential", "session", "saml", "verifier", "sessid",
    "pass", "pwd",
    *(f"{kind}{part}key" for kind in ("api", "access", "account", "private", "auth", "signing",
    "encryption") for part in _PARTS),
)  # fmt: skip
PARAMETER_WORDS: Final = ("auth", "code", "key", "sid", "sig", "ticket", "pass", "otp")


def cookie_start(names: tuple[str, ...]) -> str:
    """Give the pattern of these cookies' names, or of one whose name is bound to its host (RFC 6265bis)."""
    listed = "|".join(re.escape(name) for name in names)
    return f"(?i:{listed}|__(?:Host|Secure)-[A-Za-z0-9_.-]{{1,40}})="


def authorization(text: bytes, at: int, reach: Reach) -> Measured:
    """After `Authorization:`: what follows the scheme; where that is not known, what looks like chance."""
    name = _AUTHORIZATION.match(text, at, reach.end)
    if name is None:
        return NOTHING
    known = _SCHEME.match(text, name.end(), reach.end)
    other = known or _OTHER_SCHEME.match(text, name.end(), reach.end)
    start, end = _extent(text, other.end() if other else name.end(), reach, _TOKEN68)
    good = _SMALL_WORD.fullmatch(text, start, end) is None if known else looks_random(text[start:end])
    return _value(text, start, end, AUTHORIZATION) if good else NOTHING


def scheme(text: bytes, at: int, reach: Reach) -> Measured:
    """After `Bearer ` and the like, wherever they stand: what looks like chance, as they are words too."""
    name = _SCHEME.match(text, at, reach.end)
    if name is None or touches_a_word(text, at, reach.floor):
        return NOTHING
    start, end = _extent(text, name.end(), reach, _TOKEN68)
    value = text[start:end]
    word = name[1].lower()
    if word == b"basic":
        good = is_basic(value)
    elif word in {b"negotiate", b"ntlm"}:
        good = value.startswith((b"YI", b"TlRM")) and len(value) >= 16
    else:
        good = looks_random(value) and b"=" not in value.rstrip(b"=")  # RFC 6750 section 2.1
    return _span(text, start, end, AUTHORIZATION) if good else NOTHING


def header(text: bytes, at: int, reach: Reach) -> Measured:
    """After the name of a header that is a secret as a whole."""
    name = _HEADER.match(text, at, reach.end)
    if name is None or touches_a_word(text, at, reach.floor):
        return NOTHING
    start, end = _extent(text, name.end(), reach, _until(name["quote"]))
    if _is_bare(name) or b" " in text[start:end]:
        return NOTHING
    return _judged(text, start, end, HEADER, at_least=6)


def named(text: bytes, at: int, reach: Reach) -> Measured:
    """After a name that ends as a secret's does."""
    name = _NAMED.match(text, at, reach.end)
    if name is None:
        return NOTHING
    quote = name["quote"]
    if name["equals"] is not None and not quote and _is_parameter(text, at, reach):
        return _value(text, *_extent(text, name.end(), reach, _of_a_query(name["equals"])), PARAMETER)
    if _is_bare(name):
        return NOTHING
    start, end = _extent(text, name.end(), reach, _until(quote))
    value = text[start:end]
    if not quote and name["equals"] is None and not (looks_random(value) and _DIGIT.search(value)):
        return NOTHING  # a sentence, or code: `PASSWORDS: Final`
    if _PASSWORD.match(name[0]):
        return _judged(text, start, end, NAMED, at_least=5) if _is_password(value, quote) else NOTHING
    return _judged(text, start, end, NAMED, at_least=8) if _is_key(value) else NOTHING


def parameter(text: bytes, at: int, reach: Reach) -> Measured:
    """After a parameter's name that tells in a URL alone."""
    name = _PARAMETER.match(text, at, reach.end)
    if name is None:
        return NOTHING
    return _value(text, *_extent(text, name.end(), reach, _of_a_query(name["equals"])), PARAMETER)


class Cookies:
    """After the name of a cookie that is a session."""

    __slots__ = ("_start",)

    def __init__(self, names: tuple[str, ...]) -> None:
        self._start = re.compile(cookie_start(names).encode())

    def measure(self, text: bytes, at: int, reach: Reach) -> Measured:
        """Give the value."""
        name = self._start.match(text, at, reach.end)
        if name is None or touches_a_word(text, at, reach.floor):
            return NOTHING
        start, end = _extent(text, name.end(), reach, _WORD)
        return _judged(text, start, end, COOKIE, at_least=8)


def userinfo(text: bytes, at: int, reach: Reach) -> Measured:
    """Between `://` and the last `@` before the path: name and password, or a name that is a token."""
    run = _AUTHORITY.match(text, at + 3, reach.end)
    end = text.rfind(b"@", at + 3, run.end()) if run is not None else -1
    value = text[at + 3 : end]
    name, colon, password = value.partition(b":")
    if end < 0 or is_placeholder(name) or is_placeholder(password if colon else name):
        return NOTHING
    if not colon and not (looks_random(value) and len(value) >= 20):
        return NOTHING
    return _span(text, at + 3, end, USERINFO)


def curl_user(text: bytes, at: int, reach: Reach) -> Measured:
    """After `-u NAME:` of a curl that is on the same line: the password."""
    name = _CURL_USER.match(text, at, reach.end)
    if name is None:
        return NOTHING
    begun = max(text.rfind(b"\n", 0, at) + 1, at - _CURL_WITHIN)
    if text.find(b"curl", begun, at) < 0:
        return NOTHING
    start, end = _extent(text, name.end(), reach, _CURL_PASSWORD)
    return _judged(text, start, end, CURL_USER, at_least=3)


# --- private ---

_CURL_USER: Final = re.compile(rb"(?:-u|--user|--proxy-user)[ =]{1,3}[\"']?[^\x00-\x20\"':]{1,64}:")
_CURL_PASSWORD: Final = re.compile(rb"[^\x00-\x20\"']*+")
_CURL_WITHIN: Final = 400

_AUTHORIZATION: Final = re.compile(_AUTHORIZATION_NAME.encode())
_SCHEME: Final = re.compile(
    rf"((?i:bearer|basic|dpop|negotiate|ntlm|token|apikey|api-key|key)){_SPACE}".encode()
)
_OTHER_SCHEME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,18}[ ]{1,4}")
_NAME: Final = (
    rf"(?:(?P<equals>{EQUALS})|(?P<named>{_QUOTE})?[ ]{{0,2}}(?::|=>?)[ ]{{0,2}})"
    rf"(?:(?:\[[ ]?)?(?P<quote>{_QUOTE}))?"
)
_HEADER: Final = re.compile(f"(?i:{HEADERS}){_NAME}".encode())
_NAMED: Final = re.compile(f"(?i:{SECRETS}|{PASSWORDS}){_NAME}".encode())
_DIGIT: Final = re.compile(rb"[0-9]")
_PASSWORD: Final = re.compile(PASSWORDS.encode(), re.IGNORECASE)
_PARAMETER: Final = re.compile(f"{JOINS}(?i:{ONLY_IN_URLS})(?P<equals>{EQUALS})".encode())
_JOIN_BEFORE: Final = re.compile(f"{JOINS}[A-Za-z0-9_.-]{{0,64}}\\Z".encode())

_ESCAPE: Final = r"\\(?!\\{0,2}[\"'nrtu])."
_WORD: Final = re.compile(rf"(?:[^&;,\x00-\x20\"'<>()\[\]{{}}\\`]++|{_ESCAPE})*".encode())
_QUERY: Final = re.compile(rf"(?:[^&\x00-\x20\"'<>#\\`]++|{_ESCAPE})*".encode())
_QUERY_IN_QUERY: Final = re.compile(rb"(?:[^&%\x00-\x20\"'<>#\\`]++|%(?!(?:25)*26))*")
_TOKEN68: Final = re.compile(rb"[^\x00-\x20\"'<>,;\\`(){}\[\]]*+")
_SMALL_WORD: Final = re.compile(rb"[a-z]{0,20}|.{0,3}")
_UNTIL: Final = {
    b'"': re.compile(rb"(?:[^\x00-\x1f\"\\]++|\\[^\x00-\x1f])*"),
    b"'": re.compile(rb"(?:[^\x00-\x1f'\\]++|\\[^\x00-\x1f])*"),
}
_UNTIL_ESCAPED: Final = re.compile(rb"[^\x00-\x1f\"'\\]*+")
_AUTHORITY: Final = re.compile(rb"[^/?#\x00-\x20\"'<>\\]*+")
_ESCAPED: Final = re.compile(rb"\\{1,3}u00([0-9A-Fa-f]{2})|\\{1,3}/")


def _extent(text: bytes, at: int, reach: Reach, pattern: re.Pattern[bytes]) -> tuple[int, int]:
    """Judged is not more than so much, so that names within a value that is none are soon passed by."""
    run = pattern.match(text, at, min(reach.end, at + MAX_JUDGED_BYTES))
    end = at if run is None else run.end()
    if end - at == MAX_JUDGED_BYTES and (run := pattern.match(text, at, reach.end)) is not None:
        end = run.end()
    return at, end


def _until(quote: bytes | None) -> re.Pattern[bytes]:
    """Where a quote was opened its value ends with it, else at what parts words."""
    return _WORD if not quote else _UNTIL.get(quote, _UNTIL_ESCAPED)


def _is_bare(name: re.Match[bytes]) -> bool:
    """A member of JSON that is no text: put a mark there, and it is JSON no more."""
    return name["named"] is not None and name["quote"] is None


def _of_a_query(equals: bytes) -> re.Pattern[bytes]:
    return _QUERY_IN_QUERY if equals.startswith(b"%") else _QUERY


def _value(text: bytes, start: int, end: int, type_: str) -> Measured:
    return NOTHING if is_placeholder(text[start:end]) else _span(text, start, end, type_)


def _judged(text: bytes, start: int, end: int, type_: str, *, at_least: int) -> Measured:
    value = text[start:end]
    if len(value) < at_least or is_placeholder(value):
        return NOTHING
    return _span(text, start, end, type_)


def _span(text: bytes, start: int, end: int, type_: str) -> Measured:
    if end == start or is_marked(text, start, end):
        return NOTHING
    return (Span(start, end, type_, _plainly(text[start:end])),)


def _plainly(value: bytes) -> bytes:
    if b"\\" in value:
        value = _ESCAPED.sub(lambda one: bytes((int(one[1], 16),)) if one[1] else b"/", value)
    return unquote_to_bytes(value) if b"%" in value else value


def _is_parameter(text: bytes, at: int, reach: Reach) -> bool:
    """Whether the name that ends here begins behind `?` or `&`; a `;` alone also parts other lists."""
    before = _JOIN_BEFORE.search(text[max(reach.floor, at - 72) : at])
    return before is not None and not before[0].startswith(b";")


def _is_password(value: bytes, quote: bytes | None) -> bool:
    return quote is not None or looks_random(value) or b" " not in value


def _is_key(value: bytes) -> bool:
    return b" " not in value and looks_random(value) and _PATH.match(value) is None


_PATH: Final = re.compile(
    rb"(?:[a-z]{1,8}:/|[./~])?/[A-Za-z]|[a-z0-9-]++(?:\.[a-z0-9-]++){1,}(?::[0-9]+|/|\Z)"
)
"""A file, a URL or a host name: where a secret is, not what it is."""
