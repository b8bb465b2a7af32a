"""Which certificate authorities vouch for an issuer?"""

import asyncio
import ssl
from pathlib import Path

from gateway.net.failure import FailureKind, FetchFailed


class TlsContext:
    """The TLS context, made anew when the file of authorities changes (clusters rotate theirs).

    Compared by content: a clock that has not ticked since the last change cannot hide the next one.
    """

    def __init__(self, ca_file: str | None, *, strict: bool = True) -> None:
        """Where it is not `strict`, RFC 5280's rules of form are not insisted on, as Python 3.13 began to."""
        self._ca_file = ca_file
        self._strict = strict
        self._made: tuple[bytes, ssl.SSLContext] | None = None

    async def context(self) -> ssl.SSLContext:
        """Raises: FetchFailed(ca_file) where the file is missing or holds no certificate."""
        try:
            return await asyncio.to_thread(self._current)
        except OSError:  # ssl.SSLError is one
            raise FetchFailed(FailureKind.CA_FILE) from None

    def _current(self) -> ssl.SSLContext:
        content = self._content()
        if self._made is not None and self._made[0] == content:
            return self._made[1]
        made = self._new()
        if self._content() == content:  # else another one was loaded, or half of it
            self._made = content, made
        return made

    def _content(self) -> bytes:
        return b"" if self._ca_file is None else Path(self._ca_file).read_bytes()

    def _new(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca_file)
        if not self._strict:
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context
