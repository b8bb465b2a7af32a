"""Is there anything in this request's headers that two readers would read differently?

One pass over the headers: the proxy's own headers are taken once each and never twice; a spelling that a
CGI, WSGI or PHP backend folds into a protected name is refused; so is everything that asks a proxy or
a backend to remove a header or to read another method. (RFC 9110 sections 5.3 and 7.6.1.)
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from gateway.core.credential import parameter_name
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import CredentialSource, HeaderCredential
from gateway.core.reason import Reason, Refusal
from gateway.dialects.wire import HeaderPairs

METHOD_OVERRIDES: Final = frozenset(
    {b"x-http-method-override", b"x-http-method", b"x-method-override", b"x-original-method-override"}
)
CONNECTION_OPTIONS: Final = frozenset({b"close", b"keep-alive", b"upgrade", b"te", b"http2-settings"})
MAX_CONNECTION_OPTIONS: Final = 8


def take_carriers(
    headers: HeaderPairs, carriers: frozenset[bytes], credentials: tuple[CredentialSource, ...]
) -> Mapping[bytes, bytes]:
    """Give the proxy's own headers by name, and refuse a request with odd ones.

    Raises: Refusal(carrier_duplicate | header_lookalike | identity_header_forged | method_override |
    connection_option).
    """
    protected = _protected(carriers, credentials)
    taken: dict[bytes, bytes] = {}
    for name, value in headers:
        folded = name.translate(_FOLD)
        if folded not in protected:
            continue
        if folded != name:
            raise Refusal(Reason.HEADER_LOOKALIKE, folded.decode())
        if name in _IDENTITY:
            raise Refusal(Reason.IDENTITY_HEADER_FORGED, name.decode())
        if name in METHOD_OVERRIDES:
            raise Refusal(Reason.METHOD_OVERRIDE, name.decode())
        if name == b"connection":
            _check_connection(value)
        if name in carriers:
            if name in taken:
                raise Refusal(Reason.CARRIER_DUPLICATE, name.decode())
            taken[name] = value
    return taken


def check_method(method: bytes) -> str:
    """Give the method. Raises: Refusal(method_malformed): the names are case-sensitive (RFC 9110 9.1)."""
    if _METHOD.fullmatch(method) is None:
        raise Refusal(Reason.METHOD_MALFORMED)
    return method.decode("ascii")


def check_method_parameter(target: bytes) -> None:
    """Raises: Refusal(method_override) for a `_method` in the query, however it is escaped."""
    query = target.partition(b"?")[2]
    if b"method" not in query.lower() and b"%" not in query:
        return
    for pair in re.split(b"[&;]", query):
        if parameter_name(pair.partition(b"=")[0]) == "_method":
            raise Refusal(Reason.METHOD_OVERRIDE, "_method in the query")


def upgrade_of(headers: HeaderPairs) -> str | None:
    """The protocols that the client asks to upgrade to, lower case; None where it asks for none."""
    values = [value for name, value in headers if name == b"upgrade" and value]
    return b",".join(values).decode("ascii", "replace").lower() if values else None


# --- private ---

_FOLD: Final = bytes(
    b + 32 if 0x41 <= b <= 0x5A else b if 0x61 <= b <= 0x7A or 0x30 <= b <= 0x39 else 0x2D for b in range(256)
)
"""Letters to lower case, everything but letters and digits to a hyphen: what CGI readers confuse."""

_METHOD: Final = re.compile(rb"[A-Z](?:[A-Z-]{0,30}[A-Z])?")
_IDENTITY: Final = frozenset(IDENTITY_HEADERS)
_ALWAYS: Final = (
    _IDENTITY
    | METHOD_OVERRIDES
    | {b"authorization", b"proxy-authorization", b"cookie", b"connection", b"host", b"origin", b"upgrade"}
)


@lru_cache(maxsize=256)
def _protected(carriers: frozenset[bytes], credentials: tuple[CredentialSource, ...]) -> frozenset[bytes]:
    named = {source.name.encode() for source in credentials if isinstance(source, HeaderCredential)}
    return _ALWAYS | carriers | named


def _check_connection(value: bytes) -> None:
    options = [option.strip(b" \t").lower() for option in value.split(b",")]
    if len(options) > MAX_CONNECTION_OPTIONS or not CONNECTION_OPTIONS.issuperset(options):
        raise Refusal(Reason.CONNECTION_OPTION)
