"""Does the real Envoy, asking over gRPC with nothing but the printed snippet, let through what it may?"""

import json
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.wire import lab_issuer, raw_client
from tests.wire.backend_view import IDENTITY, assert_nothing_of, assert_ours
from tests.wire.components import Component, locate, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message
from tests.wire.processes import Command, Program, free_port, wait_until
from tests.wire.raw_client import Response, bearer
from tests.wire.sent_secrets import SentSecrets
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, BROWSER, EVERYWHERE, HOST, IN_QUERY, ORIGIN, SECRET, configuration

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest) -> None:
    record(request.node, Component.ENVOY.value, version(Component.ENVOY))


@dataclass(slots=True, kw_only=True)
class Scene:
    """One Envoy in front of one gateway and one backend."""

    port: int
    envoy: Program
    gateway: GatewayProcess
    backend: EchoBackend
    secrets: SentSecrets

    def token(self, **changes: Any) -> str:
        return self.secrets.add(lab_issuer.lab_token(**changes))

    def send(self, target: str = "/v1/orders", *headers: tuple[str, str], **how: Any) -> Response:
        self.secrets.add_request(target, list(headers))
        return raw_client.send(self.port, target, list(headers), **{"host": HOST, **how})

    def seen(self) -> Message:
        (message,) = self.backend.requests
        self.backend.requests.clear()
        return message

    @property
    def reason(self) -> str:
        reason: str = self.gateway.records()[-1]["event.reason"]
        return reason


@contextmanager
def scene(
    policy: dict[str, Any], directory: Path, *, workers: int = 1, edited: Callable[[str], str] = str
) -> Iterator[Scene]:
    """`edited`: what another has made of the printed snippet."""
    keys = lab_issuer.write_keys(directory / "keys")
    config = configuration(policy, None, keys, listeners={"grpc": {}})
    with (
        EchoBackend() as backend,
        GatewayProcess(config, directory / "gateway", workers=workers) as gateway,
    ):
        port, place = free_port(), directory / "envoy"
        place.mkdir(parents=True)
        snippet = printed_snippet(
            "envoy-grpc", gateway.file, gateway=gateway.grpc_port, backend=backend.port, listen=port
        )
        (place / "envoy.yaml").write_text(edited(snippet))
        command: Command = [
            locate(Component.ENVOY),
            "-c",
            place / "envoy.yaml",
            "--disable-hot-restart",
            "--concurrency",
            "1",
        ]
        with Program([*command, "--file-flush-interval-msec", "20"], place) as envoy:
            envoy.wait_for_port(port)
            running = Scene(port=port, envoy=envoy, gateway=gateway, backend=backend, secrets=SentSecrets())
            yield running
            places = {"envoy": envoy.written(), "gateway": gateway.program.written()}
            assert running.secrets.found_in(places) == []


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(BEARER, tmp_path_factory.mktemp("envoy-grpc")) as running:
        yield running


@pytest.fixture
def behind(_running: Scene) -> Scene:
    """Under the usual policy, started once for the file."""
    _running.backend.requests.clear()
    return _running


def assert_replaced(running: Scene, token: str, seen: Message) -> None:
    assert_ours(
        running.gateway,
        seen,
        client_token=token,
        subject="lab:alice",
        issuer=lab_issuer.ISSUER,
        client="web",
        scopes="orders:read",
    )


def test_a_good_token_is_replaced_by_ours(behind: Scene) -> None:
    token = behind.token()
    for _ in range(3):  # the second is remembered
        assert behind.send("/v1/orders?b=2&a=%2f", bearer(token)).status == 200
        seen = behind.seen()
        assert seen.start_line == "GET /v1/orders?b=2&a=%2f HTTP/1.1"
        assert_replaced(behind, token, seen)
    record = behind.gateway.records()[-1]
    assert record["token_gateway.dialect"] == "envoy-grpc"
    assert record["token_gateway.peer"] == "127.0.0.1"
    assert record["url.scheme"] == "http"


@pytest.mark.parametrize(
    ("headers", "target", "status", "reason"),
    [
        ((), "/v1/orders", 401, "credential_missing"),
        ((bearer("e30.e30.e30"),), "/v1/orders", 401, None),
        ((bearer("LAB"),), "/admin", 403, "scope_insufficient"),
        ((bearer("LAB"),), "/nowhere", 403, None),
        ((bearer("LAB"), bearer("LAB")), "/v1/orders", 400, "credential_malformed"),
        ((bearer("LAB"), ("X-Auth-Subject", "root")), "/v1/orders", 400, "identity_header_forged"),
        ((bearer("LAB"), ("X_Auth_Subject", "root")), "/v1/orders", 400, "header_lookalike"),
        ((bearer("LAB"),), "/v1/orders/%2e%2e/admin", 400, None),
        ((bearer("LAB"),), "//v1/orders", 400, None),
        ((bearer("LAB"),), "/v1/orders?access_token=e30", 400, "credential_misplaced"),
    ],
)
def test_a_refusal_reaches_the_client_and_nobody_else(
    behind: Scene, headers: tuple[tuple[str, str], ...], target: str, status: int, reason: str | None
) -> None:
    token = behind.token()
    said = [(name, value.replace("LAB", token)) for name, value in headers]
    answer = behind.send(target, *said)
    assert (answer.status, behind.reason) == (status, reason or behind.reason)
    assert json.loads(answer.body)["error"]
    assert answer.message.only("cache-control") == "no-store"
    assert (answer.values("www-authenticate") != []) is (status != 403 or reason == "scope_insufficient")
    assert behind.backend.requests == []


