"""Is there anything in this request's headers that two readers would read differently?

The proxy's own headers are taken once each and never twice; a spelling that a CGI, WSGI or PHP backend
folds into a protected name is refused; so is everything that asks a proxy or a backend to remove a header
or to read another method. (RFC 9110 sections 5.3 and 7.6.1.) Nearly all of it is in the names, so it is
found once for each `Shape`.
"""

import re
from collections.abc import Callable
from operator import itemgetter
from typing import Final, NamedTuple

from gateway.core.credential import parameter_keys
from gateway.core.headers import Headers, Shape
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.reason import Reason, Refusal

METHOD_OVERRIDES: Final = frozenset(
    {b"x-http-method-override", b"x-http-method", b"x-method-override", b"x-original-method-override"}
)
CONNECTION_OPTIONS: Final = frozenset({b"close", b"keep-alive", b"upgrade", b"te", b"http2-settings"})
MAX_CONNECTION_OPTIONS: Final = 8


class Arrangement(NamedTuple):
    """What the names of a request's headers come to, whatever their values."""

    pick: Callable[[tuple[bytes | None, ...]], tuple[bytes | None, ...]]
    """Takes the proxy's own headers out of all values with a None behind them."""
    refusal: tuple[Reason, str] | None
    """The first name that is not allowed to be there."""
    connection: bool
    """There is a header whose value says what to remove."""


def take_carriers(
    headers: Headers, carriers: tuple[bytes, ...], credentials: frozenset[bytes]
) -> tuple[bytes | None, ...]:
    """Give the proxy's own headers in the order of `carriers`, and refuse a request with odd ones.

    None stands for one that the proxy did not send. `credentials` are the names of the headers that the
    policy takes a token from. Raises: Refusal(carrier_duplicate | header_lookalike |
    identity_header_forged | method_override | connection_option).
    """
    shape = headers.shape
    arrangement: Arrangement | None = shape.findings.get((carriers, credentials))
    if arrangement is None:
        arrangement = shape.findings[carriers, credentials] = _arrange(shape, carriers, credentials)
    if arrangement.refusal is not None:
        raise Refusal(*arrangement.refusal)
    if arrangement.connection:
        for value in headers.all(b"connection"):
            _check_connection(value)
    return arrangement.pick((*headers.values, None))


def check_method(method: bytes) -> str:
    """Give the method. Raises: Refusal(method_malformed): the names are case-sensitive (RFC 9110 9.1)."""
    known = _KNOWN_METHODS.get(method)
    if known is not None:
        return known
    if _METHOD.fullmatch(method) is None:
        raise Refusal(Reason.METHOD_MALFORMED)
    return method.decode("ascii")


def check_method_parameter(target: bytes) -> None:
    """Raises: Refusal(method_override) for a `_method` in the query, however it is escaped."""
    # Octets as numbers, and `find`: `bytes in bytes` fails with an exception inside before it looks.
    if _QUESTION not in target or (_PERCENT not in target and target.lower().find(b"method") < 0):
        return
    if any(parameter_keys(target.partition(b"?")[2], ("_method",))):
        raise Refusal(Reason.METHOD_OVERRIDE, "_method in the query")


def upgrade_of(headers: Headers) -> str | None:
    """The protocols that the client asks to upgrade to, lower case; None where it asks for none."""
    if not headers.shape.places(b"upgrade"):
        return None
    values = list(filter(None, headers.all(b"upgrade")))
    return b",".join(values).decode("ascii", "replace").lower() if values else None


def folded(name: bytes) -> bytes:
    """Give the one name that CGI, WSGI and PHP readers make of a header's name and of its look-alikes."""
    return name.translate(_FOLD)


# --- private ---

_FOLD: Final = bytes(
    b + 32 if 0x41 <= b <= 0x5A else b if 0x61 <= b <= 0x7A or 0x30 <= b <= 0x39 else 0x2D for b in range(256)
)
"""Letters to lower case, everything but letters and digits to a hyphen: what CGI readers confuse."""

_QUESTION: Final = ord("?")
_PERCENT: Final = ord("%")
_METHOD: Final = re.compile(rb"[A-Z](?:[A-Z-]{0,30}[A-Z])?")
_KNOWN_METHODS: Final = {
    name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
}
_IDENTITY: Final = frozenset(IDENTITY_HEADERS)
_ALWAYS: Final = (
    _IDENTITY
    | METHOD_OVERRIDES
    | {b"authorization", b"proxy-authorization", b"cookie", b"connection", b"host", b"origin", b"upgrade"}
)


_PLAIN_OPTIONS: Final = frozenset({b"close", b"keep-alive", b"upgrade"})
"""One option as proxies write it: most of what there is."""


def _arrange(shape: Shape, carriers: tuple[bytes, ...], credentials: frozenset[bytes]) -> Arrangement:
    protected = _ALWAYS.union(carriers, credentials)
    refusals = filter(None, (_name_refused(name, protected) for name in shape.names))
    refusal = next(refusals, None) or _twice(shape, carriers)
    places = [(*shape.places(name), -1)[0] for name in carriers]
    return Arrangement(_picking(places), refusal, bool(shape.places(b"connection")))


def _picking(places: list[int]) -> Callable[[tuple[bytes | None, ...]], tuple[bytes | None, ...]]:
    """Of one place, `itemgetter` would give what stands there, and no tuple."""
    return itemgetter(*places) if len(places) > 1 else lambda values: (values[places[0]],)


def _twice(shape: Shape, carriers: tuple[bytes, ...]) -> tuple[Reason, str] | None:
    for name in carriers:
        if len(shape.places(name)) > 1:
            return Reason.CARRIER_DUPLICATE, name.decode()
    return None


def _name_refused(name: bytes, protected: frozenset[bytes]) -> tuple[Reason, str] | None:
    plain = folded(name)
    if plain not in protected:
        return None
    if plain != name:
        return Reason.HEADER_LOOKALIKE, plain.decode()
    if name in _IDENTITY:
        return Reason.IDENTITY_HEADER_FORGED, name.decode()
    if name in METHOD_OVERRIDES:
        return Reason.METHOD_OVERRIDE, name.decode()
    return None


def _check_connection(value: bytes) -> None:
    if value in _PLAIN_OPTIONS:
        return
    options = [option.strip(b" \t").lower() for option in value.split(b",", MAX_CONNECTION_OPTIONS)]
    if len(options) > MAX_CONNECTION_OPTIONS or not CONNECTION_OPTIONS.issuperset(options):
        raise Refusal(Reason.CONNECTION_OPTION)
