"""What reached the backend? It answers with the request that it got, as JSON, and keeps it."""

import base64
import hashlib
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
        accept = [("Sec-WebSocket-Accept", _accept(key)) for key in request.values("sec-websocket-key")]
        return Reply(status=101, headers=(("Upgrade", "websocket"), ("Connection", "Upgrade"), *accept))
    seen = {
        "request_line": request.start_line,
        "headers": request.headers,
        "body": request.body.decode("latin-1"),
    }
    return Reply(headers=(("Content-Type", "application/json"),), body=json.dumps(seen).encode())


def _accept(key: str) -> str:
    """RFC 6455 section 4.2.2. HAProxy looks whether it is right."""
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode(), usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode()
