"""What does a program that watches a cluster see? These objects, and never another.

Lists and watches, as much as a controller needs to read what it is asked to serve. It stands in the place of
the cluster, not of the controller.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Object = Mapping[str, Any]
_RESOURCES = {
    "IngressClass": "ingressclasses",
    "Ingress": "ingresses",
    "Service": "services",
    "EndpointSlice": "endpointslices",
    "Secret": "secrets",
    "Middleware": "middlewares",
    "IngressRoute": "ingressroutes",
    # Looked for by Traefik, and not there.
    "IngressRouteTCP": "ingressroutetcps",
    "IngressRouteUDP": "ingressrouteudps",
    "MiddlewareTCP": "middlewaretcps",
    "ServersTransport": "serverstransports",
    "ServersTransportTCP": "serverstransporttcps",
    "TLSOption": "tlsoptions",
    "TLSStore": "tlsstores",
    "TraefikService": "traefikservices",
}
_KINDS = {resource: kind for kind, resource in _RESOURCES.items()}
_VERSION = "1"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of five, a controller that watches twelve kinds at once waits a second or more


class KubernetesApi:
    """An API server on loopback that holds these objects. A context manager."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self.asked: set[str] = set()
        self._objects: dict[str, list[Object]] = {}
        for number, one in enumerate(objects):
            metadata = {**one["metadata"], "uid": f"uid-{number}", "resourceVersion": _VERSION}
            self._objects.setdefault(_RESOURCES[one["kind"]], []).append({**one, "metadata": metadata})
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _list(self, path: str) -> dict[str, Any]:
        version, resource = _parts(path)
        return {
            "kind": f"{_KINDS.get(resource, '')}List",
            "apiVersion": version if resource in _KINDS else "v1",
            "metadata": {"resourceVersion": _VERSION},
            "items": self._objects.get(resource, []),
        }

    def _events(self, path: str, *, initial: bool) -> list[dict[str, Any]]:
        """What a watch begins with; the last word says that this was all (KEP-3157)."""
        if not initial:
            return []
        ended = {"k8s.io/initial-events-end": "true"}
        version, resource = _parts(path)
        held = self._objects.get(resource, [])
        like = {"apiVersion": version, "kind": _KINDS[resource]} if resource in _KINDS else {}
        bookmark = {**like, "metadata": {"resourceVersion": _VERSION, "annotations": ended}}
        return [*({"type": "ADDED", "object": one} for one in held), {"type": "BOOKMARK", "object": bookmark}]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                asked = parse_qs(url.query)
                api.asked.add(url.path.rpartition("/")[2])
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                if "watch" not in asked:
                    self.wfile.write(json.dumps(api._list(url.path)).encode())
                    return
                for event in api._events(url.path, initial="sendInitialEvents" in asked):
                    self.wfile.write(json.dumps(event).encode() + b"\n")
                self.wfile.flush()
                api._closing.wait()

            def log_message(self, *_: object) -> None:
                """Nothing: stderr is pytest's."""

        return Handler


def _parts(path: str) -> tuple[str, str]:
    """Group and version as in `apiVersion`, and the resource: /api/VERSION/... or /apis/GROUP/VERSION/..."""
    _, root, *rest = path.split("/")
    return "/".join(rest[:2]) if root == "apis" else rest[0], rest[-1]
