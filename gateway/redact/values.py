"""Where does the value behind a name end, and is it a secret?

Headers, parameters, members of JSON, cookies, the user info of a URL. In a query any value counts behind a
name that says enough, as there the name was meant; behind a weak one (`names.WEAK`), and elsewhere, only what
does not look like a word. What looks like a mark of `replace` is part of the value, and does not count.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from gateway.redact.between import NAME, SEPARATOR, WORD, until
from gateway.redact.judge import (
    MAX_JUDGED_BYTES,
    could_be_secret,
    is_basic,
    is_placeholder,
    looks_random,
    touches_a_word,
)
from gateway.redact.mark import LOOSE, readings, without_marks
from gateway.redact.names import HEADERS, ONLY_IN_URLS, PASSWORDS, SECRETS, WEAK
from gateway.redact.span import NOTHING, Looked, Measured, Reach, Span
from gateway.redact.spelling import EQUALS, JOINS

AUTHORIZATION: Final = "authorization-header"
HEADER: Final = "api-key-header"
PARAMETER: Final = "query-token"
NAMED: Final = "named-secret"
COOKIE: Final = "session-cookie"
USERINFO: Final = "url-userinfo"
CURL_USER: Final = "curl-auth-user"
TYPES: Final = frozenset((AUTHORIZATION, HEADER, PARAMETER, NAMED, COOKIE, USERINFO, CURL_USER))

_SPACE: Final = r"(?:[ \t]{1,4}|%(?:25){0,2}20|\+)"

AUTHORIZATION_START: Final = f"(?i:authorization){SEPARATOR}(?:(?i:bearer|dpop)[ ])?"
SCHEME_START: Final = f"(?i:bearer|basic|dpop|negotiate|ntlm){_SPACE}"
HEADER_START: Final = f"(?i:{HEADERS}){SEPARATOR}"
NAMED_START: Final = f"(?i:{SECRETS}|{PASSWORDS}|auth){SEPARATOR}"
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
    "pass", "pwd", "auth", "bearer",
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
    begun = _LOOSE_MARKS.match(text, name.end(), reach.end).end()  # type: ignore[union-attr]  # may be empty
    known = _SCHEME.match(text, begun, reach.end)
    other = known or _OTHER_SCHEME.match(text, begun, reach.end)
    value = extent(text, other.end() if other else name.end(), reach, _TOKEN68)
    return _judged(value, AUTHORIZATION, _is_no_small_word if known else looks_random)


def scheme(text: bytes, at: int, reach: Reach) -> Measured:
    """After `Bearer ` and the like, wherever they stand: what looks like chance, as they are words too."""
    name = _SCHEME.match(text, at, reach.end)
    if name is None or touches_a_word(text, at, reach.floor):
        return NOTHING
    value = extent(text, name.end(), reach, _TOKEN68)
    match name[1].lower():
        case b"basic":
            return _judged(value, AUTHORIZATION, is_basic)
        case b"negotiate" | b"ntlm":
            return _judged(value, AUTHORIZATION, _is_negotiated)
        case _:
            return _judged(value, AUTHORIZATION, _is_bearer)


def header(text: bytes, at: int, reach: Reach) -> Measured:
    """After the name of a header that is a secret as a whole."""
    name = _HEADER.match(text, at, reach.end)
    if name is None or touches_a_word(text, at, reach.floor):
        return NOTHING
    value = extent(text, name.end(), reach, until(name["quote"]))
    if _is_bare(name) or value.is_call():
        return Looked(value.end + _MOST_BEHIND)
    return _judged(value, HEADER, _is_listed_header if name["listed"] else _is_header)


def named(text: bytes, at: int, reach: Reach) -> Measured:
    """After a name that ends as a secret's does."""
    name = _NAMED.match(text, at, reach.end)
    if name is None:
        return NOTHING
    quote = name["quote"]
    before = _before(text, at, reach) if name["equals"] is not None and not quote else None
    if before is not None:
        return _of_a_parameter(text, name, reach, weak=_WEAK.search(before + name[0]) is not None)
    if _is_bare(name) or (name["listed"] and _ALNUM.match(text, max(reach.floor, at - 1), at)):
        return NOTHING
    value = extent(text, name.end(), reach, until(quote))
    if quote:
        if not name["named"] and _OF_A_SENTENCE.match(text, value.start, value.end):
            return Looked(value.end + _MOST_BEHIND)
        return named_value(value, name[0], quoted=True, sure=not name["listed"])
    sure = name["equals"] is not None and not name["opened"]
    if value.is_call():
        return Looked(value.end + _MOST_BEHIND)
    return named_value(value, name[0], sure=sure)


