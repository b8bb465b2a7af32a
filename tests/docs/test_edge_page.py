"""Does docs/edge.md lead from nothing to a request, and is what it says of the edge so?"""

import base64
import hashlib
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.app.parts import DRAIN_S
from gateway.dialects.problem_answers import DETAILS
from gateway.server.edge import fault as edge_fault
from gateway.server.edge.health import Check
from gateway.server.edge.limits import EdgeLimits
from gateway.server.http1 import fault as http1_fault
from gateway.telemetry.families import FAMILIES, PREFIX
from tests import builders as b
from tests.docs import edge_page as page
from tests.docs.edge_page import HOST, ISSUER, Json, Reader
from tests.tls.authority import Authority, Pair
from tests.wire.echo_backend import EchoBackend
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message, Truncated
from tests.wire.raw_client import Response, bearer, exchange, send

pytestmark = pytest.mark.wire

AUTHORITY = Authority()
CLIENT = AUTHORITY.client("spiffe://cluster.local/ns/shop/sa/mobile")


def token(**changes: Any) -> str:
    now = int(time.time())  # noqa: TID251 - the gateway reads the real clock
    return b.token(iss=ISSUER, iat=now, nbf=now, exp=now + 300, **changes)


def bound_to(pair: Pair) -> dict[str, str]:
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pair.chain.decode())).digest()
    return {"x5t#S256": base64.urlsafe_b64encode(digest).decode().rstrip("=")}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    one = Reader(folder=tmp_path_factory.mktemp("reader"))
    one.prepare()
    one.receive(AUTHORITY, CLIENT)
    return one


@pytest.fixture(scope="module")
def backend() -> Iterator[EchoBackend]:
    with EchoBackend() as one:
        yield one


@pytest.fixture
def edge(reader: Reader, backend: EchoBackend) -> Iterator[GatewayProcess]:
    with reader.serve(backend.url, configuration=page.with_pieces()) as one:
        yield one


def plain(*pieces: Json) -> Json:
    """The same over plain HTTP: what is asked here is not TLS."""
    configuration = page.with_pieces(*pieces)
    for name in ("tls", "hsts"):
        configuration["listeners"]["edge"].pop(name, None)
    return configuration


def curl(reader: Reader, command: str, gateway: GatewayProcess, **environment: str) -> tuple[int, str]:
    """A command of the page, at the port that this gateway has. Gives the status and all of the answer."""
    assert ":8443 " in command
    answer = reader.bash(command.replace(":8443 ", f":{gateway.edge_port} "), **environment)
    return int(answer.split()[1]), answer


def seen(answer: Response) -> Message:
    """What the backend got."""
    shown = json.loads(answer.body)
    return Message(start_line=shown["request_line"], headers=tuple(map(tuple, shown["headers"])), body=b"")


# --- from nothing to a request ---


def test_the_first_request_arrives_with_a_token_of_ours(
    reader: Reader, edge: GatewayProcess, backend: EchoBackend
) -> None:
    mine = token()
    status, answer = curl(reader, page.CURL, edge, TOKEN=mine)
    assert status == 200
    assert mine not in backend.requests[-1].text()
    assert backend.requests[-1].only("authorization").startswith("Bearer eyJ")
    assert "x-auth-subject" in answer
    assert "orders-read" in reader.bash(page.EXPLAIN, TOKEN=mine)
    before = len(backend.requests)
    without = page.CURL.replace('-H "Authorization: Bearer $TOKEN"', "")
    assert curl(reader, without, edge)[0] == 401
    assert curl(reader, page.CURL.replace("/v1/orders", "/v1/customers"), edge, TOKEN=mine)[0] == 403
    other = f"{page.CURL.rstrip()} -H 'Host: other.example.com'"
    assert curl(reader, other, edge, TOKEN=mine)[0] == 404
    assert len(backend.requests) == before


