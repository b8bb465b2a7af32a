"""What reached the backend? It answers with the request that it got, as JSON, and keeps it."""

import json

from tests.wire.http_message import Message
from tests.wire.recording_server import RecordingServer, Reply


class EchoBackend(RecordingServer):
    """The application behind the proxy. `requests` holds every request, byte for byte."""

    def __init__(self) -> None:
        super().__init__(echo)


def echo(request: Message) -> Reply:
    """The request as JSON: `request_line`, `headers` as pairs in their order, `body`.

    A request for WebSocket is granted.
    """
    if any(value.lower() == "websocket" for value in request.values("upgrade")):
        return Reply(status=101, headers=(("Upgrade", "websocket"), ("Connection", "Upgrade")))
    seen = {
        "request_line": request.start_line,
        "headers": request.headers,
        "body": request.body.decode("latin-1"),
    }
    return Reply(headers=(("Content-Type", "application/json"),), body=json.dumps(seen).encode())
