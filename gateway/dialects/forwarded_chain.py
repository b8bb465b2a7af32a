"""Whom does a chain of load balancers serve, and how did that client come in?

Two families of headers say it: `Forwarded` (RFC 7239), and X-Forwarded-For with X-Forwarded-Proto. The
operator names one of them and the proxies whose word is taken. A chain is read from its end, for only the
end is ours: the nearest hop that is not listed is the client, and what stands before it is that client's own
story, which nobody reads.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.core.policy import Network
from gateway.core.reason import Reason, Refusal
from gateway.dialects.forwarded import client_address, is_listed

MAX_HOPS: Final = 16
"""So many listed proxies may stand in one chain."""


class Hop(NamedTuple):
    """One step of a chain, as the proxy behind it tells it."""

    address: str
    scheme: bytes | None
    """None where that proxy said nothing of it."""


def nearest_untrusted(hops: Iterator[Hop], trusted: frozenset[Network]) -> Hop:
    """Give the first hop, from the end, that is no listed proxy; the last one where all of them are.

    Raises: Refusal(carrier_missing | carrier_malformed), also for a chain of more than MAX_HOPS proxies.
    """
    hop = None
    for _, hop in zip(range(MAX_HOPS), hops, strict=False):
        if not is_listed(hop.address, trusted):
            return hop
    if hop is None:
        raise Refusal(Reason.CARRIER_MISSING, "the client's address")
    if next(hops, None) is not None:
        raise Refusal(Reason.CARRIER_MALFORMED, f"more than {MAX_HOPS} proxies")
    return hop


def x_forwarded_hops(lines: list[bytes], scheme: bytes | None) -> Iterator[Hop]:
    """Give the hops of X-Forwarded-For, the last first. Several lines are one list (RFC 9110 section 5.3).

    HAProxy appends a line of its own. X-Forwarded-Proto says it once, for the whole chain.
    """
    if lines:
        for text in reversed_items(b",".join(lines)):
            yield Hop(client_address(text), scheme)


def forwarded_hops(lines: list[bytes]) -> Iterator[Hop]:
    """Give the hops of Forwarded, the last first (RFC 7239 section 4). Each must name an address.

    An obfuscated identifier or `unknown` (section 6) is no address: refused, where it is reached.
    """
    if lines:
        for element in _reversed_elements(b",".join(lines)):
            yield _hop(element)


def reversed_items(joined: bytes) -> Iterator[bytes]:
    """Split at commas from the end: a thousand hops of a client's own cost nothing."""
    while True:
        joined, comma, item = joined.rpartition(b",")
        yield item.strip(b" \t")
        if not comma:
            return


# --- private ---

_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# No backslash in a quoted string: nothing that may stand there needs one, and readers differ about it.
_PAIR: Final = re.compile(rb"(" + _TOKEN + rb")=(?:(" + _TOKEN + rb')|"([ !#-\[\]-~]*)")')
_NODE: Final = re.compile(rb"(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}))(?::[0-9]{1,5})?")
_NAMES: Final = frozenset({b"for", b"proto", b"by", b"host"})


def _reversed_elements(joined: bytes) -> Iterator[bytes]:
    """The same for a list whose items may hold quoted commas: an element has an even number of quotes."""
    parts: list[bytes] = []
    for item in reversed_items(joined):
        parts.insert(0, item)
        element = b",".join(parts)
        if element.count(b'"') % 2 == 0:
            yield element
            parts.clear()
        elif len(parts) > MAX_HOPS:
            break
    if parts:
        raise Refusal(Reason.CARRIER_MALFORMED, "forwarded")


def _hop(element: bytes) -> Hop:
    found: dict[bytes, bytes] = {}
    for pair in element.split(b";"):
        match = _PAIR.fullmatch(pair)
        name = b"" if match is None else match[1].lower()  # RFC 7239 section 4: case-insensitive
        if match is None or name in found or name not in _NAMES:
            raise Refusal(Reason.CARRIER_MALFORMED, "forwarded")
        found[name] = match[2] or match[3] or b""
    if b"for" not in found:
        raise Refusal(Reason.CARRIER_MISSING, "for= in forwarded")
    node = _NODE.fullmatch(found[b"for"])
    if node is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "forwarded")
    return Hop(client_address(node[1] or node[2]), found.get(b"proto"))
