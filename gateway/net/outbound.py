"""How may one issuer be reached?

What the operator wrote beside an issuer about fetching its metadata and keys, as plain values. The
defaults are the narrow ones: https, the system's certificate authorities, public addresses only.
"""

from dataclasses import dataclass

from gateway.net.url import UrlRefused, check_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One issuer's way out. Raises: ValueError for a proxy that is not a plain `http://` URL."""

    ca_file: str | None = None
    """PEM file of the only certificate authorities that are trusted; None is the system's."""
    proxy: str | None = None
    """`http://host:port` of a CONNECT proxy, user info allowed. Never taken from the environment."""
    allow_private_network: bool = False
    """Loopback, RFC 1918, unique local and shared addresses may be dialed."""
    allow_http: bool = False
    token_file: str | None = None
    """Sent as a Bearer token to the issuer's own https origin; read again at each fetch."""

    old_certificates: bool = False
    """Certificates without key identifiers are believed as well, whatever Python's default is."""

    def __post_init__(self) -> None:
        """Refuse what aiohttp would only fail at, much later, with a message that names the URL."""
        if self.proxy is None:
            return
        try:
            url = check_url(self.proxy, allow_http=True, allow_userinfo=True)
        except UrlRefused as refused:
            raise ValueError(f"proxy: {refused}") from None
        if url.scheme != "http":
            raise ValueError("proxy: not an http:// URL")
