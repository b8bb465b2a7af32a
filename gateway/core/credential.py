"""What did the client present, and can it be taken away from the backend?

Exactly one credential, in a place that the policy accepts and that this proxy cleans. Two are one too
many even where one is good (RFC 6750 section 2): nobody can say which of them the backend would have
believed. A token in the query that the policy does not accept is refused rather than passed on.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, assert_never
from urllib.parse import unquote_plus

from gateway.core.facts import RequestFacts
from gateway.core.policy import (
    BearerCredential,
    CookieCredential,
    CredentialSource,
    HeaderCredential,
    QueryCredential,
)
from gateway.core.reason import Reason, Refusal


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token as presented. Nothing about it is believed, and it is never printed."""

    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """The one credential of a request, and what is left of the cookies without it."""

    token: UnverifiedToken | None
    cookies_left: bytes | None = field(default=None, repr=False)
    """The Cookie header the backend may have; None where the policy has no cookie credential."""


def extract(facts: RequestFacts, sources: Iterable[CredentialSource]) -> Presented:
    """Find the credential among the places that the policy accepts.

    Raises: Refusal(credential_ambiguous | credential_malformed | credential_misplaced |
    credential_unremovable). A missing credential is not refused here: a public route needs none.
    """
    sources = tuple(sources)
    _check_query(facts, sources)
    found = [text for source in sources for text in _look(facts, source)]
    if len(found) > 1:
        raise Refusal(Reason.CREDENTIAL_AMBIGUOUS, f"{len(found)} credentials")
    token = None
    if found:
        if _B64TOKEN.fullmatch(found[0]) is None:
            raise Refusal(Reason.CREDENTIAL_MALFORMED)
        token = UnverifiedToken(found[0])
    return Presented(token=token, cookies_left=_cookies_left(facts, sources))


def parameter_name(key: bytes) -> str:
    """Give the name that the laxest reader of a query makes of this key.

    Unescaped, without white space around, lower case; as PHP reads it, up to a NUL or `[`, with `_` for a
    dot or a space.
    """
    name = unquote_plus(key.decode("ascii", "replace"))
    name = re.split(r"[\0\[]", name, maxsplit=1)[0].strip().lower()
    return name.replace(".", "_").replace(" ", "_")


# --- private ---

_B64TOKEN: Final = re.compile(rb"[A-Za-z0-9._~+/-]++=*+")  # RFC 6750 section 2.1
_SCHEME: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +(.*))?", re.DOTALL)
_AS_UNDERSCORE: Final = bytes.maketrans(b".+", b"__")  # see parameter_name
_QUERY_TOKEN: Final = "access_token"  # RFC 6750 section 2.3  # noqa: S105


def _look(facts: RequestFacts, source: CredentialSource) -> Iterator[bytes]:
    match source:
        case BearerCredential():
            yield from _bearer(facts.header_values(b"authorization"))
        case HeaderCredential(name=name):
            yield from filter(None, facts.header_values(name.encode()))
        case CookieCredential(name=name):
            yield from _cookie_values(facts, name.encode())
        case QueryCredential(name=name):
            yield from (value for key, value in _pairs(facts.query) if key == name.encode())
        case _:
            assert_never(source)


def _bearer(values: list[bytes]) -> Iterator[bytes]:
    """Another scheme is no credential of ours; an empty header is none at all."""
    if len(values) > 1:
        raise Refusal(Reason.CREDENTIAL_AMBIGUOUS, "more than one Authorization header")
    for value in filter(None, values):
        match = _SCHEME.fullmatch(value)
        if match is None:
            raise Refusal(Reason.CREDENTIAL_MALFORMED)
        if match[1].lower() == b"bearer":  # RFC 9110 section 11.1: the scheme is case-insensitive
            yield match[2] or b""


def _cookies(facts: RequestFacts) -> list[bytes]:
    """Split Cookie headers as a browser joined them: at `;`, and only there (RFC 6265 section 4.2.1).

    White space is SP and HTAB alone. Readers that also split at other characters, or trim more of
    them, let a sibling domain forge a `__Host-` name.
    """
    joined = b";".join(facts.header_values(b"cookie"))
    return [pair.strip(b" \t") for pair in joined.split(b";") if pair.strip(b" \t")]


def _cookie_values(facts: RequestFacts, name: bytes) -> Iterator[bytes]:
    prefix = name + b"="
    for pair in _cookies(facts):
        if pair.startswith(prefix):
            yield pair[len(prefix) :]


def _cookies_left(facts: RequestFacts, sources: tuple[CredentialSource, ...]) -> bytes | None:
    names = [source.name.encode() for source in sources if isinstance(source, CookieCredential)]
    if not names:
        return None
    pairs = _cookies(facts)
    left = [pair for pair in pairs if pair.partition(b"=")[0] not in names]
    if len(left) < len(pairs) and not facts.can_remove_cookie:
        raise Refusal(Reason.CREDENTIAL_UNREMOVABLE, "cookie")
    return b"; ".join(left)


def _pairs(query: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Split a query at `&` and at `;`, since some backends do."""
    for pair in re.split(b"[&;]", query):
        key, _, value = pair.partition(b"=")
        yield key, value


def _check_query(facts: RequestFacts, sources: tuple[CredentialSource, ...]) -> None:
    """Refuse tokens in the query that are not asked for, or that the proxy cannot take out of it."""
    if not facts.query:
        return
    accepted = {source.name for source in sources if isinstance(source, QueryCredential)}
    watched = {parameter_name(name.encode()) for name in (*accepted, _QUERY_TOKEN)}
    lowered = facts.query.lower().translate(_AS_UNDERSCORE)
    if b"%" not in lowered and not any(name.encode() in lowered for name in watched):
        return  # most queries: nothing in it could be one of the names
    for key, _ in _pairs(facts.query):
        if parameter_name(key) not in watched:
            continue
        # An escaped or re-cased spelling is one that the proxy's own removal would miss.
        if key.decode("ascii", "replace") not in accepted:
            raise Refusal(Reason.CREDENTIAL_MISPLACED, "query")
        if not facts.can_remove_query:
            raise Refusal(Reason.CREDENTIAL_UNREMOVABLE, "query")
