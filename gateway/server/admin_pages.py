"""Is this process alive, is it ready, and what has it counted?"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.pages import METHOD_NOT_ALLOWED, NOSNIFF, NOT_FOUND, PLAIN, path_of, reads

Exposition = tuple[Iterable[bytes], bytes]
"""The body, piece by piece, and the content type."""


class AdminPages:
    """The pages of the admin listener, for the kubelet and Prometheus.

    `ready` gives None, or one reason of a fixed vocabulary (`keys_unavailable`); what does not look like one
    is not shown. `metrics` gives the exposition and its content type; between two pieces others have their
    turn.
    """

    __slots__ = ("_metrics", "_ready")

    def __init__(self, ready: Callable[[], str | None], metrics: Callable[[], Exposition]) -> None:
        self._ready = ready
        self._metrics = metrics

    def __call__(self, request: HttpRequest) -> HttpAnswer | Coroutine[Any, Any, HttpAnswer]:
        """Answer one request: 200, 404, 405 or 503. Never echoes anything of it."""
        match path_of(request):
            case b"/livez":
                page: _Page = _alive
            case b"/readyz":
                page = self._readiness
            case b"/metrics":
                page = self._exposition
            case _:
                return NOT_FOUND
        return page() if reads(request) else METHOD_NOT_ALLOWED

    def _readiness(self) -> HttpAnswer:
        reason = self._ready()
        if reason is None:
            return _OK
        line = reason if _REASON.fullmatch(reason) else "not_ready"
        return HttpAnswer(status=503, headers=PLAIN, body=line.encode("ascii") + b"\n")

    async def _exposition(self) -> HttpAnswer:
        pieces, content_type = self._metrics()
        body = bytearray()
        for piece in pieces:
            body += piece
            await asyncio.sleep(0)
        headers = ((b"Content-Type", content_type), (b"Cache-Control", b"no-store"), NOSNIFF)
        return HttpAnswer(status=200, headers=headers, body=bytes(body))


# --- private ---

_Page = Callable[[], HttpAnswer | Coroutine[Any, Any, HttpAnswer]]
_OK: Final = HttpAnswer(status=200, headers=PLAIN, body=b"ok\n")
_REASON: Final = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)


def _alive() -> HttpAnswer:
    return _OK