def named_value(value: "Value", name: bytes, *, quoted: bool = False, sure: bool = True) -> Measured:
    """Judge the value of a name that begins so; `sure` where it can be nothing but its value."""
    if _AUTH.match(name):
        return _judged(value, NAMED, _is_long_basic)
    if _PASSWORD.match(name):
        if name.startswith(b"PWD") and value.text.startswith(b"/", value.start):
            return NOTHING  # the working directory, in an environment
        judge = (_is_quoted if quoted else _is_word) if sure else _is_sure_word
        return _judged(value, NAMED, judge)
    if _NAMES_MORE.match(name):
        return _judged(value, NAMED, _is_worth_a_key if sure else _is_sure_and_worth_it)
    return _judged(value, NAMED, _is_key if sure else _is_sure_key)


class Value(NamedTuple):
    """What may be one."""

    text: bytes
    start: int
    end: int
    """No more than is judged, so that names within a value that is none are soon passed by."""
    limit: int
    pattern: re.Pattern[bytes]

    def all_of_it(self) -> int:
        """Give where it ends."""
        if self.end - self.start < MAX_JUDGED_BYTES - _MOST_BEHIND:
            return self.end
        run = self.pattern.match(self.text, self.start, self.limit)
        return self.end if run is None else run.end()

    def is_call(self) -> bool:
        """Whether it is code that gives the value: `api_key = settings.read_key(...)`."""
        begins = self.text.startswith(b"(", self.end)
        return begins and _DOTTED.fullmatch(self.text, self.start, self.end) is not None


def extent(text: bytes, at: int, reach: Reach, pattern: re.Pattern[bytes]) -> Value:
    """Give what begins at `at`, as far as it is judged."""
    run = pattern.match(text, at, min(reach.end, at + MAX_JUDGED_BYTES))
    return Value(text, at, at if run is None else run.end(), reach.end, pattern)


def parameter(text: bytes, at: int, reach: Reach) -> Measured:
    """After a parameter's name that tells in a URL alone."""
    name = _PARAMETER.match(text, at, reach.end)
    if name is None:
        return NOTHING
    return _of_a_parameter(text, name, reach, weak=_WEAK.search(name[0]) is not None)


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
        before = _before(text, at, reach)
        if before is not None and _WEAK.search(before + name[0]) is not None:
            return NOTHING  # a parameter
        value = extent(text, name.end(), reach, WORD)
        return _judged(value, COOKIE, _is_cookie)


def userinfo(text: bytes, at: int, reach: Reach) -> Measured:
    """Between `://` and the last `@` before the path: name and password, or a name that is a token."""
    run = _AUTHORITY.match(text, at + 3, reach.end)
    if run is None:
        return NOTHING
    end = max(at + 3, text.rfind(b"@", at + 3, run.end()))
    measured = _judged(Value(text, at + 3, end, end, _AUTHORITY), USERINFO, _is_userinfo)
    return Looked(run.end() + 1) if isinstance(measured, Looked) else measured


def curl_user(text: bytes, at: int, reach: Reach) -> Measured:
    """After `-u NAME:` of a curl that is on the same line: the password."""
    name = _CURL_USER.match(text, at, reach.end)
    if name is None:
        return NOTHING
    begun = max(text.rfind(b"\n", 0, at) + 1, at - _CURL_WITHIN)
    if text.find(b"curl", begun, at) < 0:
        return NOTHING
    value = extent(text, name.end(), reach, _CURL_PASSWORD)
    return _judged(value, CURL_USER, _is_curl_password)