@pytest.mark.parametrize("piece", page.PIECES.values(), ids=range(len(page.PIECES)))
def test_every_piece_fits_into_the_file(reader: Reader, piece: Json, tmp_path: Path) -> None:
    """And asks for nothing insecure, but for what the page names as such."""
    file = reader.folder / "piece.yaml"
    file.write_text(json.dumps(page.with_pieces(piece)))
    told = reader.bash("gateway check -c piece.yaml")
    insecure = [line for line in told.splitlines() if "insecure" in line.lower()]
    assert all("query" in line for line in insecure), told


# --- TLS ---


def shown_to(gateway: GatewayProcess, name: str) -> bytes:
    """The certificate that a client gets who asks for this name, in DER."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    address = ("127.0.0.1", gateway.edge_port)
    with socket.create_connection(address) as raw, context.wrap_socket(raw, server_hostname=name) as one:
        return one.getpeercert(binary_form=True) or b""


def test_certificates_are_chosen_by_name_and_renewed_in_place(reader: Reader, backend: EchoBackend) -> None:
    configuration = page.with_pieces(page.piece("shop.crt"))
    files = {name: reader.folder / "tls" / name for name in ("tls.crt", "shop.crt", "shop.key")}

    def first_of(name: str) -> bytes:
        return ssl.PEM_cert_to_DER_cert(files[name].read_text())

    with reader.serve(backend.url, configuration=configuration) as gateway:
        assert shown_to(gateway, HOST) == first_of("tls.crt")
        assert shown_to(gateway, "shop.example.com") == first_of("shop.crt")
        assert shown_to(gateway, "other.example.com") == first_of("tls.crt")
        renewed = AUTHORITY.serving("shop.example.com")
        files["shop.crt"].write_bytes(renewed.chain)
        files["shop.key"].write_bytes(renewed.key)
        gateway.program.wait_for(
            lambda: shown_to(gateway, "shop.example.com") == first_of("shop.crt"), "the new one"
        )


def test_a_bound_token_is_its_holders_alone(reader: Reader, backend: EchoBackend) -> None:
    configuration = page.with_pieces(page.piece("client_ca"))
    with reader.serve(backend.url, configuration=configuration) as gateway:
        held, free = token(cnf=bound_to(CLIENT)), token()
        assert curl(reader, page.CURL_WITH_CERTIFICATE, gateway, TOKEN=held)[0] == 200
        assert curl(reader, page.CURL, gateway, TOKEN=held)[0] == 401
        assert curl(reader, page.CURL_WITH_CERTIFICATE, gateway, TOKEN=free)[0] in {401, 403}


class TlsBackend(ThreadingHTTPServer):
    """A server that shows a certificate, wants one, and counts those who have shown it."""

    def __init__(self, shows: Pair, folder: Path) -> None:
        self.known: list[object] = []
        super().__init__(("127.0.0.1", 0), self._handler())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=AUTHORITY.pem.decode())
        context.verify_mode = ssl.CERT_REQUIRED
        for name, content in (("server.crt", shows.chain), ("server.key", shows.key)):
            (folder / name).write_bytes(content)
        context.load_cert_chain(folder / "server.crt", folder / "server.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        known = self.known

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known.append(self.connection.getpeercert(binary_form=True))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: stderr is pytest's."""

        return Handler


@pytest.mark.parametrize(("account", "status"), [("orders", 204), ("invoices", 502)])
def test_a_backend_is_known_by_its_name_and_knows_us(
    reader: Reader, tmp_path: Path, account: str, status: int
) -> None:
    server = TlsBackend(AUTHORITY.serving(f"spiffe://cluster.local/ns/shop/sa/{account}"), tmp_path)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,))
    serving.start()
    configuration = plain(page.piece("spiffe://"))
    try:
        with reader.serve(server.url, configuration=configuration) as gateway:
            answer = send(gateway.edge_port, "/v1/orders", [bearer(token())], host=HOST)
            assert answer.status == status
            assert ('why="untrusted"} 1' in gateway.metrics()) is (status == 502)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert server.known == ([ssl.PEM_cert_to_DER_cert(CLIENT.chain.decode())] if status == 204 else [])


