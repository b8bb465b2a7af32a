"""Which web application does a browser open through the edge? One that is told what the browser sees.

It runs in a thread, on an event loop of its own.
"""

import asyncio
import queue
import threading
from collections.abc import Coroutine
from typing import Any, Final, Self

from aiohttp import WSMsgType, web

EVENTS: Final = 5
PAGE: Final = """\
<!doctype html><title>edge</title><script>
const token = "{token}"
const report = (what, detail) => fetch(`/public/report?what=${{what}}&detail=${{encodeURIComponent(detail)}}`)

function socket(what, target, protocols) {{
  const opened = new WebSocket(`ws://${{location.host}}${{target}}`, protocols)
  opened.binaryType = "arraybuffer"
  opened.onopen = () => {{ opened.send("grüße"); opened.send(new Uint8Array([0, 255]).buffer) }}
  const got = []
  opened.onmessage = event => {{
    got.push(typeof event.data === "string" ? event.data : new Uint8Array(event.data).join())
    if (got.length === 2) opened.close()
  }}
  opened.onclose = event => report(what, [opened.protocol, event.code, ...got].join("|"))
}}
socket("subprotocol", "/ws/a", ["chat", `bearer.${{token}}`])
socket("query", `/ws/b?x=1&access_token=${{token}}`, [])
socket("refused", "/ws/c", ["chat"])

const events = new EventSource(`/v1/events?access_token=${{token}}`)
events.onmessage = event => {{
  fetch(`/public/seen?event=${{event.data}}`)
  if (event.data === "{events}") {{ events.close(); report("events", event.lastEventId) }}
}}
</script>
"""


class Site:
    """A context manager."""

    def __init__(self, token: str) -> None:
        self.reports: queue.Queue[tuple[str, str]] = queue.Queue()
        """What the page has said: what, and how it went."""
        self.asked: list[tuple[str, dict[str, str]]] = []
        """Of each request: its target, and its headers."""
        self._page = PAGE.format(token=token, events=EVENTS)
        self._seen: dict[str, asyncio.Event] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --- private ---

    def _run(self, steps: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(steps, self._loop).result(30)

    async def _start(self) -> None:
        self._seen = {str(number): asyncio.Event() for number in range(1, EVENTS + 1)}
        app = web.Application()
        app.router.add_get("/public/page", self._say_page)
        app.router.add_get("/public/report", self._take_report)
        app.router.add_get("/public/seen", self._take_seen)
        app.router.add_get("/v1/events", self._say_events)
        app.router.add_get("/ws/{which}", self._converse)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]

    def _note(self, request: web.Request) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.raw_path, headers))

    async def _say_page(self, request: web.Request) -> web.Response:
        return web.Response(text=self._page, content_type="text/html")

    async def _take_report(self, request: web.Request) -> web.Response:
        self.reports.put((request.query["what"], request.query["detail"]))
        return web.Response()

    async def _take_seen(self, request: web.Request) -> web.Response:
        self._seen[request.query["event"]].set()
        return web.Response()

    async def _say_events(self, request: web.Request) -> web.StreamResponse:
        """Each event only once the browser has shown that it has seen the one before."""
        self._note(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number, seen in self._seen.items():
            await response.write(f"id: id-{number}\ndata: {number}\n\n".encode())
            await seen.wait()
        return response

    async def _converse(self, request: web.Request) -> web.WebSocketResponse:
        self._note(request)
        socket = web.WebSocketResponse(protocols=("chat",))
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await socket.send_bytes(message.data)
        return socket