def test_two_authorization_headers_are_one_with_a_comma_to_envoy(behind: Scene) -> None:
    # Joined before ext_authz sees them, even with encode_raw_headers: whatever stands first.
    good = bearer(behind.token())
    for first in [("Authorization", "Basic YTpi"), bearer(behind.token())]:
        for both in [(first, good), (good, first)]:
            assert behind.send("/v1/orders", *both).status in {400, 401}
    assert behind.backend.requests == []


def test_a_public_route_gets_no_token_and_no_name(behind: Scene) -> None:
    token = behind.token()
    for headers in [(), (bearer(token),), (("Authorization", "Basic YTpi"),)]:
        assert behind.send("/healthz", *headers).status == 200
        seen = behind.seen()
        assert seen.values("Authorization") == []
        assert [seen.values(name) for name in IDENTITY] == [[""]] * 4
        assert_nothing_of(token, seen)


def test_no_header_of_the_clients_names_policy_caller_or_target(behind: Scene) -> None:
    token = behind.token()
    forged = [
        ("X-Token-Gateway-Caller", "guess"),
        ("X-Token-Gateway-Policy", "other"),
        ("X-Forwarded-Proto", "https"),
        ("X-Envoy-Original-Path", "/admin"),
        ("X-Forwarded-Host", "other.example"),
        ("X-Original-URL", "/admin"),
    ]
    assert behind.send("/v1/orders", bearer(token), *forged).status == 200
    seen = behind.seen()
    assert_replaced(behind, token, seen)
    assert seen.only("x-forwarded-host") == HOST
    assert seen.only("x-forwarded-proto") == "http"
    for name in (
        "x-token-gateway-caller",
        "x-token-gateway-policy",
        "x-envoy-original-path",
        "x-original-url",
    ):
        assert seen.values(name) == []
    assert behind.gateway.records()[-1]["url.scheme"] == "http"


def asked_to_upgrade(behind: Scene, target: str, token: str) -> int:
    head = f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    (answer,) = raw_client.exchange(behind.port, f"{head}{key}Authorization: Bearer {token}\r\n\r\n".encode())
    return answer.status


def test_a_connection_is_upgraded_where_the_route_says_so(behind: Scene) -> None:
    token = behind.token()
    assert asked_to_upgrade(behind, "/v1/feed", token) == 101
    assert_replaced(behind, token, behind.seen())
    assert asked_to_upgrade(behind, "/v1/orders", token) == 403
    assert behind.reason == "upgrade_refused"
    assert behind.backend.requests == []


def test_a_body_goes_to_the_backend_alone(behind: Scene) -> None:
    token = behind.token(scope="orders:write")
    assert behind.send("/v1/orders", bearer(token), method="POST", body=b"a=1").status == 200
    seen = behind.seen()
    assert (seen.start_line, seen.body) == ("POST /v1/orders HTTP/1.1", b"a=1")
    assert_nothing_of(token, seen)


def literal(text: bytes) -> bytes:
    """RFC 7541 section 5.2, without Huffman."""
    size = len(text)
    if size < 127:
        return bytes([size]) + text
    size -= 127
    octets = [127]
    while size >= 128:
        octets.append(size % 128 + 128)
        size //= 128
    return bytes([*octets, size]) + text


def send_http2(port: int, *pairs: tuple[str, str]) -> None:
    """One request in HTTP/2 without TLS, headers exactly so; until Envoy has begun to answer it."""
    block = b"".join(b"\0" + literal(name.encode()) + literal(value.encode()) for name, value in pairs)
    head = len(block).to_bytes(3, "big") + b"\x01\x05" + (1).to_bytes(4, "big")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5) + head + block)
        with connection.makefile("rb") as stream:
            while (frame := stream.read(9)) and (frame[3], frame[8]) != (1, 1):
                stream.read(int.from_bytes(frame[:3], "big"))


def test_a_client_that_speaks_http_2_cannot_say_more(behind: Scene) -> None:
    token = behind.token()
    usual = [(":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", "/v1/orders")]
    send_http2(
        behind.port, *usual, ("authorization", f"Bearer {token}"), ("cookie", "a=1"), ("cookie", "b=2")
    )
    assert behind.gateway.records()[-1]["url.scheme"] == "http"  # what Envoy saw
    assert_replaced(behind, token, behind.seen())
    send_http2(behind.port, *usual, *[("authorization", f"Bearer {token}")] * 2)
    assert behind.reason in {"credential_malformed", "credential_ambiguous"}
    assert behind.backend.requests == []


