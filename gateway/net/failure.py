"""Why did a fetch fail?

A closed vocabulary, fit for a metric label. What the other side said, and where we asked, stay out.
"""

from enum import StrEnum, unique


@unique
class FailureKind(StrEnum):
    """The ways in which a fetch ends without a document."""

    URL = "url"
    """Not a URL that we fetch (`gateway.net.url`)."""
    CA_FILE = "ca_file"
    TOKEN_FILE = "token_file"  # noqa: S105
    ADDRESS_REFUSED = "address_refused"
    """Every address of the host is one that we do not dial (`gateway.net.address_policy`)."""
    CONNECT = "connect"
    """Name not found, connection refused or reset."""
    PROXY = "proxy"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    """Not HTTP, or cut short."""
    REDIRECT = "redirect"
    STATUS = "status"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    CONTENT_TYPE = "content_type"


class FetchFailed(Exception):
    """No document. Never holds a URL, an answer's text or the error underneath, not even as context."""

    def __init__(
        self, kind: FailureKind, *, status: int | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(kind.value if status is None else f"{kind.value} {status}")
        self.kind = kind
        self.status = status
        self.retry_after_s = retry_after_s
        """What the server asked for, in seconds, not bounded. Never negative."""
