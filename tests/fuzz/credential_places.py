"""Any cookies and any query give one token as it was sent, none, or a refusal.

A token that is found stands in the request as one piece. What is left of the cookies holds no cookie of its
name and every other one, in order, as the reference below splits them. Where a token is accepted, no reader
of the query, however lax, finds another one in it. Nothing but `Refusal` is ever raised. Lines of the input:
Cookie, query, Authorization, X-Api-Token.
"""

from collections.abc import Iterator

from gateway.core.credential import (
    MAX_COOKIES,
    UnverifiedToken,
    extract,
    parameter_keys,
    parameter_name,
    token_of,
)
from gateway.core.facts import RequestFacts
from gateway.core.policy import (
    BearerCredential,
    CookieCredential,
    CredentialSource,
    HeaderCredential,
    QueryCredential,
    places_of,
)
from gateway.core.reason import Refusal
from tests.builders import facts

_COOKIE = CookieCredential(name="__Host-t")
_POLICIES: tuple[tuple[CredentialSource, ...], ...] = (
    (BearerCredential(),),
    (BearerCredential(), _COOKIE),
    (BearerCredential(), _COOKIE, HeaderCredential(name="x-api-token"), QueryCredential(name="jwt")),
)
_NAMES = (b"cookie", b"", b"authorization", b"x-api-token")


def check(octets: bytes) -> None:
    """Judge the octets as the four places of a request."""
    lines = [*octets.split(b"\n"), b"", b"", b"", b""][:4]
    headers = tuple((name, line) for name, line in zip(_NAMES, lines, strict=True) if name and line)
    asked = facts(b"/v1/orders?" + lines[1], *headers, can_remove_query=True)
    for sources in _POLICIES:
        try:
            presented = extract(asked, places_of(sources))
            token = token_of(presented)
        except Refusal:
            continue
        _check_token(asked, token, sources, lines)
        if _COOKIE in sources:
            assert presented.cookies_left == b"; ".join(_left(lines[0]))
    _check_keys(lines[1])


def _check_token(
    asked: RequestFacts,
    token: UnverifiedToken | None,
    sources: tuple[CredentialSource, ...],
    lines: list[bytes],
) -> None:
    if token is not None:
        assert any(token.text in line for line in lines)
        assert token.text.isascii()
    accepted = {source.name for source in sources if isinstance(source, QueryCredential)}
    read = [key for key in _keys(asked.query) if parameter_name(key) in {"access_token", *accepted}]
    assert len(read) <= (token is not None)
    assert all(key.decode() in accepted for key in read)


def _left(cookies: bytes) -> list[bytes]:
    """By hand, character by character."""
    pairs, current = [], b""
    for byte in cookies + b";":
        if byte != 0x3B:
            current += bytes((byte,))
            continue
        while current[:1] in (b" ", b"\t") and current:
            current = current[1:]
        while current[-1:] in (b" ", b"\t") and current:
            current = current[:-1]
        if current and current.split(b"=")[0] != b"__Host-t":
            pairs.append(current)
        current = b""
    assert cookies.count(b";") <= MAX_COOKIES
    return pairs


def _check_keys(query: bytes) -> None:
    for names in (("access_token",), ("_method",), ("jwt", "access_token")):
        found = [key for key in _keys(query) if parameter_name(key) in names]
        assert list(parameter_keys(query, names)) == found


def _keys(query: bytes) -> Iterator[bytes]:
    for pair in query.replace(b";", b"&").split(b"&"):
        yield pair.split(b"=", 1)[0]