# --- what goes on, and what comes back ---


def test_the_headers_of_the_table(reader: Reader, backend: EchoBackend) -> None:
    theirs = (
        *("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP"),
        *("X-Original-URL", "Client-Cert", "SSL-Client-Verify", "Proxy-Authorization", "Keep-Alive", "TE"),
    )
    with reader.serve(backend.url, configuration=plain()) as gateway:
        forged = [(name, "for=forged") for name in theirs]
        answer = send(gateway.edge_port, "/v1/orders", [*forged, bearer(token())], host=HOST)
        assert answer.status == 200, answer.body
        got = seen(answer)
        assert "forged" not in got.text()
        names = {name.lower() for name, _ in got.headers}
        given = re.findall(r"`([A-Za-z-]+)[:`]", " ".join(row[1] for row in page.rows(GIVEN)))
        assert {"X-Auth-Subject", "Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"} <= set(given)
        for name in given:
            begins = ("x-auth", "x-forwarded") if name.startswith("-") else ("",)
            assert {begin + name.lower() for begin in begins} & names, name
        assert got.only("via") == "1.1 token-gateway"
        assert got.only("x-forwarded-for") == "127.0.0.1"
        refused = send(
            gateway.edge_port, "/v1/orders", [("X-HTTP-Method-Override", "PUT"), bearer(token())], host=HOST
        )
        assert refused.status == 400


GIVEN = "| the backend does not get | but gets |"


@pytest.mark.parametrize(
    ("family", "headers"),
    [
        ("x-forwarded", [("X-Forwarded-For", "198.51.100.7, 192.0.2.1"), ("X-Forwarded-Proto", "https")]),
        ("forwarded", [("Forwarded", "for=198.51.100.7, for=192.0.2.1;proto=https")]),
    ],
)
def test_a_listed_load_balancer_is_believed_and_no_client(
    reader: Reader, backend: EchoBackend, family: str, headers: list[tuple[str, str]]
) -> None:
    configuration = plain(page.piece(f"forwarded: {family}"))
    with reader.serve(backend.url, configuration=configuration) as gateway:
        answer = send(gateway.edge_port, "/v1/orders", [*headers, bearer(token())], host=HOST)
        assert seen(answer).only("x-forwarded-for") == "127.0.0.1"  # not one of 10.0.0.0/16
    configuration["listeners"]["edge"]["trusted_proxies"] = ["127.0.0.1"]
    with reader.serve(backend.url, configuration=configuration) as gateway:
        got = seen(send(gateway.edge_port, "/v1/orders", [*headers, bearer(token())], host=HOST))
        assert (got.only("x-forwarded-for"), got.only("x-forwarded-proto")) == ("192.0.2.1", "https")


ANNOUNCED = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 1, 127, 0, 0, 1, 1, 2, 1, 187])
"""A PROXY protocol header, version 2: TCP over IPv4, from 192.0.2.1."""


def test_a_connection_that_is_announced_is_its_clients(reader: Reader, backend: EchoBackend) -> None:
    configuration = plain(page.piece("proxy_protocol"))
    asked = f"GET /v1/orders HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token()}\r\n\r\n".encode()
    configuration["listeners"]["edge"]["trusted_proxies"] = ["127.0.0.1"]
    with reader.serve(backend.url, configuration=configuration) as gateway:
        (answer,) = exchange(gateway.edge_port, ANNOUNCED + asked)
        assert seen(answer).only("x-forwarded-for") == "192.0.2.1"
        with pytest.raises((Truncated, ConnectionError)):
            exchange(gateway.edge_port, asked)
        assert 'why="announcement"} 1' in gateway.metrics()


# --- limits and faults ---


