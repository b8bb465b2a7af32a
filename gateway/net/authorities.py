"""Which certificate authorities vouch for an issuer?"""

import asyncio
import ssl
from pathlib import Path

from gateway.net.failure import FailureKind, FetchFailed


class TlsContext:
    """The TLS context, made anew when the file of authorities changes (clusters rotate theirs)."""

    def __init__(self, ca_file: str | None, *, strict: bool = True) -> None:
        """Where it is not `strict`, RFC 5280's rules of form are not insisted on, as Python 3.13 began to."""
        self._ca_file = ca_file
        self._strict = strict
        self._made: tuple[tuple[int, ...], ssl.SSLContext] | None = None

    async def context(self) -> ssl.SSLContext:
        """Raises: FetchFailed(ca_file) where the file is missing or holds no certificate."""
        try:
            version = self._version()
            if self._made is None or self._made[0] != version:
                made = await asyncio.to_thread(self._new)
                self._made = (version, made)
        except OSError:  # ssl.SSLError is one
            raise FetchFailed(FailureKind.CA_FILE) from None
        return self._made[1]

    def _new(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca_file)
        if not self._strict:
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context

    def _version(self) -> tuple[int, ...]:
        if self._ca_file is None:
            return ()
        status = Path(self._ca_file).stat()
        return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
