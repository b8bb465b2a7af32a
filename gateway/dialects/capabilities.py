"""What can a proxy do with our answer, and what can it not?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Declared by each dialect; what is not declared is refused, never hoped for."""

    removes_header_by_omission: bool
    """A header that is configured and absent from our answer does not reach the backend."""
    replaces_cookies: bool
    """The Cookie header can be replaced by the one in our answer."""
    removes_query: bool
    """A query parameter can be taken out of the target, where the configuration says so."""
    relays_refusals: bool
    """Status, headers and body of a refusal reach the client as we gave them."""
    answers_preflight: bool
    """Our answer to a CORS preflight can reach the browser."""
    removes_subprotocols: bool = False
    """An item can be taken out of Sec-WebSocket-Protocol, and the others stay."""
