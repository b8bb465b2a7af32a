"""What did the client present, and can it be taken away from the backend?

Exactly one credential, in a place that the policy accepts and that this proxy cleans. Two are one too
many even where one is good (RFC 6750 section 2): nobody can say which of them the backend would have
believed. A token in the query that the policy does not accept is refused rather than passed on.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from gateway.core.facts import ClientCertificate, RequestFacts
from gateway.core.headers import Headers
from gateway.core.policy import CredentialPlaces
from gateway.core.reason import Reason, Refusal

MAX_COOKIES: Final = 512
"""Browsers keep fewer than 200 for one domain. Counted where a policy looks for its token in cookies."""


PROTOCOL_HEADER: Final = b"sec-websocket-protocol"


class UnverifiedToken(NamedTuple):
    """A token as presented. Nothing about it is believed, and it is never printed."""

    text: bytes

    def __repr__(self) -> str:
        return "UnverifiedToken()"


class Presented(NamedTuple):
    """The one credential of a request, what is left of the cookies, and what was shown beside it."""

    text: bytes | None
    """What stands where a token belongs; whether it is one, `token` says."""
    cookies_left: bytes | None = None
    """The Cookie header the backend may have; None where the policy has no cookie credential."""
    certificate: ClientCertificate | None = None
    """What is known of the certificate that was shown beside it (`RequestFacts.certificate`)."""

    def __repr__(self) -> str:
        return f"Presented({'nothing' if self.text is None else 'something'})"


def extract(facts: RequestFacts, places: CredentialPlaces) -> Presented:
    """Find the credential among the places that the policy accepts.

    Raises: Refusal(credential_ambiguous | credential_malformed | credential_misplaced |
    credential_unremovable). A missing credential is not refused here: a public route needs none.
    """
    target = facts.target
    # Most queries hold nothing that anybody could read as `access_token`.
    if _QUESTION in target and (places.queries or _PERCENT in target or target.lower().find(b"oken") >= 0):
        _check_query(facts, places)
    found = _bearer(facts.headers) if places.bearer else None
    if places.headers or places.cookies or places.queries or places.protocols:
        others = list(_elsewhere(facts, places))
        if len(others) > (found is None):
            raise Refusal(Reason.CREDENTIAL_AMBIGUOUS, "more than one credential")
        found = others[0] if others else found
    told = places.cookies and not facts.strips_cookies
    return Presented(found, _cookies_told(facts, places) if told else None, facts.certificate)


def cookies_left(headers: Headers, credentials: frozenset[bytes]) -> bytes:
    """Give the Cookie header without those that are `credentials`, the others octet for octet."""
    pairs = [pair for pair in _cookies(headers) if pair.partition(b"=")[0] not in credentials]
    return b"; ".join(pairs)


def subprotocols(headers: Headers) -> list[bytes]:
    """Give the items of Sec-WebSocket-Protocol, in one line or several (RFC 6455 section 11.3.4)."""
    items = (item.strip(b" \t") for item in b",".join(headers.all(PROTOCOL_HEADER)).split(b","))
    return [item for item in items if item]


def is_cookie(text: bytes, facts: RequestFacts, places: CredentialPlaces) -> bool:
    """Whether this credential, as `extract` has found it, is a cookie's: a browser attaches it by itself."""
    pairs = (pair.partition(b"=") for pair in _cookies(facts.headers))
    return any(name in places.cookies and value == text for name, _, value in pairs)


def token_of(presented: Presented) -> UnverifiedToken | None:
    """Give the token that was presented, if any. Raises: Refusal(credential_malformed).

    The last of what costs time in proportion to the token and needs no key: a remembered one is spared it.
    """
    if presented.text is None:
        return None
    unpadded = presented.text.rstrip(b"=")
    if not unpadded or unpadded.translate(None, _OF_B64TOKENS):
        raise Refusal(Reason.CREDENTIAL_MALFORMED)
    return UnverifiedToken(presented.text)


def parameter_keys(query: bytes, names: Iterable[str]) -> Iterator[bytes]:
    """Give every key of the query, as sent, of which the laxest reader may make one of the names.

    Names as `parameter_name` gives them. Nothing that a reader does makes a key longer: what is shorter than
    a name cannot become it. So the work is that of one reading of the query, however many keys it has.
    """
    names = tuple(names)
    read = _as_one_name(unquote_plus(query.decode("ascii", "replace")))
    if not any(name in read for name in names):
        return
    shortest = min(map(len, names))
    for key, _ in _pairs(query):
        if len(key) >= shortest and parameter_name(key) in names:
            yield key


def parameter_name(key: bytes) -> str:
    """Give the name that the laxest reader of a query makes of this key.

    Unescaped, without white space around, lower case; as PHP reads it, up to a NUL or `[`, with `_` for a
    dot or a space.
    """
    name = unquote_plus(key.decode("ascii", "replace"))
    return _as_one_name(re.split(r"[\0\[]", name, maxsplit=1)[0].strip())


