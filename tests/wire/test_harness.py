"""Do the parts that the wire tests stand on do what they say?"""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wire import components, lab_issuer
from tests.wire.broken_service import BrokenService, Fault
from tests.wire.components import Component, ComponentMissing, locate, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.every_front import EveryFront
from tests.wire.fronts import Front, printed_snippet, snippet_arguments
from tests.wire.http_message import Message
from tests.wire.nginx import Nginx
from tests.wire.processes import NotReady, Program, accepts, free_port, wait_until
from tests.wire.raw_client import bearer, exchange, send
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.traefik import Traefik
from tests.wire.worlds import BEARER, configuration

pytestmark = pytest.mark.wire


# --- components and programs ----------------------------------------------------------------------


@pytest.mark.parametrize("component", Component)
def test_each_component_is_installed_and_states_its_version(component: Component) -> None:
    assert version(component)[0].isdigit()


def test_the_old_nginx_is_older_than_the_new_one() -> None:
    old, new = (
        [int(part) for part in version(component).split(".")]
        for component in (Component.NGINX_OLD, Component.NGINX_NEW)
    )
    assert old < new


def test_a_missing_component_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(components, "_BIN", tmp_path)
    with pytest.raises(ComponentMissing, match="make tools"):
        locate(Component.TRAEFIK)


def test_a_program_that_ends_early_is_reported_with_what_it_wrote(tmp_path: Path) -> None:
    program = Program([sys.executable, "-c", "raise SystemExit('no such file')"], tmp_path)
    with program, pytest.raises(NotReady, match="no such file"):
        program.wait_for_port(free_port())


def test_a_program_that_ignores_its_signal_is_gone_all_the_same(tmp_path: Path) -> None:
    ignore = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    program = Program([sys.executable, "-c", f"{ignore}; time.sleep(60)"], tmp_path)
    program.wait_for(lambda: program.stdout.read_text() != "", "its first line")
    program.kill()
    assert program.exit_code == -signal.SIGKILL


def test_what_a_program_has_written_since_is_all_that_it_has_added(tmp_path: Path) -> None:
    say = "print('early', flush=True); signal.sigwait(late); print('late'); open('new', 'w').write('x')"
    begin = "import signal; late = [signal.SIGUSR1]; signal.pthread_sigmask(signal.SIG_BLOCK, late)"
    with Program([sys.executable, "-c", f"{begin}; {say}"], tmp_path) as program:
        program.wait_for(lambda: "early" in program.written(), "its first line")
        sizes = program.sizes()
        program.send(signal.SIGUSR1)
        wait_until(lambda: program.exit_code == 0, lambda: "it never ended")
        assert program.written(since=sizes).split() == ["x", "late"]


# --- every proxy ----------------------------------------------------------------------------------


def test_whoever_fails_is_named_and_the_others_are_asked_all_the_same() -> None:
    asked = []

    def ask_all() -> None:
        with EveryFront() as each:
            for front in Front:
                with each.behind(front, "a row"):
                    asked.append(front)
                    assert front not in {Front.NGINX_OLD, Front.CADDY}

    with pytest.raises(ExceptionGroup, match="behind nginx-old, caddy") as failed:
        ask_all()
    assert asked == list(Front)
    notes = [failure.__notes__ for failure in failed.value.exceptions]
    assert notes == [["behind nginx-old a row"], ["behind caddy a row"]]


