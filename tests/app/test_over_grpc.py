"""The listener for gRPC: absent unless configured, and a clear word where its libraries are."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import grpc
import pytest

from gateway.app.over_grpc import NEEDED, _is_there, check_installed
from gateway.app.setting import open_setting
from gateway.app.single import open_single
from gateway.config.problem import ConfigError
from gateway.server.grpc.protos.check_pb2 import CheckResponse
from tests import builders as b
from tests.app.process import running, said, served
from tests.app.test_single import configured
from tests.server.grpc.messages import message
from tests.wire.gateway_process import GatewayProcess

FREE = {"host": "127.0.0.1", "port": 0}
LISTENERS = {"decision": FREE, "keys": FREE, "admin": FREE, "grpc": FREE}


def asked(port: int) -> CheckResponse:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary("/envoy.service.auth.v3.Authorization/Check")
        octets = call(message(target=b"/").SerializeToString(), timeout=20)
    answer: CheckResponse = CheckResponse.FromString(octets)
    return answer


def test_what_lacks_is_told_in_words_and_only_where_it_is_needed(tmp_path: Path) -> None:
    world = configured(tmp_path, listeners=LISTENERS).world
    check_installed(world, tmp_path)
    for lacking in NEEDED:
        with pytest.raises(
            ConfigError, match=r"listeners\.grpc: needs .*pip install 'token-gateway\[grpc\]'"
        ):
            check_installed(world, tmp_path, has=lambda name, lacking=lacking: name != lacking)  # type: ignore[misc]
    check_installed(configured(tmp_path).world, tmp_path, has=lambda _: False)


def test_a_package_within_one_that_is_not_there_is_not_there() -> None:
    assert not _is_there("no_such_package.inside")


def test_whoever_does_not_ask_for_it_loads_nothing_of_it() -> None:
    code = "import sys, gateway.cli, gateway.app.worker; print({'h2', 'google.protobuf'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


async def test_a_process_without_it_has_no_port_for_it(tmp_path: Path) -> None:
    given = configured(tmp_path)
    front = await open_single(open_setting(given.world, BytesIO()), given)
    assert "grpc" not in front.ports
    await front.drain(1)


async def test_what_cannot_be_written_down_is_decided_on_neither_listener(tmp_path: Path) -> None:
    given = configured(tmp_path, listeners=LISTENERS)
    front = await open_single(open_setting(given.world, BytesIO()), given)
    listening = front._deciding.listening
    for full in (True, False):
        listening.heed_full(full)
        assert listening.listeners["decision"]._connections.paused is full
        assert listening.listeners["grpc"]._connections.paused is full
    await front.drain(1)


async def test_an_address_that_is_taken_leaves_nothing_open(tmp_path: Path) -> None:
    given = configured(tmp_path, listeners=LISTENERS)
    front = await open_single(open_setting(given.world, BytesIO()), given)
    taken = {**LISTENERS, "grpc": {**FREE, "port": front.ports["grpc"]}}
    second = configured(tmp_path, listeners=taken)
    with pytest.raises(OSError, match="in use"):
        await open_single(open_setting(second.world, BytesIO()), second)
    await front.drain(1)


@pytest.mark.wire
@pytest.mark.parametrize(("workers", "host"), [(1, "127.0.0.1"), (2, "127.0.0.1"), (2, "0.0.0.0")])
def test_one_process_or_several_answer(tmp_path: Path, workers: int, host: str) -> None:
    (tmp_path / "issuer.json").write_bytes(b.jwks(b.KEY))
    config = served(listeners={"grpc": {"host": host}})
    gateway: GatewayProcess
    with running(tmp_path, config, workers=workers) as gateway:
        assert len(asked(gateway.grpc_port).ok_response.headers) == 4
    assert gateway.program.exit_code == 0
    assert gateway.program.stderr.read_text() == ""
    ports = [
        line["token_gateway.grpc"] for line in said(gateway, "listening") if "token_gateway.grpc" in line
    ]
    assert ports == [gateway.grpc_port]