# --- private ---

_CURL_USER: Final = re.compile(rb"(?:-u|--user|--proxy-user)[ =]{1,3}[\"']?[^\x00-\x20\"':]{1,64}:")
_CURL_PASSWORD: Final = re.compile(rf"(?:{LOOSE}|[^\x00-\x20\"'\[]++|\[)*".encode())
_CURL_WITHIN: Final = 400
_MOST_BEHIND: Final = 256  # more than a mark is long, of which only a part may have been looked at

_AUTHORIZATION: Final = re.compile(f"(?i:authorization){NAME}".encode())
_SCHEME: Final = re.compile(
    rf"((?i:bearer|basic|dpop|negotiate|ntlm|token|apikey|api-key|key)){_SPACE}".encode()
)
_OTHER_SCHEME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,18}[ ]{1,4}")
_HEADER: Final = re.compile(f"(?i:{HEADERS}){NAME}".encode())
_NAMED: Final = re.compile(f"(?i:{SECRETS}|{PASSWORDS}|auth){NAME}".encode())
_DIGIT: Final = re.compile(rb"[0-9]")
_ALNUM: Final = re.compile(rb"[A-Za-z0-9]")
_AUTH: Final = re.compile(rb"(?i:auth)(?![_-]?(?i:key))")
_DOTTED: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*+(?:\.[A-Za-z_][A-Za-z0-9_]*+)+")
_NAMES_MORE: Final = re.compile(rb"(?i:signature|credentials?|session|assertion|verifier)")
"""Outside of a query these are also names of algorithms, files and services: `signature: RSA-SHA256`."""
_OF_A_SENTENCE: Final = re.compile(rb"[ ,);]+(?:[ A-Za-z]|\Z)")
"""What stands between quotes of which the first one closes: `'password:' and 'user:'`."""
_IN_MANUALS: Final = re.compile(
    rb"\[?(?i:user|username|usr|name|login)?:(?i:pass|password|passwd|pwd|secret)\]?"
)
_PASSWORD: Final = re.compile(PASSWORDS.encode(), re.IGNORECASE)
_PARAMETER: Final = re.compile(f"{JOINS}(?i:{ONLY_IN_URLS})(?P<equals>{EQUALS})".encode())
_WEAK: Final = re.compile(rf"{JOINS}(?i:{WEAK}){EQUALS}\Z".encode())
_JOIN_BEFORE: Final = re.compile(f"{JOINS}[A-Za-z0-9_.-]{{0,64}}\\Z".encode())

_ESCAPE: Final = r"\\(?!\\{0,2}[\"'nrtu])."
_QUERY: Final = re.compile(rf"(?:{LOOSE}|[^&\x00-\x20\"'<>#\\`\[]++|\[|{_ESCAPE})*".encode())
_QUERY_IN_QUERY: Final = re.compile(rf"(?:{LOOSE}|[^&%\x00-\x20\"'<>#\\`\[]++|\[|%(?!(?:25)*26))*".encode())
_TOKEN68: Final = re.compile(rf"(?:{LOOSE}|[^\x00-\x20\"'<>,;\\`(){{}}\[\]]++)*".encode())
_LOOSE_MARKS: Final = re.compile(f"(?:{LOOSE})*".encode())
_SMALL_WORD: Final = re.compile(rb"[a-z]{0,20}|.{0,3}")
_AUTHORITY: Final = re.compile(rb"[^/?#\x00-\x20\"'<>\\]*+")
_ESCAPED: Final = re.compile(rb"\\{1,3}u00([0-9A-Fa-f]{2})|\\{1,3}/")


def _is_bare(name: re.Match[bytes]) -> bool:
    """A member of JSON that is no text: put a mark there, and it is JSON no more."""
    return name["named"] is not None and name["quote"] is None


