"""Is this process alive, is it ready, and what has it counted?"""

import re
from collections.abc import Callable
from typing import Final

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.pages import METHOD_NOT_ALLOWED, NOSNIFF, NOT_FOUND, PLAIN, path_of, reads


class AdminPages:
    """The pages of the admin listener, for the kubelet and Prometheus.

    `ready` gives None, or one reason of a fixed vocabulary (`keys_unavailable`); what does not look like one
    is not shown. `metrics` gives the exposition and its content type.
    """

    __slots__ = ("_metrics", "_ready")

    def __init__(self, ready: Callable[[], str | None], metrics: Callable[[], tuple[bytes, bytes]]) -> None:
        self._ready = ready
        self._metrics = metrics

    def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request: 200, 404, 405 or 503. Never echoes anything of it."""
        match path_of(request):
            case b"/livez":
                page = _alive
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

    def _exposition(self) -> HttpAnswer:
        body, content_type = self._metrics()
        headers = ((b"Content-Type", content_type), (b"Cache-Control", b"no-store"), NOSNIFF)
        return HttpAnswer(status=200, headers=headers, body=body)


# --- private ---

_OK: Final = HttpAnswer(status=200, headers=PLAIN, body=b"ok\n")
_REASON: Final = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)


def _alive() -> HttpAnswer:
    return _OK