@pytest.mark.parametrize("target", {front.traits.target: None for front in Front})
def test_a_snippet_is_what_the_command_prints(target: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(json.dumps(configuration(BEARER, None, lab_issuer.write_keys(tmp_path))))
    arguments = snippet_arguments(target, file, gateway=4180, backend=8080, listen=8000)
    command = [sys.executable, "-m", "gateway", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout == printed_snippet(target, file, gateway=4180, backend=8080, listen=8000)


# --- servers and client ---------------------------------------------------------------------------


def test_the_backend_keeps_a_request_byte_for_byte(backend: EchoBackend) -> None:
    pairs = (("x_User", "a"), ("X-User", "b"), ("x-user", "c\xe9"))
    answer = send(backend.port, "/a/%2e%2e//b;c?d=%zz", pairs, method="PUT", body=b"\x00body")
    assert json.loads(answer.body)["request_line"] == "PUT /a/%2e%2e//b;c?d=%zz HTTP/1.1"
    (seen,) = backend.requests
    assert seen.headers[1:4] == pairs
    assert seen.values("X-USER") == ["b", "c\xe9"]
    assert seen.body == b"\x00body"


def test_pipelined_requests_are_answered_on_one_connection(backend: EchoBackend) -> None:
    request = b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n"
    answers = exchange(backend.port, request % 1, request % 2)
    assert [json.loads(answer.body)["request_line"][:6] for answer in answers] == [
        "GET /1",
        "GET /2",
    ]
    assert backend.connections == 1


def test_the_port_of_a_backend_that_has_stopped_goes_to_nobody_else(backend: EchoBackend) -> None:
    assert send(backend.port, "/").status == 200
    backend.stop()
    assert not accepts(backend.port)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", backend.port))
    with socket.create_server(("127.0.0.1", backend.port)):  # but to who asks for it by its number
        assert accepts(backend.port)


def test_an_answer_to_head_has_no_body(backend: EchoBackend) -> None:
    answer = send(backend.port, "/", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


# --- proxies in front of the backend, asking a stub -----------------------------------------------

GOOD = "the-clients-own-token"
OURS = ("Authorization", "Bearer ours")


def _authorize(request: Message) -> Reply:
    if request.values("authorization") != [f"Bearer {GOOD}"]:
        return Reply(status=401, headers=(("WWW-Authenticate", "Bearer"),))
    return Reply(headers=(OURS,))


def _nginx_http(port: int, authorization: int, backend: int, *, patience: str = "60s") -> str:
    return f"""
    server {{
      listen 127.0.0.1:{port};
      location / {{
        auth_request /_auth;
        auth_request_set $token $upstream_http_authorization;
        proxy_set_header Authorization $token;
        proxy_pass http://127.0.0.1:{backend};
      }}
      location = /_auth {{
        internal;
        proxy_pass http://127.0.0.1:{authorization}/;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_read_timeout {patience};
      }}
    }}"""


def _traefik_dynamic(authorization: int, backend: int) -> str:
    return f"""
    http:
      routers: {{all: {{rule: "PathPrefix(`/`)", service: app, middlewares: [auth]}}}}
      middlewares:
        auth:
          forwardAuth:
            address: "http://127.0.0.1:{authorization}/"
            authResponseHeaders: [Authorization]
      services:
        app: {{loadBalancer: {{servers: [{{url: "http://127.0.0.1:{backend}"}}]}}}}
    """


def _assert_the_stub_decides(port: int, backend: EchoBackend) -> None:
    assert send(port, "/", [bearer(GOOD)]).status == 200
    assert backend.requests[-1].values("Authorization") == ["Bearer ours"]
    refused = send(port, "/", [bearer("another")])
    assert (refused.status, refused.values("WWW-Authenticate")) == (401, ["Bearer"])
    assert len(backend.requests) == 1


def test_nginx_asks_the_stub(any_nginx: Component, backend: EchoBackend, directory: Path) -> None:
    with RecordingServer(_authorize) as stub:
        http = _nginx_http(port := free_port(), stub.port, backend.port)
        with Nginx(any_nginx, http, directory, port=port) as nginx:
            _assert_the_stub_decides(port, backend)
            assert send(port, "/?seen-in-log").status == 401
            nginx.program.wait_for(lambda: "seen-in-log" in nginx.program.written(), "its access log")
    assert not accepts(port)


def test_nginx_takes_another_configuration(
    any_nginx: Component, backend: EchoBackend, directory: Path
) -> None:
    port = free_port()
    closed = f"server {{ listen 127.0.0.1:{port}; return 403; }}"
    with Nginx(any_nginx, closed, directory, port=port) as nginx:
        assert send(port, "/").status == 403
        nginx.reload(f"server {{ listen 127.0.0.1:{port}; return 204; }}")
        assert send(port, "/").status == 204


@pytest.mark.parametrize("fault", Fault)
def test_nginx_lets_nothing_through_to_the_backend_when_the_stub_is_broken(
    any_nginx: Component, fault: Fault, backend: EchoBackend, directory: Path
) -> None:
    with BrokenService(fault) as broken:
        http = _nginx_http(port := free_port(), broken.port, backend.port, patience="300ms")
        with Nginx(any_nginx, http, directory, port=port):
            assert send(port, "/", [bearer(GOOD)]).status == 500
    assert backend.requests == []


@pytest.mark.usefixtures("traefik_version")
def test_traefik_asks_the_stub(backend: EchoBackend, directory: Path) -> None:
    with (
        RecordingServer(_authorize) as stub,
        Traefik(_traefik_dynamic(stub.port, backend.port), directory / "traefik") as traefik,
    ):
        _assert_the_stub_decides(traefik.port, backend)
        nowhere = _traefik_dynamic(stub.port, backend.port).replace("`/`", "`/moved`")
        traefik.reload(nowhere)
        assert send(traefik.port, "/", [bearer(GOOD)]).status == 404
        traefik.program.wait_for(lambda: "GET / HTTP/1.1" in traefik.program.written(), "its access log")


# Traefik gives a hanging service 30 seconds, which no option changes.
@pytest.mark.usefixtures("traefik_version")
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.HANGS])
def test_traefik_lets_nothing_through_to_the_backend_when_the_stub_is_broken(
    fault: Fault, backend: EchoBackend, directory: Path
) -> None:
    with (
        BrokenService(fault) as broken,
        Traefik(_traefik_dynamic(broken.port, backend.port), directory / "traefik") as traefik,
    ):
        assert send(traefik.port, "/", [bearer(GOOD)]).status == 500
    assert backend.requests == []