def _of_a_query(equals: bytes) -> re.Pattern[bytes]:
    return _QUERY_IN_QUERY if equals.startswith(b"%") else _QUERY


def _of_a_parameter(text: bytes, name: re.Match[bytes], reach: Reach, *, weak: bool) -> Measured:
    value = extent(text, name.end("equals"), reach, _of_a_query(name["equals"]))
    return _judged(value, PARAMETER, _is_worth_it if weak else _is_any)


def _judged(value: Value, type_: str, is_secret: Callable[[bytes], bool]) -> Measured:
    seen = value.text[value.start : value.end]
    if any(not is_placeholder(one) and is_secret(one) for one in readings(seen)):
        end = value.all_of_it()
        return (Span(value.start, end, type_, _plainly(without_marks(value.text[value.start : end]))),)
    return Looked(value.end + _MOST_BEHIND)


def _plainly(value: bytes) -> bytes:
    if b"\\" in value:
        value = _ESCAPED.sub(lambda one: bytes((int(one[1], 16),)) if one[1] else b"/", value)
    return unquote_to_bytes(value) if b"%" in value else value


def _before(text: bytes, at: int, reach: Reach) -> bytes | None:
    """Give how a parameter's name begins that goes on here, from `?` or `&`; `;` parts other lists too."""
    before = _JOIN_BEFORE.search(text[max(reach.floor, at - 72) : at])
    return None if before is None or before[0].startswith(b";") else before[0]


def _is_any(value: bytes) -> bool:
    return bool(value)


def _is_worth_it(value: bytes) -> bool:
    return could_be_secret(_plainly(value))


def _is_no_small_word(value: bytes) -> bool:
    return _SMALL_WORD.fullmatch(value) is None


def _is_negotiated(value: bytes) -> bool:
    return value.startswith((b"YI", b"TlRM")) and len(value) >= 16


def _is_bearer(value: bytes) -> bool:
    return looks_random(value) and b"=" not in value.rstrip(b"=")  # RFC 6750 section 2.1


def _is_header(value: bytes) -> bool:
    return len(value) >= 6 and b" " not in value


def _is_listed_header(value: bytes) -> bool:
    """Not another name, as in a list of them."""
    return b" " not in value and could_be_secret(value)


def _is_long_basic(value: bytes) -> bool:
    return len(value) >= 8 and is_basic(value)


def _is_cookie(value: bytes) -> bool:
    """Not a word: `session=established` is no cookie, and chance has digits."""
    return could_be_secret(value)


def _is_userinfo(value: bytes) -> bool:
    name, colon, password = value.partition(b":")
    if is_placeholder(password if colon else name) or _IN_MANUALS.fullmatch(value):
        return False
    return bool(colon) or (len(value) >= 20 and looks_random(value))


def _is_curl_password(value: bytes) -> bool:
    return len(value) >= 3


def _is_quoted(value: bytes) -> bool:
    return len(value) >= 5


def _is_word(value: bytes) -> bool:
    return len(value) >= 5 and (looks_random(value) or b" " not in value)


def _is_sure_word(value: bytes) -> bool:
    """Not of a sentence, or of code: `PASSWORDS: Final`."""
    return looks_random(value) and _DIGIT.search(value) is not None


def _is_key(value: bytes) -> bool:
    return len(value) >= 8 and b" " not in value and looks_random(value) and _PATH.match(value) is None


def _is_sure_key(value: bytes) -> bool:
    return _is_key(value) and _DIGIT.search(value) is not None


def _is_worth_a_key(value: bytes) -> bool:
    return _is_key(value) and could_be_secret(value)


def _is_sure_and_worth_it(value: bytes) -> bool:
    return _is_sure_key(value) and could_be_secret(value)


_PATH: Final = re.compile(
    rb"(?:[a-z]{1,8}:/|[./~])?/[A-Za-z]|[a-z0-9-]++(?:\.[a-z0-9-]++){1,}(?::[0-9]+|/|\Z)"
)
"""A file, a URL or a host name: where a secret is, not what it is."""