def test_all_calls_share_one_connection(behind: Scene) -> None:
    for _ in range(20):
        assert behind.send("/healthz").status == 200
    established = "01"
    tables = [Path("/proc/net") / name for name in ("tcp", "tcp6")]  # gRPC listens on ::ffff:127.0.0.1
    rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    port = f":{behind.gateway.grpc_port:04X}"
    assert len([row for row in rows if row[1].endswith(port) and row[3] == established]) == 1


def test_the_token_in_the_query_goes_and_the_rest_stays_byte_for_byte(tmp_path: Path) -> None:
    with scene(IN_QUERY, tmp_path) as behind:
        for template, left in [
            ("?access_token=TOKEN", ""),
            ("?b=%2f%26&access_token=TOKEN&a=+x&a", "?b=%2f%26&a=+x&a"),
            ("?b=2;access_token=TOKEN&a=1", "?b=2&a=1"),
            ("?access_token=TOKEN;c=%3B&&d", "?c=%3B&&d"),
        ]:
            token = behind.token()
            target = "/v1/orders" + template.replace("TOKEN", token)
            assert behind.send(target).status == 200, template
            seen = behind.seen()
            assert seen.start_line == f"GET /v1/orders{left} HTTP/1.1"
            assert_replaced(behind, token, seen)
            assert behind.send("/v1/orders?z=1&a=2", bearer(token)).status == 200  # remembered, no parameter
            assert behind.seen().start_line == "GET /v1/orders?z=1&a=2 HTTP/1.1"
        assert behind.send(f"/v1/orders?access%5Ftoken={behind.token()}").status == 400
        assert behind.backend.requests == []


def test_a_token_in_a_header_or_a_cookie_goes(tmp_path: Path) -> None:
    with scene(EVERYWHERE, tmp_path) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", ("X-Api-Token", token), ("Cookie", "a=1; b=2")).status == 200
        seen = behind.seen()
        assert_replaced(behind, token, seen)
        assert seen.values("x-api-token") == []
        assert seen.values("cookie") == ["a=1; b=2"]
        token = behind.token()
        assert behind.send("/v1/orders", ("Cookie", f"a=1; api_token={token}; b=2")).status == 200
        seen = behind.seen()
        assert_replaced(behind, token, seen)
        assert seen.values("cookie") == ["a=1; b=2"]
        assert behind.send("/v1/orders", ("Cookie", f"api_token={behind.token()}")).status == 200
        assert behind.seen().values("cookie") == []
        assert behind.send("/healthz", ("Cookie", "a=1"), ("X-Api-Token", "")).status == 200
        assert behind.seen().values("x-api-token") == []


def test_a_browser_is_told_by_envoy(tmp_path: Path) -> None:
    with scene(BROWSER, tmp_path) as behind:
        asks = [("Origin", ORIGIN), ("Access-Control-Request-Method", "GET")]
        answer = behind.send("/v1/orders", *asks, method="OPTIONS")
        assert (answer.status, answer.message.only("access-control-allow-origin")) == (200, ORIGIN)
        for headers, status in [([bearer(behind.token())], 200), ([], 401)]:
            answer = behind.send("/v1/orders", ("Origin", ORIGIN), *headers)
            assert answer.status == status
            assert answer.values("access-control-allow-origin") == [ORIGIN]
        other = behind.send("/v1/orders", ("Origin", "https://evil.example"), asks[1], method="OPTIONS")
        assert other.values("access-control-allow-origin") == []


def test_envoy_says_its_secret_in_the_metadata(tmp_path: Path) -> None:
    with scene(SECRET, tmp_path, workers=2) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token), ("X-Token-Gateway-Caller", "guess")).status == 200
        seen = behind.seen()
        assert seen.values("x-token-gateway-caller") == []
        assert_replaced(behind, token, seen)


def test_a_reload_is_heeded_and_the_address_stays(tmp_path: Path) -> None:
    with scene(BEARER, tmp_path, workers=2) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token)).status == 200
        config = json.loads(behind.gateway.file.read_text())
        config["policies"]["other"] = config["policies"].pop("orders")
        behind.gateway.write(config)
        behind.gateway.program.send(signal.SIGHUP)
        wait_until(lambda: behind.send("/v1/orders", bearer(token)).status == 403, lambda: "still allowed")
        # Of two workers the counts come late, and `records` cannot know how many lines to wait for.
        wait_until(
            lambda: "policy_unknown" in {one.get("event.reason") for one in behind.gateway.records()},
            lambda: "no record of the refusal",
        )


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL])
def test_no_answer_is_no_permit(tmp_path: Path, how: signal.Signals) -> None:
    with scene(BEARER, tmp_path) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token)).status == 200
        behind.backend.requests.clear()
        behind.gateway.program.send(how)
        if how is not signal.SIGSTOP:
            behind.gateway.program.stop()
        try:
            for _ in range(2):
                answer = behind.send("/v1/orders", bearer(token))
                assert (answer.status, answer.body) == (503, b"")
            assert behind.backend.requests == []
        finally:
            if how is signal.SIGSTOP:
                behind.gateway.program.send(signal.SIGCONT)