# --- private ---

_OF_B64TOKENS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
"""RFC 6750 section 2.1: one or more of these, then any number of `=`. A regex takes eight times as long."""
_SCHEME: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +(.*))?", re.DOTALL)
# An octet is looked for as a number: `bytes in bytes` tries that first, and fails with an exception inside.
_QUESTION: Final = ord("?")
_PERCENT: Final = ord("%")
_COMMA: Final = ord(",")
_QUERY_TOKEN: Final = b"access_token"  # RFC 6750 section 2.3


def _as_one_name(text: str) -> str:
    return text.lower().replace(".", "_").replace(" ", "_")


def _bearer(headers: Headers) -> bytes | None:
    """Another scheme is no credential of ours; an empty header is none at all."""
    places = headers.shape.places(b"authorization")
    if not places:
        return None
    if len(places) > 1:
        raise Refusal(Reason.CREDENTIAL_AMBIGUOUS, "more than one Authorization header")
    value = headers.values[places[0]]
    if value[:7] == b"Bearer " and value[7:8] != b" ":  # as nearly all clients write it
        return value[7:]
    if not value:
        return None
    match = _SCHEME.fullmatch(value)
    if match is None:
        raise Refusal(Reason.CREDENTIAL_MALFORMED)
    # RFC 9110 section 11.1: the scheme is case-insensitive
    return (match[2] or b"") if match[1].lower() == b"bearer" else None


def _elsewhere(facts: RequestFacts, places: CredentialPlaces) -> Iterator[bytes]:
    for name in places.headers:
        yield from filter(None, facts.header_values(name))
    if places.cookies:
        for name, equals, value in (pair.partition(b"=") for pair in _cookies(facts.headers)):
            if equals and name in places.cookies:
                yield value
            elif _COMMA in value or _COMMA in name:
                _check_commas(name + equals + value, places)
    if places.queries:
        yield from (value for name, value in _pairs(facts.query) if name in places.queries)
    if places.protocols:
        yield from _in_subprotocols(facts, places)


def _in_subprotocols(facts: RequestFacts, places: CredentialPlaces) -> Iterator[bytes]:
    for item in subprotocols(facts.headers):
        for prefix in places.protocols:
            if item.startswith(prefix):
                if not facts.can_remove_protocol:
                    raise Refusal(Reason.CREDENTIAL_UNREMOVABLE, PROTOCOL_HEADER.decode())
                yield item[len(prefix) :]


def _cookies(headers: Headers) -> list[bytes]:
    """Split Cookie headers as a browser joined them: at `;`, and only there (RFC 6265 section 4.2.1).

    White space is SP and HTAB alone. Readers that also split at other characters, or trim more of
    them, let a sibling domain forge a `__Host-` name.
    """
    joined = b";".join(headers.all(b"cookie"))
    if joined.count(b";") > MAX_COOKIES:
        raise Refusal(Reason.CREDENTIAL_MALFORMED, f"more than {MAX_COOKIES} cookies")
    pairs = (pair.strip(b" \t") for pair in joined.split(b";"))
    return [pair for pair in pairs if pair]


def _check_commas(pair: bytes, places: CredentialPlaces) -> None:
    """Refuse a token behind a comma: some proxies join Cookie headers with one, some backends split there.

    (RFC 2965 section 3.3.4 told servers to. To RFC 6265 it is an octet of the value, and so to us.)
    """
    names = (part.strip(b" \t").partition(b"=")[0].rstrip(b" \t") for part in pair.split(b",")[1:])
    if not places.cookies.isdisjoint(names):
        raise Refusal(Reason.CREDENTIAL_AMBIGUOUS, "a token behind a comma in a cookie")


def _cookies_told(facts: RequestFacts, places: CredentialPlaces) -> bytes:
    named = {pair.partition(b"=")[0] for pair in _cookies(facts.headers)}
    if not facts.can_remove_cookie and not places.cookies.isdisjoint(named):
        raise Refusal(Reason.CREDENTIAL_UNREMOVABLE, "cookie")
    return cookies_left(facts.headers, places.cookies)


def _pairs(query: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Split a query at `&` and at `;`, since some backends do."""
    for pair in re.split(b"[&;]", query):
        key, _, value = pair.partition(b"=")
        yield key, value


def _check_query(facts: RequestFacts, places: CredentialPlaces) -> None:
    """Refuse tokens in the query that are not asked for, or that the proxy cannot take out of it."""
    watched = {parameter_name(name) for name in (*places.queries, _QUERY_TOKEN)}
    for key in parameter_keys(facts.query, watched):
        # An escaped or re-cased spelling is one that the proxy's own removal would miss.
        if key not in places.queries:
            raise Refusal(Reason.CREDENTIAL_MISPLACED, "query")
        if not facts.can_remove_query:
            raise Refusal(Reason.CREDENTIAL_UNREMOVABLE, "query")