def test_the_table_has_every_fault_with_its_status() -> None:
    told: dict[str, set[str]] = {}
    for status, _, why in page.rows("| status | when | `why` |"):
        for word in re.findall(r"`(\w+)`", why):
            told.setdefault(word, set()).update(re.findall(r"\d{3}", status))
    ended = {"announcement", "cut", "connections", "unread"}
    statuses = {fault.value: str(status) for fault, status in edge_fault.STATUSES.items()}
    statuses |= {fault.value: str(answer.status) for fault, answer in http1_fault.REFUSALS.items()}
    statuses.pop(http1_fault.Fault.BODY)  # of listeners that take none
    assert told == {why: set() if why in ended else {status} for why, status in statuses.items()}
    assert {int(one) for statuses in told.values() for one in statuses} <= DETAILS.keys()


def test_the_numbers_are_those_of_the_code() -> None:
    limits, client = asdict(EdgeLimits()), EdgeLimits().client
    text = re.sub(r"\s+", " ", page.TEXT)
    for told in (
        f"rests for {limits['rest_s']:g} seconds",
        f"2xx or 3xx within {Check(path='/', host='a').timeout_s:g} seconds",
        f"failed {limits['breaker_failures']} times in a row is left alone for a second",
        f"{limits['breaker_most_s']:g} seconds at most",
        f"tries {limits['attempts']} servers at most",
        f"took more than {client.head_timeout_s:g} seconds",
        f"of a body for {limits['body_idle_s']:g}, or less than {limits['body_rate'] // 1024} KiB a second",
        f"`requests_per_client` ({limits['share_requests']}) under way",
        f"the listener's ({limits['body_bytes'] >> 20}MiB)",
        f"more than {client.head_bytes // 1024} KiB, a target of more than {client.target_bytes // 1024} KiB",
        f"more than {client.header_count} headers",
        f"after {DRAIN_S:g} seconds all is closed",
    ):
        assert told in text, told
    assert (limits["breaker_s"], limits["tunnel_idle_s"]) == (1, 3600)


def test_a_body_that_is_too_large_and_a_server_that_is_slow_are_told(
    reader: Reader, backend: EchoBackend
) -> None:
    configuration = plain(page.piece("max_body"))
    (route,) = configuration["policies"]["orders"]["routes"]
    route["require"] = {"scopes": ["orders:read"]}
    configuration["upstreams"]["orders"].pop("health")
    head = f"POST /v1/orders HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token()}\r\n"

    def status(length: int, *, body: bytes = b"") -> int:
        whole = f"{head}Content-Length: {length}\r\n\r\n".encode() + body
        (answer,) = exchange(gateway.edge_port, whole)
        return answer.status

    with reader.serve(backend.url, configuration=configuration) as gateway:
        assert status(4, body=b"1234") == 200
        assert status(64 * 1024 + 1) == 413
    with reader.serve("http://127.0.0.1:1", configuration=configuration) as gateway:
        assert status(0) == 502
    route["timeout"] = "1s"  # from here on nothing has to be done in time
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with reader.serve(at, configuration=configuration) as gateway:
            assert (status(0), status(4)) == (504, 408)


@pytest.mark.parametrize("line", ["TRACE /v1/orders", f"CONNECT {HOST}:443"])
def test_a_tunnel_and_a_mirror_are_refused(reader: Reader, backend: EchoBackend, line: str) -> None:
    head = f"{line} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token()}\r\n\r\n"
    with reader.serve(backend.url, configuration=plain()) as gateway:
        (answer,) = exchange(gateway.edge_port, head.encode())
        assert answer.status == 501


# --- operations ---


def test_every_alert_is_about_what_there_is() -> None:
    alerts = [row[0] for row in page.rows("| alert on | it means |")]
    assert len(alerts) > 4
    words = {fault.value for fault in (*edge_fault.EdgeFault, *http1_fault.Fault)}
    for alert in alerts:
        (name,) = re.findall(rf"{PREFIX}(\w+)", alert)
        assert name in FAMILIES
        for pattern in re.findall(r'why=~"([^"]+)"', alert):
            assert set(pattern.split("\N{BROKEN BAR}")) <= words


def test_it_ends_when_it_is_told_to(edge: GatewayProcess) -> None:
    assert edge.program.stop() == 0
